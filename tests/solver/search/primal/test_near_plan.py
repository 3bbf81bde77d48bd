"""A plan that breaks new rows is repaired; a bound above the repaired plan is an alarm, and never lowered to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from solver.errors import ContradictionError
from solver.milp.limits import Limits
from solver.search.core.state import SearchOptions
from solver.search.primal import near_plan as module
from tests.solver.search.covering import whole_model

MATRIX = whole_model([[1.0, 1.0], [1.0, 0.0]], [4.0, 0.0], [np.inf, 2.0], [1.0, 3.0])
"""At least four of both and at most two of the cheap one: the best plan costs eight."""


def test_a_plan_is_repaired_with_its_bound() -> None:
    """Three of the cheap one break the second row; two of each cost eight, as much as the LP relaxation."""
    found = module.near_plan(MATRIX, np.array([3.0, 1.0]), None, SearchOptions(Limits(gap=0.0)))
    assert found is not None
    assert found[0].x is not None
    assert found[0].x.tolist() == pytest.approx([2.0, 2.0])
    assert found[0].bound == pytest.approx(8.0)


def test_a_bound_above_the_plan_is_an_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    """A relaxation that claims nine beside a plan of eight is wrong: both numbers are named."""
    right = module.solve

    def false_bound(*given: Any, relax: bool = False, **named: Any) -> Any:
        found = right(*given, relax=relax, **named)
        return replace(found, incumbent=replace(found.incumbent, objective=None, bound=9.0)) if relax else found

    monkeypatch.setattr(module, "solve", false_bound)
    with pytest.raises(ContradictionError, match=r"bound 9 .* lies above the objective 8"):
        module.near_plan(MATRIX, np.array([3.0, 1.0]), None, SearchOptions(Limits(gap=0.0)))
