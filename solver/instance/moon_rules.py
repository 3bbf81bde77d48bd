"""Faults of the lunar sections that only several keys together show."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from solver.instance.fields import month_number
from solver.instance.findings import Finding, Path, unknown

if TYPE_CHECKING:
    from solver.instance.moon import Activity, Moon
    from solver.instance.places import Shell
    from solver.instance.schema import Instance

TOLERANCE = 1e-6
LOWEST_KM = 300
PARTS = ("array", "radiator", "battery", "accelerators", "terminals", "shielding", "bus", "propellant")
"""What a sized node consists of; a declared one is one part, ``node``."""


def moon_rules(instance: Instance) -> Iterator[Finding]:
    """Every such fault, each with its path."""
    if instance.use.moon and instance.moon is None:
        yield ("use", "moon"), "found true and no section moon, wanted one to describe the industry"
    for i, name in enumerate(instance.use.platforms):
        platform = instance.platforms.get(name)
        if platform is not None and platform.made_on == "moon":
            yield from _moon_made(instance, name, ("use", "platforms", i))
    if instance.moon is None or not instance.use.moon:
        return
    yield from _activities(instance.moon)
    yield from _seed(instance.moon)
    yield from _time(instance.moon)
    yield from _closure(instance.moon)
    yield from _landers(instance, instance.moon)
    yield from _drivers(instance.moon)


def deep_space_rules(name: str, shell: Shell) -> Iterator[Finding]:
    """What must be given for a place that no table reaches."""
    path: Path = ("shells", name)
    if not shell.deep_space:
        if shell.altitude_km == 0:
            yield (*path, "altitude_km"), f"missing; wanted it for an orbit that is {shell.orbit}"
        elif shell.altitude_km < LOWEST_KM:
            yield (*path, "altitude_km"), f"found {shell.altitude_km:g}, wanted {LOWEST_KM:g} or more"
        return
    if shell.dose_rad_per_year is None:
        yield (
            (*path, "dose_rad_per_year"),
            f"missing; wanted it, because no table reaches an orbit that is {shell.orbit}",
        )
    if shell.inclination_deg is not None:
        yield (*path, "inclination_deg"), f"found {shell.inclination_deg:g}, wanted none for a {shell.orbit} place"
    if shell.orbit == "heliocentric" and shell.earth_distance_km is None:
        yield (*path, "earth_distance_km"), "missing; wanted it for a heliocentric place"


def _moon_made(instance: Instance, name: str, used: Path) -> Iterator[Finding]:
    platform, path = instance.platforms[name], ("platforms", name)
    if not instance.use.moon:
        yield used, f'found "{name}", which is made on the Moon, wanted use.moon: true'
        return
    if platform.production_line is not None:
        yield (
            (*path, "production_line"),
            "found a production line, wanted none: nodes made on the Moon come from its industry",
        )
    made_for = platform.declared.shells if platform.declared else None
    shells = [s for s in instance.use.shells if made_for is None or s in made_for]
    if not any(s in instance.shells and instance.shells[s].from_moon is not None for s in shells):
        among = "" if made_for is None else " among its shells"
        yield used, f'found "{name}", which is made on the Moon, wanted a shell in use with from_moon{among}'
    if instance.moon is not None and instance.moon.mass_driver is None:
        yield used, f'found "{name}", which is made on the Moon, wanted moon.mass_driver to throw it'
    parts = PARTS if platform.declared is None else ("node",)
    for part in parts if instance.moon is not None else ():
        if instance.moon is not None and part not in instance.moon.bills:
            yield ("moon", "bills", part), f"missing; wanted the commodities in it, because {name} is made on the Moon"


def _adds_up(path: Path, shares: Mapping[str, float]) -> Iterator[Finding]:
    total = math.fsum(shares.values())
    if abs(total - 1) > TOLERANCE:
        yield path, f"found shares that add up to {total:g}, wanted 1"


def _bill(moon: Moon, path: Path, bill: Mapping[str, float]) -> Iterator[Finding]:
    for commodity in bill:
        yield from unknown((*path, commodity), commodity, moon.commodities, "commodity")
    yield from _adds_up(path, bill)


def _activities(moon: Moon) -> Iterator[Finding]:
    for name, activity in moon.activities.items():
        path: Path = ("moon", "activities", name)
        yield from _bill(moon, (*path, "bill"), activity.bill)
        yield from _does(moon, activity, path)
        for commodity in activity.feed:
            yield from unknown((*path, "feed", commodity), commodity, moon.commodities, "commodity")
    for part, bill in moon.bills.items():
        yield from unknown(("moon", "bills", part), part, (*PARTS, "node"), "part of a node")
        yield from _bill(moon, ("moon", "bills", part), bill)
    hungry = next((n for n, a in moon.activities.items() if a.energy_kwh_per_kg > 0), None)
    if not any(a.does == "power" for a in moon.activities.values()):
        if hungry is not None:
            yield ("moon", "activities"), f"found none that does power, wanted one: {hungry} draws it"
        if moon.mass_driver is not None:
            yield ("moon", "mass_driver"), "found a mass driver without power, wanted an activity that does power"


def _does(moon: Moon, activity: Activity, path: Path) -> Iterator[Finding]:
    wants = {"make": ("makes", "productivity_t_per_t_year"), "assemble": ("productivity_t_per_t_year",)}
    needed = wants.get(activity.does, ("power_kw_per_t",))
    for key in ("makes", "productivity_t_per_t_year", "power_kw_per_t"):
        value = getattr(activity, key)
        if key in needed and value is None:
            yield (*path, key), f"missing; wanted it for an activity that does {activity.does}"
        if key not in needed and value is not None:
            yield (*path, key), f"found {value}, wanted none for an activity that does {activity.does}"
    if "productivity_t_per_t_year" not in needed:
        for key in ("energy_kwh_per_kg", "feed"):
            if getattr(activity, key):
                found = f"{activity.energy_kwh_per_kg:g}" if key != "feed" else ", ".join(activity.feed)
                yield (*path, key), f"found {found}, wanted none for an activity that does {activity.does}: no product"
    if activity.does == "storage" and activity.efficiency_share == 0:
        yield (*path, "efficiency_share"), "found 0, wanted a share more than 0: nothing would come back at night"
    if activity.makes is not None:
        yield from unknown((*path, "makes"), activity.makes, moon.commodities, "commodity")


def _seed(moon: Moon) -> Iterator[Finding]:
    seed, path = moon.seed, ("moon", "seed")
    for activity in seed.mix:
        yield from unknown((*path, "mix", activity), activity, moon.activities, "lunar activity")
    yield from _adds_up((*path, "mix"), seed.mix)
    if seed.max_t < seed.min_t:
        yield (*path, "max_t"), f"found {seed.max_t:g}, wanted at least min_t, {seed.min_t:g}"


def _time(moon: Moon) -> Iterator[Finding]:
    """Light to work in, and robots no quicker than what they build comes to work."""
    if moon.illumination_share == 0:
        yield ("moon", "illumination_share"), "found 0, wanted a share more than 0: without light there is no power"
        return
    lags = {name: a.lag_years for name, a in moon.activities.items()}
    if not lags:
        return
    # As in solver.horizon.substeps, which knows more than an instance: where nothing works at night, only days count
    # for a lag.
    stored = any(a.does == "storage" for a in moon.activities.values())
    quickest = min(lags, key=lags.__getitem__)
    shortest = lags[quickest] if stored else lags[quickest] / moon.illumination_share
    if moon.doubling_years < shortest - TOLERANCE:
        nights = "" if shortest == lags[quickest] else f", {lags[quickest]:g} at work and the nights between"
        yield (
            ("moon", "doubling_years"),
            f"found {moon.doubling_years:g}, wanted at least {shortest:.4g}, the shortest lag ({quickest}{nights}): "
            "no plant doubles before what it builds is at work",
        )


def _closure(moon: Moon) -> Iterator[Finding]:
    for name, commodity in moon.commodities.items():
        share, opened = commodity.local_share, -1
        known: list[str] = []
        for i, unlock in enumerate(commodity.unlocks):
            path: Path = ("moon", "commodities", name, "unlocks", i)
            if unlock.local_share <= share:
                yield (*path, "local_share"), f"found {unlock.local_share:g}, wanted more than the {share:g} before it"
            if month_number(unlock.available_from) < opened:
                yield (
                    (*path, "available_from"),
                    f"found {unlock.available_from}, wanted no month before the last unlock's",
                )
            if unlock.name in known:
                yield (*path, "name"), f'found "{unlock.name}" once more, wanted every name once'
            share, opened = unlock.local_share, month_number(unlock.available_from)
            known.append(unlock.name)


def _landers(instance: Instance, moon: Moon) -> Iterator[Finding]:
    for name, lander in moon.landers.items():
        yield from unknown(("moon", "landers", name, "vehicle"), lander.vehicle, instance.vehicles, "vehicle")
    for vehicle in moon.depot.tankers:
        yield from unknown(("moon", "depot", "tankers", vehicle), vehicle, instance.vehicles, "vehicle")
    flown = set(instance.use.vehicles)
    if not any(lander.vehicle in flown for lander in moon.landers.values()):
        yield ("moon", "landers"), "found none whose vehicle is in use, wanted one to land anything"
    if not flown & set(moon.depot.tankers):
        yield ("moon", "depot", "tankers"), "found none that is in use, wanted one to fill the depot"


def _drivers(moon: Moon) -> Iterator[Finding]:
    if moon.mass_driver is not None:
        yield from _bill(moon, ("moon", "mass_driver", "bill"), moon.mass_driver.bill)
