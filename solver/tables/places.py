"""Rows of the tables on stocks: nodes, shells, power, production lines, ground, designs."""

from __future__ import annotations

from collections.abc import Iterator

from solver.horizon.ramps import path_amount
from solver.instance.dates import RATE_KINDS
from solver.plan import Design, Plan
from solver.tables import occupancy
from solver.tables.demand import UNITS
from solver.tables.node_stock import NodeStock
from solver.tables.plan_state import PlanState
from solver.tables.transport import Row

PARTS = ("array", "radiator", "battery", "accelerators", "terminals", "shielding", "bus", "propellant", "node")


def node_rows(state: PlanState) -> Iterator[Row]:
    """Yield nodes by shell and design, from the period in which the first of them is launched.

    Where the Moon may be used the last column has the nodes launched by mass driver.
    """
    keys = {(s, k, t) for table in (state.nodes, state.loaded, state.launched) for k, s, t in table}
    for s, k, t in sorted(keys, key=lambda key: (key[2], key[0], key[1])):
        stock = state.nodes.get((k, s, t), NodeStock())
        loaded = state.loaded.get((k, s, t), 0)
        launched = (state.launched.get((k, s, t), 0.0),) if state.lunar is not None else ()
        yield state.horizon.label(t), s, k, state.designs[k, s].platform, loaded, stock.alive, stock.power_gw, *launched


def shell_rows(state: PlanState) -> Iterator[Row]:
    """Yield the occupied slots of every shell and the object-years of its derelicts so far.

    Without a limit on slots their columns are empty.
    """
    years = dict.fromkeys(state.shells, 0.0)
    per_node = {s: occupancy.slots_in_shell(state, s) for s in state.shells}
    for t in state.horizon.periods:
        for s in state.shells:
            stock, shell = state.in_shell[s, t], state.instance.shells[s]
            occupied = occupancy.occupied(state, per_node[s], t)
            used = occupied / shell.room if shell.room else None
            years[s] += _derelict_years(state, s, t)
            yield state.horizon.label(t), s, stock.alive, stock.derelict, occupied, shell.room, used, years[s]


def derelict_object_years(state: PlanState) -> dict[str, float]:
    """Return the years that dead nodes spend in each shell within the reported window, summed over the nodes."""
    return {s: sum(_derelict_years(state, s, t) for t in state.horizon.periods) for s in state.shells}


def _derelict_years(state: PlanState, shell: str, t: int) -> float:
    """Return the object-years of a period: dead nodes grow evenly from the end of the period before."""
    before = state.in_shell[shell, t - 1].derelict if t > 0 else 0.0
    return state.horizon.years(t) * (before + state.in_shell[shell, t].derelict) / 2


def power_rows(state: PlanState) -> Iterator[Row]:
    """Yield target and delivery in the unit of the target, and IT power in orbit and on the ground."""
    kind = state.instance.target.kind
    for t in state.horizon.periods:
        unmet = state.missed(t)
        yield (
            state.horizon.label(t),
            state.horizon.date(t),
            UNITS[kind],
            state.target[t],
            state.delivered[t],
            unmet / state.horizon.years(t) if kind in RATE_KINDS else unmet,
            state.orbit_gw(t),
            state.on_ground_gw(t),
        )


def line_rows(state: PlanState) -> Iterator[Row]:
    """Yield production lines with their output and capacity."""
    made: dict[tuple[str, int], float] = {}
    for (k, s, t), count in state.loaded.items():
        design = state.designs[k, s]
        made[design.platform, t] = made.get((design.platform, t), 0.0) + count * design.power_kw * 1e-6
    for (p, t), ready in sorted(state.lines.items(), key=lambda item: (item[0][1], item[0][0])):
        line = state.instance.platforms[p].production_line
        capacity_gw = ready * line.mw_per_year / 1000 * state.horizon.years(t) if line is not None else 0.0
        ordered = state.plan.decisions.lines.get((p, t), 0)
        yield state.horizon.label(t), p, ordered, ready, made.get((p, t), 0.0), capacity_gw


def ground_rows(state: PlanState) -> Iterator[Row]:
    """Yield grid capacity taken and offered, and IT power on the ground."""
    for t in state.horizon.periods:
        for g in state.instance.use.ground:
            region = state.instance.ground[g]
            offered = path_amount(state.horizon, region.queue_gw, t, region.available_from)
            taken = state.plan.decisions.ground_gw.get((g, t), 0.0)
            yield state.horizon.label(t), g, taken, offered, state.ground_gw.get((g, t), 0.0)


def design_rows(plan: Plan) -> Iterator[Row]:
    """Yield the designs in use by a plan, with mass by part."""
    for design in sorted(plan.designs, key=lambda d: (d.shell, d.name)):
        yield (
            design.name,
            design.shell,
            design.platform,
            design.power_kw,
            design.kg_per_kw,
            design.mass_t,
            design.area_m2.get("array", 0.0),
            design.area_m2.get("radiator", 0.0),
            design.price_musd,
            design.price_musd * 1000 / design.power_kw,
            design.life_years,
            *(design.mass_kg.get(part, 0.0) for part in (*PARTS, *_others(plan.designs))),
        )


def _others(designs: tuple[Design, ...]) -> list[str]:
    return sorted({part for design in designs for part in design.mass_kg} - set(PARTS))


def design_parts(plan: Plan) -> list[str]:
    """Return the parts in the order of their columns."""
    return [*PARTS, *_others(plan.designs)]
