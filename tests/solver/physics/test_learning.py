"""Wright's law against the published launch-price curve."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from solver.physics import learning

LAUNCH = {"start": 400.0, "start_cost": 1800.0, "learning_rate": 0.2}
RATE = st.floats(0.0, 0.6)


@pytest.mark.parametrize(("price", "more_t", "published_t"), [(200.0, 367_900, 370_000), (300.0, 104_100, 104_000)])
def test_mass_to_reach_a_launch_price(price: float, more_t: float, published_t: float) -> None:
    """From 1,800 USD/kg at 400 t, 200 and 300 USD/kg need the published further masses, to 1 %."""
    costs = [learning.unit_cost(400.0 + further_t, **LAUNCH) for further_t in (more_t + 50.0, more_t - 50.0)]
    assert costs[0] < price < costs[1]
    assert more_t == pytest.approx(published_t, rel=0.01)


def test_launch_spend_on_the_way() -> None:
    """Reaching 200 USD/kg costs 108 GUSD of launches."""
    spend_kusd = learning.cumulative_spend(400.0 + 367_900.0, **LAUNCH)
    assert spend_kusd / 1e6 == pytest.approx(108.0, abs=0.5)


@given(st.floats(1.0, 1e6), RATE)
def test_one_doubling_saves_the_learning_rate(cumulative: float, rate: float) -> None:
    """Twice the production costs one minus the rate."""
    before = learning.unit_cost(cumulative, 1.0, 100.0, rate)
    assert learning.unit_cost(2.0 * cumulative, 1.0, 100.0, rate) == pytest.approx((1.0 - rate) * before)


@pytest.mark.parametrize("rate", [0.0, 0.2, 0.4999999999, 0.5, 0.5000000001, 0.6])
def test_spend_is_the_integral_of_unit_cost(rate: float) -> None:
    """Cumulative spend agrees with a fine sum of unit costs, also where the closed form is 0/0."""
    edges = np.geomspace(10.0, 10_000.0, 20001)
    middle = np.sqrt(edges[1:] * edges[:-1])
    summed = math.fsum(
        learning.unit_cost(float(x), 10.0, 7.0, rate) * float(dx) for x, dx in zip(middle, np.diff(edges), strict=True)
    )
    assert learning.cumulative_spend(10_000.0, 10.0, 7.0, rate) == pytest.approx(summed, rel=1e-6)


@given(st.floats(1.0, 1e5), st.floats(1.0, 1e5), RATE)
def test_spend_adds_up_over_stages(first: float, second: float, rate: float) -> None:
    """Spending to a middle point and on from there is spending to the end."""
    middle, end = 1.0 + first, 1.0 + first + second
    whole = learning.cumulative_spend(end, 1.0, 5.0, rate)
    onwards = learning.cumulative_spend(end, middle, learning.unit_cost(middle, 1.0, 5.0, rate), rate)
    assert whole == pytest.approx(learning.cumulative_spend(middle, 1.0, 5.0, rate) + onwards, rel=1e-6)


def test_nonsense_is_refused() -> None:
    """A rate of one, and spending backwards, are refused by name."""
    with pytest.raises(ValueError, match="learning_rate"):
        learning.unit_cost(2.0, 1.0, 1.0, 1.0)
    with pytest.raises(ValueError, match="cumulative"):
        learning.cumulative_spend(1.0, 2.0, 1.0, 0.2)


def test_the_curve_repeats_the_published_launch_price() -> None:
    """From 400 t at 1,800 USD/kg, a ninth of the price takes 367,900 t more and 108 GUSD on the way."""
    curve = learning.Curve(400.0, 0.2)
    reached = 400.0 + 367_900.0
    assert 1800.0 * curve.factor(reached) == pytest.approx(200.0, rel=1e-3)
    # Tonnes times USD/kg are thousands of USD.
    assert 1800.0 * curve.spend(reached) / 1e6 == pytest.approx(108.0, abs=0.5)


def test_a_floor_ends_the_fall() -> None:
    """At the floor the price stays, and spending goes on in a straight line."""
    curve = learning.Curve(100.0, 0.5, 0.25)
    assert curve.floor_reached == pytest.approx(400.0)
    assert curve.factor(1e6) == 0.25
    assert curve.spend(1000.0) - curve.spend(400.0) == pytest.approx(0.25 * 600.0)
    assert curve.spend(400.0) == pytest.approx(100.0 * math.log(4.0))


def test_what_was_paid_before_the_start() -> None:
    """On a curve that held from the first unit, spending by the start is the start over the power; endless at 50 %."""
    curve = learning.Curve(100.0, 0.2)
    assert curve.history() == pytest.approx(100.0 / (1.0 + math.log2(0.8)))
    assert learning.Curve(1.0, 0.5).history() == math.inf


@given(st.floats(1.0, 1e4), RATE, st.floats(0.0, 1.0), st.floats(1.0, 1e3), st.floats(1.0, 1e3))
@example(1.0, 0.0, 0.0, 1.0, 1.0000000000000002)
def test_spending_is_concave(start: float, rate: float, floor: float, one: float, other: float) -> None:
    """The curve at the middle of two points is never below the middle of the two, but for rounding of that middle."""
    curve = learning.Curve(start, rate, floor)
    a, b = start * one, start * other
    assert curve.spend((a + b) / 2) >= (curve.spend(a) + curve.spend(b)) / 2 * (1 - 1e-9) - 1e-14 * (a + b)
