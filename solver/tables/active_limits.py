"""Active limits of a plan, and their periods."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from solver.economics.halls import Hall
from solver.horizon.ramps import Ramp, first_flight, first_order, flying, path_amount
from solver.horizon.windows import Shares, windows_within
from solver.instance.fields import Growth
from solver.tables import occupancy
from solver.tables.active_limits_network import network_limit_usages
from solver.tables.lunar_state import LunarReplay
from solver.tables.places import derelict_object_years
from solver.tables.plan_state import PlanState

DAYS_PER_YEAR = 365.25
TOLERANCE_SHARE = 0.005

LimitUsage = tuple[str, str, int, float, float, float]
"""Constraint, place, period, usage, limit, and the slack below which the limit counts as active."""


@dataclass(frozen=True, slots=True)
class ActiveLimit:
    """Active limit in consecutive periods; ``constraint`` is its name in the model."""

    constraint: str
    place: str
    first_period: str
    last_period: str
    periods: int


def active_limits(state: PlanState) -> list[ActiveLimit]:
    """Return every active limit, by constraint, place and run of consecutive periods.

    A limit is active where its usage is positive and less than one more unit fits (a flight, a vehicle, a node), or,
    for amounts, where the slack is below 0.5 %. Of the lunar plant only external limits count, not the capacity of each
    kind of plant, which is full wherever the mix is right.
    """
    return active_runs(state, limit_usages(state))


def is_active(limit_usage: LimitUsage) -> bool:
    """Return whether a limit is active."""
    _, _, _, usage, limit, unit = limit_usage
    return usage > 1e-9 and limit - usage < unit - 1e-9


def active_runs(state: PlanState, usages: Iterable[LimitUsage]) -> list[ActiveLimit]:
    """Return the runs of consecutive periods in which limits are active, in the order of the constraints."""
    places: dict[tuple[str, str], list[int]] = {}
    for limit_usage in usages:
        if is_active(limit_usage):
            places.setdefault(limit_usage[:2], []).append(limit_usage[2])
    found = []
    for (constraint, place), periods in places.items():
        ordered = sorted(periods)
        begins = [t for i, t in enumerate(ordered) if i == 0 or ordered[i - 1] != t - 1]
        ends = [t for i, t in enumerate(ordered) if i + 1 == len(ordered) or ordered[i + 1] != t + 1]
        label = state.horizon.label
        found += [
            ActiveLimit(constraint, place, label(a), label(b), b - a + 1) for a, b in zip(begins, ends, strict=True)
        ]
    return found


def limit_usages(state: PlanState) -> Iterator[LimitUsage]:
    """Yield usage and limit of every limiting constraint, in every period in which it exists."""
    yield from _vehicle_uses(state)
    yield from _site_uses(state)
    yield from _fleet_uses(state)
    yield from _shell_uses(state)
    yield from _supply_uses(state)
    yield from _line_uses(state)
    yield from network_limit_usages(state, TOLERANCE_SHARE)
    if state.lunar is not None:
        yield from _landing_uses(state.lunar)
        yield from _lunar_uses(state.lunar)


def _ramp_uses(
    state: PlanState,
    growth: Growth,
    first: int,
    periods: list[int],
    place: str,
    constraints: tuple[str, str],
    done: Callable[[int], float],
    background: bool = False,
) -> Iterator[LimitUsage]:
    ramp = Ramp(state.horizon, growth, first)
    for t in periods:
        ending = windows_within(state.horizon)[t]
        capped = [(_total(w.within, done), ramp.cap(w)) for w in ending if not w.reads_before]
        yield (constraints[0], place, t, *_tightest(capped), 1.0)
        if background:
            continue
        grown = [(_total(w.within, done), ramp.growth_cap(w, _total(w.before, done))) for w in ending]
        yield (constraints[1], place, t, *_tightest(grown), 1.0)


def _amount(by_period: Mapping[int, float], q: int) -> float:
    return by_period.get(q, 0.0)


def _total(shares: Shares, done: Callable[[int], float]) -> float:
    return sum(share * done(q) for q, share in shares.items())


def _tightest(usages: list[tuple[float, float]]) -> tuple[float, float]:
    """Return usage and limit of the window with the least slack, the first of equals."""
    return min(usages, key=lambda usage: usage[1] - usage[0])


def _vehicle_uses(state: PlanState) -> Iterator[LimitUsage]:
    for v in state.instance.use.vehicles:
        vehicle, periods = state.instance.vehicles[v], flying(state.instance, state.horizon, v)
        growth, done = vehicle.flights_per_year, _count(state.flown, v)
        if growth is not None and periods:
            constraints = ("launch.cadence", "launch.growth")
            first = first_flight(state.instance, state.horizon, v)
            yield from _ramp_uses(state, growth, first, periods, v, constraints, done, vehicle.background_flights)
            ramp = Ramp(state.horizon, growth, first)
            rates = ((t, ramp.subannual_cap(t)) for t in periods)
            yield from (
                ("launch.subannual_rate", v, t, state.flown.get((v, t), 0), p, 1.0) for t, p in rates if p is not None
            )


def _site_uses(state: PlanState) -> Iterator[LimitUsage]:
    vehicles, horizon = state.instance.vehicles, state.horizon
    launches: dict[tuple[str, int], dict[str, int]] = {}
    for (v, l, t), count in state.plan.decisions.launches.items():
        launches.setdefault((l, t), {})[v] = count
    for l in state.sites:
        licence = state.instance.sites[l].licence_flights_per_year
        practised = state.instance.sites[l].practised_per_year
        by_period = {q: float(sum(counts.values())) for (o, q), counts in launches.items() if o == l}
        for t in horizon.periods:
            here = launches.get((l, t), {})
            busy_years = sum(n * vehicles[v].pad_days / DAYS_PER_YEAR for v, n in here.items())
            shortest = min((vehicles[v].pad_days for v, n in here.items() if n), default=0.0) / DAYS_PER_YEAR
            yield "launch.pads", l, t, busy_years, state.pads[l, t] * horizon.years(t), shortest
            if licence is not None:
                ending = [window for window in windows_within(horizon)[t] if not window.reads_before]
                years = [_total(w.within, partial(_amount, by_period)) + practised * w.history_years for w in ending]
                yield "launch.licence", l, t, max(years), licence, 1.0


def _fleet_uses(state: PlanState) -> Iterator[LimitUsage]:
    horizon = state.horizon
    for v in state.instance.use.vehicles:
        fleet, periods = state.instance.vehicles[v].fleet, flying(state.instance, horizon, v)
        if fleet is None or not periods:
            continue
        for t in periods:
            flown, vehicles = state.flown.get((v, t), 0), state.fleets[v, t]
            if fleet.reuse_flights > 1:
                capacity = vehicles.stock * horizon.years(t) * DAYS_PER_YEAR / fleet.turnaround_days
                yield "fleet.turnaround", v, t, flown + vehicles.away, capacity, 1.0
            else:
                yield "fleet.expendable_stock", v, t, flown, vehicles.stock + vehicles.retired + vehicles.lost, 1.0
        if fleet.production_per_year is not None:
            first = first_order(state.instance, horizon, v)
            constraints, later = ("fleet.cap", "fleet.growth"), list(horizon.periods[first:])
            done = _count(state.plan.decisions.ordered, v)
            yield from _ramp_uses(state, fleet.production_per_year, first, later, v, constraints, done)


def _shell_uses(state: PlanState) -> Iterator[LimitUsage]:
    instance = state.instance
    in_shells = {s: occupancy.slots_in_shell(state, s) for s in state.shells}
    joined = dict.fromkeys(r for s in state.shells for r in instance.shells[s].regimes)
    in_regimes = {r: occupancy.slots_in_regime(state, r) for r in joined}
    for t in state.horizon.periods:
        for s, each in in_shells.items():
            shell = instance.shells[s]
            if shell.room is not None:
                yield "shells.slots", s, t, occupancy.occupied(state, each, t), shell.room, _fewest(each)
            if shell.max_derelicts is not None:
                tolerance = TOLERANCE_SHARE * shell.max_derelicts
                yield "shells.derelicts", s, t, state.in_shell[s, t].derelict, shell.max_derelicts, tolerance
            if shell.max_derelict_years is not None and t == state.horizon.periods[-1]:
                years = derelict_object_years(state)[s]
                tolerance = TOLERANCE_SHARE * shell.max_derelict_years
                yield "shells.object_years", s, t, years, shell.max_derelict_years, tolerance
        for r, each in in_regimes.items():
            yield "shells.regime", r, t, occupancy.occupied(state, each, t), instance.regimes[r].slots, _fewest(each)
            most = instance.regimes[r].max_derelict_years
            if most is not None and t == state.horizon.periods[-1]:
                years = occupancy.object_years(state, each)
                yield "shells.regime_object_years", r, t, years, most, TOLERANCE_SHARE * most


def _fewest(per_node: Mapping[tuple[str, str], float]) -> float:
    """Return the slots of the node that takes the fewest: with a smaller slack none fits."""
    return min(per_node.values(), default=1.0)


def _supply_uses(state: PlanState) -> Iterator[LimitUsage]:
    horizon, taken = state.horizon, state.plan.decisions.ground_gw
    path, bought, imported = state.instance.supply.accelerators_gw, _bought_gw(state), _imported_gw(state)
    by_region = _servers_gw(state)
    servers = {t: sum(gw for (_, q), gw in by_region.items() if q == t) for t in horizon.periods}
    for t in horizon.periods if path is not None else ():
        assert path is not None
        limit = path_amount(horizon, path, t)
        usage = sum(gw for (_, q), gw in bought.items() if q == t) + servers.get(t, 0.0) + imported.get(t, 0.0)
        by_amount = imported.get(t, 0.0) > 0 or servers.get(t, 0.0) > 0
        unit = TOLERANCE_SHARE * limit if by_amount else max(TOLERANCE_SHARE * limit, _smallest_gw(state, None, t))
        yield "nodes.supply", "accelerators", t, usage, limit, unit
    for g in state.instance.use.ground:
        region = state.instance.ground[g]
        for t in horizon.periods:
            limit = path_amount(horizon, region.queue_gw, t, region.available_from)
            yield "ground.queue", g, t, taken.get((g, t), 0.0), limit, TOLERANCE_SHARE * limit
            if region.accelerators_gw is not None:
                limit = path_amount(horizon, region.accelerators_gw, t)
                yield "ground.supply", g, t, by_region.get((g, t), 0.0), limit, TOLERANCE_SHARE * limit


def _servers_gw(state: PlanState) -> dict[tuple[str, int], float]:
    """Return the servers bought for halls on the ground by region and period, GW."""
    found: dict[tuple[str, int], float] = {}
    for (g, q), gw in state.plan.decisions.ground_gw.items():
        for t, share in Hall(state.instance.ground[g], state.horizon, q).servers():
            found[g, t] = found.get((g, t), 0.0) + gw * share
    return found


def _line_uses(state: PlanState) -> Iterator[LimitUsage]:
    horizon, bought = state.horizon, _bought_gw(state)
    for p in state.instance.use.platforms:
        platform = state.instance.platforms[p]
        if platform.production_line is None:
            continue
        for t in horizon.periods:
            capacity = platform.production_line.mw_per_year / 1000 * horizon.years(t) * state.lines[p, t]
            unit = max(TOLERANCE_SHARE * capacity, _smallest_gw(state, p, t))
            yield "lines.output", p, t, bought.get((p, t), 0.0), capacity, unit
            ordered = sum(state.plan.decisions.lines.get((p, q), 0) for q in horizon.periods[: t + 1])
            yield "lines.max_lines", p, t, ordered, platform.production_line.max_lines, 1.0
        first = horizon.arrival(0, platform.development_years)
        if platform.production_line.lines_per_year is not None and first < len(horizon.periods):
            periods, lines = list(horizon.periods[first:]), state.plan.decisions.lines
            constraints = ("lines.cap", "lines.growth")
            done = _count(lines, p)
            yield from _ramp_uses(state, platform.production_line.lines_per_year, first, periods, p, constraints, done)


def _landing_uses(lunar: LunarReplay) -> Iterator[LimitUsage]:
    seeds, capacity = lunar.decisions.seeds_t, lunar.moon.depot.capacity_t

    def cargo(u: int) -> tuple[float, float]:
        t = lunar.period[u]
        brought = lunar.imported_t(u) + lunar.share(u) * seeds.get((t,), 0.0)
        return brought, lunar.share(u) * lunar.landed_t.get(t, 0.0)

    yield from _tightest_step(lunar, "landings.imports", "the Moon", cargo)
    for t in lunar.horizon.periods if capacity is not None else ():
        assert capacity is not None
        yield "landings.depot_capacity", "propellant", t, lunar.propellant_t[t], capacity, TOLERANCE_SHARE * capacity


def _lunar_uses(lunar: LunarReplay) -> Iterator[LimitUsage]:
    most_t = 1000 * lunar.moon.max_plant_kt

    def growth(u: int) -> tuple[float, float]:
        before = lunar.plant_t(u - 1) if u > 0 else 0.0
        years = lunar.middle[u] - lunar.middle[u - 1] if u > 0 else 0.0
        grown = lunar.plant_t(u) - lunar.seeded_t.get(u, 0.0) - before
        return grown, (2.0 ** (years / lunar.moon.doubling_years) - 1.0) * before

    def power(u: int) -> tuple[float, float]:
        return lunar.production_gwh(u) + lunar.launch_gwh(u), lunar.generation_capacity_gwh(u)

    def closure(j: str, u: int) -> tuple[float, float]:
        # The imported share counts as used, so that a commodity that is all imported is limited as well.
        need, share = lunar.built_t.get((j, u), 0.0), lunar.local_share(j, lunar.period[u])
        return (lunar.net_production_t(j, u) + (1.0 - share) * need, need) if share < 1.0 else (0.0, need)

    yield from _tightest_step(lunar, "lunar.growth", "the Moon", growth)
    if any(lunar.plant_t(u) > TOLERANCE_SHARE * most_t for u in range(len(lunar.middle))):
        yield from _tightest_step(lunar, "lunar.max_plant", "the Moon", lambda u: (lunar.plant_t(u), most_t))
    yield from _tightest_step(lunar, "lunar.power", "the Moon", power)
    if lunar.moon.lit_area:
        yield from _tightest_step(lunar, "lunar.light", "the Moon", lambda u: (power(u)[0], lunar.lit_capacity_gwh(u)))
    for j, commodity in lunar.moon.commodities.items():
        yield from _tightest_step(lunar, "lunar.closure", j, partial(closure, j))
        if commodity.reserve_kt is not None:
            reserve_t = 1000 * commodity.reserve_kt
            for t in lunar.horizon.periods:
                yield "lunar.reserve", j, t, lunar.made_until_t(j, t), reserve_t, TOLERANCE_SHARE * reserve_t
    for t in lunar.horizon.periods:
        capacity_t = lunar.launch_capacity_t(t)
        yield (
            "mass_drivers.throughput",
            "the Moon",
            t,
            lunar.launched_t.get(t, 0.0),
            capacity_t,
            TOLERANCE_SHARE * capacity_t,
        )
        most = lunar.moon.mass_driver.max_drivers if lunar.moon.mass_driver is not None else 0
        yield "mass_drivers.max_drivers", "the Moon", t, lunar.existing_drivers(t), most, 1.0


def _tightest_step(
    lunar: LunarReplay, constraint: str, place: str, row: Callable[[int], tuple[float, float]]
) -> Iterator[LimitUsage]:
    """Yield, for every period, usage and limit of the step with the highest usage over limit."""
    for t in lunar.horizon.periods:
        rows = [row(u) for u in lunar.steps.within(t)]
        usage, limit = max(rows, key=lambda found: found[0] / found[1] if found[1] > 0 else found[0])
        yield constraint, place, t, usage, limit, TOLERANCE_SHARE * limit


def _count(table: Mapping[tuple[str, int], int], name: str) -> Callable[[int], float]:
    return lambda q: table.get((name, q), 0)


def _bought_gw(state: PlanState) -> dict[tuple[str, int], float]:
    bought: dict[tuple[str, int], float] = {}
    for (k, s, t), count in state.loaded.items():
        design = state.designs[k, s]
        bought[design.platform, t] = bought.get((design.platform, t), 0.0) + count * design.power_kw * 1e-6
    return bought


def _imported_gw(state: PlanState) -> dict[int, float]:
    """Return the accelerators imported to the Moon, by IT power and period, GW."""
    imported: dict[int, float] = {}
    lunar = state.lunar
    if lunar is None:
        return imported
    for (j, u), mass_t in lunar.decisions.imported_t.items():
        kg_per_kw, t = lunar.moon.commodities[j].accelerators_kg_per_kw, lunar.period[u]
        if kg_per_kw is not None:
            imported[t] = imported.get(t, 0.0) + mass_t * 1000 / kg_per_kw * 1e-6
    return imported


def _smallest_gw(state: PlanState, platform: str | None, t: int) -> float:
    """Return the IT power of the smallest node bought in a period, GW: a smaller slack fits no further node."""
    of = [
        state.designs[k, s].power_kw * 1e-6
        for (k, s, q), count in state.loaded.items()
        if q == t and count > 0 and platform in (None, state.designs[k, s].platform)
    ]
    return min(of, default=0.0)
