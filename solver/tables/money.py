"""Rows of the tables on costs and of the summary table."""

from __future__ import annotations

from collections.abc import Iterator

from solver.tables.figures import Figures
from solver.tables.places import derelict_object_years
from solver.tables.plan_state import PlanState
from solver.tables.transport import Row, start_month


def money_rows(state: PlanState) -> Iterator[Row]:
    """Yield the ledger, one row for each item in each period; the present values add up to the claimed cost."""
    sums: dict[tuple[int, str, str], list[float]] = {}
    for entry in state.plan.claims.ledger:
        total = sums.setdefault((entry.period, entry.family, entry.item), [0.0, 0.0])
        total[0] += entry.musd
        total[1] += entry.present_musd
    for (t, family, item), (musd, present_musd) in sorted(sums.items()):
        yield state.horizon.label(t), start_month(state, t), state.horizon.date(t), family, item, musd, present_musd


def family_rows(state: PlanState) -> Iterator[Row]:
    """Yield the ledger by family, salvage included as negative amounts."""
    sums: dict[tuple[int, str], list[float]] = {}
    for entry in state.plan.claims.ledger:
        total = sums.setdefault((entry.period, entry.family), [0.0, 0.0])
        total[0] += entry.musd
        total[1] += entry.present_musd
    for (t, family), (musd, present_musd) in sorted(sums.items()):
        yield state.horizon.label(t), family, musd, present_musd


def summary_rows(state: PlanState, figures: Figures) -> Iterator[Row]:
    """Yield the headline figures, each with its unit."""
    yield "objective", state.plan.claims.objective, _objective_unit(state)
    yield "gross_present_cost", figures.present_musd, "MUSD"
    yield "salvage", figures.salvage_musd, "MUSD"
    yield "net_present_cost", figures.net_musd, "MUSD"
    if state.instance.market:
        yield "market_value_served", state.plan.claims.value_musd, "MUSD"
        yield "market_value_forgone", state.plan.claims.forgone_musd, "MUSD"
    yield "undiscounted_spending", figures.undiscounted_musd, "MUSD"
    yield "cost_per_it_power", figures.usd_per_w, "USD/W"
    yield "cost_per_mass", figures.usd_per_kg, "USD/kg"
    yield "it_power_at_last_milestone", figures.power_gw, "GW"
    yield "it_power_in_orbit_at_end", state.orbit_gw(state.horizon.periods[-1]), "GW"
    yield "it_power_on_ground_at_end", state.on_ground_gw(state.horizon.periods[-1]), "GW"
    yield "nodes", float(figures.nodes), "1"
    yield "nodes_alive_at_end", figures.alive_share, "share of placed"
    yield "derelict_object_years", sum(derelict_object_years(state).values()), "object years"
    yield "mass_launched", figures.mass_t, "t"
    yield "specific_mass", figures.kg_per_kw, "kg/kW"
    yield "flights", float(figures.flights), "1"
    for vehicle, flights in figures.flights_by_vehicle.items():
        yield f"flights.{vehicle}", float(flights), "1"
    if state.lunar is not None:
        yield "nodes_launched_by_mass_driver", figures.launched_nodes, "1"
        yield "cargo_to_the_moon", figures.freight_t, "t"
        yield "propellant_to_the_depot", figures.propellant_t, "t"
    yield "unmet", sum(state.missed(t) for t in state.horizon.periods), "sum over periods"


def _objective_unit(state: PlanState) -> str:
    units = {"least_cost": "MUSD", "most_value": "MUSD", "most_power": "share of target", "earliest_date": "period"}
    return units[state.instance.objective.kind]
