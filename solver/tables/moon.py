"""Rows of the tables on the Moon: plant, materials, landings, mass drivers."""

from __future__ import annotations

from collections.abc import Iterator

from solver.tables.lunar_state import LunarReplay
from solver.tables.plan_state import PlanState
from solver.tables.transport import Row


def plant_rows(lunar: LunarReplay) -> Iterator[Row]:
    """Yield, for every kind of plant and step, operating and new capital, and production, in total and at night."""
    decisions = lunar.decisions
    for u, t in enumerate(lunar.period):
        for i, activity in lunar.moon.activities.items():
            yield (
                lunar.horizon.label(t),
                lunar.steps.label(u),
                i,
                activity.does,
                lunar.capital[i, u],
                decisions.invested_t.get((i, u), 0.0),
                decisions.made_t.get((i, u), 0.0),
                decisions.night_t.get((i, u), 0.0),
            )


def material_rows(lunar: LunarReplay) -> Iterator[Row]:
    """Yield, for every commodity and step, production, imports, use (as feedstock and in total), and stock."""
    for u, t in enumerate(lunar.period):
        for j in lunar.moon.commodities:
            made_t, imported_t = lunar.made_t(j, u), lunar.decisions.imported_t.get((j, u), 0.0)
            fed_t, built_t = lunar.fed_t.get((j, u), 0.0), lunar.built_t.get((j, u), 0.0)
            came_t = made_t + imported_t
            yield (
                lunar.horizon.label(t),
                lunar.steps.label(u),
                j,
                made_t,
                imported_t,
                fed_t + built_t,
                fed_t,
                lunar.stored_t[j, u],
                imported_t / came_t if came_t > 0 else None,
            )


def landing_rows(state: PlanState, lunar: LunarReplay) -> Iterator[Row]:
    """Yield flights for the Moon, propellant left in the depot, and landed capacity with its seed and imports."""
    decisions = lunar.decisions
    for t in state.horizon.periods:
        landings = [decisions.landings.get((d, t), 0) for d in lunar.moon.landers]
        yield (
            state.horizon.label(t),
            sum(count for (_, q), count in decisions.tankers.items() if q == t),
            sum(landings),
            lunar.propellant_t[t],
            lunar.landed_t.get(t, 0.0),
            decisions.seeds_t.get((t,), 0.0),
            sum(lunar.imported_t(u) for u in lunar.steps.within(t)),
            *landings,
        )


def lander_columns(lunar: LunarReplay) -> str:
    """Return the columns of landings by lander."""
    return "".join(f" {lander}_landings#" for lander in lunar.moon.landers)


def driver_rows(state: PlanState, lunar: LunarReplay) -> Iterator[Row]:
    """Yield mass drivers ordered and operating, the mass they launch, their capacity, and their energy."""
    for t in state.horizon.periods:
        launched_t, capacity_t = lunar.launched_t.get(t, 0.0), lunar.launch_capacity_t(t)
        yield (
            state.horizon.label(t),
            lunar.decisions.mass_drivers.get((t,), 0),
            lunar.operating_drivers[t],
            launched_t,
            capacity_t,
            launched_t / capacity_t if capacity_t > 0 else None,
            sum(lunar.launch_gwh(u) for u in lunar.steps.within(t)),
        )
