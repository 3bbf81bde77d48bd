"""Rows of the tables about the Moon: plant, materials, landings, mass drivers."""

from __future__ import annotations

from collections.abc import Iterator

from solver.tables.lunar_state import LunarReplay
from solver.tables.plan_state import PlanState
from solver.tables.transport import Row


def plant_rows(lunar: LunarReplay) -> Iterator[Row]:
    """Every kind of plant in every step: at work, newly built, what it makes, and how much of that at night."""
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
    """Every commodity in every step: made and imported, used to make others and to build, and what is left."""
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
    """Flights for the Moon, propellant left in the depot, and what is landed: seed, imports, or room not used."""
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
    """Columns of landings by lander."""
    return "".join(f" {lander}_landings#" for lander in lunar.moon.landers)


def driver_rows(state: PlanState, lunar: LunarReplay) -> Iterator[Row]:
    """Mass drivers: ordered, at work, what they throw and could throw, and the energy it takes."""
    for t in state.horizon.periods:
        launched_t, could_t = lunar.launched_t.get(t, 0.0), lunar.could_launch_t(t)
        yield (
            state.horizon.label(t),
            lunar.decisions.mass_drivers.get((t,), 0),
            lunar.at_work[t],
            launched_t,
            could_t,
            launched_t / could_t if could_t > 0 else None,
            sum(lunar.launch_gwh(u) for u in lunar.steps.within(t)),
        )
