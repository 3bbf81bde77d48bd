"""Active limits of a plan, and their periods."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from solver.horizon.ramps import Ramp, flying, path_amount, window, window_before
from solver.instance.fields import Growth
from solver.tables.active_limits_network import network_uses
from solver.tables.lunar_state import LunarReplay
from solver.tables.plan_state import PlanState

DAYS_PER_YEAR = 365.25
CLOSE_SHARE = 0.005

Use = tuple[str, str, int, float, float, float]
"""Word, place, period, usage, limit, and the slack below which the limit binds although something is left."""


@dataclass(frozen=True, slots=True)
class Binding:
    """A limit that binds without a break from one period to another; ``word`` is the rule's name in the model."""

    word: str
    place: str
    first_period: str
    last_period: str
    periods: int


def binding(state: PlanState) -> list[Binding]:
    """Return every limit that binds, by rule, place and unbroken run of periods.

    A limit binds where something is used and less than one more unit fits (a flight, a vehicle, a node), or, for
    amounts, where less than 0.5 % is left. Of the lunar plant the limits from outside count, not the capacity of each
    kind of plant, which is full wherever the mix is right.
    """
    return runs(state, uses(state))


def binds(use: Use) -> bool:
    """Return whether a limit binds."""
    _, _, _, usage, limit, unit = use
    return usage > 1e-9 and limit - usage < unit - 1e-9


def runs(state: PlanState, used: Iterable[Use]) -> list[Binding]:
    """Return the unbroken runs of periods in which limits bind, in the order of the rules."""
    places: dict[tuple[str, str], list[int]] = {}
    for use in used:
        if binds(use):
            places.setdefault(use[:2], []).append(use[2])
    found = []
    for (word, place), periods in places.items():
        ordered = sorted(periods)
        begins = [t for i, t in enumerate(ordered) if i == 0 or ordered[i - 1] != t - 1]
        ends = [t for i, t in enumerate(ordered) if i + 1 == len(ordered) or ordered[i + 1] != t + 1]
        label = state.horizon.label
        found += [Binding(word, place, label(a), label(b), b - a + 1) for a, b in zip(begins, ends, strict=True)]
    return found


def uses(state: PlanState) -> Iterator[Use]:
    """Yield usage and limit of every rule that can hold a plan back, in every period in which the rule exists."""
    yield from _vehicle_uses(state)
    yield from _site_uses(state)
    yield from _fleet_uses(state)
    yield from _shell_uses(state)
    yield from _supply_uses(state)
    yield from _line_uses(state)
    yield from network_uses(state, CLOSE_SHARE)
    if state.lunar is not None:
        yield from _landing_uses(state.lunar)
        yield from _lunar_uses(state.lunar)


def _ramp_uses(
    state: PlanState,
    growth: Growth,
    periods: list[int],
    place: str,
    words: tuple[str, str],
    done: Callable[[int], float],
) -> Iterator[Use]:
    ramp = Ramp(state.horizon, growth, periods[0])
    for t in periods:
        now = sum(done(q) for q in window(state.horizon, t))
        before = sum(done(q) for q in window_before(state.horizon, t))
        yield words[0], place, t, now, ramp.cap(t), 1.0
        yield words[1], place, t, now, ramp.growth_cap(before), 1.0


def _vehicle_uses(state: PlanState) -> Iterator[Use]:
    for v in state.instance.use.vehicles:
        growth, periods = state.instance.vehicles[v].flights_per_year, flying(state.instance, state.horizon, v)
        if growth is not None and periods:
            words = ("launch.cadence", "launch.growth")
            yield from _ramp_uses(state, growth, periods, v, words, _count(state.flown, v))
            ramp = Ramp(state.horizon, growth, periods[0])
            paces = ((t, ramp.subannual_cap(t)) for t in periods)
            yield from (
                ("launch.subannual_rate", v, t, state.flown.get((v, t), 0), p, 1.0) for t, p in paces if p is not None
            )


def _site_uses(state: PlanState) -> Iterator[Use]:
    vehicles, horizon = state.instance.vehicles, state.horizon
    launches: dict[tuple[str, int], dict[str, int]] = {}
    for (v, l, t), count in state.plan.decisions.launches.items():
        launches.setdefault((l, t), {})[v] = count
    for l in state.sites:
        licence = state.instance.sites[l].licence_flights_per_year
        for t in horizon.periods:
            here = launches.get((l, t), {})
            busy_years = sum(n * vehicles[v].pad_days / DAYS_PER_YEAR for v, n in here.items())
            shortest = min((vehicles[v].pad_days for v, n in here.items() if n), default=0.0) / DAYS_PER_YEAR
            yield "launch.pads", l, t, busy_years, state.pads[l, t] * horizon.years(t), shortest
            if licence is not None:
                year = sum(sum(launches.get((l, q), {}).values()) for q in window(horizon, t))
                yield "launch.licence", l, t, year, licence, 1.0


def _fleet_uses(state: PlanState) -> Iterator[Use]:
    horizon = state.horizon
    for v in state.instance.use.vehicles:
        fleet, periods = state.instance.vehicles[v].fleet, flying(state.instance, horizon, v)
        if fleet is None or not periods:
            continue
        for t in periods:
            flown, vehicles = state.flown.get((v, t), 0), state.fleets[v, t]
            if fleet.reuse_flights > 1:
                could = vehicles.stock * horizon.years(t) * DAYS_PER_YEAR / fleet.turnaround_days
                yield "fleet.turnaround", v, t, flown + vehicles.away, could, 1.0
            else:
                yield "fleet.expendable_stock", v, t, flown, vehicles.stock + vehicles.retired + vehicles.lost, 1.0
        if fleet.production_per_year is not None:
            first = next((t for t in horizon.periods if horizon.arrival(t, fleet.lead_years) >= periods[0]), periods[0])
            words, later = ("fleet.cap", "fleet.growth"), list(horizon.periods[first:])
            done = _count(state.plan.decisions.ordered, v)
            yield from _ramp_uses(state, fleet.production_per_year, later, v, words, done)


def _shell_uses(state: PlanState) -> Iterator[Use]:
    instance = state.instance
    regimes: dict[str, list[str]] = {}
    for s in state.shells:
        regime = instance.shells[s].regime
        if regime is not None:
            regimes.setdefault(regime, []).append(s)
    for t in state.horizon.periods:
        occupied = {s: state.in_shell[s, t].alive + state.in_shell[s, t].derelict for s in state.shells}
        for s in state.shells:
            shell = instance.shells[s]
            if shell.slots is not None:
                yield "shells.slots", s, t, occupied[s], shell.slots, 1.0
            if shell.max_derelicts is not None:
                close = CLOSE_SHARE * shell.max_derelicts
                yield "shells.derelicts", s, t, state.in_shell[s, t].derelict, shell.max_derelicts, close
        for regime, shells in regimes.items():
            yield "shells.regime", regime, t, sum(occupied[s] for s in shells), instance.regimes[regime].slots, 1.0


def _supply_uses(state: PlanState) -> Iterator[Use]:
    horizon, taken = state.horizon, state.plan.decisions.ground_gw
    path, bought, imported = state.instance.supply.accelerators_gw, _bought_gw(state), _imported_gw(state)
    for t in horizon.periods if path is not None else ():
        assert path is not None
        limit = path_amount(horizon, path, t)
        usage = sum(gw for (_, q), gw in bought.items() if q == t) + sum(gw for (_, q), gw in taken.items() if q == t)
        usage += imported.get(t, 0.0)
        by_amount = imported.get(t, 0.0) > 0 or any(q == t and gw > 0 for (_, q), gw in taken.items())
        unit = CLOSE_SHARE * limit if by_amount else max(CLOSE_SHARE * limit, _smallest_gw(state, None, t))
        yield "nodes.supply", "accelerators", t, usage, limit, unit
    for g in state.instance.use.ground:
        region = state.instance.ground[g]
        for t in horizon.periods:
            limit = path_amount(horizon, region.queue_gw, t, region.available_from)
            yield "ground.queue", g, t, taken.get((g, t), 0.0), limit, CLOSE_SHARE * limit


def _line_uses(state: PlanState) -> Iterator[Use]:
    horizon, bought = state.horizon, _bought_gw(state)
    for p in state.instance.use.platforms:
        platform = state.instance.platforms[p]
        if platform.production_line is None:
            continue
        for t in horizon.periods:
            could = platform.production_line.mw_per_year / 1000 * horizon.years(t) * state.lines[p, t]
            unit = max(CLOSE_SHARE * could, _smallest_gw(state, p, t))
            yield "lines.output", p, t, bought.get((p, t), 0.0), could, unit
            ordered = sum(state.plan.decisions.lines.get((p, q), 0) for q in horizon.periods[: t + 1])
            yield "lines.max_lines", p, t, ordered, platform.production_line.max_lines, 1.0
        first = horizon.arrival(0, platform.development_years)
        if platform.production_line.lines_per_year is not None and first < len(horizon.periods):
            periods, lines = list(horizon.periods[first:]), state.plan.decisions.lines
            words = ("lines.cap", "lines.growth")
            done = _count(lines, p)
            yield from _ramp_uses(state, platform.production_line.lines_per_year, periods, p, words, done)


def _landing_uses(lunar: LunarReplay) -> Iterator[Use]:
    seeds, capacity = lunar.decisions.seeds_t, lunar.moon.depot.capacity_t

    def cargo(u: int) -> tuple[float, float]:
        t = lunar.period[u]
        brought = lunar.imported_t(u) + lunar.share(u) * seeds.get((t,), 0.0)
        return brought, lunar.share(u) * lunar.landed_t.get(t, 0.0)

    yield from _by_period(lunar, "landings.imports", "the Moon", cargo)
    for t in lunar.horizon.periods if capacity is not None else ():
        assert capacity is not None
        yield "landings.depot_capacity", "propellant", t, lunar.propellant_t[t], capacity, CLOSE_SHARE * capacity


def _lunar_uses(lunar: LunarReplay) -> Iterator[Use]:
    def growth(u: int) -> tuple[float, float]:
        before = lunar.plant_t(u - 1) if u > 0 else 0.0
        apart = lunar.middle[u] - lunar.middle[u - 1] if u > 0 else 0.0
        grown = lunar.plant_t(u) - lunar.seeded_t.get(u, 0.0) - before
        return grown, (2.0 ** (apart / lunar.moon.doubling_years) - 1.0) * before

    def power(u: int) -> tuple[float, float]:
        return lunar.making_gwh(u) + lunar.launch_gwh(u), lunar.could_generate_gwh(u)

    def closure(j: str, u: int) -> tuple[float, float]:
        # What must come from the Earth counts as used, so that a commodity that is all imported is limited as well.
        need, share = lunar.built_t.get((j, u), 0.0), lunar.local_share(j, lunar.period[u])
        return (lunar.net_t(j, u) + (1.0 - share) * need, need) if share < 1.0 else (0.0, need)

    yield from _by_period(lunar, "lunar.growth", "the Moon", growth)
    yield from _by_period(lunar, "lunar.power", "the Moon", power)
    for j in lunar.moon.commodities:
        yield from _by_period(lunar, "lunar.closure", j, partial(closure, j))
    for t in lunar.horizon.periods:
        could_t = lunar.could_launch_t(t)
        yield "mass_drivers.throughput", "the Moon", t, lunar.launched_t.get(t, 0.0), could_t, CLOSE_SHARE * could_t
        most = lunar.moon.mass_driver.max_drivers if lunar.moon.mass_driver is not None else 0
        yield "mass_drivers.max_drivers", "the Moon", t, lunar.standing_drivers(t), most, 1.0


def _by_period(lunar: LunarReplay, word: str, place: str, row: Callable[[int], tuple[float, float]]) -> Iterator[Use]:
    """Of the steps of every period the one that comes closest to its limit."""
    for t in lunar.horizon.periods:
        rows = [row(u) for u in lunar.steps.within(t)]
        usage, limit = max(rows, key=lambda found: found[0] / found[1] if found[1] > 0 else found[0])
        yield word, place, t, usage, limit, CLOSE_SHARE * limit


def _count(table: Mapping[tuple[str, int], int], name: str) -> Callable[[int], float]:
    return lambda q: table.get((name, q), 0)


def _bought_gw(state: PlanState) -> dict[tuple[str, int], float]:
    bought: dict[tuple[str, int], float] = {}
    for (k, s, t), count in state.loaded.items():
        design = state.designs[k, s]
        bought[design.platform, t] = bought.get((design.platform, t), 0.0) + count * design.power_kw * 1e-6
    return bought


def _imported_gw(state: PlanState) -> dict[int, float]:
    """Accelerators that go to the Moon as imports, by IT power."""
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
    """IT power of the smallest node bought in a period: less than that left over is of no use."""
    of = [
        state.designs[k, s].power_kw * 1e-6
        for (k, s, q), count in state.loaded.items()
        if q == t and count > 0 and platform in (None, state.designs[k, s].platform)
    ]
    return min(of, default=0.0)
