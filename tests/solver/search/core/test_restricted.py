"""The restricted model is the whole one with less in it."""

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
    whole = matrix(variant)
    lp = relaxed(whole)
    assert lp.x is not None
    small = restricted(whole, lp.x)
    assert small.violation(lp.x).relative <= 1e-6
    assert relaxed(small).objective == pytest.approx(lp.objective, rel=1e-6)


@pytest.mark.parametrize("variant", sorted(VARIANTS))
def test_plan_of_the_restricted_model_is_one_of_the_whole(variant: str) -> None:
    """What branch and bound finds in the restricted model holds in the whole one and costs the same there."""
    whole = matrix(variant)
    lp = relaxed(whole)
    assert lp.x is not None
    found = solve(restricted(whole, lp.x), Limits(gap=0.1))
    assert found.x is not None
    assert whole.violation(found.x).relative <= 1e-6
    assert found.objective == whole.value(found.x)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.0, 1.0))
def test_kinds_in_use_anywhere_stay_open_everywhere(seed: int, share: float) -> None:
    """A load or route used in one period is open in all; one never used is closed in all; nothing else changes."""
    whole, rng = matrix("everything"), np.random.default_rng(seed)
    x = np.where(rng.random(whole.columns) < share, 1.0, 0.0)
    small = restricted(whole, x)
    used = {kind(whole.column_names[j]) for word in RESTRICTED for j in whole.columns_of(word) if x[j] > 0}
    for word in whole.column_names.components:
        for j in whole.columns_of(word):
            closed = word in RESTRICTED and kind(whole.column_names[j]) not in used
            assert small.upper[j] == (whole.lower[j] if closed else whole.upper[j])
    assert np.array_equal(small.lower, whole.lower)
    assert np.array_equal(small.row_upper, whole.row_upper)
