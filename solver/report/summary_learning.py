"""Line of the summary on learning curves."""

from __future__ import annotations

from collections.abc import Iterator

from solver.economics.learning import experience_paths
from solver.report import number_format
from solver.run.manifest_schema import LearningRecord
from solver.tables import PlanState


def learning_lines(state: PlanState, record: LearningRecord | None) -> Iterator[str]:
    """Yield one line where learning is in use: its mode, and the last price of each component."""
    paths = experience_paths(state.instance, state.plan.designs, state.plan.decisions)
    if not paths:
        return
    last = max(next(iter(paths.values())).experience)
    ends = [f"{e} {number_format.share(way.curve.factor(way.experience[last]))}" for e, way in paths.items()]
    text = f"prices end at {number_format.listed(ends)} of prices without learning"
    if state.instance.learning.mode == "fixed_point":
        counted = f", {record.rounds} round{'' if record.rounds == 1 else 's'}" if record is not None else ""
        text = f"learning by fixed point{counted}: not proven optimal; {text}"
    elif record is not None and record.chord_error_share is not None:
        text += f"; linearisation error at most {number_format.share(record.chord_error_share)} of learning costs"
    yield text
