"""Survival of nodes, derelicts and ageing in the checker's own writing, from a design and an age in years.

Failures come at a constant rate h from the middle of the period of arrival on, after infant failures at age 0. Objects
that are not removed decay at the rate d = 1 / decay time.
"""

from __future__ import annotations

import math

from solver.check.calendar import INSTANT
from solver.check.context import compounded
from solver.plan import Design


def alive(d: Design, age_years: float) -> float:
    """Return the share of the nodes placed that are alive at an age; none from the end of life on."""
    if age_years >= d.life_years:
        return 0.0
    return _working(d, age_years)


def _working(d: Design, age_years: float) -> float:
    """Return the share that has not failed by an age, whatever the life."""
    kept_each_year = math.exp(-d.hazard_share_per_year)
    return (1.0 - d.infant_mortality_share) * math.pow(kept_each_year, age_years)


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
    """Return the dead objects in orbit per node placed, at an age.

    Failures of a moment s add h e^(-h s) objects, of which e^(-d (age - s)) are left: an exponential in s, whose mean
    over the time at work is the logarithmic mean of its two ends.
    """
    decay = 1.0 / d.decay_years
    worked = min(age_years, d.life_years)
    oldest = math.exp(-decay * age_years)
    newest = math.exp(-d.hazard_share_per_year * worked) * math.exp(-decay * (age_years - worked))
    spread = (decay - d.hazard_share_per_year) * worked
    failed = d.hazard_share_per_year * worked * _logarithmic_mean(oldest, newest, spread)
    dead = d.infant_mortality_share * oldest + (1.0 - d.infant_mortality_share) * failed
    objects = (1.0 - d.dead_disposal_share) * dead
    if age_years >= d.life_years:
        left = math.exp(-decay * (age_years - d.life_years))
        objects += (1.0 - d.disposal_share) * _working(d, d.life_years) * left
    return objects


def _logarithmic_mean(first: float, last: float, log_ratio: float) -> float:
    """Return the mean of an exponential between two ends, ``log_ratio`` = ln(last / first)."""
    size = abs(log_ratio)
    return max(first, last) * (-math.expm1(-size) / size if size > 0.0 else 1.0)
