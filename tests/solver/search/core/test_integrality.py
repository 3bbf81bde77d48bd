"""Which counts branch and bound must decide: by rule, or by the price of rounding."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.search.core.integrality import decided_integers
from tests.formulations.everything import VARIANTS, matrix
from tests.named import named

NAMES = ("cheap.a[0]", "cheap.a[1]", "dear.b[0]", "dear.b[1]", "yes.c[0]", "nodes.loaded[0]", "rest.d[0]")
X = np.array([0.9, 1.0, 0.5, 2.0, 0.0, 3.2, 0.3])


def priced() -> Matrix:
    """Rounding up costs 0.1 x 3 for cheap, 0.5 x 10 for dear, 0.8 x 20 for nodes, nothing for the yes/no column."""
    n = len(NAMES)
    return Matrix(
        a=sp.csc_matrix(np.ones((1, n))),
        row_lower=np.array([-np.inf]),
        row_upper=np.array([100.0]),
        cost=np.array([3.0, 3.0, 10.0, 10.0, 7.0, 20.0, 1.0]),
        cost_offset=0.0,
        sign=1,
        lower=np.zeros(n),
        upper=np.array([9.0, 9.0, 9.0, 9.0, 1.0, 9.0, 9.0]),
        integer=np.array([True] * 6 + [False]),
        row_names=named(["row"]),
        column_names=named(NAMES),
    )


def kept(gap: float, rule: str = "auto", interest_share: float = 1.0) -> set[str]:
    """Variables whose columns stay integer; the LP optimum is 100, so a gap of 1 % may spend 0.1 on rounding."""
    columns = decided_integers(priced(), X, 100.0, gap, rule, interest_share)
    return {name.partition("[")[0] for name, integer in zip(NAMES, columns, strict=True) if integer}


def test_rules_all_and_none() -> None:
    """All keeps every integer column, none only binaries."""
    assert kept(1.0, "all") == {"cheap.a", "dear.b", "yes.c", "nodes.loaded"}
    assert kept(1.0, "none") == {"yes.c"}


@pytest.mark.parametrize(
    ("gap", "variables"),
    [
        (0.02, {"cheap.a", "dear.b", "yes.c", "nodes.loaded"}),
        (0.04, {"dear.b", "yes.c", "nodes.loaded"}),
        (0.51, {"dear.b", "yes.c", "nodes.loaded"}),
        (0.54, {"yes.c", "nodes.loaded"}),
        (2.20, {"yes.c"}),
    ],
)
def test_cheapest_kinds_are_rounded_while_the_budget_lasts(gap: float, variables: set[str]) -> None:
    """A tenth of the gap pays 0.3 for cheap, then 5 for dear, then 16 for nodes, one after the other."""
    assert kept(gap) == variables


def test_nodes_cost_only_a_period_of_interest() -> None:
    """A node rounded up is one less to build next: at 1 % interest its 16 are 0.16, the cheapest of all."""
    assert kept(0.02, interest_share=0.01) == {"cheap.a", "dear.b", "yes.c"}


def test_a_matrix_without_integer_columns_keeps_none() -> None:
    """There is nothing to keep where nothing is integer."""
    assert not decided_integers(priced().relaxed(), X, 100.0, 0.01, "auto", 1.0).any()


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(st.sampled_from(sorted(VARIANTS)), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_wider_gap_keeps_no_more(variant: str, gap: float, wider: float, interest_share: float) -> None:
    """What may be rounded within a gap may be rounded within a wider one; continuous columns are never kept."""
    full = matrix(variant)
    x, objective = lp_of(variant)
    narrow = decided_integers(full, x, objective, gap, "auto", interest_share)
    wide = decided_integers(full, x, objective, gap + wider, "auto", interest_share)
    assert not (wide & ~narrow).any()
    assert not (narrow & ~full.integer).any()


LPS: dict[str, tuple[np.ndarray, float]] = {}


def lp_of(variant: str) -> tuple[np.ndarray, float]:
    """LP optimum of a variant, solved once."""
    if variant not in LPS:
        lp = solve(matrix(variant), Limits(), relax=True)
        assert lp.x is not None
        assert lp.objective is not None
        LPS[variant] = lp.x, lp.objective
    return LPS[variant]
