"""Plant needed for a stream of product in a lunar industry: Leontief sums over its activities.

Everything is assumed to be made on the Moon; a commodity that no activity makes is imported and needs no plant. Years
are calendar years with their light and availability. Units are t, years and kW; sums that do not converge are infinite.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from solver.instance.moon import Activity, Moon

HOURS_PER_YEAR = 8766.0
ROUNDS = 500


def at_work_share(moon: Moon, activity: Activity) -> float:
    """Return the share of the year in which an activity works: in the light, and at night where power is stored."""
    stored = any(a.does == "storage" for a in moon.activities.values())
    time = 1.0 if stored and activity.does in ("make", "assemble") else moon.illumination_share
    return activity.availability_share * time


def plant_per_kw(moon: Moon) -> float:
    """Return the plant that delivers one kW on average over the year, t, with the best power activity."""
    best = [(a.power_kw_per_t or 0.0) * at_work_share(moon, a) for a in moon.activities.values() if a.does == "power"]
    return 1.0 / max(best) if best and max(best) > 0 else 0.0


def plant_per_stream(moon: Moon) -> dict[str, float]:
    """Return the plant that makes one t a year of each commodity, with that of its feed and power, t.

    Where several activities make a commodity, the one with the least plant counts.
    """
    per_kw = plant_per_kw(moon)
    needed = dict.fromkeys(moon.commodities, 0.0)
    for _ in range(ROUNDS):
        new = dict.fromkeys(moon.commodities, math.inf)
        for activity in moon.activities.values():
            if activity.makes is not None and activity.makes in new:
                fed = sum(share * needed.get(j, 0.0) for j, share in activity.feed.items())
                new[activity.makes] = min(new[activity.makes], _own(moon, activity, per_kw) + fed)
        new = {j: 0.0 if math.isinf(total) else total for j, total in new.items()}
        if all(abs(new[j] - needed[j]) <= 1e-9 * max(1.0, new[j]) for j in new):
            return new
        needed = new
    return dict.fromkeys(moon.commodities, math.inf)


def plant_per_product(moon: Moon, bill: Mapping[str, float]) -> float:
    """Return the plant that makes one t a year of a product with a bill by commodity, t: materials and assembly."""
    streams, per_kw = plant_per_stream(moon), plant_per_kw(moon)
    assembly = [
        _own(moon, a, per_kw) + sum(share * streams.get(j, 0.0) for j, share in a.feed.items())
        for a in moon.activities.values()
        if a.does == "assemble"
    ]
    return sum(share * streams.get(j, 0.0) for j, share in bill.items()) + min(assembly, default=0.0)


def _own(moon: Moon, activity: Activity, per_kw: float) -> float:
    """Return the plant of an activity and of its power, for one t a year."""
    rate = (activity.productivity_t_per_t_year or 0.0) * at_work_share(moon, activity)
    if rate <= 0:
        return math.inf
    return 1.0 / rate + activity.energy_kwh_per_kg * 1000 / HOURS_PER_YEAR * per_kw


def gross_product(moon: Moon, shares: Mapping[str, float]) -> dict[str, float]:
    """Bound the product of each commodity for one t assembled with some of each at most, feed of all makers included.

    Where several activities make or assemble the same, the one with most feed counts; infinite if the sums diverge.
    """
    makers = [a for a in moon.activities.values() if a.makes in moon.commodities]
    assembled = [a for a in moon.activities.values() if a.does == "assemble"]
    asked = {j: shares[j] + max((a.feed.get(j, 0.0) for a in assembled), default=0.0) for j in moon.commodities}
    fed = {
        (j, m): max((a.feed.get(j, 0.0) for a in makers if a.makes == m), default=0.0)
        for j in moon.commodities
        for m in moon.commodities
    }
    made = dict(asked)
    for _ in range(ROUNDS):
        new = {j: asked[j] + sum(fed[j, m] * made[m] for m in moon.commodities) for j in moon.commodities}
        if all(abs(new[j] - made[j]) <= 1e-9 * max(1.0, new[j]) for j in new):
            return {j: value * (1 + 1e-6) for j, value in new.items()}
        made = new
    return dict.fromkeys(moon.commodities, math.inf)
