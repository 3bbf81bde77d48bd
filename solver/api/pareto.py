"""Pareto front from Python: cost against one or two other objectives."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING, Any

from solver.api.functions import options_of, read
from solver.api.notebook import console_of
from solver.api.scenario import Scenario
from solver.api.shown import Shown, variant_of
from solver.ask.common.question import Question, answer_folder
from solver.ask.pareto.front import Front, FrontPoint
from solver.ask.pareto.pareto import JOBS, POINTS
from solver.ask.pareto.pareto import pareto as front_of
from solver.report.number_format import counted
from solver.run.runner import interruptible

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, eq=False)
class FrontResult(Shown):
    """Result of ``kardashev.pareto``: the plans that no other one dominates, each with its gap."""

    front: Front
    _stem = "front"

    @property
    def points(self) -> tuple[FrontPoint, ...]:
        """Plans of the front, by rising cost."""
        return self.front.points

    @property
    def table(self) -> DataFrame:
        """Plans of the front as a pandas frame: cost and bound in MUSD, gap and values."""
        from pandas import DataFrame

        return DataFrame(self.to_json()["points"])

    def summary(self) -> str:
        """Return the lines that the command line prints."""
        from solver.report.front import front_lines

        return "\n".join(front_lines(self.front))

    def to_json(self) -> dict[str, Any]:
        """Return the object of ``kardashev pareto --json``."""
        return self.front.to_json()

    def _spec(self) -> dict[str, Any] | None:
        from solver.report.front import front_chart

        return front_chart(self.front)

    def __repr__(self) -> str:
        names = ", ".join(["cost", *(axis.name for axis in self.front.axes)])
        return f"<Front {self.front.name}: {counted(len(self.points), 'plan')} by {names}>"


def pareto(
    scenario: Scenario | str | PathLike[str],
    objectives: Iterable[str],
    *,
    ranges: Mapping[str, tuple[float | str, float | str]] | None = None,
    points: int = POINTS,
    gap: float = 0.01,
    seconds: float | None = None,
    jobs: int = JOBS,
    out: str | PathLike[str] | None = None,
    progress: bool = False,
) -> FrontResult:
    """Find the front of cost against one or two of date, computing, survivability, mass, import_share and Moon share.

    ``ranges`` are the levels of an objective, ``{"mass": (20, 30)}``. Without ``seconds`` it ends after the time of six
    solves. Answered points lie in ``out``, by default under ``results/runs``, and are not solved again. UsageError for
    objectives that the instance does not have.
    """
    scenario = scenario if isinstance(scenario, Scenario) else read(scenario)
    given = [f"{name}={low}:{high}" for name, (low, high) in (ranges or {}).items()]
    console, stop = console_of(progress, seconds), threading.Event()
    with interruptible(stop, console):
        question = Question.shown_on(console, options_of(gap, seconds), stop)
        folder = answer_folder(out, scenario.path, "pareto")
        return FrontResult(front_of(variant_of(scenario), tuple(objectives), given, points, question, folder, jobs))
