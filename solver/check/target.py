"""Target: demand, delivered amounts, and the plan's claims about them.

Constraints   target.demand, target.claim (delivered amount, factor or first period other than recomputed)
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from solver.check.calendar import INSTANT
from solver.check.context import Context
from solver.check.ground import eflops_at_hand, first_powered, powered
from solver.check.survival import eflops_built, output_share, power_gw
from solver.check.verdict import Checker, Violation, as_number, slack
from solver.instance.consistency import MILESTONE_KEY
from solver.instance.schema import Target

UNIT = {
    "power_alive": "GW",
    "power_added": "GW",
    "compute_alive": "EFLOP/s",
    "compute_delivered": "EFLOP/s",
    "mass_to_orbit": "kt",
}
RATES = ("power_added", "mass_to_orbit")


def target_rules(x: Context) -> Iterator[Violation]:
    """Yield a violation for each period that misses the target, and for each wrong claim about it."""
    amounts = [delivered(x, t) for t in x.horizon.periods]
    yield from _demand(x, amounts)
    yield from _claims(x, amounts)


def delivered(x: Context, t: int) -> float:
    """Return the amount that counts for the target at the end of period t, or within it for rates.

    Unit: GW, EFLOP/s or kt.
    """
    target = x.instance.target
    if target.kind == "compute_delivered":
        return sum(amount for (_, _, q), amount in x.decisions.serves.items() if q == t)
    if target.kind == "mass_to_orbit":
        return _arrived_kt(x, t)
    if target.kind == "power_added":
        orbit = sum(
            placed
            * power_gw(x.designs[k, s])
            * (1.0 - x.designs[k, s].infant_mortality_share)
            * x.designs[k, s].sunlit_share
            for (k, s, q), placed in x.placed.items()
            if q == t
        )
    else:
        orbit = sum(placed * each_gives(x, k, s, q, t) for (k, s, q), placed in x.placed.items() if q <= t)
    return orbit + (_from_ground(x, t) if target.where == "anywhere" else 0.0)


def each_gives(x: Context, k: str, s: str, q: int, t: int) -> float:
    """Return what one node placed in period q adds to a target of stocks at the end of period t."""
    design, age = x.designs[k, s], x.horizon.age(q, t)
    new = eflops_built(design, x.horizon.middle(q)) if computes(x) else power_gw(design)
    return new * output_share(design, age, x.transfer_years(k, s))


def computes(x: Context) -> bool:
    """Return whether the target counts computing, and not power or mass."""
    return UNIT[x.instance.target.kind] == "EFLOP/s"


def _from_ground(x: Context, t: int) -> float:
    return sum(offer_gives(x, g, q, t) for g, q in x.decisions.ground_gw)


def offer_gives(x: Context, g: str, q: int, t: int) -> float:
    """Return what the offer that a plan takes in a region in period q adds to the target at the end of period t."""
    region, gw = x.instance.ground[g], x.decisions.ground_gw[g, q]
    if x.instance.target.kind == "power_added":
        return gw if first_powered(x, region, q, t) else 0.0
    if not powered(x, region, q, t):
        return 0.0
    return gw * eflops_at_hand(x, region, q, t) if computes(x) else gw


def _arrived_kt(x: Context, t: int) -> float:
    cargo_t = sum(
        (1.0 - x.instance.vehicles[v].loss_share) * mass_t
        for (v, _, q), mass_t in x.decisions.cargo_t.items()
        if q == t
    )
    nodes_t = sum(placed * x.designs[k, s].mass_t for (k, s, q), placed in x.placed.items() if q == t)
    return (cargo_t + nodes_t) / 1000


def demand(x: Context, t: int) -> float:
    """Return the target path in period t before any factor, in the unit of ``delivered``."""
    target = x.instance.target
    if x.instance.objective.kind == "earliest_date":
        return _last_milestone(target) * (x.horizon.years(t) if target.kind in RATES else 1.0)
    read = min(t, x.horizon.last_reported)  # demand in the tail stays as it was
    if target.kind in RATES:
        return _path(x, target, x.horizon.middle(read)) * x.horizon.years(t)
    return _path(x, target, x.horizon.end(read))


def _milestones(x: Context, target: Target) -> list[tuple[float, float]]:
    key = MILESTONE_KEY[target.kind]
    return [(x.horizon.year_of(m.date), float(getattr(m, key))) for m in target.milestones]


def _last_milestone(target: Target) -> float:
    return float(getattr(target.milestones[-1], MILESTONE_KEY[target.kind]))


def _path(x: Context, target: Target, years: float) -> float:
    """Return the target path at an instant: 0 before the first milestone, constant after the last."""
    points = _milestones(x, target)
    reached = [point for point in points if point[0] <= years + INSTANT]
    if not reached:
        return 0.0
    (begin, low), rest = reached[-1], points[len(reached) :]
    if not rest or target.interpolation == "step":
        return low
    end, high = rest[0]
    share = max(0.0, years - begin) / (end - begin)
    return (
        low + (high - low) * share if target.interpolation == "linear" else low * math.exp(math.log(high / low) * share)
    )


def missed(x: Context, t: int) -> float:
    """Return the part of the target that the instance lets a plan miss at a price, and that it misses."""
    unserved = sum(amount for (_, q), amount in x.decisions.unserved.items() if q == t)
    return unserved + (x.decisions.unmet.get((t,), 0.0) if x.instance.target.unmet_penalty_musd is not None else 0.0)


def _demand(x: Context, amounts: list[float]) -> Iterator[Violation]:
    kind, unit = x.instance.objective.kind, UNIT[x.instance.target.kind]
    factor = as_number(x.claims.factor) if kind == "most_power" else 1.0
    last, checker = x.horizon.periods[-1], demand_checker(x)
    for t in x.horizon.periods:
        if kind == "earliest_date" and t < last and not t >= as_number(x.claims.first_period):
            continue
        expected, at = demand(x, t) * factor, (x.horizon.label(t),)
        if expected > 0:
            yield from checker.at_least("target.demand", at, amounts[t] + missed(x, t), expected, unit)
        if x.instance.target.unmet_penalty_musd is None:
            unpriced = x.decisions.unmet.get((t,), 0.0)
            yield from x.checker.at_most("target.demand", (*at, "unmet"), unpriced, 0.0, unit)


def demand_checker(x: Context) -> Checker:
    """Return the checker of demand: below 1, as of a pilot in GW, the tolerance is relative to the largest demand."""
    most = max((demand(x, t) for t in x.horizon.periods), default=1.0)
    return Checker(x.checker.tolerance * min(1.0, most))


def _claims(x: Context, amounts: list[float]) -> Iterator[Violation]:
    target, unit = x.instance.target, UNIT[x.instance.target.kind]
    per_year = target.kind in RATES
    claimed = x.claims.delivered
    if len(claimed) != len(amounts):
        yield Violation("target.claim", ("delivered",), float(len(amounts)), float(len(claimed)), "periods")
        return
    for t, value in enumerate(amounts):
        expected = value / x.horizon.years(t) if per_year else value
        at = ("delivered", x.horizon.label(t))
        yield from x.checker.equal("target.claim", at, as_number(claimed[t]), expected, unit + " a year" * per_year)
    yield from _factor_claim(x, amounts)
    if x.instance.objective.kind == "earliest_date":
        first = first_met(x, amounts)
        # A claim that is too early misses the target: a violation of target.demand.
        actual = as_number(x.claims.first_period)
        if actual != int_or_nan(actual) or not 0 <= actual <= first:
            yield Violation("target.claim", ("first_period",), float(first), actual, "")


def int_or_nan(value: float) -> float:
    """Return the value if it is integral, else not-a-number."""
    return value if math.isfinite(value) and value == math.floor(value) else math.nan


def _factor_claim(x: Context, amounts: list[float]) -> Iterator[Violation]:
    actual = as_number(x.claims.factor)
    if x.instance.objective.kind != "most_power":
        yield from x.checker.equal("target.claim", ("factor",), actual, 1.0, "")
        return
    if x.instance.network is not None:
        # Links and gateways may limit the factor below the one that power allows, so a lower claim is no violation.
        return
    reached = largest_factor(x, amounts)
    # A factor that is too large violates target.demand; here it is too small, or no number.
    if not actual >= reached - slack(reached, x.checker.tolerance):
        yield Violation("target.claim", ("factor",), reached, actual, "")


def largest_factor(x: Context, amounts: list[float]) -> float:
    """Return the largest multiple of the target path that the delivered amounts meet in every period."""
    return min((amounts[t] / demand(x, t) for t in x.horizon.periods if demand(x, t) > 0), default=math.inf)


def first_met(x: Context, amounts: list[float]) -> int:
    """Return the first period from which the last milestone is met to the end; the number of periods if none."""
    first, tolerance = len(amounts), demand_checker(x).tolerance
    for t in reversed(x.horizon.periods):
        expected = demand(x, t)
        if not amounts[t] >= expected - slack(expected, tolerance):
            break
        first = t
    return first
