"""What a run finds, when: only better plans and bounds are kept, in the unit of the outcome."""

from __future__ import annotations

import time

import numpy as np
import pytest

from solver.errors import ModelError
from solver.milp.solution import Certificate, SearchEvent
from solver.run.gap import Conversion
from solver.run.incumbent_log import IncumbentLog, trace_text

X = np.zeros(1)


def _log(factor: float = 2.0) -> IncumbentLog:
    return IncumbentLog(time.monotonic(), Conversion(factor))


def _event(
    objective: float | None, bound: float | None, plan: bool = True, certificate: Certificate = Certificate.SOLVER
) -> SearchEvent:
    return SearchEvent(1.0, objective, bound, 7, certificate, "s", improved=True, x=X if plan else None)


def test_only_what_is_better_is_kept() -> None:
    """A dearer plan and a lower bound of a later search leave no step; values have the unit of the outcome."""
    log = _log()
    for event in (_event(None, 3.0, False), _event(5.0, None), _event(6.0, 2.0), _event(4.5, 4.0)):
        log.record(event)
    assert [(s.objective, s.bound) for s in log.trace] == [(None, 6.0), (10.0, 6.0), (9.0, 8.0)]


def test_a_bound_above_the_plan_is_rounding_or_a_contradiction() -> None:
    """Within the tolerance a bound above the plan becomes its cost; beyond it both numbers are named."""
    log = _log()
    log.record(_event(5.0, None))
    log.record(_event(None, 5.000001, False))
    assert log.incumbent.bound == 5.0
    with pytest.raises(ModelError, match=r"bound 5\.00001 .* objective 5 "):
        log.record(_event(None, 5.00001, False))
    with pytest.raises(ModelError, match=r"bound 5 .* objective 4\.9 "):
        log.record(_event(4.9, None))


def test_an_objective_without_its_plan_is_no_plan() -> None:
    """What a search within another tells of its own objective is not taken for a plan of the whole."""
    log = _log()
    log.record(_event(5.0, 1.0, plan=False))
    assert (log.incumbent.x, log.trace[-1].objective) == (None, None)


def test_progress_is_shown_with_what_the_whole_run_knows() -> None:
    """Beside the stage of a step stand plan, bound and gap of the run, not those of the step."""
    log = _log()
    log.record(_event(5.0, 4.0))
    shown = log.shown(SearchEvent(1.0, 99.0, 0.0, 7))
    assert (shown.objective, shown.bound, shown.nodes) == (10.0, 8.0, 7)
    assert shown.gap is not None
    assert abs(shown.gap - 0.2) < 1e-12


def test_a_trace_has_one_line_for_a_step_and_nothing_for_what_is_unknown() -> None:
    """The columns are those of the contract; seconds never fall."""
    log = _log()
    log.record(_event(None, 3.0, False, Certificate.LP_VERIFIED))
    log.record(_event(5.0, None))
    head, first, second, end = trace_text(log.trace).split("\n")
    assert head == "seconds,objective,bound,bound_kind,strategy"
    assert first.split(",")[1:] == ["", "6.0", "lp_verified", "s"]
    assert second.split(",")[1:] == ["10.0", "6.0", "lp_verified", "s"]
    assert float(first.split(",")[0]) <= float(second.split(",")[0])
    assert end == ""
