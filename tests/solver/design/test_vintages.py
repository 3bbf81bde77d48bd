"""Tests of ``solver.design.vintages``."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from solver.design import vintages
from tests.solver.samples import design


def test_alive_decays_and_ends() -> None:
    """After infant mortality a constant hazard applies, and no node outlives its life."""
    assert vintages.alive(design(), 2.0) == pytest.approx(0.96 * math.exp(-0.06))
    assert vintages.alive(design(), 4.999) > 0
    assert vintages.alive(design(), 5.0) == 0


def test_array_margin_is_used_up_before_power_falls() -> None:
    """With accelerators that do not fail, power is full while the array exceeds the need, then falls."""
    faultless = design(accelerator_failure_share_per_year=0.0)
    assert vintages.it_share(faultless, 4.0, 0.0) == 1.0
    assert vintages.it_share(faultless, 5.0, 0.0) == pytest.approx(1.1 * 0.98**5)


def test_accelerators_bound_power_when_they_fail_faster() -> None:
    """The lesser of array and accelerators decides."""
    assert vintages.it_share(design(), 3.0, 0.0) == pytest.approx(0.95**3)


def test_throttling_multiplies_by_the_sunlit_share() -> None:
    """A node that throttles in eclipse yields its sunlit share of what it would yield."""
    assert vintages.it_share(design(sunlit_share=0.6), 3.0, 0.0) == pytest.approx(0.6 * 0.95**3)


def test_no_power_before_the_transfer_is_over() -> None:
    """A node on its way has its slot but no power; at the end of the transfer it works."""
    assert vintages.power_gw(design(), 0.49, 0.5) == 0
    assert vintages.occupied(design(), 0.49) > 0.9
    assert vintages.power_gw(design(), 0.5, 0.5) == pytest.approx(1e-3 * 0.96 * math.exp(-0.015) * 0.95**0.5)


def test_compute_follows_power_and_the_year_of_building() -> None:
    """EFLOP/s are those of a new node of its year, times the share alive and at work."""
    assert vintages.eflops(design(), 1.0, 0.0, 2.5) == pytest.approx(2.0 * 1.3**2.5 * 0.96 * math.exp(-0.03) * 0.95)


def test_derelicts_without_natural_decay_are_all_that_was_not_disposed_of() -> None:
    """After its life a node is a derelict unless its disposal worked: 3 in 4 of the failed, 1 in 10 of the others."""
    survivable_search = design(decay_years=1e12)
    survivors = 0.96 * math.exp(-0.15)
    assert vintages.derelict(survivable_search, 6.0) == pytest.approx(0.75 * (1 - survivors) + 0.1 * survivors)


def test_occupied_is_alive_and_dead_together() -> None:
    """Slots are taken by living nodes and by derelicts."""
    node = replace(design(), disposal_share=1.0, dead_disposal_share=0.0, decay_years=1e12)
    assert vintages.occupied(node, 3.0) == pytest.approx(1.0)
    assert vintages.occupied(design(), 3.0) == vintages.alive(design(), 3.0) + vintages.derelict(design(), 3.0)


def test_negative_age_is_refused() -> None:
    """A node that is not yet placed has no age."""
    with pytest.raises(ValueError, match="age_yr"):
        vintages.alive(design(), -0.1)
