"""Investments by rounding: sums over time stay within one, and unprofitable developments are closed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from solver.milp.limits import Limits
from solver.milp.matrix import Floats
from solver.search.core.developments import DEVELOPMENTS
from solver.search.core.settings import DEFAULT
from solver.search.core.state import SearchOptions, SearchState
from solver.search.core.sub_mip import SubMip
from solver.search.primal.investments import THRESHOLDS, Investments
from solver.search.primal.rounding import rounding
from tests.solver.search.covering import begun, covering, drawn, optimum

SEEDS = st.integers(0, 2**32 - 1)


def descent(seed: int) -> Investments:
    """A descent at the LP optimum of a drawn model."""
    of = drawn(seed)
    found = Investments.from_lp(SubMip.of(of), SearchState(of, SearchOptions(Limits(gap=0.0))))
    assert found is not None
    return found


def rounded_sums(seed: int, threshold: float, orders: list[float]) -> Iterator[tuple[Floats, Floats]]:
    """Return sums over time of each platform's integer orders, and of the fractional orders before rounding."""
    of = descent(seed)
    columns = of.matrix.columns_of("lines.ordered")
    x = of.point.x.copy()
    x[columns] = orders
    of.point = replace(of.point, x=x)
    at = of._cumulative(columns, threshold)
    assert np.array_equal(at, np.rint(at))
    for platform in (slice(0, 2), slice(2, 4)):
        yield np.cumsum(at[platform]), np.cumsum(orders[platform])


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(SEEDS, st.sampled_from(THRESHOLDS), st.lists(st.floats(0, 2), min_size=4, max_size=4))
def test_sums_over_time_are_less_than_one_above(seed: int, threshold: float, orders: list[float]) -> None:
    """Whole orders of each platform add up, at any time, to less than one more than the LP's."""
    for rounded, fractional in rounded_sums(seed, threshold, orders):
        assert (rounded <= fractional + 1 - threshold + 1e-6).all()


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(SEEDS, st.sampled_from(THRESHOLDS), st.lists(st.floats(0, 1), min_size=4, max_size=4))
def test_sums_over_time_are_no_more_than_the_threshold_below(seed: int, threshold: float, orders: list[float]) -> None:
    """Where no bound of two orders holds them, they add up to the LP's sum less the threshold, or more."""
    for rounded, fractional in rounded_sums(seed, threshold, orders):
        assert (rounded >= fractional - threshold - 1e-6).all()


def test_hardly_used_unprofitable_developments_are_closed() -> None:
    """Flights of b are cheaper by less than its development costs: the LP uses a share of it, a plan none."""
    of = covering((1.0, 4.0), (1.0, 1.0), (2.0, 1.0), (1.0, 1.1))
    state, lp = begun(of)
    assert lp.x is not None
    assert 0.0 < lp.x[of.columns_of("lines.development_started")][2:].min() < 0.1
    assert rounding(state, lp.x, DEFAULT)
    assert state.x is not None
    assert state.x[of.columns_of("lines.development_started")][2:].tolist() == [0.0, 0.0]
    assert state.objective == pytest.approx(optimum(of))


def test_developments_used_in_full_stay() -> None:
    """A development that the demand cannot do without is begun, whatever it costs."""
    of = covering((1.0, 20.0), (1.0, 1.0), (2.0, 1.0), (2.0, 6.0))
    state, lp = begun(of)
    assert lp.x is not None
    assert rounding(state, lp.x, DEFAULT)
    assert state.x is not None
    assert state.x[of.columns_of("lines.development_started")][2:].max() == 1.0


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_developments_and_orders_become_integral(seed: int) -> None:
    """Rounded investments are integral and within the rows, and paths never fall."""
    of = descent(seed)
    assume(of.run())
    for variable in (*DEVELOPMENTS, "lines.ordered"):
        at = of.point.x[of.matrix.columns_of(variable)]
        assert at == pytest.approx(np.rint(at), abs=1e-6)
    assert of.matrix.violation(of.point.x).relative <= 1e-6
    for platform in (slice(0, 2), slice(2, 4)):
        path = of.point.x[of.matrix.columns_of("lines.development_started")][platform]
        assert path[1] >= path[0] - 1e-6


def test_a_development_begins_when_it_is_first_needed() -> None:
    """Demand stands in the second period only, and opening is paid by the period: nothing is opened in the first."""
    of = covering((4.0, 4.0), (1.0, 1.0), (2.0, 2.5), (0.0, 1.0))
    state, lp = begun(of)
    assert lp.x is not None
    assert rounding(state, lp.x, DEFAULT)
    assert state.x is not None
    opened = state.x[of.columns_of("lines.development_started")].reshape(2, 2)
    assert opened[:, 0].max() == 0.0
    assert opened[:, 1].sum() == 1.0
    assert state.objective == pytest.approx(optimum(of))


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_a_submitted_point_is_a_plan(seed: int) -> None:
    """No offer lies below the optimum."""
    of = drawn(seed)
    state, lp = begun(of)
    assert lp.x is not None
    rounding(state, lp.x, DEFAULT)
    assert state.objective >= optimum(of) - 1e-6


def test_orders_without_a_feasible_rounding_are_fixed_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any order there is no point; fixed one after another from the LP, orders are integral and sufficient."""
    monkeypatch.setattr(Investments, "_cumulative", lambda _self, columns, _threshold: np.zeros(len(columns)))
    of = covering((1.0, 9.0), (1.0, 1.0), (2.0, 1.0), (1.0, 1.5))
    investments = Investments.from_lp(SubMip.of(of), SearchState(of, SearchOptions(Limits(gap=0.0))))
    assert investments is not None
    assert investments.run()
    ordered = investments.point.x[of.columns_of("lines.ordered")]
    assert ordered == pytest.approx(np.rint(ordered), abs=1e-6)
    assert ordered.sum() >= 1
    assert of.violation(investments.point.x).relative <= 1e-6
