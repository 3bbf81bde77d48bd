"""Relaxations of an instance: every key of the file that can forbid a plan, with a value that forbids nothing.

A rule may act without a row: a node that fits no flight has no column, a line that comes too late has no order, a limit
of zero is a bound. Each relaxation changes the values of one key, so that deriving the model anew shows its effect.
Demand is no such key: target, traffic and served shares stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from solver.instance.fields import Path as YearlyPath
from solver.instance.fields import month_number
from solver.instance.hardware import CandidateDesigns
from solver.instance.schema import Instance
from solver.instance.transport import Vehicle
from solver.plan import Design
from solver.search.variants.conflict import Limit, amount
from solver.search.variants.moon_relaxations import moon_relaxations
from solver.search.variants.network_relaxations import network_relaxations
from solver.search.variants.relaxation import (
    LONG_YEARS,
    MANY,
    Key,
    Relaxation,
    Section,
    at_least,
    month,
    number,
    yearly,
)


def relaxations(instance: Instance, designs: Sequence[Design]) -> list[Relaxation]:
    """Return the relaxations of all keys that forbid anything, in the order of the chain from vehicle to target."""
    found = [
        *_of_loads(instance, designs),
        *(r for v in instance.use.vehicles for r in _of_vehicle(instance, v)),
        *(r for l in _sites(instance) for r in _of_site(instance, l)),
        *(r for p in instance.use.platforms for r in _of_platform(instance, p)),
        *_of_shells(instance),
        *(r for g in instance.use.ground for r in _of_ground(instance, g)),
        *network_relaxations(instance),
        *moon_relaxations(instance),
        *_of_world(instance),
    ]
    return [r for r in found if r.given != r.loosest]


def _sites(instance: Instance) -> list[str]:
    return list(dict.fromkeys(l for v in instance.use.vehicles for l in instance.vehicles[v].sites))


def _of_loads(instance: Instance, designs: Sequence[Design]) -> Iterator[Relaxation]:
    """Yield the relaxations of payload and volume, which all vehicles share, and of the mass of declared nodes."""
    vehicles = {v: instance.vehicles[v] for v in instance.use.vehicles}
    for s in instance.use.shells:
        here = [d for d in designs if d.shell == s and instance.platforms[d.platform].made_on == "earth"]
        carriers = {v: d for v, d in vehicles.items() if d.payload_t.get(s, 0.0) > 0} or vehicles
        heaviest = max(d.payload_t.get(s, 0.0) for d in carriers.values())
        if here:
            lightest = min(d.mass_t for d in here)
            yield _payload(s, carriers, heaviest, lightest)
        elif instance.target.kind == "mass_to_orbit":
            yield _payload(s, carriers, heaviest, max(heaviest, 1.0))
    for p in instance.use.platforms:
        declared = instance.platforms[p].declared
        if declared is None or instance.platforms[p].made_on != "earth":
            continue
        yield Relaxation(
            "launch.fit", p, f"platforms.{p}.declared.mass_t", (("platforms", p, "declared", "mass_t"),), "t",
            declared.mass_t, declared.mass_t * 1e-6, number, alone=True,
        )  # fmt: skip
        yield Relaxation(
            "launch.fit", p, f"platforms.{p}.declared.stowed_m3", (("platforms", p, "declared", "stowed_m3"),), "m3",
            declared.stowed_m3, declared.stowed_m3 * 1e-6, number, alone=True,
        )  # fmt: skip
    largest, smallest = max(d.volume_m3 for d in vehicles.values()), min((d.stowed_m3 for d in designs), default=0.0)
    if smallest > 0:
        yield Relaxation(
            "launch.fit", _star(vehicles), f"vehicles.{_star(vehicles)}.volume_m3",
            tuple(("vehicles", v, "volume_m3") for v in vehicles), "m3", largest, max(100 * smallest, 100 * largest),
            at_least, note=_fits(smallest, largest, "m3", "largest"),
        )  # fmt: skip


def _payload(shell: str, carriers: Mapping[str, Vehicle], heaviest: float, lightest: float) -> Relaxation:
    keys = tuple(("vehicles", v, "payload_t", shell) for v in carriers)
    path, note = f"vehicles.{_star(carriers)}.payload_t.{shell}", _fits(lightest, heaviest, "t", "heaviest")
    loosest = 100 * max(lightest, heaviest)
    return Relaxation("launch.fit", shell, path, keys, "t", heaviest, loosest, at_least, note=note)


def _fits(least: float, most: float, unit: str, word: str) -> Callable[[Limit, Limit], str] | None:
    """Return the sentence on a node that fits no flight; None where one fits."""
    if least <= most:
        return None

    def note(allows: Limit, needs: Limit) -> str:
        fits = f"a node of {amount(least, unit)} fits no flight: {word} {amount(allows, unit)}"
        return f"{fits}, needs {amount(needs, unit)} or more" if needs != allows else fits

    return note


def _star(names: Mapping[str, object]) -> str:
    return next(iter(names)) if len(names) == 1 else "*"


def _of_vehicle(instance: Instance, v: str) -> Iterator[Relaxation]:
    vehicle, at = instance.vehicles[v], Section(instance, v, "vehicles", v)
    yield from at.late("launch.available", vehicle.available_from, "available_from")
    yield from at.early("launch.available", vehicle.available_until, "available_until")
    yield from at.rate("launch.cadence", vehicle.flights_per_year, "flights a year", "flights_per_year")
    if vehicle.flights_per_year is not None and not vehicle.background_flights:
        yield from at.flag("launch.growth", False, "background_flights")
    yield from at.less("launch.pads", vehicle.pad_days, "days", "pad_days")
    yield from at.less("launch.lift", vehicle.loss_share, "of flights", "loss_share")
    if vehicle.fleet is not None:
        fleet = vehicle.fleet
        yield from at.years("fleet.balance", fleet.lead_years, "fleet", "lead_years")
        yield from at.more("fleet.balance", fleet.initial, "vehicles", "fleet", "initial", most=MANY, integer=True)
        yield from at.rate("fleet.cap", fleet.production_per_year, "vehicles a year", "fleet", "production_per_year")
        yield from at.less("fleet.turnaround", fleet.turnaround_days, "days", "fleet", "turnaround_days", least=0.01)
        yield from at.more("fleet.wear", fleet.reuse_flights, "flights", "fleet", "reuse_flights", most=MANY)


def _of_site(instance: Instance, l: str) -> Iterator[Relaxation]:
    site, at = instance.sites[l], Section(instance, l, "sites", l)
    yield from at.late("launch.available", site.available_from, "available_from")
    both = (("sites", l, "pads"), ("sites", l, "max_pads"))
    yield Relaxation("launch.pads", l, f"sites.{l}.pads", both, "pads", site.pads, MANY, _count_at_least, integer=True)
    yield from at.more("launch.max_pads", site.max_pads, "pads", "max_pads", most=MANY, integer=True)
    if site.max_pads > site.pads:
        yield from at.years("launch.pads", site.pad_lead_years, "pad_lead_years")
    if not site.polar and any(instance.shells[s].polar for s in instance.use.shells):
        yield from at.flag("launch.polar", False, "polar")
    licence = site.licence_flights_per_year
    yield from at.more("launch.licence", licence, "flights a year", "licence_flights_per_year")


def _count_at_least(value: Any, limit: float) -> int:
    return max(int(value), int(limit))


def _of_platform(instance: Instance, p: str) -> Iterator[Relaxation]:
    platform, at = instance.platforms[p], Section(instance, p, "platforms", p)
    yield from at.late("nodes.available", platform.available_from, "available_from")
    if platform.declared is not None:
        declared, share = platform.declared, "of nodes"
        yield from at.more("nodes.life", declared.life_years, "years", "declared", "life_years", most=LONG_YEARS)
        yield from at.less("nodes.life", declared.infant_mortality_share, share, "declared", "infant_mortality_share")
        yield from at.less(
            "nodes.life", declared.hazard_share_per_year, f"{share} a year", "declared", "hazard_share_per_year"
        )
    line = platform.production_line
    if line is not None:
        key = "production_line"
        yield from at.years("lines.development", platform.development_years, "development_years")
        yield from at.years("lines.output", line.lead_years, key, "lead_years")
        yield from at.more("lines.max_lines", line.max_lines, "lines", key, "max_lines", most=MANY, integer=True)
        yield from at.more("lines.output", line.mw_per_year, "MW a year", key, "mw_per_year")
        yield from at.rate("lines.cap", line.lines_per_year, "lines a year", key, "lines_per_year")


def _of_shells(instance: Instance) -> Iterator[Relaxation]:
    for s in instance.use.shells:
        shell, at = instance.shells[s], Section(instance, s, "shells", s)
        yield from at.years("nodes.arrival", shell.transfer_years, "transfer_years")
        yield from at.more("shells.slots", shell.slots, "slots", "slots", most=1e9)
        yield from at.more("shells.slots", shell.slot_area_m2, "m2", "slot_area_m2", most=1e8, alone=True)
        yield from at.more("shells.derelicts", shell.max_derelicts, "derelict objects", "max_derelicts", most=1e9)
        years = shell.max_derelict_years
        yield from at.more("shells.object_years", years, "object years", "max_derelict_years", most=1e9)
    for r in dict.fromkeys(r for s in instance.use.shells for r in instance.shells[s].regimes):
        regime, at = instance.regimes[r], Section(instance, r, "regimes", r)
        yield from at.more("shells.regime", regime.slots, "slots", "slots", most=1e9)
        years = regime.max_derelict_years
        yield from at.more("shells.regime_object_years", years, "object years", "max_derelict_years", most=1e9)
        yield from at.more("shells.regime", regime.slot_area_m2, "m2", "slot_area_m2", most=1e8, alone=True)


def _of_ground(instance: Instance, g: str) -> Iterator[Relaxation]:
    region, at = instance.ground[g], Section(instance, g, "ground", g)
    yield from at.late("ground.queue", region.available_from, "available_from")
    yield from at.years("ground.queue", region.build_years, "build_years")
    life = region.facility_life_years
    yield from at.more("ground.queue", life, "years", "facility_life_years", most=LONG_YEARS)
    yield from _path(instance, "ground.queue", g, ("ground", g, "queue_gw"), region.queue_gw)
    if region.accelerators_gw is not None:
        yield from _path(instance, "ground.supply", g, ("ground", g, "accelerators_gw"), region.accelerators_gw)


def _path(instance: Instance, constraint: str, place: str, key: Key, value: YearlyPath) -> Iterator[Relaxation]:
    """Yield the relaxations of an exogenous path: of its rate, and of the month in which it begins."""
    path, given = ".".join(map(str, key)), value.start_per_year
    yield Relaxation(constraint, place, path, (key,), "GW a year", given, max(MANY, 100 * given), yearly)
    if value.from_ is not None:
        start = month_number(instance.horizon.start)
        begins = Relaxation(
            constraint, place, f"{path}.from", ((*key, "from_"),), "month", month_number(value.from_), start, month,
            month=True,
        )  # fmt: skip
        if begins.given > start:
            yield begins


def _of_world(instance: Instance) -> Iterator[Relaxation]:
    """Yield the relaxations of the choices for sized nodes, of the world's supply and of the budget."""
    if any(instance.platforms[p].sized is not None for p in instance.use.platforms):
        yield from _of_sizing(instance.candidate_designs)
    if instance.supply.accelerators_gw is not None:
        yield from _path(instance, "nodes.supply", "", ("supply", "accelerators_gw"), instance.supply.accelerators_gw)
    at = Section(instance, "", "objective")
    yield from at.more("money.budget", instance.objective.budget_musd, "MUSD", "budget_musd", most=1e12)


def _of_sizing(choices: CandidateDesigns) -> Iterator[Relaxation]:
    """Yield one more choice for sized nodes: longer and shorter lives, hotter and cooler radiators."""
    lives, kelvin = choices.life_years, choices.radiator_temperature_k
    for constraint, key, unit, given, loosest, more in (
        ("nodes.life", "life_years", "years", max(lives), 50.0, True),
        ("nodes.sizing", "life_years", "years", min(lives), 1.0, False),
        ("nodes.sizing", "radiator_temperature_k", "K", max(kelvin), 400.0, True),
        ("nodes.sizing", "radiator_temperature_k", "K", min(kelvin), 330.0, False),
    ):
        path = ("candidate_designs", key)
        if given < loosest if more else given > loosest:
            yield Relaxation(constraint, "", ".".join(path), (path,), unit, given, loosest, _one_more)


def _one_more(values: Any, limit: float) -> list[float]:
    return [*values, limit]
