"""Line of the summary on learning curves."""

from __future__ import annotations

from collections.abc import Iterator

from solver.economics.learning import experience_paths
from solver.report import number_format
from solver.run.manifest_schema import LearningRecord
from solver.tables import PlanState


def learning_lines(state: PlanState, met: LearningRecord | None) -> Iterator[str]:
    """Yield one line where learning is in use: its mode, and the last price of each component."""
    paths = experience_paths(state.instance, state.plan.designs, state.plan.decisions)
    if not paths:
        return
    last = max(next(iter(paths.values())).experience)
    ends = [f"{e} {number_format.share(way.curve.factor(way.experience[last]))}" for e, way in paths.items()]
    text = f"prices end at {number_format.listed(ends)} of those without"
    if state.instance.learning.mode == "fixed_point":
        counted = f", {met.rounds} round{'' if met.rounds == 1 else 's'}" if met is not None else ""
        text = f"learning by fixed point{counted}: a local answer; {text}"
    elif met is not None and met.chord_error_share is not None:
        text += f"; chords err by at most {number_format.share(met.chord_error_share)} of what learns"
    yield text
