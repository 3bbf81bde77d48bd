"""Solution -> plan: a vector of columns goes home to decisions, and the plan states its claims."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from solver.derive import Derived
from solver.derive.target import unit_factor_of
from solver.economics.ledger import ledger, placed
from solver.horizon.target_path import RATE_KINDS
from solver.instance.schema import Instance
from solver.milp.matrix import Floats, Matrix
from solver.plan import Claims, Decisions, Money, Plan

SMALLEST = 1e-9
"""Continuous amounts below this are the solver's noise."""
GBPS_PER_TBPS = 1e3


def extract(instance: Instance, derived: Derived, matrix: Matrix, x: Floats, first_period: int = 0) -> Plan:
    """The plan that a solution vector means, with whole counts and its claims.

    ``first_period`` is the period an earliest-date search found; it is 0 for other objectives.
    """
    columns = _Columns(matrix, x)
    tonnes = 1 / derived.units.mass_per_t
    power = 1 / derived.units.power_per_gw
    unit = 1 / unit_factor_of(instance, derived.units)
    decisions = Decisions(
        loaded=columns.whole("nodes.loaded"),
        flights=columns.whole("launch.flights"),
        launches=columns.whole("launch.launches"),
        cargo_t=columns.amounts("launch.cargo", tonnes),
        ordered=columns.whole("fleet.ordered"),
        retired=columns.amounts("fleet.retired"),
        pads=columns.whole("launch.pads_ordered"),
        lines=columns.whole("lines.ordered"),
        opened=_first_opened(columns),
        ground_gw=columns.amounts("ground.built", power),
        unmet=columns.amounts("target.unmet", unit),
        tankers=columns.whole("landings.tankers"),
        landings=columns.whole("landings.landings"),
        moon_begun=_begun(columns),
        seeds_t=columns.amounts("landings.seeded", tonnes),
        imported_t=columns.amounts("landings.imported", tonnes),
        invested_t=columns.amounts("lunar.invested", tonnes),
        made_t=columns.amounts("lunar.made", tonnes),
        night_t=columns.amounts("lunar.night", tonnes),
        unlocked=_first_unlocked(columns),
        mass_drivers=columns.whole("drivers.ordered"),
        mass_driver_launched_gw=columns.amounts("nodes.thrown", power),
        gateways=columns.whole("network.ordered"),
        serves_gw=columns.amounts("network.serves", power),
        sends_gbps=columns.amounts("network.sends", GBPS_PER_TBPS),
        relays_gbps=columns.amounts("network.relays", GBPS_PER_TBPS),
    )
    used = {(k, s) for _, k, s, _ in decisions.loaded} | {(k, s) for k, s, _ in decisions.mass_driver_launched_gw}
    designs = tuple(d for d in derived.designs if (d.name, d.shell) in used)
    entries = ledger(instance, designs, decisions)
    factor = float(x[matrix.index["target.factor"]]) if "target.factor" in matrix.index else 1.0
    claims = Claims(
        objective=_objective(instance, entries, factor, first_period),
        cost_musd=sum(m.present_musd for m in entries if m.item != "salvage"),
        salvage_musd=-sum(m.present_musd for m in entries if m.item == "salvage"),
        factor=factor,
        first_period=first_period,
        delivered=_delivered(instance, derived, decisions),
        ledger=entries,
    )
    return Plan(designs, decisions, claims)


@dataclass(frozen=True, slots=True)
class _Columns:
    """A vector with the names of its columns."""

    matrix: Matrix
    x: Floats

    def items(self, word: str) -> Iterator[tuple[tuple[str | int, ...], float]]:
        for j in self.matrix.columns_of(word):
            inside = self.matrix.column_names.inside(j)
            yield tuple(int(p) if p.isdigit() else p for p in inside), float(self.x[j])

    def whole(self, word: str) -> dict[Any, int]:
        return {index: round(value) for index, value in self.items(word) if round(value) != 0}

    def amounts(self, word: str, factor: float = 1.0) -> dict[Any, float]:
        return {index: value * factor for index, value in self.items(word) if value > SMALLEST}


def _first_opened(columns: _Columns) -> dict[tuple[str], int]:
    opened: dict[tuple[str], int] = {}
    for (platform, t), value in columns.items("lines.opened"):
        if round(value) == 1:
            opened[(str(platform),)] = min(int(t), opened.get((str(platform),), int(t)))
    return opened


def _begun(columns: _Columns) -> dict[tuple[str], int]:
    """The first period of development of the Moon."""
    begun = [int(t) for (t,), value in columns.items("landings.begins") if round(value) == 1]
    return {("moon",): min(begun)} if begun else {}


def _first_unlocked(columns: _Columns) -> dict[tuple[str, str], int]:
    unlocked: dict[tuple[str, str], int] = {}
    for (commodity, name, t), value in columns.items("lunar.unlocks"):
        if round(value) == 1:
            key = (str(commodity), str(name))
            unlocked[key] = min(int(t), unlocked.get(key, int(t)))
    return unlocked


def _objective(instance: Instance, entries: tuple[Money, ...], factor: float, first_period: int) -> float:
    if instance.objective.kind == "most_power":
        return factor
    if instance.objective.kind == "earliest_date":
        return float(first_period)
    return sum(m.present_musd for m in entries)


def _delivered(instance: Instance, derived: Derived, decisions: Decisions) -> tuple[float, ...]:
    """What each period gets of the target, in the target's unit, without what is unmet."""
    c = derived.coefficients
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
