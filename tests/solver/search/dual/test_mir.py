"""Mixed-integer rounding of any weighted sum of rows is valid for every plan, and cuts off points of the LP."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.search.dual.mir import AggregatedRow, with_cuts
from tests.named import named
from tests.solver.milp.test_safe_bounds import every_point, random_matrix

pytestmark = pytest.mark.slow

SEEDS = st.integers(0, 2**32 - 1)
TIMES = st.lists(st.one_of(st.just(0.0), st.floats(-3, 3)), min_size=4, max_size=4)


@settings(max_examples=50, deadline=None)
@given(SEEDS, TIMES, st.floats(0.1, 9), st.lists(st.booleans(), min_size=4, max_size=4))
def test_every_integer_point_satisfies_the_cut(seed: int, times: list[float], d: float, integer: list[bool]) -> None:
    """With multipliers of either sign, any divisor and any integer columns, every integer point satisfies the cut."""
    of = random_matrix(seed, integer=True).with_(integer=np.array(integer))
    cut = AggregatedRow(of, sp.csr_matrix(of.a), np.array(times)).rounded(d)
    assume(cut is not None)
    assert max(cut.violation(x) for x in every_point(of)) <= 0.0


def test_the_textbook_cut() -> None:
    """From 2 x + 2 y + s >= 3 with x, y integer, divided by 2: x + y + s >= 2, as f is a half."""
    of = Matrix(
        a=sp.csc_matrix(np.array([[2.0, 2.0, 1.0]])), row_lower=np.array([3.0]), row_upper=np.array([np.inf]),
        cost=np.ones(3), cost_offset=0.0, sign=1, lower=np.zeros(3), upper=np.full(3, 9.0),
        integer=np.array([True, True, False]), row_names=named(["row"]), column_names=named(["x", "y", "s"]),
    )  # fmt: skip
    total = AggregatedRow(of, sp.csr_matrix(of.a), np.ones(1))
    cut = total.rounded(2.0)
    assert cut is not None
    np.testing.assert_allclose(cut.coefficients, [1.0, 1.0, 1.0])
    np.testing.assert_allclose(cut.rhs, 2.0, rtol=1e-4)
    assert total.rounded(3.0) is None
    assert total.most_violated([2.0, 3.0], np.array([1.5, 0.0, 0.0]), 0.01) is not None
    assert total.most_violated([2.0, 3.0], np.array([1.0, 1.0, 0.0]), 0.01) is None


def test_slack_of_a_row_is_counted() -> None:
    """From x + y >= 1.5 less x >= 0.2, an integer y is required less the slack of x over 0.2."""
    of = Matrix(
        a=sp.csc_matrix(np.array([[1.0, 1.0], [1.0, 0.0]])), row_lower=np.array([1.5, 0.2]),
        row_upper=np.full(2, np.inf), cost=np.ones(2), cost_offset=0.0, sign=1, lower=np.zeros(2),
        upper=np.full(2, 9.0), integer=np.array([False, True]),
        row_names=named(["a", "b"]), column_names=named(["x", "y"]),
    )  # fmt: skip
    cut = AggregatedRow(of, sp.csr_matrix(of.a), np.array([1.0, -1.0])).rounded(1.0)
    assert cut is not None
    for x, keeps in (([0.2, 2.0], True), ([0.5, 1.0], True), ([0.4, 1.0], False), ([0.2, 1.3], False)):
        assert (cut.violation(np.array(x)) <= 0.0) == keeps


def test_cuts_raise_some_bounds() -> None:
    """Of random models some LPs are cut by a row on its own: rounding is not idle."""
    raised = 0
    for seed in range(20):
        of = random_matrix(seed, integer=True)
        lp = solve(of, Limits(), relax=True)
        assert lp.x is not None
        sums = [
            AggregatedRow(of, sp.csr_matrix(of.a), sign * np.eye(of.rows)[i])
            for i in range(of.rows)
            for sign in (1, -1)
        ]
        found = [total.most_violated([1.0, 2.0, 3.0, 4.0, 5.0], lp.x, 0.01) for total in sums]
        cuts = [cut for _, cut in filter(None, found)]
        raised += solve(with_cuts(of, cuts, "cut"), Limits(), relax=True).bound > lp.bound + 1e-6
    assert raised > 0
