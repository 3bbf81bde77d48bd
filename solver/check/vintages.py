"""Vintages: share of nodes alive, output and derelicts by age."""

from __future__ import annotations

from solver.check.clock import INSTANT
from solver.check.context import compounded
from solver.physics import ageing
from solver.plan import Design


def alive(d: Design, age_years: float) -> float:
    """Return the share of the nodes placed that are alive at an age."""
    return ageing.alive_share(
        age_years,
        hazard_per_yr=d.hazard_share_per_year,
        infant_mortality_share=d.infant_mortality_share,
        life_yr=d.life_years,
    )


def output_share(d: Design, age_years: float, transfer_years: float) -> float:
    """Return the mean IT power per node placed over that of a new one.

    It is the product of the share alive, the lesser of array and accelerators, and the sunlit share.
    """
    if age_years < transfer_years - INSTANT:
        return 0.0
    array = d.array_share * compounded(-d.array_loss_share_per_year, age_years)
    accelerators = compounded(-d.accelerator_failure_share_per_year, age_years)
    return alive(d, age_years) * min(1.0, array, accelerators) * d.sunlit_share


def power_gw(d: Design) -> float:
    """Return the IT power of a new node, GW."""
    return d.power_kw * 1e-6


def eflops_built(d: Design, years: float) -> float:
    """Return the computing of a new node built that many years after the start of the horizon, EFLOP/s."""
    return d.eflops * compounded(d.eflops_growth_share_per_year, years)


def derelict(d: Design, age_years: float) -> float:
    """Return the dead objects in orbit per node placed, at an age."""
    return ageing.derelict_share(
        age_years,
        hazard_per_yr=d.hazard_share_per_year,
        life_yr=d.life_years,
        decay_yr=d.decay_years,
        infant_mortality_share=d.infant_mortality_share,
        undisposed_failure_share=1.0 - d.dead_disposal_share,
        undisposed_retirement_share=1.0 - d.disposal_share,
    )
