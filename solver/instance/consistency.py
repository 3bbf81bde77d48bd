"""Faults that only several keys of an instance together show: unknown names, empty choices, impossible dates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from solver.instance.fields import month_number
from solver.instance.findings import Finding, Path, unknown
from solver.instance.learning import learning_faults
from solver.instance.moon_rules import deep_space_rules, moon_rules
from solver.instance.network_rules import network_rules

if TYPE_CHECKING:
    from solver.instance.hardware import Platform
    from solver.instance.schema import Instance

MILESTONE_KEY = {
    "power_alive": "gw",
    "power_added": "gw_per_year",
    "compute_alive": "eflops",
    "mass_to_orbit": "kt_per_year",
}
MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}


def cross_check(instance: Instance) -> list[Finding]:
    """Every such fault, each with its path; an empty list for a consistent instance."""
    checks = (
        _names, _vehicles, _shells, _platforms, _target, _computing, _objective, _menu, moon_rules, network_rules,
        learning_faults,
    )  # fmt: skip
    return [finding for check in checks for finding in check(instance)]


def _listed(instance: Instance, key: str, known: Iterable[str], what: str) -> Iterator[Finding]:
    names = list(getattr(instance.use, key))
    known = list(known)
    for i, name in enumerate(names):
        yield from unknown(("use", key, i), name, known, what)
        if name in names[:i]:
            yield ("use", key, i), f'found "{name}" once more, wanted every name once'


def _names(instance: Instance) -> Iterator[Finding]:
    yield from _listed(instance, "vehicles", instance.vehicles, "vehicle")
    yield from _listed(instance, "shells", instance.shells, "shell")
    yield from _listed(instance, "platforms", instance.platforms, "platform")
    yield from _listed(instance, "ground", instance.ground, "ground region")
    if instance.claim is not None and instance.claim.source not in instance.sources:
        yield from unknown(("claim", "source"), instance.claim.source, instance.sources, "source")
    if instance.target.kind != "mass_to_orbit" and not instance.use.platforms:
        if instance.target.where == "orbit":
            yield ("use", "platforms"), "found none, wanted at least one, because the target is in orbit"
        elif not instance.use.ground:
            yield ("use", "platforms"), "found none, and no ground region; wanted at least one to compute with"
    if instance.target.where == "orbit" and instance.use.ground:
        found = ", ".join(instance.use.ground)
        yield ("use", "ground"), f"found {found}, wanted none, or target.where: anywhere; the target counts orbit only"


def _vehicles(instance: Instance) -> Iterator[Finding]:
    for name in instance.use.vehicles:
        vehicle = instance.vehicles.get(name)
        if vehicle is None:
            continue
        path: Path = ("vehicles", name)
        for i, site in enumerate(vehicle.sites):
            yield from unknown((*path, "sites", i), site, instance.sites, "launch site")
        for shell in vehicle.payload_t:
            yield from unknown((*path, "payload_t", shell), shell, instance.shells, "shell")
        until = vehicle.available_until
        if until is not None and month_number(until) <= month_number(vehicle.available_from):
            yield (*path, "available_until"), f"found {until}, wanted a month after available_from"
    for name in {site for v in instance.use.vehicles if v in instance.vehicles for site in instance.vehicles[v].sites}:
        place = instance.sites.get(name)
        if place is not None and place.max_pads < place.pads:
            yield ("sites", name, "max_pads"), f"found {place.max_pads}, wanted at least pads, {place.pads}"


def _shells(instance: Instance) -> Iterator[Finding]:
    for i, name in enumerate(instance.use.shells):
        shell = instance.shells.get(name)
        if shell is None:
            continue
        flown = [v for v in instance.use.vehicles if v in instance.vehicles]
        from_moon = instance.use.moon and shell.from_moon is not None
        if flown and not from_moon and not any(instance.vehicles[v].payload_t.get(name, 0.0) > 0 for v in flown):
            wanted = f"payload_t.{name} above 0 in one of them"
            yield ("use", "shells", i), f'found "{name}", which no vehicle in use reaches; wanted {wanted}'
        if shell.regime is not None:
            yield from unknown(("shells", name, "regime"), shell.regime, instance.regimes, "regime")
        if shell.orbit == "inclined" and shell.inclination_deg is None:
            yield ("shells", name, "inclination_deg"), "missing; wanted it for an inclined orbit"
        if shell.orbit == "dawn_dusk" and shell.inclination_deg is not None:
            found = f"{shell.inclination_deg:g}"
            yield ("shells", name, "inclination_deg"), f"found {found}, wanted none: it is computed for dawn_dusk"
        if shell.orbit == "dawn_dusk" and shell.altitude_km > 5500:
            wanted = "at most 5500; no sun-synchronous orbit lies above about 5970"
            yield ("shells", name, "altitude_km"), f"found {shell.altitude_km:g}, wanted {wanted}"
        yield from deep_space_rules(name, shell)
        if shell.deep_space:
            continue
        if shell.altitude_km > 2000 and shell.dose_rad_per_year is None:
            yield (
                ("shells", name, "dose_rad_per_year"),
                "missing; wanted it above 2,000 km: no table goes further",
            )
        if shell.altitude_km > 2000 and shell.disposal_m_per_s is None:
            yield ("shells", name, "disposal_m_per_s"), "missing; wanted it above 2,000 km (graveyard or return)"


def _platforms(instance: Instance) -> Iterator[Finding]:
    for name in instance.use.platforms:
        platform = instance.platforms.get(name)
        if platform is None:
            continue
        path: Path = ("platforms", name)
        if (platform.sized is None) == (platform.declared is None):
            found = "found sized and declared" if platform.sized else "found neither sized nor declared"
            yield path, f"{found}, wanted one of sized (computed from parts) and declared (finished figures)"
        if platform.development_musd > 0 and platform.production_line is None:
            found = f"{platform.development_musd:g}"
            yield (
                (*path, "development_musd"),
                f"found {found} and no production_line; wanted one to make what is developed",
            )
        yield from _parts(instance, platform, path)
        made_for = platform.declared.shells if platform.declared else None
        for i, shell in enumerate(made_for or []):
            yield from unknown((*path, "declared", "shells", i), shell, instance.shells, "shell")
        known = made_for is not None and set(made_for) <= set(instance.shells)
        if made_for is not None and known and not set(made_for) & set(instance.use.shells):
            found = ", ".join(made_for) or "none"
            yield (*path, "declared", "shells"), f"found {found}, wanted at least one of the shells in use"


def _parts(instance: Instance, platform: Platform, path: Path) -> Iterator[Finding]:
    sized = platform.sized
    if sized is None:
        return
    shelves: dict[str, Iterable[str]] = {
        "array": instance.technology.arrays,
        "radiator": instance.technology.radiators,
        "battery": instance.technology.batteries,
        "accelerator": instance.technology.accelerators,
        "terminal": instance.technology.terminals,
        "bus": instance.technology.buses,
    }
    for key, shelf in shelves.items():
        yield from unknown((*path, "sized", key), getattr(sized, key), shelf, f"{key} in technology")


def _target(instance: Instance) -> Iterator[Finding]:
    target, wanted = instance.target, MILESTONE_KEY[instance.target.kind]
    start = month_number(instance.horizon.start)
    end = start + sum(group.count * MONTHS[group.length] for group in instance.horizon.periods)
    previous = None
    for i, milestone in enumerate(target.milestones):
        path: Path = ("target", "milestones", i)
        for key in MILESTONE_KEY.values():
            value = getattr(milestone, key)
            if key != wanted and value is not None:
                besides = "" if getattr(milestone, wanted) is None else f" besides {wanted}"
                found = f"found {key}{besides}, wanted {wanted}{' alone' if besides else ''}"
                yield (*path, key), f"{found}, because target.kind is {target.kind}"
        if not any(getattr(milestone, key) is not None for key in MILESTONE_KEY.values()):
            yield (*path, wanted), f"missing; wanted it, because target.kind is {target.kind}"
        month = month_number(milestone.date)
        if previous is not None and month <= previous:
            yield (*path, "date"), f"found {milestone.date}, wanted a month after the milestone before"
        previous = month
        stock = target.kind in ("power_alive", "compute_alive")
        first, last = (start + 1, end) if stock else (start, end - 1)
        if not first <= month <= last:
            yield (*path, "date"), f"found {milestone.date}, wanted {_month(first)} to {_month(last)} (horizon)"


def _computing(instance: Instance) -> Iterator[Finding]:
    if instance.target.kind != "compute_alive":
        return
    accelerators = instance.technology.accelerators
    rates = [instance.ground[name].eflops_per_gw for name in instance.use.ground if name in instance.ground]
    for name in instance.use.platforms:
        platform = instance.platforms.get(name)
        if platform is None or (platform.sized and platform.sized.accelerator not in accelerators):
            return
        part = accelerators[platform.sized.accelerator] if platform.sized else platform.declared
        rates.append(part.eflops_per_gw if part else 0.0)
    if rates and not any(rates):
        yield ("target", "kind"), "found compute_alive, wanted eflops_per_gw above 0 in something in use"


def _month(number: int) -> str:
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def _objective(instance: Instance) -> Iterator[Finding]:
    objective = instance.objective
    if objective.kind == "most_power" and objective.budget_musd is None:
        yield ("objective", "budget_musd"), "missing; wanted it, because objective.kind is most_power"
    if objective.kind != "most_power" and objective.budget_musd is not None:
        found = f"{objective.budget_musd:g}"
        yield ("objective", "budget_musd"), f"found {found}, wanted none, because objective.kind is {objective.kind}"
    if objective.kind != "least_cost" and instance.target.unmet_penalty_musd is not None:
        found = f"{instance.target.unmet_penalty_musd:g}"
        yield ("target", "unmet_penalty_musd"), f"found {found}, wanted none: {objective.kind} may not miss its target"


def _menu(instance: Instance) -> Iterator[Finding]:
    for key in ("radiator_temperature_k", "life_years", "eclipse", "array_margin_share"):
        values = list(getattr(instance.candidate_designs, key))
        for i, value in enumerate(values):
            if value in values[:i]:
                found = value if isinstance(value, str) else f"{value:g}"
                yield ("candidate_designs", key, i), f"found {found} once more, wanted every choice once"
