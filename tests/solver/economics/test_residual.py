"""Residual values by hand and by quadrature; the checker's own writing gives the same shares."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.check.context import Context
from solver.check.residual import node_service_share, present_residual
from solver.design.candidates import candidate_designs
from solver.economics.residual import (
    delivered_service_share,
    delivered_years_share,
    straight_line_share,
    wear_share,
)
from solver.plan import Claims, Decisions, Design, Plan
from tests.solver.small import small

DECLARED: dict[str, Any] = {"mass_t": 10.0, "cost_musd": 10.0, "life_years": 8.0}


def design_of(**changes: Any) -> Design:
    """The design of the small instance with other figures."""
    instance = small({"platforms.cube.declared": DECLARED})
    return replace(candidate_designs(instance)[0], **changes)


def context_of(rule: str, discount: float) -> Context:
    """Context of the checker of an empty plan of three years."""
    changes = {"money.salvage": rule, "horizon.discount_share_per_year": discount}
    instance = small(changes)
    claims = Claims(0.0, 0.0, 0.0, 1.0, 0, (), ())
    return Context.of(instance, Plan((), Decisions(), claims), {}, 1e-6)


def test_without_discounting_years_delivered_are_a_straight_line() -> None:
    """Three of ten years are over: 0.7 are left by both rules."""
    assert delivered_years_share(0.0, 8.0, 5.0, 10.0) == pytest.approx(0.7)
    assert straight_line_share(8.0, 5.0, 10.0) == pytest.approx(0.7)


def test_discounted_years_by_hand() -> None:
    """At e^-x a year, of two years the second is worth 1/(1 + e): discounted service after one year of two."""
    assert delivered_years_share(1.0, 1.0, 0.0, 2.0) == pytest.approx(1 / (1 + math.e))


@pytest.mark.parametrize(("ready", "share"), [(9.0, 1.0), (8.0, 1.0), (-2.0, 0.0), (-9.0, 0.0)])
def test_service_not_begun_counts_whole_and_over_counts_nothing(ready: float, share: float) -> None:
    """A life of ten years that begins after eight years, or is over then."""
    assert delivered_years_share(0.05, 8.0, ready, 10.0) == share
    assert straight_line_share(8.0, ready, 10.0) == share


def test_service_of_a_node_that_only_dies_by_hand() -> None:
    """A hazard acts as a discount rate: the share after one year of two at 0.6 + 0.4 a year."""
    design = design_of(life_years=2.0, hazard_share_per_year=0.6)
    assert delivered_service_share(design, 0.4, 1.0, 0.0) == pytest.approx(1 / (1 + math.e))


def test_a_node_on_its_way_keeps_all_its_value() -> None:
    """Service begins after the transfer of three years; at an age of one all of it is to come."""
    assert delivered_service_share(design_of(), 0.05, 1.0, 3.0) == 1.0


@pytest.mark.slow
@given(
    st.floats(0.0, 0.3), st.floats(0.0, 0.5), st.floats(1.0, 1.4), st.floats(0.0, 0.2), st.floats(0.0, 0.2),
    st.floats(0.0, 12.0), st.floats(0.0, 3.0),
)  # fmt: skip
def test_service_is_the_integral_and_that_of_the_checker(
    discount: float, hazard: float, spare: float, array: float, chips: float, age: float, wait: float
) -> None:
    """The closed form is the sum over 200,000 slices, and what the checker finds by quadrature, to 1e-6."""
    design = design_of(
        hazard_share_per_year=hazard, array_share=spare, array_loss_share_per_year=array,
        accelerator_failure_share_per_year=chips,
    )  # fmt: skip
    share = delivered_service_share(design, math.log1p(discount), age, wait)
    assert 0.0 <= share <= 1.0
    step = (design.life_years - wait) / 200_000
    ages = wait + (np.arange(200_000) + 0.5) * step
    output = np.minimum(1.0, np.minimum(spare * (1 - array) ** ages, (1 - chips) ** ages))
    worth = output * np.exp(-hazard * ages) * (1 + discount) ** -ages
    assert share == pytest.approx(worth[ages > age].sum() / worth.sum(), abs=2e-5)
    assert share == pytest.approx(node_service_share(context_of("delivered", discount), design, age, wait), abs=1e-9)


@pytest.mark.slow
@given(st.sampled_from(["straight_line", "delivered"]), st.floats(0.0, 0.4), st.floats(-9, 3), st.floats(0.1, 40))
def test_what_is_left_of_years_is_that_of_the_checker_and_never_above_the_price(
    rule: str, discount: float, ready: float, life: float
) -> None:
    """Present values of 100 MUSD bought half a year before the first use, by both writings."""
    bought, x = max(0.0, ready - 0.5), context_of(rule, discount)
    if rule == "delivered":
        expected = 100 * (1 + discount) ** -bought * delivered_years_share(math.log1p(discount), 3.0, ready, life)
    else:
        expected = 100 * (1 + discount) ** -3.0 * straight_line_share(3.0, ready, life)
    found = present_residual(x, 100.0, bought, ready, life)
    assert found == pytest.approx(expected, rel=1e-8, abs=1e-8)
    assert found <= 100 * (1 + discount) ** -bought * (1 + 1e-12)


@pytest.mark.parametrize(
    ("life", "loss", "share"), [(20, 0.0, 0.05), (20, 0.02, 0.04), (20, 0.1, 0.0), (1000, 0.25, 0)]
)
def test_losses_take_wear_from_a_flight_and_never_give_life(life: float, loss: float, share: float) -> None:
    """A twentieth of a life a flight, less half a life for each one lost, and never below zero."""
    assert wear_share(life, loss) == pytest.approx(share)
