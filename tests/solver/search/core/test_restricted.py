"""The restricted model is the full one with fewer open columns."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.milp.solution import Solution
from solver.search.core.restricted import RESTRICTED, restricted
from tests.formulations.everything import VARIANTS, matrix


def kind(name: str) -> str:
    """The name of a column without its period."""
    return name[: name.rindex(",")]


def relaxed(of: Matrix) -> Solution:
    """The LP optimum."""
    return solve(of, Limits(), relax=True)


@pytest.mark.parametrize("variant", sorted(VARIANTS))
def test_lp_optimum_stays(variant: str) -> None:
    """The LP optimum itself uses nothing that is closed, so the restricted LP has the same optimum."""
    full = matrix(variant)
    lp = relaxed(full)
    assert lp.x is not None
    small = restricted(full, lp.x)
    assert small.violation(lp.x).relative <= 1e-6
    assert relaxed(small).objective == pytest.approx(lp.objective, rel=1e-6)


@pytest.mark.parametrize("variant", sorted(VARIANTS))
def test_plan_of_the_restricted_model_is_one_of_the_full_model(variant: str) -> None:
    """A plan of the restricted model is one of the full model, at the same cost."""
    full = matrix(variant)
    lp = relaxed(full)
    assert lp.x is not None
    found = solve(restricted(full, lp.x), Limits(gap=0.1))
    assert found.x is not None
    assert full.violation(found.x).relative <= 1e-6
    assert found.objective == full.value(found.x)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.0, 1.0))
def test_kinds_in_use_anywhere_stay_open_everywhere(seed: int, share: float) -> None:
    """A load or route used in one period is open in all; one never used is closed in all; nothing else changes."""
    full, rng = matrix("everything"), np.random.default_rng(seed)
    x = np.where(rng.random(full.columns) < share, 1.0, 0.0)
    small = restricted(full, x)
    used = {kind(full.column_names[j]) for variable in RESTRICTED for j in full.columns_of(variable) if x[j] > 0}
    for variable in full.column_names.components:
        for j in full.columns_of(variable):
            closed = variable in RESTRICTED and kind(full.column_names[j]) not in used
            assert small.upper[j] == (full.lower[j] if closed else full.upper[j])
    assert np.array_equal(small.lower, full.lower)
    assert np.array_equal(small.row_upper, full.row_upper)
