"""Rules over the lunar sections."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from solver.instance.fields import month_number
from solver.instance.validation_issues import Issue, Path, unknown
from solver.physics.ascent import exhaust_speed_m_per_s, mass_ratio
from solver.physics.kardashev import mass_driver_power_gw

if TYPE_CHECKING:
    from solver.instance.hardware import Platform
    from solver.instance.moon import Activity, Moon
    from solver.instance.places import Shell
    from solver.instance.schema import Use
    from solver.instance.transport import Vehicle
    from solver.instance.validate import Rule

TOLERANCE = 1e-6
LEAST_DRY_SHARE = 0.01
"""Dry mass of a lander over its mass with cargo and propellant; the best stages flown have 4 % without cargo."""
MOST_W_PER_KG = 1e6
"""Power over mass of a mass driver; the pumps of rocket engines reach 1e5."""
LARGEST_MASS_RATIO = 1000.0
"""Mass of a stage before a manoeuvre over that after it; tanks alone weigh some per cent of their propellant."""
PARTS = ("array", "radiator", "battery", "accelerators", "terminals", "shielding", "bus", "propellant")
"""Parts of a sized node; a declared node is one part, ``node``."""


def _section(use: Use, moon: Moon | None = None) -> Iterator[Issue]:
    if use.moon and moon is None:
        yield ("use", "moon"), "found true and no section moon, expected one to describe the industry"


def _industry(use: Use, moon: Moon) -> Iterator[Issue]:
    if use.moon:
        yield from _activities(moon)
        yield from _seed(moon)
        yield from _time(moon)
        yield from _light(moon)
        yield from _closure(moon)
        yield from _drivers(moon)
        yield from _dry_landers(moon)


def _made_on_moon(use: Use, platforms: Mapping[str, Platform]) -> dict[int, Platform]:
    """Return the platforms in use that are made on the Moon, by their place in the list of names."""
    found = ((i, platforms.get(name)) for i, name in enumerate(use.platforms))
    return {i: platform for i, platform in found if platform is not None and platform.made_on == "moon"}


def _moon_made(use: Use, platforms: Mapping[str, Platform]) -> Iterator[Issue]:
    for i, platform in _made_on_moon(use, platforms).items():
        name = use.platforms[i]
        if not use.moon:
            found = f'found "{name}", which is made on the Moon'
            yield ("use", "platforms", i), f"{found}, expected use.moon: true"
        elif platform.production_line is not None:
            expected = "none: nodes made on the Moon come from its industry"
            yield ("platforms", name, "production_line"), f"found a production line, expected {expected}"


def _moon_made_shells(use: Use, platforms: Mapping[str, Platform], shells: Mapping[str, Shell]) -> Iterator[Issue]:
    for i, platform in _made_on_moon(use, platforms).items() if use.moon else ():
        made_for = platform.declared.shells if platform.declared else None
        reached = [s for s in use.shells if made_for is None or s in made_for]
        if not any(s in shells and shells[s].from_moon is not None for s in reached):
            among = "" if made_for is None else " among its shells"
            found = f'found "{use.platforms[i]}", which is made on the Moon'
            yield ("use", "platforms", i), f"{found}, expected a shell in use with from_moon{among}"


def _moon_made_parts(use: Use, platforms: Mapping[str, Platform], moon: Moon) -> Iterator[Issue]:
    for i, platform in _made_on_moon(use, platforms).items() if use.moon else ():
        name = use.platforms[i]
        if moon.mass_driver is None:
            found = f'found "{name}", which is made on the Moon'
            yield ("use", "platforms", i), f"{found}, expected moon.mass_driver to launch it"
        for part in PARTS if platform.declared is None else ("node",):
            if part not in moon.bills:
                expected = f"the commodities in it, because {name} is made on the Moon"
                yield ("moon", "bills", part), f"missing; expected {expected}"


def _adds_up(path: Path, shares: Mapping[str, float]) -> Iterator[Issue]:
    total = math.fsum(shares.values())
    if abs(total - 1) > TOLERANCE:
        yield path, f"found shares that add up to {total:g}, expected 1"


def _bill(moon: Moon, path: Path, bill: Mapping[str, float]) -> Iterator[Issue]:
    for commodity in bill:
        yield from unknown((*path, commodity), commodity, moon.commodities, "commodity")
    yield from _adds_up(path, bill)


def _activities(moon: Moon) -> Iterator[Issue]:
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
            yield ("moon", "activities"), f"found none that does power, expected one: {hungry} draws it"
        if moon.mass_driver is not None:
            yield ("moon", "mass_driver"), "found a mass driver without power, expected an activity that does power"


def _does(moon: Moon, activity: Activity, path: Path) -> Iterator[Issue]:
    by_kind = {"make": ("makes", "productivity_t_per_t_year"), "assemble": ("productivity_t_per_t_year",)}
    needed = by_kind.get(activity.does, ("power_kw_per_t",))
    for key in ("makes", "productivity_t_per_t_year", "power_kw_per_t"):
        value = getattr(activity, key)
        if key in needed and value is None:
            yield (*path, key), f"missing; expected it for an activity that does {activity.does}"
        if key not in needed and value is not None:
            yield (*path, key), f"found {value}, expected none for an activity that does {activity.does}"
    if "productivity_t_per_t_year" not in needed:
        for key in ("energy_kwh_per_kg", "feed"):
            if getattr(activity, key):
                found = f"{activity.energy_kwh_per_kg:g}" if key != "feed" else ", ".join(activity.feed)
                expected = f"none for an activity that does {activity.does}: no product"
                yield (*path, key), f"found {found}, expected {expected}"
    if activity.makes is not None:
        yield from unknown((*path, "makes"), activity.makes, moon.commodities, "commodity")


def _seed(moon: Moon) -> Iterator[Issue]:
    seed, path = moon.seed, ("moon", "seed")
    for activity in seed.mix:
        yield from unknown((*path, "mix", activity), activity, moon.activities, "lunar activity")
    yield from _adds_up((*path, "mix"), seed.mix)
    if seed.max_t < seed.min_t:
        yield (*path, "max_t"), f"found {seed.max_t:g}, expected at least min_t, {seed.min_t:g}"


def _time(moon: Moon) -> Iterator[Issue]:
    """Return issues of robots that double the capital before what they build is at work."""
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
            f"found {moon.doubling_years:g}, expected at least {shortest:.4g}, the shortest lag ({quickest}{nights}): "
            "no plant doubles before what it builds is at work",
        )


def _light(moon: Moon) -> Iterator[Issue]:
    """Return issues of the ground for panels: its order, and the area of the one kind of plant that stands on it."""
    path, generators = ("moon", "lit_area"), [n for n, a in moon.activities.items() if a.does == "power"]
    for i, area in enumerate(moon.lit_area):
        before = moon.lit_area[i - 1].light_share if i else 1.0
        if area.light_share > before or (i == 0 and area.light_share < 1):
            expected = "1, for light is counted from the best ground" if i == 0 else f"at most {before:g}, best first"
            yield (*path, i, "light_share"), f"found {area.light_share:g}, expected {expected}"
    if moon.lit_area and len(generators) != 1:
        found = ", ".join(generators) or "none"
        yield path, f"found {found} that does power, expected one activity whose panels stand there"
    for name, activity in moon.activities.items():
        key = ("moon", "activities", name, "area_m2_per_kw")
        if activity.area_m2_per_kw is not None and activity.does != "power":
            yield key, f"found {activity.area_m2_per_kw:g}, expected none for an activity that does {activity.does}"
        if moon.lit_area and name in generators and activity.area_m2_per_kw is None:
            yield key, "missing; expected it, because there is moon.lit_area"


def _closure(moon: Moon) -> Iterator[Issue]:
    for name, commodity in moon.commodities.items():
        share, opened = commodity.local_share, -1
        known: list[str] = []
        for i, unlock in enumerate(commodity.unlocks):
            path: Path = ("moon", "commodities", name, "unlocks", i)
            if unlock.local_share <= share:
                found = f"{unlock.local_share:g}"
                yield (*path, "local_share"), f"found {found}, expected more than the {share:g} before it"
            if month_number(unlock.available_from) < opened:
                yield (
                    (*path, "available_from"),
                    f"found {unlock.available_from}, expected no month before the last unlock's",
                )
            if unlock.name in known:
                yield (*path, "name"), f'found "{unlock.name}" once more, expected every name once'
            share, opened = unlock.local_share, month_number(unlock.available_from)
            known.append(unlock.name)


def _landers(use: Use, moon: Moon, vehicles: Mapping[str, Vehicle]) -> Iterator[Issue]:
    if not use.moon:
        return
    for name, lander in moon.landers.items():
        yield from unknown(("moon", "landers", name, "vehicle"), lander.vehicle, vehicles, "vehicle")
    for vehicle in moon.depot.tankers:
        yield from unknown(("moon", "depot", "tankers", vehicle), vehicle, vehicles, "vehicle")
    for name, lander in moon.landers.items():
        for key, delta_v in (
            ("delta_v_m_per_s", lander.delta_v_m_per_s),
            ("return_delta_v_m_per_s", lander.return_delta_v_m_per_s or 0.0),
        ):
            most = most_delta_v_m_per_s(lander.isp_s)
            if delta_v > most:
                why = f"with an isp of {lander.isp_s:g} s more leaves less than a thousandth that is not propellant"
                yield ("moon", "landers", name, key), f"found {delta_v:g}, expected at most {most:.4g}: {why}"
    flown = set(use.vehicles)
    if not any(lander.vehicle in flown for lander in moon.landers.values()):
        yield ("moon", "landers"), "found none whose vehicle is in use, expected one to land anything"
    if not flown & set(moon.depot.tankers):
        yield ("moon", "depot", "tankers"), "found none that is in use, expected one to fill the depot"


def most_delta_v_m_per_s(isp_s: float) -> float:
    """Return the largest manoeuvre of a stage that is more than propellant, m/s."""
    return float(exhaust_speed_m_per_s(isp_s) * math.log(LARGEST_MASS_RATIO))


def _dry_landers(moon: Moon) -> Iterator[Issue]:
    for name, lander in moon.landers.items():
        if lander.delta_v_m_per_s > most_delta_v_m_per_s(lander.isp_s):
            continue
        full_t = (lander.dry_t + lander.landed_t) * mass_ratio(lander.delta_v_m_per_s, lander.isp_s)
        least_t = LEAST_DRY_SHARE * full_t
        if lander.dry_t < least_t:
            why = f"tanks and engines weigh {LEAST_DRY_SHARE:.0%} of a full stage of {full_t:,.4g} t at least"
            yield ("moon", "landers", name, "dry_t"), f"found {lander.dry_t:g}, expected at least {least_t:.4g}: {why}"


def _drivers(moon: Moon) -> Iterator[Issue]:
    driver = moon.mass_driver
    if driver is None:
        return
    yield from _bill(moon, ("moon", "mass_driver", "bill"), driver.bill)
    power_gw = mass_driver_power_gw(driver.throughput_kt_per_year / 1000, driver.speed_m_per_s, driver.efficiency_share)
    least_t = power_gw * 1e9 / MOST_W_PER_KG / 1000
    if driver.mass_t < least_t:
        why = f"no machine takes up more than {MOST_W_PER_KG:g} W per kg, and this one {power_gw:.3g} GW"
        yield ("moon", "mass_driver", "mass_t"), f"found {driver.mass_t:g}, expected at least {least_t:.4g}: {why}"


MOON_RULES: tuple[Rule, ...] = (_section, _industry, _moon_made, _moon_made_shells, _moon_made_parts, _landers)
