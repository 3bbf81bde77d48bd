"""Vintages: share of nodes alive, output and derelicts of a design by age.

Plain functions of a design and an age in years, counted from the middle of the period in which the node was placed.
Shares are per node that arrived. The ageing laws are those of ``solver.physics.ageing``.
"""

from __future__ import annotations

from solver.instance.schema import Instance
from solver.physics.ageing import INSTANT_YR, accelerator_share, alive_share, derelict_share
from solver.plan import Design


def wait_years(instance: Instance, design: Design) -> float:
    """Return the years from launch, from the Earth or the Moon, to first power."""
    shell = instance.shells[design.shell]
    if instance.platforms[design.platform].made_on == "moon" and shell.from_moon is not None:
        return shell.from_moon.transfer_years
    return shell.transfer_years


def alive(design: Design, age: float) -> float:
    """Return the share of nodes placed that are alive at an age; 0 from the end of life on. ValueError below age 0."""
    return alive_share(
        age,
        hazard_per_yr=design.hazard_share_per_year,
        infant_mortality_share=design.infant_mortality_share,
        life_yr=design.life_years,
    )


def it_share(design: Design, age: float, transfer_years: float) -> float:
    """Return the IT power of a living node over that of a new one; zero until its transfer is complete.
    The lesser of the power of the array and of the remaining accelerators, times the sunlit share of a node that
    throttles in eclipse.
    """
    accelerators = accelerator_share(age, design.accelerator_failure_share_per_year)
    return min(powered_share(design, age, transfer_years), accelerators * design.sunlit_share)


def powered_share(design: Design, age: float, transfer_years: float) -> float:
    """Return the power that a living node in place can feed to accelerators, over that of a new one."""
    if age < transfer_years - INSTANT_YR:
        return 0.0
    array = design.array_share * (1.0 - design.array_loss_share_per_year) ** age
    return float(min(1.0, array) * design.sunlit_share)


def eflops_built(design: Design, built_years: float) -> float:
    """Return the EFLOP/s of a new node by the years from the start of the horizon to its purchase."""
    return float(design.eflops * (1.0 + design.eflops_growth_share_per_year) ** built_years)


def power_gw(design: Design, age: float, transfer_years: float) -> float:
    """Return the IT power expected from one node placed, GW."""
    return design.power_kw * 1e-6 * alive(design, age) * it_share(design, age, transfer_years)


def eflops(design: Design, age: float, transfer_years: float, built_years: float) -> float:
    """Return the EFLOP/s expected from one node placed; ``built_years`` from the start of the horizon."""
    return eflops_built(design, built_years) * alive(design, age) * it_share(design, age, transfer_years)


def derelict(design: Design, age: float) -> float:
    """Return the dead objects left in orbit, not yet decayed, per node placed."""
    return derelict_share(
        age,
        hazard_per_yr=design.hazard_share_per_year,
        life_yr=design.life_years,
        decay_yr=design.decay_years,
        infant_mortality_share=design.infant_mortality_share,
        undisposed_failure_share=1.0 - design.dead_disposal_share,
        undisposed_retirement_share=1.0 - design.disposal_share,
    )


def occupied(design: Design, age: float) -> float:
    """Return the slots occupied per node placed, by living and dead nodes."""
    return alive(design, age) + derelict(design, age)
