"""What a run finds, when: only better plans and bounds are kept, in the unit of the outcome."""

from __future__ import annotations

import time

import numpy as np

from solver.milp.solution import Progress
from solver.run.incumbent_log import Record, trace_text
from solver.search.core.state import Mark

X = np.zeros(1)


def _record(factor: float = 2.0) -> Record:
    return Record(time.monotonic(), factor)


def _mark(objective: float | None, bound: float | None, plan: bool = True, kind: str = "solver") -> Mark:
    return Mark(objective, bound, kind, "s", X if plan else None)


def test_only_what_is_better_is_kept() -> None:
    """A dearer plan and a lower bound of a later search leave no step; values are told in the unit of the outcome."""
    record = _record()
    for mark in (_mark(None, 3.0, False), _mark(5.0, None), _mark(6.0, 2.0), _mark(4.5, 4.0)):
        record.hear(mark)
    assert [(s.objective, s.bound) for s in record.steps] == [(None, 6.0), (10.0, 6.0), (9.0, 8.0)]


def test_a_bound_never_lies_above_the_plan() -> None:
    """A bound that says no more than that nothing cheaper is left is the plan's own cost."""
    record = _record()
    record.hear(_mark(5.0, None))
    record.hear(_mark(None, 7.0, False))
    assert record.bound == 5.0


def test_an_objective_without_its_plan_is_no_plan() -> None:
    """What a search within another tells of its own objective is not taken for a plan of the whole."""
    record = _record()
    record.hear(_mark(5.0, 1.0, plan=False))
    assert (record.x, record.steps[-1].objective) == (None, None)


def test_progress_is_shown_with_what_the_whole_run_knows() -> None:
    """Beside the stage of a step stand plan, bound and gap of the run, not those of the step."""
    record = _record()
    record.hear(_mark(5.0, 4.0))
    shown = record.shown(Progress(1.0, 99.0, 0.0, 1.0, 7))
    assert (shown.objective, shown.bound, shown.nodes) == (10.0, 8.0, 7)
    assert shown.gap is not None
    assert abs(shown.gap - 0.2) < 1e-12


def test_a_trace_has_one_line_for_a_step_and_nothing_for_what_is_unknown() -> None:
    """The columns are those of the contract; seconds never fall."""
    record = _record()
    record.hear(_mark(None, 3.0, False, "lp_verified"))
    record.hear(_mark(5.0, None))
    head, first, second, end = trace_text(record.steps).split("\n")
    assert head == "seconds,objective,bound,bound_kind,strategy"
    assert first.split(",")[1:] == ["", "6.0", "lp_verified", "s"]
    assert second.split(",")[1:] == ["10.0", "6.0", "lp_verified", "s"]
    assert float(first.split(",")[0]) <= float(second.split(",")[0])
    assert end == ""
