"""Survival, derelicts and dose life against closed cases and numerical integration."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.physics import ageing


def test_alive_share() -> None:
    """Infant losses come at once, random ones with time, and nothing is alive from the end of life on."""
    assert ageing.alive_share(0.0, 0.02, 0.01) == pytest.approx(0.99)
    assert ageing.alive_share(5.0, 0.02, 0.01) == pytest.approx(0.99 * math.exp(-0.1))
    assert ageing.alive_share(5.0, 0.02, 0.01, life_yr=5.0) == 0.0


@given(st.floats(0.0, 20.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 5.0))
def test_alive_share_never_rises(age: float, hazard: float, infant: float, more: float) -> None:
    """The share alive stays within 0 and 1 and never rises with age."""
    share = ageing.alive_share(age, hazard, infant)
    assert 0.0 <= share <= 1.0
    assert ageing.alive_share(age + more, hazard, infant) <= share


def test_accelerator_share() -> None:
    """At 9 % a year 62.4 % of accelerators are left after five years."""
    assert ageing.accelerator_share(5.0, 0.09) == pytest.approx(0.6240, abs=5e-5)


@pytest.mark.parametrize(("losses", "stock"), [((), 500.0), ((0.025, 0.09), 376.0)])
def test_stock_of_a_constant_yearly_rate(losses: tuple[float, ...], stock: float) -> None:
    """100 GW a year with a five-year life levels off at 500 GW, or 376 GW with cell and accelerator losses."""
    assert ageing.steady_stock(100.0, 5.0, *losses) == pytest.approx(stock, rel=0.002)


def _integrated(age: float, hazard: float, life: float, decay: float) -> float:
    """Sum failures that have not decayed by brute force."""
    edges = np.linspace(0.0, min(age, life), 20001)
    when = 0.5 * (edges[1:] + edges[:-1])
    return float(np.sum(hazard * np.exp(-hazard * when - (age - when) / decay) * np.diff(edges)))


@given(st.floats(0.01, 30.0), st.floats(0.0, 0.5), st.floats(0.5, 15.0), st.floats(0.2, 500.0))
def test_derelicts_agree_with_integration(age: float, hazard: float, life: float, decay: float) -> None:
    """The closed form is the integral of failures not yet decayed."""
    closed = ageing.derelict_share(age, hazard_per_yr=hazard, life_yr=life, decay_yr=decay)
    assert closed == pytest.approx(_integrated(age, hazard, life, decay), rel=1e-5, abs=1e-12)


@pytest.mark.parametrize("offset", [0.0, 1e-9, 1e-7, 1e-5])
def test_derelicts_where_decay_equals_hazard(offset: float) -> None:
    """Where the formula is 0/0 the answer stays h t e^(-h t)."""
    found = ageing.derelict_share(4.0, hazard_per_yr=0.1 + offset, life_yr=10.0, decay_yr=10.0)
    assert found == pytest.approx(0.4 * math.exp(-0.4), rel=2e-4)


def test_derelicts_of_retirement_and_infancy() -> None:
    """Infant failures decay from age 0; retired nodes whose disposal failed decay from the end of life."""
    found = ageing.derelict_share(
        7.0,
        hazard_per_yr=0.0,
        life_yr=5.0,
        decay_yr=20.0,
        infant_mortality_share=0.1,
        undisposed_failure_share=0.5,
        undisposed_retirement_share=0.02,
    )
    assert found == pytest.approx(0.5 * 0.1 * math.exp(-7.0 / 20.0) + 0.02 * 0.9 * math.exp(-2.0 / 20.0))


def test_nothing_decays_in_an_infinite_time() -> None:
    """With no decay every failure stays: the derelict share is one minus the share alive."""
    found = ageing.derelict_share(4.0, hazard_per_yr=0.03, life_yr=9.0, decay_yr=math.inf, infant_mortality_share=0.02)
    assert found == pytest.approx(1.0 - ageing.alive_share(4.0, 0.03, 0.02))


@given(st.floats(0.0, 100.0), st.floats(0.0, 2.0), st.floats(0.1, 15.0), st.floats(0.01, 1e4), st.floats(0.0, 1.0))
def test_derelicts_are_a_share(age: float, hazard: float, life: float, decay: float, infant: float) -> None:
    """There is never less than no derelict and never more than one per node built."""
    found = ageing.derelict_share(
        age,
        hazard_per_yr=hazard,
        life_yr=life,
        decay_yr=decay,
        infant_mortality_share=infant,
        undisposed_retirement_share=1.0,
    )
    assert -1e-12 <= found <= 1.0 + 1e-12
