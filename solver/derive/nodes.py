"""Coefficients of nodes, shells and supply, by vintage."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from formulations.coefficients import Column, Cost, DriverRoute, Launch, Lines, Load, Nodes, Shells, Supply
from formulations.vintages import Floats, Vintages
from solver.derive.ages import Ages
from solver.derive.context import Context, whole
from solver.design import slots, vintages
from solver.economics import lunar_unit_costs, node_costs
from solver.instance.dates import COMPUTE_KINDS
from solver.instance.moon import FromMoon
from solver.plan import Design


def derive_nodes(x: Context, launch: Launch, lines: Lines, max_launched_t: Mapping[int, float]) -> Nodes:
    """Derive the columns of the candidate designs, and their vintages as shares by build period and period.

    ``max_launched_t`` bounds the mass that the lunar industry launches in a period, t.
    """
    loads, buildable = _loads(x, launch)
    max_launched = _max_launched(x, max_launched_t)
    for k, s, t in max_launched:
        buildable.setdefault((k, s), []).append(t)
    gw = {(d.name, d.shell): d.power_kw * 1e-6 * x.units.power_per_gw for d in x.designs}
    of = {(d.name, d.shell): d for d in x.designs}
    columns = tuple(column for column in of if buildable.get(column))
    ages = Ages.of(x.horizon)
    occupied = _by_vintage(x, columns, of, buildable, ages.occupied)
    bounds = _max_loaded(x, loads, launch, lines, of, occupied)
    return Nodes(
        columns=columns,
        loads=tuple(loads),
        max_loaded=bounds,
        arrives_share=launch.arrives_share,
        gw=gw,
        delivers=_delivers(x, columns, of, buildable, ages),
        occupied=occupied,
        derelict=_by_vintage(x, columns, of, buildable, ages.derelict),
        upkeep_kt=_upkeep(x, columns, of, buildable, ages),
        platform={d.name: d.platform for d in x.designs},
        cost=_loaded_cost(x, loads, of),
        placed_cost=_placed_cost(x, buildable, of, ages),
        driver_routes=tuple(max_launched),
        max_launched=max_launched,
        arrival_share={s: 1 - way.loss_share for s, way in _routes_from_moon(x).items()},
        launched_cost=x.cost(
            (i, lunar_unit_costs.of_launched(x.prices, of[i[0], i[1]], i[2], _lot(x, of[i[0], i[1]])))
            for i in max_launched
        ),
    )


def _lot(x: Context, design: Design) -> float:
    """Return the nodes that one unit of a column counts: one from the Earth, a unit of model power from the Moon.

    Nodes made on the Moon come in millions.
    """
    return 1.0 if not x.made_on_moon(design) else 1e6 / design.power_kw / x.units.power_per_gw


def _routes_from_moon(x: Context) -> dict[str, FromMoon]:
    ways = {s: x.instance.shells[s].from_moon for s in x.instance.use.shells}
    return {s: way for s, way in ways.items() if way is not None and x.moon is not None}


def _max_launched(x: Context, most_t: Mapping[int, float]) -> dict[DriverRoute, float]:
    """Bound the launch of each design from the Moon in each period, in units of power of the model."""
    most: dict[DriverRoute, float] = {}
    for d in x.designs:
        if x.made_on_moon(d) and d.shell in _routes_from_moon(x):
            available = set(x.usable(x.instance.platforms[d.platform].available_from))
            unit_t = _lot(x, d) * d.mass_t
            most |= {(d.name, d.shell, t): mass / unit_t for t, mass in most_t.items() if t in available and mass > 0}
    return most


def _placed_cost(x: Context, buildable: Mapping[Column, list[int]], of: Mapping[Column, Design], ages: Ages) -> Cost:
    spent: dict[tuple[object, ...], float] = {}
    salvage: dict[tuple[object, ...], float] = {}
    prices, years = x.prices, node_costs.present_years(x.horizon)
    for (k, s), periods in buildable.items():
        design, alive = of[k, s], ages.alive(of[k, s])
        unit = _lot(x, design) * x.units.money_per_musd
        runs = (unit * node_costs.yearly_musd(prices, design) * (alive * years).sum(axis=1)).tolist()
        left = (unit * node_costs.present_residual_musd(prices, design, alive[:, -1])).tolist()
        for t in periods:
            spent[k, s, t], salvage[k, s, t] = runs[t], left[t]
    return Cost(spent, salvage)


def derive_shells(x: Context) -> Shells:
    """Derive the slots and derelict limits of every shell in use, and the slots that nodes take by area."""
    shells = {s: x.instance.shells[s] for s in x.instance.use.shells}
    regimes: dict[str, tuple[str, ...]] = {}
    for s, shell in shells.items():
        for regime in shell.regimes:
            regimes[regime] = (*regimes.get(regime, ()), s)
    weighing = {r: x.instance.regimes[r] for r in regimes if slots.is_weighing(x.instance.regimes[r])}
    licensed = {r: x.instance.regimes[r] for r in regimes if x.instance.regimes[r].max_derelict_years is not None}
    return Shells(
        slots={s: d.room for s, d in shells.items() if d.room is not None},
        derelicts={s: d.max_derelicts for s, d in shells.items() if d.max_derelicts is not None},
        object_years={s: d.max_derelict_years for s, d in shells.items() if d.max_derelict_years is not None},
        years_each=_years_each(x),
        regimes=regimes,
        regime_slots={r: x.instance.regimes[r].slots for r in regimes},
        slots_per_node={
            (d.name, d.shell): slots.of_shell(d, shells[d.shell])
            for d in x.designs
            if shells[d.shell].slots is not None and shells[d.shell].slot_area_m2 is not None
        },
        regime_slots_per_node={
            r: {
                (d.name, d.shell): each for d in x.designs if d.shell in regimes[r] and (each := slots.of_regime(d, of))
            }
            for r, of in weighing.items()
        },
        regime_object_years={
            r: (
                of.max_derelict_years or 0.0,
                frozenset((d.name, d.shell) for d in x.designs if d.shell in regimes[r] and slots.of_regime(d, of) > 0),
            )
            for r, of in licensed.items()
        },
    )


def _years_each(x: Context) -> dict[int, float]:
    """Return the object-years of an object at the end of each period: dead nodes grow evenly between two ends."""
    lengths = [*(x.horizon.years(t) for t in x.horizon.periods), 0.0]
    return {t: (lengths[t] + lengths[t + 1]) / 2 for t in x.horizon.periods}


def derive_supply(x: Context) -> Supply:
    """Derive the world supply of accelerators in each period."""
    path = x.instance.supply.accelerators_gw
    if path is None:
        return Supply({})
    return Supply({t: x.path_amount(path, t) * x.units.power_per_gw for t in x.horizon.periods})


def _loads(x: Context, launch: Launch) -> tuple[list[tuple[str, str, str, int]], dict[Column, list[int]]]:
    """Return every load (vehicle, design, shell, period), and the periods in which each column can be built."""
    loads, buildable = [], {}
    to_shell: dict[str, list[tuple[str, str, int]]] = {}
    for route in launch.routes:
        to_shell.setdefault(route[1], []).append(route)
    for d in (d for d in x.designs if not x.made_on_moon(d)):
        available = set(x.usable(x.instance.platforms[d.platform].available_from))
        ways = [r for r in to_shell.get(d.shell, ()) if r[2] in available]
        ways = [r for r in ways if (r[0], d.name, d.shell) in launch.nodes_per_flight]
        loads += [(v, d.name, s, t) for v, s, t in ways]
        buildable[d.name, d.shell] = sorted({t for _, _, t in ways})
    return loads, buildable


def _max_loaded(
    x: Context,
    loads: list[Load],
    launch: Launch,
    lines: Lines,
    of: Mapping[Column, Design],
    occupied: Mapping[Column, Vintages],
) -> dict[Load, float]:
    """Bound every load by flights, production lines and slots of the shell."""
    made = {column: _max_made(x, design, lines) for column, design in of.items()}
    arrivals = {column: _max_arrivals(x, of[column], table) for column, table in occupied.items()}
    most: dict[Load, float] = {}
    for load in loads:
        v, k, s, t = load
        flown = launch.nodes_per_flight[v, k, s] * launch.max_flights[v, s, t]
        bound = min(flown, made[k, s][t], arrivals[k, s][t] / launch.arrives_share[v])
        most[load] = whole(bound)
    return most


def _max_made(x: Context, design: Design, lines: Lines) -> list[float]:
    """Bound the nodes of a design in each period by the output of all lines of its platform."""
    p = design.platform
    if p not in lines.max_lines:
        return [math.inf] * len(x.horizon.periods)
    node_gw = design.power_kw * 1e-6 * x.units.power_per_gw
    ready = [lines.max_lines[p] if lines.ready[p, t] else 0 for t in x.horizon.periods]
    return [lines.gw_per_year[p] * x.horizon.years(t) * ready[t] / node_gw for t in x.horizon.periods]


def _max_arrivals(x: Context, design: Design, occupied: Vintages) -> list[float]:
    """Bound the nodes of a design that arrive in its shell in each period by the slots of the shell."""
    shell = x.instance.shells[design.shell]
    each = slots.of_shell(design, shell)
    shares = [each * occupied.at(t, t) for t in x.horizon.periods]
    return [math.inf if shell.room is None or share <= 0 else shell.room / share for share in shares]


def _by_vintage(
    x: Context,
    columns: tuple[Column, ...],
    of: Mapping[Column, Design],
    buildable: Mapping[Column, list[int]],
    shares: Callable[[Design], Floats],
) -> dict[Column, Vintages]:
    """Tabulate shares by column, build period and later period."""
    return {column: Vintages(shares(of[column]), buildable[column], _lot(x, of[column])) for column in columns}


def delivered_by_period(x: Context, design: Design) -> dict[int, Floats]:
    """Return the contribution of one node to the target of each period, by build period, in the model's unit."""
    column = design.name, design.shell
    built = x.usable(x.instance.platforms[design.platform].available_from)
    rows = _delivers(x, (column,), {column: design}, {column: built}, Ages.of(x.horizon))
    return dict(zip(built, rows[column].rows(np.array(built, dtype=np.int64)) / _lot(x, design), strict=True))


def _delivers(
    x: Context,
    columns: tuple[Column, ...],
    of: Mapping[Column, Design],
    buildable: Mapping[Column, list[int]],
    ages: Ages,
) -> dict[Column, Vintages]:
    """Tabulate the contribution to the target in t of one node placed in q, in the unit of the target."""
    kind, at_once = x.instance.target.kind, np.eye(len(x.horizon.periods))
    table: dict[Column, Vintages] = {}
    for column in columns:
        design, lot = of[column], _lot(x, of[column])
        new_gw = design.power_kw * 1e-6 * x.units.power_per_gw
        share, scale = at_once, np.full(len(at_once), lot)
        if kind == "power_added":
            scale *= new_gw * (1 - design.infant_mortality_share) * design.sunlit_share
        elif kind == "mass_to_orbit":
            scale *= design.mass_t * x.units.mass_per_t
        else:
            share = ages.power_share(design, vintages.wait_years(x.instance, design))
            scale *= new_gw if kind == "power_alive" else design.eflops
        if kind in COMPUTE_KINDS:
            scale *= (1 + design.eflops_growth_share_per_year) ** np.array(
                [x.horizon.middle(q) for q in x.horizon.periods]
            )
        table[column] = Vintages(share, buildable[column], scale)
    return table


def _upkeep(
    x: Context,
    columns: tuple[Column, ...],
    of: Mapping[Column, Design],
    buildable: Mapping[Column, list[int]],
    ages: Ages,
) -> dict[Column, Vintages]:
    """Tabulate the supplies that one node placed in q needs in t."""
    table: dict[Column, Vintages] = {}
    years = np.array([x.horizon.years(t) for t in x.horizon.periods])
    for column in columns:
        yearly = of[column].upkeep_t_per_year * x.units.mass_per_t
        if yearly > 0:
            table[column] = Vintages(ages.alive(of[column]) * years, buildable[column], yearly)
    return table


def _loaded_cost(x: Context, loads: list[tuple[str, str, str, int]], of: Mapping[Column, Design]) -> Cost:
    money, prices = x.units.money_per_musd, x.prices
    unit = {
        column: (node_costs.present_loaded_musd(prices, design) * money).tolist()
        for column, design in of.items()
        if not x.made_on_moon(design)
    }
    spent: dict[tuple[object, ...], float] = {load: unit[load[1], load[2]][load[3]] for load in loads}
    if x.instance.money.insurance_share > 0:
        insured = {
            (v, k, s): (node_costs.present_insurance_musd(prices, v, of[k, s]) * money).tolist()
            for v, k, s in {load[:3] for load in loads}
        }
        spent = {load: unit[load[1], load[2]][load[3]] + insured[load[:3]][load[3]] for load in loads}
    if x.instance.money.salvage != "delivered":
        return Cost(spent, {})
    carried = {
        (v, k, s): (node_costs.present_carried_musd(prices, v, of[k, s]) * money).tolist()
        for v, k, s in {load[:3] for load in loads}
    }
    salvage: dict[tuple[object, ...], float] = {load: carried[load[:3]][load[3]] for load in loads}
    return Cost(spent, salvage)
