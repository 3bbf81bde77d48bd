"""Ageing of nodes: shares of nodes alive, of accelerators and of derelicts by age, and the stock of constant additions.

Random failures have a constant hazard; infant failures happen at age 0; a compound yearly loss of share x leaves
(1 - x)^age.
"""

from __future__ import annotations

import math

from solver.physics.guard import require_not_negative, require_positive, require_share

INSTANT_YR = 1e-6
"""Half a minute: an age that is short of the life by less has reached it, whatever rounding did to both."""


def alive_share(
    age_yr: float, hazard_per_yr: float, infant_mortality_share: float = 0.0, life_yr: float = math.inf
) -> float:
    """Return the share of nodes built that still work at an age; zero from the end of life on."""
    require_not_negative(age_yr=age_yr, hazard_per_yr=hazard_per_yr)
    require_share(infant_mortality_share=infant_mortality_share)
    require_positive(life_yr=life_yr)
    if age_yr >= life_yr - INSTANT_YR:
        return 0.0
    return (1.0 - infant_mortality_share) * math.exp(-hazard_per_yr * age_yr)


def accelerator_share(age_yr: float, yearly_loss_share: float) -> float:
    """Return the share of accelerators left at an age, with compound loss and no replacement.

    9 % a year is the fleet figure of Meta's Llama 3 training as used by McCalip (2025).
    """
    require_not_negative(age_yr=age_yr)
    require_share(yearly_loss_share=yearly_loss_share)
    return float((1.0 - yearly_loss_share) ** age_yr)


def steady_stock(added_per_yr: float, life_yr: float, *yearly_loss_shares: float) -> float:
    """Return the stock at which constant yearly additions level off, in the unit added.

    Additions x the integral over the life of what is left: rate x (1 - e^(-kL)) / k with k the sum of
    -ln(1 - loss). Without losses it is rate x life.
    """
    require_not_negative(added_per_yr=added_per_yr)
    require_positive(life_yr=life_yr, kept_share=math.prod(1.0 - loss for loss in yearly_loss_shares))
    require_share(**{f"yearly_loss_share_{i}": loss for i, loss in enumerate(yearly_loss_shares)})
    rate = -sum(math.log1p(-loss) for loss in yearly_loss_shares)
    if rate == 0.0:
        return added_per_yr * life_yr
    return added_per_yr * -math.expm1(-rate * life_yr) / rate


def derelict_share(
    age_yr: float,
    *,
    hazard_per_yr: float,
    life_yr: float,
    decay_yr: float,
    infant_mortality_share: float = 0.0,
    undisposed_failure_share: float = 1.0,
    undisposed_retirement_share: float = 0.0,
) -> float:
    """Return the derelict objects expected per node built at an age: dead, left in orbit, not yet decayed.

    Three sources, each then decaying as e^(-t/D) with D the mean natural decay time ``decay_yr``: infant failures
    at age 0; random failures at hazard h up to the end of life L; nodes alive at L whose disposal fails. Of the
    failures a share p cannot dispose of themselves, of the retirements a share r. With i the infant share, d = 1/D
    and m = min(age, L):

    p i e^(-d age) + p (1-i) h (e^(-h m - d (age-m)) - e^(-d age)) / (d - h) + [age >= L] r (1-i) e^(-h L - d (age-L))

    Exact for exponential decay; a real orbit decays slowly first and fast last, so it is spread too widely in time.
    """
    require_not_negative(age_yr=age_yr, hazard_per_yr=hazard_per_yr)
    require_positive(life_yr=life_yr, decay_yr=decay_yr)
    require_share(
        infant_mortality_share=infant_mortality_share,
        undisposed_failure_share=undisposed_failure_share,
        undisposed_retirement_share=undisposed_retirement_share,
    )
    decay_rate = 1.0 / decay_yr
    at_work = min(age_yr, life_yr)
    infant = infant_mortality_share * math.exp(-decay_rate * age_yr)
    random = (1.0 - infant_mortality_share) * _failed_not_decayed(hazard_per_yr, decay_rate, at_work, age_yr)
    retired = 0.0
    if age_yr >= life_yr - INSTANT_YR:
        survivors = (1.0 - infant_mortality_share) * math.exp(-hazard_per_yr * life_yr)
        retired = survivors * math.exp(-decay_rate * (age_yr - life_yr))
    return undisposed_failure_share * (infant + random) + undisposed_retirement_share * retired


def _failed_not_decayed(hazard: float, decay_rate: float, at_work_yr: float, age_yr: float) -> float:
    """Integrate h e^(-h s) e^(-d (age - s)) over s from 0 to the time at work."""
    gap = decay_rate - hazard
    still_there = math.exp(-decay_rate * age_yr)
    if abs(gap) * at_work_yr < 1e-6:
        # The closed form is 0/0 where decay and hazard agree; two terms of the series are exact to 1e-12 here.
        return hazard * at_work_yr * still_there * (1.0 + 0.5 * gap * at_work_yr)
    latest = math.exp(-hazard * at_work_yr - decay_rate * (age_yr - at_work_yr))
    return hazard * (latest - still_there) / gap
