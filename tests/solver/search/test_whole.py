"""From fractional counts to whole ones nearby."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import scipy.sparse as sp

from solver.highs import solve
from solver.limits import Limits
from solver.matrix import Matrix, Names
from solver.search.integrality import kept_whole
from solver.search.whole import Budget, is_whole, make_whole
from tests.formulations.everything import VARIANTS, matrix

BUDGET = Budget(lambda: None, Limits(), -np.inf, None, None)


def two(row: tuple[float, float], low: float, high: float, names: tuple[str, str] = ("a.x[0]", "b.y[0]")) -> Matrix:
    """Two whole columns within 0 to 50 at cost 1 and 1, in one row."""
    return Matrix(
        a=sp.csc_matrix(np.array([row])),
        row_lower=np.array([low]),
        row_upper=np.array([high]),
        cost=np.ones(2),
        cost_offset=0.0,
        sign=1,
        lower=np.zeros(2),
        upper=np.full(2, 50.0),
        integer=np.ones(2, dtype=bool),
        row_names=Names(["row"]),
        column_names=Names(names),
    )


def test_is_whole_looks_at_whole_columns_only() -> None:
    """A fraction in a whole column counts, dust below 1e-6 and continuous columns do not."""
    of = two((1.0, 1.0), 0.0, 99.0)
    assert is_whole(of, np.array([3.0, 4.0 - 1e-9]))
    assert not is_whole(of, np.array([3.0, 4.1]))
    assert is_whole(of.with_(integer=np.array([True, False])), np.array([3.0, 4.1]))


def test_kept_counts_stay_and_the_others_move_to_whole_numbers_around() -> None:
    """With x held at 3, 2 x + y >= 10.4 moves y from 4.4 to 5."""
    found = make_whole(two((2.0, 1.0), 10.4, np.inf), np.array([3.0, 4.4]), np.array([True, False]), BUDGET)
    assert found is not None
    assert found.x == pytest.approx([3.0, 5.0])


def test_flights_are_set_free_where_the_rest_alone_has_no_point() -> None:
    """3 flights + 2 y = 11 has no whole y for the 2 flights held; with flights free it has 3 and 1, and 1 and 4."""
    of = two((3.0, 2.0), 11.0, 11.0, ("launch.flights[0]", "b.y[0]"))
    found = make_whole(of, np.array([2.0, 2.5]), np.array([True, False]), BUDGET)
    assert found is not None
    assert found.x is not None
    assert tuple(found.x) in {(3.0, 1.0), (1.0, 4.0)}


def test_nothing_comes_back_where_nothing_near_is_whole() -> None:
    """2 x + 2 y = 11 has no whole point at all, and a kept column of no flight is never moved."""
    assert make_whole(two((2.0, 2.0), 11.0, 11.0), np.array([2.0, 3.5]), np.array([True, False]), BUDGET) is None
    assert make_whole(two((3.0, 2.0), 11.0, 11.0), np.array([2.0, 2.5]), np.array([True, False]), BUDGET) is None


def test_time_that_is_used_up_still_gives_one_try() -> None:
    """With no seconds left a narrow model is still tried for a second."""
    spent = Budget(lambda: -5.0, Limits(seconds=1.0), -np.inf, threading.Event(), None)
    found = make_whole(two((2.0, 1.0), 10.4, np.inf), np.array([3.0, 4.4]), np.array([True, False]), spent)
    assert found is not None


@pytest.mark.parametrize("variant", sorted(VARIANTS))
def test_rounded_plans_hold_in_the_whole_model(variant: str) -> None:
    """From a plan with some fractional counts comes one with whole counts that breaks no row of the whole model."""
    whole = matrix(variant)
    lp = solve(whole, Limits(), relax=True)
    assert lp.x is not None
    assert lp.objective is not None
    kept = kept_whole(whole, lp.x, lp.objective, 0.2, "auto", 0.08)
    main = solve(whole.with_(integer=kept), Limits(gap=0.01))
    assert main.x is not None
    found = make_whole(whole, main.x, kept, BUDGET)
    assert found is not None
    assert found.x is not None
    assert is_whole(whole, found.x)
    assert whole.violation(found.x).relative <= 1e-6
    assert found.objective is not None
    assert found.objective >= main.bound - 1e-9
