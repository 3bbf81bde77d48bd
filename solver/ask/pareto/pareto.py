"""Pareto front of two or three objectives by the augmented epsilon-constraint method, each point with its gap.

The cost is minimised while the others are kept at levels (Mavrotas, Effective implementation of the epsilon-constraint
method, Applied Mathematics and Computation 213, 2009). A plan is one at every looser level, and a bound holds at every
tighter one. So points start from the plans of others, share bounds, and no plan is shown that another one dominates.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from pathlib import Path

from solver.ask.common.journal import FOLDER, Journal, identity_of
from solver.ask.common.lever_range import Variant
from solver.ask.common.model import Answered
from solver.ask.common.question import Question
from solver.ask.pareto.axes import axes_of
from solver.ask.pareto.front import Front, Trial
from solver.ask.pareto.front_search import FrontSearch
from solver.errors import UsageError, check_together
from solver.milp.limits import Limits
from solver.milp.solution import Status
from solver.run.manifest import options_data
from solver.run.outcome import Options

POINTS, JOBS = 20, 2
LEAST_POINTS, MOST_POINTS = 2, 400


def pareto(
    variant: Variant,
    objectives: Sequence[str],
    ranges: Sequence[str] = (),
    count: int = POINTS,
    question: Question | None = None,
    folder: Path | None = None,
    jobs: int = JOBS,
) -> Front:
    """Find the front of cost against one or two other objectives, with a number of points.

    ``ranges`` are levels ``NAME=LOW:HIGH``; the others follow from the cheapest plan and the file. Answered points are
    kept in ``folder``; ``jobs`` are solved at once. UsageError for objectives that the instance does not have, or an
    empty grid.
    """
    question = question or Question(Options(Limits()))
    loaded = variant([])
    check_together(lambda: _require_points(count), lambda: axes_of(objectives, ranges, loaded.instance))
    axes = axes_of(objectives, ranges, loaded.instance)
    options = {**options_data(question.solve), "objectives": list(objectives), "ranges": list(ranges), "points": count}
    identity = identity_of(loaded, "pareto", options)
    journal = Journal(None if folder is None else folder / FOLDER, identity, question.stop, question.on_stage)
    search = FrontSearch(variant, axes, count, question, journal, jobs)
    search.run()
    trials = []
    for levels in [*search.found, *search.errors]:
        one = search.found.get(levels, Answered(Status.NO_PLAN))
        named = {axis.name: x for axis, x in zip(search.axes, levels, strict=True) if not math.isnan(x)}
        error = search.errors.get(levels, "")
        trials.append(Trial(named, None if error else one.status, one.objective, one.bound, one.seconds, error))
    return Front(
        loaded.instance.name, search.axes, tuple(search.points()), tuple(trials), time.monotonic() - question.began
    )


def _require_points(count: int) -> None:
    if not LEAST_POINTS <= count <= MOST_POINTS:
        raise UsageError(f"--points: found {count}, expected {LEAST_POINTS} to {MOST_POINTS}")
