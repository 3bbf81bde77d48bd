"""An instance at a glance: what is asked, when, and with what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.clock import Clock
from solver.instance.consistency import MILESTONE_KEY
from solver.instance.schema import Instance

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

    from solver.instance.read import Loaded

UNITS = {"power_alive": "GW", "power_added": "GW a year", "compute_alive": "EFLOP/s", "mass_to_orbit": "kt a year"}
QUESTIONS = {
    "least_cost": "at least cost",
    "most_power": "as much as the budget allows",
    "earliest_date": "as early as possible",
}


def headline(instance: Instance) -> str:
    """One line: name, target, size."""
    clock = Clock.of(instance.horizon)
    milestones = instance.target.milestones
    shown = milestones if len(milestones) <= 3 else [milestones[0], milestones[-1]]
    asked = ", ".join(f"{_amount(instance, i)} by {m.date}" for i, m in enumerate(milestones) if m in shown)
    use = instance.use
    size = [
        _count(len(clock.periods), "period"),
        _count(len(use.shells), "shell"),
        _count(len(use.platforms), "platform"),
        _count(len(use.vehicles), "vehicle"),
    ]
    if use.ground:
        size.append(_count(len(use.ground), "ground region"))
    return f"{instance.name} · {asked} · {', '.join(size)}"


def glance(loaded: Loaded[Instance]) -> Group:
    """Everything in use, in tables."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    instance = loaded.instance
    clock = Clock.of(instance.horizon)
    facts = Table(box=None, show_header=False, pad_edge=False)
    first, last = clock.label(0), clock.label(clock.periods[-1])
    rows = {
        "question": f"{instance.target.kind} in {instance.target.where}, {QUESTIONS[instance.objective.kind]}",
        "horizon": f"{first} to {last}, discounted at {100 * instance.horizon.discount_share_per_year:g} % a year",
        "case": instance.case,
        "files": ", ".join(str(file.name) for file in loaded.files),
    }
    for key, value in rows.items():
        facts.add_row(Text(key, style="bold"), Text(value))
    return Group(Text(headline(instance)), facts, _vehicles(instance), _shells(instance), _platforms(instance))


def _vehicles(instance: Instance) -> Table:
    from rich.table import Table

    table = Table("vehicle", "from", "flight MUSD", "best payload t", "owned", "sites", title="Vehicles", box=None)
    for name in instance.use.vehicles:
        v = instance.vehicles[name]
        payload = max((v.payload_t.get(s, 0.0) for s in instance.use.shells), default=0.0)
        owned = f"{v.fleet.build_musd:g} MUSD" if v.fleet else "bought"
        table.add_row(name, v.available_from, f"{v.flight_musd:g}", f"{payload:g}", owned, ", ".join(v.sites))
    return table


def _shells(instance: Instance) -> Table:
    from rich.table import Table

    table = Table("shell", "orbit", "altitude km", "slots", title="Shells", box=None)
    for name in instance.use.shells:
        s = instance.shells[name]
        orbit = "dawn-dusk" if s.orbit == "dawn_dusk" else f"{s.inclination_deg:g} deg"
        table.add_row(name, orbit, f"{s.altitude_km:,.0f}", "no limit" if s.slots is None else f"{s.slots:,.0f}")
    return table


def _platforms(instance: Instance) -> Table:
    from rich.table import Table

    table = Table("platform", "IT power kW", "from", "development MUSD", "line MW a year", title="Platforms", box=None)
    for name in instance.use.platforms:
        p = instance.platforms[name]
        line = f"{p.line.mw_per_year:g}" if p.line else "no limit"
        table.add_row(name, f"{p.it_power_kw:g}", p.available_from or "start", f"{p.development_musd:g}", line)
    return table


def _amount(instance: Instance, i: int) -> str:
    value = getattr(instance.target.milestones[i], MILESTONE_KEY[instance.target.kind])
    return f"{value:g} {UNITS[instance.target.kind]}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
