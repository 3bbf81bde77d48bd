"""Extraction of a plan from a solution vector: decisions in the units of files, and the claims of the plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from formulations.names import Var
from solver.derive import Derived
from solver.derive.target import unit_factor_of
from solver.economics.ledger import ledger, placed
from solver.economics.value import forgone_musd, market_musd
from solver.instance.dates import RATE_KINDS
from solver.instance.schema import Instance
from solver.milp.matrix import Floats, Matrix
from solver.milp.row_content import largest_demand
from solver.plan import CashFlow, Claims, Decisions, Design, Plan, assigned

SMALLEST = 1e-9
"""Continuous amounts at or below this are treated as 0, in model units; for a pilot, a part of its demand."""
LEAST_SHARE = 1e-6
"""Share of the largest demand that is never treated as 0."""
GBPS_PER_TBPS = 1e3


def extract(instance: Instance, derived: Derived, matrix: Matrix, x: Floats, first_period: int = 0) -> Plan:
    """Extract the plan of a solution vector, with integer counts and its claims.

    ``first_period`` is the result of an earliest-date search; it is 0 for other objectives.
    """
    columns = _Columns(matrix, x, min(SMALLEST, LEAST_SHARE * (largest_demand(matrix) or 1.0)))
    tonnes = 1 / derived.units.mass_per_t
    power = 1 / derived.units.power_per_gw
    unit = 1 / unit_factor_of(instance, derived.units)
    decisions = Decisions(
        loaded=columns.counts(Var.NODES_LOADED),
        flights=columns.counts(Var.LAUNCH_FLIGHTS),
        launches=columns.counts(Var.LAUNCH_LAUNCHES),
        cargo_t=columns.amounts(Var.LAUNCH_CARGO, tonnes),
        ordered=columns.counts(Var.FLEET_ORDERED),
        retired=columns.amounts(Var.FLEET_RETIRED),
        pads=columns.counts(Var.LAUNCH_PADS_ORDERED),
        lines=columns.counts(Var.LINES_ORDERED),
        opened=_first_opened(columns),
        ground_gw=columns.amounts(Var.GROUND_BUILT, power),
        unmet=columns.amounts(Var.TARGET_UNMET, unit),
        unserved=columns.amounts(Var.TARGET_UNSERVED, unit),
        tankers=columns.counts(Var.LANDINGS_TANKER_FLIGHTS),
        landings=columns.counts(Var.LANDINGS_LANDINGS),
        moon_begun=_moon_development(columns),
        seeds_t=columns.amounts(Var.LANDINGS_SEED_MASS, tonnes),
        imported_t=columns.amounts(Var.LANDINGS_IMPORTED, tonnes),
        invested_t=columns.amounts(Var.LUNAR_INVESTED, tonnes),
        made_t=columns.amounts(Var.LUNAR_MADE, tonnes),
        night_t=columns.amounts(Var.LUNAR_MADE_AT_NIGHT, tonnes),
        unlocked=_first_unlocked(columns),
        mass_drivers=columns.counts(Var.MASS_DRIVERS_ORDERED),
        mass_driver_launched_gw=columns.amounts(Var.NODES_MASS_DRIVER_LAUNCHED, power),
        gateways=columns.counts(Var.NETWORK_ORDERED),
        serves=columns.amounts(Var.NETWORK_SERVES, unit),
        sends_gbps=columns.amounts(Var.NETWORK_SENDS, GBPS_PER_TBPS),
        relays_gbps=columns.amounts(Var.NETWORK_RELAYS, GBPS_PER_TBPS),
    )
    used = {(k, s) for _, k, s, _ in decisions.loaded} | {(k, s) for k, s, _ in decisions.mass_driver_launched_gw}
    designs = tuple(d for d in derived.designs if (d.name, d.shell) in used)
    at = matrix.find_column(Var.TARGET_FACTOR)
    factor = 1.0 if at is None else float(x[at])
    return Plan(designs, decisions, claims_of(instance, derived, designs, decisions, factor, first_period))


def claims_of(
    instance: Instance,
    derived: Derived,
    designs: tuple[Design, ...],
    decisions: Decisions,
    factor: float,
    first_period: int,
) -> Claims:
    """Compute the claims of a plan from its decisions; ``derived`` holds every design of it."""
    entries = ledger(instance, designs, decisions)
    forgone = forgone_musd(instance, derived.horizon, decisions.unserved)
    value = market_musd(instance, derived.horizon) - forgone
    return Claims(
        objective=_objective(instance, entries, value, factor, first_period),
        cost_musd=sum(m.present_musd for m in entries if m.item != "salvage"),
        salvage_musd=-sum(m.present_musd for m in entries if m.item == "salvage"),
        factor=factor,
        first_period=first_period,
        delivered=_delivered(instance, derived, decisions),
        ledger=entries,
        value_musd=value,
        forgone_musd=forgone,
    )


def nodes_and_flights(
    matrix: Matrix, x: Floats
) -> tuple[dict[tuple[str, str, str, int], int], dict[tuple[str, str, int], int]]:
    """Extract the nodes loaded by vehicle, design, shell and period, and the flights that carry them."""
    columns = _Columns(matrix, x)
    return columns.counts(Var.NODES_LOADED), columns.counts(Var.LAUNCH_FLIGHTS)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Solution vector with the names of its columns."""

    matrix: Matrix
    x: Floats
    smallest: float = SMALLEST

    def items(self, name: str) -> Iterator[tuple[tuple[str | int, ...], float]]:
        for j in self.matrix.columns_of(name):
            yield self.matrix.column_names.indices[j], float(self.x[j])

    def counts(self, name: str) -> dict[Any, int]:
        return {index: round(value) for index, value in self.items(name) if round(value) != 0}

    def amounts(self, name: str, factor: float = 1.0) -> dict[Any, float]:
        return {index: value * factor for index, value in self.items(name) if value > self.smallest}


def _first_opened(columns: _Columns) -> dict[tuple[str], int]:
    opened: dict[tuple[str], int] = {}
    for (platform, t), value in columns.items(Var.LINES_DEVELOPMENT_STARTED):
        if round(value) == 1:
            opened[(str(platform),)] = min(int(t), opened.get((str(platform),), int(t)))
    return opened


def _moon_development(columns: _Columns) -> dict[tuple[str], int]:
    """Return the first period of development of the Moon."""
    begun = [int(t) for (t,), value in columns.items(Var.LANDINGS_DEVELOPMENT_STARTED) if round(value) == 1]
    return {("moon",): min(begun)} if begun else {}


def _first_unlocked(columns: _Columns) -> dict[tuple[str, str], int]:
    unlocked: dict[tuple[str, str], int] = {}
    for (commodity, name, t), value in columns.items(Var.LUNAR_UNLOCK_STARTED):
        if round(value) == 1:
            key = (str(commodity), str(name))
            unlocked[key] = min(int(t), unlocked.get(key, int(t)))
    return unlocked


def _objective(
    instance: Instance, entries: tuple[CashFlow, ...], value: float, factor: float, first_period: int
) -> float:
    if instance.objective.kind == "most_power":
        return factor
    if instance.objective.kind == "earliest_date":
        return float(first_period)
    cost = sum(m.present_musd for m in entries)
    return value - cost if instance.objective.kind == "most_value" else cost


def _delivered(instance: Instance, derived: Derived, decisions: Decisions) -> tuple[float, ...]:
    """Compute the supply of each period in the unit of the target, without unmet demand."""
    c = derived.coefficients
    if instance.target.kind == "compute_delivered":
        return tuple(assigned(decisions, t) for t in c.time.periods)
    total = dict.fromkeys(c.time.periods, 0.0)
    moon_made = {(d.name, d.shell) for d in derived.designs if instance.platforms[d.platform].made_on == "moon"}
    for (k, s, q), arrived in placed(instance, decisions).items():
        count = arrived * (derived.units.power_per_gw if (k, s) in moon_made else 1.0)
        for t, amount in c.nodes.delivers[k, s].get(q, {}).items():
            total[t] += amount * count
    for (g, q), gw in decisions.ground_gw.items():
        for t, amount in c.ground.delivers.get(g, {}).get(q, {}).items():
            total[t] += amount * gw * derived.units.power_per_gw
    if c.target.counts_cargo:
        for (v, _, t), tonnes in decisions.cargo_t.items():
            total[t] += c.launch.arrives_share[v] * tonnes * derived.units.mass_per_t
    unit = unit_factor_of(instance, derived.units)
    rate = instance.target.kind in RATE_KINDS
    return tuple(total[t] / unit / (c.time.years[t] if rate else 1.0) for t in c.time.periods)
