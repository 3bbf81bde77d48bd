"""Coefficients of landings: depot, landers, imports and seeds, each with a finite bound."""

from __future__ import annotations

import math

from formulations.coefficients import Cost, Landing, Launch, SubPeriodSets
from solver.derive.context import Context
from solver.derive.telescope import by_begin
from solver.economics import lunar_unit_costs, unit_costs
from solver.horizon.substeps import SubPeriods as SubPeriodRule
from solver.instance.moon import Lander, Moon
from solver.physics.ascent import round_trip_propellant


def refill_t(lander: Lander) -> float:
    """Return the propellant that one landing draws from the depot, t, with that of the return flight."""
    up, back = lander.delta_v_m_per_s, lander.return_delta_v_m_per_s
    return round_trip_propellant(lander.dry_t, lander.landed_t, up, back, lander.isp_s)


def sub_period_coefficients(steps: SubPeriodRule) -> SubPeriodSets:
    """Convert sub-periods to sets and shares."""
    return SubPeriodSets(
        within={t: tuple(steps.within(t)) for t in steps.horizon.periods},
        period={u: steps.period(u) for u in steps.steps},
        share={u: steps.share(u) for u in steps.steps},
    )


def derive_landing(x: Context, launch: Launch) -> Landing:
    """Derive the coefficients of landings; empty where the plan may not use the Moon."""
    moon = x.moon
    if moon is None:
        return Landing()
    steps, mass = sub_period_coefficients(SubPeriodRule.of_moon(x.horizon, moon)), x.units.mass_per_t
    max_tankers, max_landings = _max_counts(x, moon, launch)
    capacity = {t: _max_propellant_t(moon, max_tankers, t) * mass for t in x.horizon.periods} if max_landings else {}
    tanks = math.inf if moon.depot.capacity_t is None else moon.depot.capacity_t * mass
    landed_kt = {d: _arrives(x, moon.landers[d]) * moon.landers[d].landed_t * mass for d, _ in max_landings}
    cargo = {t: 0.0 for _, t in max_landings}
    for (d, t), count in max_landings.items():
        cargo[t] += landed_kt[d] * count
    max_imported = {
        (j, u): min(steps.share[u] * cargo[t], _max_supply_t(x, moon, j, t) * mass)
        for j in moon.commodities
        for t in sorted(cargo)
        for u in steps.within[t]
    }
    # Periods that cannot land a seed have none: a fractional seed would weaken the relaxation.
    room = [t for t in sorted(cargo) if cargo[t] >= moon.seed.min_t * mass * (1 - 1e-9)]
    starts, latest_development = _development_starts(x, moon, room)
    return Landing(
        steps=steps,
        tankers=tuple(max_tankers),
        max_tankers=max_tankers,
        tanker_kt={
            v: (1 - x.instance.vehicles[v].loss_share) * (1 - moon.depot.transfer_loss_share) * tonnes * mass
            for v, tonnes in moon.depot.tankers.items()
            if v in x.instance.vehicles
        },
        landings=tuple(max_landings),
        max_landings=max_landings,
        vehicle={d: lander.vehicle for d, lander in moon.landers.items()},
        landed_kt=landed_kt,
        refill_kt={d: refill_t(lander) * mass for d, lander in moon.landers.items()},
        expended=frozenset(d for d, lander in moon.landers.items() if lander.return_delta_v_m_per_s is None),
        away_flights={d: _away(x, lander) for d, lander in moon.landers.items()},
        kept_share={
            t: (1 - moon.depot.boil_off_share_per_year) ** (x.horizon.end(t) - (x.horizon.end(t - 1) if t else 0.0))
            for t in x.horizon.periods
        },
        capacity_kt=capacity,
        tanks_kt={t: tanks for t, brought in capacity.items() if brought > tanks},
        imports=tuple(max_imported),
        max_imported=max_imported,
        accelerators_kt_per_gw={
            j: d.accelerators_kg_per_kw * mass * 1000 / x.units.power_per_gw
            for j, d in moon.commodities.items()
            if d.accelerators_kg_per_kw is not None
        },
        min_seed_kt=moon.seed.min_t * mass,
        max_seed_kt=moon.seed.max_t * mass,
        development_periods=starts,
        latest_development=latest_development,
        tanker_cost=x.cost(((v, t), unit_costs.of_flight(x.prices, v, t)) for v, t in max_tankers),
        landing_cost=x.cost(
            (
                (d, t),
                [
                    *unit_costs.of_flight(x.prices, moon.landers[d].vehicle, t),
                    *lunar_unit_costs.of_lander(x.prices, d, t),
                ],
            )
            for d, t in max_landings
        ),
        import_cost=_per_kt(
            x, x.cost(((j, u), lunar_unit_costs.of_import(x.prices, j, steps.period[u])) for j, u in max_imported)
        ),
        seed_cost=_per_kt(x, x.cost(((t,), lunar_unit_costs.of_seed(x.prices, t)) for t in latest_development)),
        development_cost=x.cost(
            ((o,), by_begin(lambda o: lunar_unit_costs.of_begin(x.prices, o), starts, o)) for o in starts
        ),
    )


def _per_kt(x: Context, per_t: Cost) -> Cost:
    unit = x.units.mass_per_t
    return Cost({i: v / unit for i, v in per_t.spent.items()}, {i: v / unit for i, v in per_t.salvage.items()})


def _arrives(x: Context, lander: Lander) -> float:
    """Return the share of the cargo that lands."""
    return (1 - x.instance.vehicles[lander.vehicle].loss_share) * (1 - lander.loss_share)


def _away(x: Context, lander: Lander) -> float:
    fleet = x.instance.vehicles[lander.vehicle].fleet if lander.vehicle in x.instance.vehicles else None
    returns = lander.return_delta_v_m_per_s is not None
    return lander.away_days / fleet.turnaround_days if fleet is not None and returns else 0.0


def _max_counts(
    x: Context, moon: Moon, launch: Launch
) -> tuple[dict[tuple[str, int], float], dict[tuple[str, int], float]]:
    """Bound tanker flights and landings in each period by the flights of their vehicles."""
    there = set(x.usable(moon.available_from))
    most = {key: count for key, count in launch.max_flown.items() if key[1] in there and count >= 1}
    tankers = {(v, t): count for (v, t), count in most.items() if v in moon.depot.tankers}
    landings = {
        (d, t): count for d, lander in moon.landers.items() for (v, t), count in most.items() if v == lander.vehicle
    }
    return tankers, landings


def _max_propellant_t(moon: Moon, max_tankers: dict[tuple[str, int], float], t: int) -> float:
    """Bound the propellant at the end of a period by everything tankers can have brought, t; tanks are not counted."""
    return sum(moon.depot.tankers[v] * count for (v, q), count in max_tankers.items() if q <= t)


def _max_supply_t(x: Context, moon: Moon, commodity: str, t: int) -> float:
    """Bound the imports of a commodity by the world supply of its accelerators, t within a period."""
    kg_per_kw, path = moon.commodities[commodity].accelerators_kg_per_kw, x.instance.supply.accelerators_gw
    return math.inf if kg_per_kw is None or path is None else x.path_amount(path, t) * kg_per_kw * 1000


def _development_starts(x: Context, moon: Moon, landing: list[int]) -> tuple[tuple[int, ...], dict[int, int]]:
    """Return the periods in which development may begin, and for each seed the last that is early enough."""
    latest_development: dict[int, int] = {}
    in_time = set(x.usable(None, moon.seed.available_until))
    for t in (t for t in landing if t in in_time):
        early = [o for o in x.horizon.periods[: t + 1] if x.horizon.arrival(o, moon.development_years) <= t]
        starts = x.horizon.arrival(t, moon.seed.lag_years) < len(x.horizon.periods)
        if early and starts:
            latest_development[t] = early[-1]
    last = max(latest_development.values(), default=-1)
    return tuple(x.horizon.periods[: last + 1]), latest_development
