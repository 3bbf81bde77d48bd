"""Overview of an instance: target, horizon, vehicles, shells, platforms and lunar industry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.horizon.advice import instance_warnings
from solver.horizon.dates import date_warnings
from solver.horizon.periods import PlanningHorizon
from solver.horizon.target_path import asked_by
from solver.instance.consistency import MILESTONE_KEY
from solver.instance.dates import COMPUTE_KINDS, RATE_KINDS
from solver.instance.moon import Moon
from solver.instance.places import Shell
from solver.instance.schema import Instance
from solver.instance.validation_issues import words
from solver.io import escapes
from solver.report import number_format
from solver.run.size_estimate import estimate

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

    from solver.instance.read import Loaded

UNITS = {
    "power_alive": "GW",
    "power_added": "GW a year",
    **dict.fromkeys(COMPUTE_KINDS, "EFLOP/s"),
    "mass_to_orbit": "kt a year",
}
OBJECTIVES = {
    "least_cost": "at least cost",
    "most_value": "for the most value at market prices",
    "most_power": "as much as the budget allows",
    "earliest_date": "as early as possible",
}


def headline(instance: Instance) -> str:
    """Return one line on an instance: name, target, size."""
    horizon, use = PlanningHorizon.of(instance.horizon), instance.use
    size = [
        _count(len(horizon.periods), "period"),
        _count(len(use.shells), "shell"),
        _count(len(use.platforms), "platform"),
        _count(len(use.vehicles), "vehicle"),
    ]
    if use.ground:
        size.append(_count(len(use.ground), "ground region"))
    if use.moon:
        size.append("the Moon")
    return f"{escapes.line(instance.name)} · {target_text(instance)} · {', '.join(size)}"


def target_text(instance: Instance) -> str:
    """Return the milestones of the target, of more than three the first and the last."""
    milestones = instance.target.milestones
    shown = milestones if len(milestones) <= 3 else [milestones[0], milestones[-1]]
    return ", ".join(f"{_amount(instance, i)} by {_date(instance, i)}" for i, m in enumerate(milestones) if m in shown)


def _date(instance: Instance, i: int) -> str:
    """Return the date of a milestone, with that at which it is read where this is another one."""
    horizon, date = PlanningHorizon.of(instance.horizon), instance.target.milestones[i].date
    if not any(path[:3] == ("target", "milestones", i) for path, _ in date_warnings(instance)):
        return date
    t = asked_by(instance.target, horizon, date)
    return (
        f"{date} ({'in ' + horizon.label(t) if instance.target.kind in RATE_KINDS else 'read at ' + horizon.date(t)})"
    )


def overview(loaded: Loaded[Instance]) -> Group:
    """Return tables of all vehicles, places, platforms and lunar industry in use."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    instance = loaded.instance
    horizon = PlanningHorizon.of(instance.horizon)
    facts = Table(box=None, show_header=False, pad_edge=False)
    first, last = horizon.label(0), horizon.label(horizon.periods[-1])
    rows = {
        "objective": f"{instance.target.kind} in {instance.target.where}, {OBJECTIVES[instance.objective.kind]}",
        "horizon": f"{first} to {last}{_tail(instance)}, {_money(instance)}",
        "case": escapes.line(instance.case),
        "model": str(estimate(instance)),
        "files": ", ".join(escapes.line(file.name) for file in loaded.files),
    }
    for key, value in rows.items():
        facts.add_row(Text(key, style="bold"), Text(value))
    shown = [_vehicles(instance), _shells(instance), _platforms(instance)]
    if instance.use.moon and instance.moon is not None:
        shown += [_moon(instance.moon), _activities(instance.moon), _commodities(instance.moon)]
    warnings = [Text(f"warning: {words(path)}: {text}") for path, text in instance_warnings(instance)]
    return Group(Text(headline(instance)), facts, *shown, *warnings)


def _tail(instance: Instance) -> str:
    """Return the years that are planned and not reported; empty for none."""
    years = instance.horizon.tail_years
    return f" with a tail of {years} {'year' if years == 1 else 'years'}" if years else ""


def _money(instance: Instance) -> str:
    """Return the discount rate, and the year of the prices where it is stated."""
    year = instance.money.price_year
    prices = "" if year is None else f", in USD of {year}"
    return f"discounted at {100 * instance.horizon.real_discount_share_per_year:g} % a year{prices}"


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
        altitude = "-" if s.deep_space else f"{s.altitude_km:,.0f}"
        table.add_row(name, _orbit(s), altitude, "no limit" if s.room is None else f"{s.room:,.0f}")
    return table


def _orbit(shell: Shell) -> str:
    if shell.deep_space:
        where = "near the Moon" if shell.orbit == "cislunar" else f"round the Sun at {shell.sun_distance_au:g} au"
        return where if shell.from_moon is None else f"{where}, reached from the Moon"
    return "dawn-dusk" if shell.orbit == "dawn_dusk" else f"{shell.inclination_deg:g} deg"


def _platforms(instance: Instance) -> Table:
    from rich.table import Table

    table = Table("platform", "IT power kW", "from", "development MUSD", "line MW a year", title="Platforms", box=None)
    for name in instance.use.platforms:
        p = instance.platforms[name]
        line = (
            "made on the Moon"
            if p.made_on == "moon"
            else f"{p.production_line.mw_per_year:g}"
            if p.production_line
            else "no limit"
        )
        table.add_row(name, f"{p.it_power_kw:g}", p.available_from or "start", f"{p.development_musd:g}", line)
    return table


def _moon(moon: Moon) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(escapes.line(moon.title or "The Moon")), show_header=False, box=None)
    seed, driver = moon.seed, moon.mass_driver
    facts = {
        "first landing": f"from {moon.available_from}, {moon.development_years:g} years after development begins",
        "seed": f"{seed.min_t:,g} to {seed.max_t:,g} t for {seed.usd_per_kg:,g} USD/kg",
        "plant doubles": f"in {moon.doubling_years:g} years at best",
        "sunlight": f"{number_format.share(moon.illumination_share)} of the year",
        "landers": ", ".join(f"{name} ({lander.landed_t:,g} t)" for name, lander in moon.landers.items()),
        "tankers": ", ".join(f"{name} ({tonnes:,g} t)" for name, tonnes in moon.depot.tankers.items()),
    }
    if driver is not None:
        each = number_format.mass(1000 * driver.throughput_kt_per_year)
        facts["mass drivers"] = f"up to {driver.max_drivers:,} of {each} a year"
    for key, value in facts.items():
        table.add_row(key, value)
    return table


def _activities(moon: Moon) -> Table:
    from rich.table import Table

    table = Table("plant", "does", "t a t and year", "kWh/kg", "kW/t", "lag years", title="Lunar plant", box=None)
    for name, a in moon.activities.items():
        does = f"makes {a.makes}" if a.makes is not None else {"assemble": "assembles"}.get(a.does, a.does)
        rate = "-" if a.productivity_t_per_t_year is None else f"{a.productivity_t_per_t_year:g}"
        power = "-" if a.power_kw_per_t is None else f"{a.power_kw_per_t:g}"
        energy = "-" if a.productivity_t_per_t_year is None else f"{a.energy_kwh_per_kg:g}"
        table.add_row(name, does, rate, energy, power, f"{a.lag_years:g}")
    return table


def _commodities(moon: Moon) -> Table:
    from rich.table import Table

    table = Table("commodity", "import USD/kg", "made on the Moon", "later", title="Lunar materials", box=None)
    for name, c in moon.commodities.items():
        later = ", ".join(f"{number_format.share(u.local_share)} from {u.available_from}" for u in c.unlocks)
        made = any(a.makes == name for a in moon.activities.values())
        share = f"up to {number_format.share(c.local_share)}" if made else "not made"
        table.add_row(name, f"{c.import_usd_per_kg:,g}", share, later or "-")
    return table


def _amount(instance: Instance, i: int) -> str:
    value = getattr(instance.target.milestones[i], MILESTONE_KEY[instance.target.kind])
    return f"{value:,g} {UNITS[instance.target.kind]}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
