"""Coefficients of nodes, shells and supply: what becomes of every vintage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from formulations.coefficients import Column, Cost, Launch, Lines, Nodes, Shells, Supply, Throw
from solver import costs, lunar_costs, vintages
from solver.derive.context import Context
from solver.instance.moon import FromMoon
from solver.plan import Design

Vintages = dict[Column, dict[int, dict[int, float]]]


def derive_nodes(x: Context, launch: Launch, lines: Lines, most_thrown_kt: Mapping[int, float]) -> Nodes:
    """The menu as columns; vintages as shares by build period and period.

    ``most_thrown_kt`` is what the lunar industry could ever throw in a period.
    """
    loads, buildable = _loads(x, launch)
    max_thrown = _max_thrown(x, most_thrown_kt)
    for k, s, t in max_thrown:
        buildable.setdefault((k, s), []).append(t)
    gw = {(d.name, d.shell): d.power_kw * 1e-6 * x.units.power_per_gw for d in x.designs}
    of = {(d.name, d.shell): d for d in x.designs}
    columns = tuple(column for column in of if buildable.get(column))
    occupied = _by_vintage(x, columns, of, buildable, lambda d: lambda a: vintages.occupied(d, a))
    bounds = {load: _most_loaded(x, load, launch, lines, of[load[1], load[2]], occupied) for load in loads}
    return Nodes(
        columns=columns,
        loads=tuple(loads),
        max_loaded=bounds,
        arrives_share=launch.arrives_share,
        gw=gw,
        delivers=_delivers(x, columns, of, buildable),
        occupied=occupied,
        derelict=_by_vintage(x, columns, of, buildable, lambda d: lambda a: vintages.derelict(d, a)),
        upkeep_kt=_upkeep(x, columns, of, buildable),
        platform={d.name: d.platform for d in x.designs},
        cost=_loaded_cost(x, loads, of),
        placed_cost=_placed_cost(x, buildable, of),
        throws=tuple(max_thrown),
        max_thrown=max_thrown,
        throw_arrives_share={s: 1 - way.loss_share for s, way in _ways_from_moon(x).items()},
        thrown_cost=x.cost(
            (i, lunar_costs.of_thrown(x.prices, of[i[0], i[1]], i[2], _lot(x, of[i[0], i[1]]))) for i in max_thrown
        ),
    )


def _lot(x: Context, design: Design) -> float:
    """Nodes that one unit of a column stands for: single ones from the Earth, a GW (or what the model counts) of those
    made on the Moon, which come in millions."""
    return 1.0 if not x.made_on_moon(design) else 1e6 / design.power_kw / x.units.power_per_gw


def _ways_from_moon(x: Context) -> dict[str, FromMoon]:
    ways = {s: x.instance.shells[s].from_moon for s in x.instance.use.shells}
    return {s: way for s, way in ways.items() if way is not None and x.moon is not None}


def _max_thrown(x: Context, most_kt: Mapping[int, float]) -> dict[Throw, float]:
    """What of each design can be thrown at most in each period, in units of power of the model."""
    most: dict[Throw, float] = {}
    for d in x.designs:
        if x.made_on_moon(d) and d.shell in _ways_from_moon(x):
            available = set(x.usable(x.instance.platforms[d.platform].available_from))
            unit_kt = _lot(x, d) * d.mass_t * x.units.mass_per_t
            most |= {(d.name, d.shell, t): kt / unit_kt for t, kt in most_kt.items() if t in available and kt > 0}
    return most


def _placed_cost(x: Context, buildable: Mapping[Column, list[int]], of: Mapping[Column, Design]) -> Cost:
    lots = {column: _lot(x, design) for column, design in of.items()}
    unit = x.cost(
        ((k, s, t), costs.of_placed(x.prices, of[k, s], t, cache(lambda a, d=of[k, s]: vintages.alive(d, a))))
        for (k, s), periods in buildable.items()
        for t in periods
    )
    index = [(k, s, t) for (k, s), periods in buildable.items() for t in periods]
    return Cost(
        {i: unit.spent[i] * lots[i[0], i[1]] for i in index},
        {i: unit.salvage[i] * lots[i[0], i[1]] for i in index},
    )


def derive_shells(x: Context) -> Shells:
    """Room of every shell in use that has a limit."""
    shells = {s: x.instance.shells[s] for s in x.instance.use.shells}
    regimes: dict[str, tuple[str, ...]] = {}
    for s, shell in shells.items():
        if shell.regime is not None:
            regimes[shell.regime] = (*regimes.get(shell.regime, ()), s)
    return Shells(
        slots={s: d.slots for s, d in shells.items() if d.slots is not None},
        derelicts={s: d.derelicts for s, d in shells.items() if d.derelicts is not None},
        regimes=regimes,
        regime_slots={r: x.instance.regimes[r].slots for r in regimes},
    )


def derive_supply(x: Context) -> Supply:
    """Accelerators the world delivers in each period."""
    path = x.instance.supply.accelerators_gw
    if path is None:
        return Supply({})
    return Supply({t: x.path_amount(path, t) * x.units.power_per_gw for t in x.clock.periods})


def _loads(x: Context, launch: Launch) -> tuple[list[tuple[str, str, str, int]], dict[Column, list[int]]]:
    """Every way to put nodes of a column on a flight, and the periods in which a column can be built at all."""
    loads, buildable = [], {}
    for d in (d for d in x.designs if not x.made_on_moon(d)):
        available = set(x.usable(x.instance.platforms[d.platform].available_from))
        ways = [r for r in launch.routes if r[1] == d.shell and r[2] in available]
        ways = [r for r in ways if (r[0], d.name, d.shell) in launch.nodes_per_flight]
        loads += [(v, d.name, s, t) for v, s, t in ways]
        buildable[d.name, d.shell] = sorted({t for _, _, t in ways})
    return loads, buildable


def _most_loaded(
    x: Context,
    load: tuple[str, str, str, int],
    launch: Launch,
    lines: Lines,
    design: Design,
    occupied: Vintages,
) -> float:
    """A finite bound on one load: flights, production lines, and the room of the shell."""
    v, k, s, t = load
    most = launch.nodes_per_flight[v, k, s] * launch.max_flights[v, s, t]
    if design.platform in lines.max_lines:
        ready = lines.max_lines[design.platform] if lines.ready[design.platform, t] else 0
        made = lines.gw_per_year[design.platform] * x.clock.years(t) * ready
        most = min(most, made / (design.power_kw * 1e-6 * x.units.power_per_gw))
    slots = x.instance.shells[s].slots
    share = occupied[k, s].get(t, {}).get(t, 0.0) * launch.arrives_share[v]
    if slots is not None and share > 0:
        most = min(most, slots / share)
    return float(int(most + 1e-6))


def _by_vintage(
    x: Context,
    columns: tuple[Column, ...],
    of: Mapping[Column, Design],
    buildable: Mapping[Column, list[int]],
    share_of: Callable[[Design], Callable[[float], float]],
) -> Vintages:
    """Shares by column, build period and later period; zero shares are left out."""
    table: Vintages = {}
    for column in columns:
        share, lot = cache(share_of(of[column])), _lot(x, of[column])
        table[column] = {}
        for q in buildable[column]:
            row = {t: share(x.clock.age(q, t)) for t in x.clock.periods[q:]}
            table[column][q] = {t: lot * value for t, value in row.items() if value > 1e-12}
    return table


def least_delivered(x: Context, design: Design) -> float:
    """What one node still adds to the target just before the end of its life, in the unit of the model's target."""
    rows = _delivers(x, ((design.name, design.shell),), {(design.name, design.shell): design}, _first_only(x, design))
    values = [v for row in rows[design.name, design.shell].values() for v in row.values()]
    return min(values, default=0.0) / _lot(x, design)


def _first_only(x: Context, design: Design) -> dict[Column, list[int]]:
    usable = x.usable(x.instance.platforms[design.platform].available_from)
    return {(design.name, design.shell): usable[:1]}


def _delivers(
    x: Context, columns: tuple[Column, ...], of: Mapping[Column, Design], buildable: Mapping[Column, list[int]]
) -> Vintages:
    """What one node placed in q adds to the target in t, in the unit of the target."""
    kind, table = x.instance.target.kind, {}
    for column in columns:
        design, lot = of[column], _lot(x, of[column])
        wait = vintages.wait_years(x.instance, design)
        power = cache(lambda a, d=design, w=wait: vintages.power_gw(d, a, w))
        rows: dict[int, dict[int, float]] = {}
        for q in buildable[column]:
            if kind == "power_added":
                new = design.power_kw * 1e-6 * (1 - design.infant_share) * design.sunlit_share
                rows[q] = {q: lot * new * x.units.power_per_gw}
            elif kind == "mass_to_orbit":
                rows[q] = {q: lot * design.mass_t * x.units.mass_per_t}
            else:
                scale = x.units.power_per_gw
                if kind == "compute_alive":
                    growth = (1 + design.eflops_growth_share_per_year) ** x.clock.middle(q)
                    scale = design.eflops / (design.power_kw * 1e-6) * growth
                values = {t: lot * power(x.clock.age(q, t)) * scale for t in x.clock.periods[q:]}
                rows[q] = {t: value for t, value in values.items() if value > 0}
        table[column] = rows
    return table


def _upkeep(
    x: Context, columns: tuple[Column, ...], of: Mapping[Column, Design], buildable: Mapping[Column, list[int]]
) -> Vintages:
    """Supplies one node placed in q needs in t."""
    table: Vintages = {}
    for column in columns:
        yearly = of[column].upkeep_t_per_year * x.units.mass_per_t
        if yearly > 0:
            alive = cache(lambda a, d=of[column]: vintages.alive(d, a))
            rows = {
                q: {t: yearly * x.clock.years(t) * alive(x.clock.age(q, t)) for t in x.clock.periods[q:]}
                for q in buildable[column]
            }
            table[column] = {q: {t: value for t, value in row.items() if value > 0} for q, row in rows.items()}
    return table


def _loaded_cost(x: Context, loads: list[tuple[str, str, str, int]], of: Mapping[Column, Design]) -> Cost:
    unit = cache(lambda k, s, t: sum(m.present_musd for m in costs.of_loaded(x.prices, of[k, s], t)))
    money = x.units.money_per_musd
    return Cost({load: unit(*load[1:]) * money for load in loads}, {})
