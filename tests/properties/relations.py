"""Metamorphic relations: what a change of an instance must do to its optimum.

``tests.properties.relation`` says what a relation is.
"""

from __future__ import annotations

import copy
import random
import re
from typing import Any

from tests.properties.perturbed import Data, at, numbers, put
from tests.properties.relation import Changed, paths, relation, scaling, times

for _name, _patterns, _factor, _whole in (
    ("more_payload", ("vehicles.*.payload_t.*",), 1.3, False),
    ("more_volume", ("vehicles.*.volume_m3",), 1.3, False),
    ("cheaper_flights", ("vehicles.*.flight_musd",), 0.7, False),
    ("cheaper_vehicles", ("vehicles.*.fleet.build_musd",), 0.7, False),
    ("cheaper_pads", ("sites.*.pad_musd",), 0.5, False),
    ("more_pads", ("sites.*.pads", "sites.*.max_pads"), 2, True),
    ("more_allowed_pads", ("sites.*.max_pads",), 2, True),
    ("quicker_pads", ("vehicles.*.pad_days",), 0.5, False),
    ("wider_licences", ("sites.*.licence_flights_per_year",), 2, True),
    ("quicker_turnaround", ("vehicles.*.fleet.turnaround_days",), 0.5, False),
    ("longer_reuse", ("vehicles.*.fleet.reuse_flights",), 2, True),
    ("steeper_cadence", ("vehicles.*.flights_per_year.*",), 1.5, False),
    ("steeper_production", ("vehicles.*.fleet.production_per_year.*",), 1.5, False),
    ("more_slots", ("shells.*.slots", "regimes.*.slots"), 2, True),
    ("larger_slots", ("shells.*.slot_area_m2", "regimes.*.slot_area_m2"), 1.5, False),
    ("more_derelicts", ("shells.*.max_derelicts",), 2, True),
    ("more_object_years", ("shells.*.max_derelict_years", "regimes.*.max_derelict_years"), 2, False),
    ("larger_tankers", ("vehicles.*.refuelled.tanker_t",), 1.5, False),
    ("lighter_ships", ("vehicles.*.refuelled.dry_t",), 0.7, False),
    ("sooner_home", ("vehicles.*.refuelled.places.*.away_days",), 0.5, False),
    ("cheaper_development", ("platforms.*.development_musd", "moon.development_musd"), 0.5, False),
    ("cheaper_lines", ("platforms.*.production_line.cost_musd",), 0.5, False),
    ("more_lines", ("platforms.*.production_line.max_lines",), 2, True),
    ("steeper_lines", ("platforms.*.production_line.lines_per_year.*",), 1.5, False),
    ("larger_lines", ("platforms.*.production_line.mw_per_year",), 1.5, False),
    ("more_supply", ("supply.accelerators_gw.start_per_year", "supply.accelerators_gw.ceiling_per_year"), 1.5, False),
    ("cheaper_servicing", ("platforms.*.serviced.cost_usd_per_w_year",), 0.5, False),
    (
        "smaller_target",
        (
            "target.milestones.*.gw",
            "target.milestones.*.gw_per_year",
            "target.milestones.*.eflops",
            "target.milestones.*.kt_per_year",
        ),
        0.9,
        False,
    ),
    ("lower_penalty", ("target.unmet_penalty_musd",), 0.7, False),
    ("longer_grid_queue_capacity", ("ground.*.queue_gw.start_per_year",), 1.5, False),
    ("more_regional_supply", ("ground.*.accelerators_gw.start_per_year",), 1.5, False),
    ("cheaper_power", ("ground.*.power_usd_per_kwh", "ground.*.water_usd_per_m3"), 0.5, False),
    ("cheaper_imports", ("moon.commodities.*.import_usd_per_kg",), 0.5, False),
    ("cheaper_seed", ("moon.seed.usd_per_kg",), 0.5, False),
    ("cheaper_unlocks", ("moon.commodities.*.unlocks.*.cost_musd",), 0.5, False),
    ("cheaper_lunar_operations", ("moon.operations_musd_per_year",), 0.5, False),
    ("more_light", ("moon.lit_area.*.area_km2",), 1.5, False),
    ("larger_reserves", ("moon.commodities.*.reserve_kt",), 1.5, False),
    ("more_drivers", ("moon.mass_driver.max_drivers",), 2, True),
    ("stronger_drivers", ("moon.mass_driver.throughput_kt_per_year",), 1.5, False),
    ("cheaper_drivers", ("moon.mass_driver.cost_musd",), 0.5, False),
    ("less_boil_off", ("moon.depot.boil_off_share_per_year",), 0.5, False),
    ("cheaper_transfer", ("shells.*.from_moon.cost_usd_per_kg",), 0.5, False),
    ("cheaper_stations", ("network.gateways.*.cost_musd",), 0.5, False),
    ("more_stations", ("network.gateways.*.max_stations",), 2, True),
    ("faster_stations", ("network.gateways.*.rate_gbps",), 1.5, False),
    (
        "less_traffic",
        ("network.workloads.*.traffic_gbps_per_mw", "network.workloads.*.traffic_gbps_per_eflops"),
        0.7,
        False,
    ),
    ("weaker_contingencies", ("network.contingencies.*.served_share",), 0.7, False),
):
    scaling(_name, _patterns, _factor, _whole)


@relation
def larger_initial_fleet(data: Data, _draw: random.Random) -> Changed | None:
    """Give one more vehicle at the start: it costs nothing and has no salvage."""
    new = copy.deepcopy(data)
    fleets = [v["fleet"] for v in new["vehicles"].values() if v.get("fleet") is not None]
    for fleet in fleets:
        fleet["initial"] = fleet.get("initial", 0) + 1
    return Changed(new, "not_dearer") if fleets else None


@relation
def without_cadence_limit(data: Data, _draw: random.Random) -> Changed | None:
    """Remove the ramp of all vehicles."""
    return _without(data, "vehicles", ("flights_per_year",))


@relation
def without_production_limit(data: Data, _draw: random.Random) -> Changed | None:
    """Remove the production ramp of all fleets."""
    new, found = copy.deepcopy(data), False
    for vehicle in new["vehicles"].values():
        found |= (vehicle.get("fleet") or {}).pop("production_per_year", None) is not None
    return Changed(new, "not_dearer") if found else None


@relation
def without_licences(data: Data, _draw: random.Random) -> Changed | None:
    """Remove the licence of all sites."""
    return _without(data, "sites", ("licence_flights_per_year",))


@relation
def without_contingencies(data: Data, _draw: random.Random) -> Changed | None:
    """Remove the failures that must be survived."""
    new = copy.deepcopy(data)
    found = (new.get("network") or {}).pop("contingencies", None)
    return Changed(new, "not_dearer") if found else None


def _without(data: Data, section: str, keys: tuple[str, ...]) -> Changed | None:
    new, found = copy.deepcopy(data), False
    for described in new[section].values():
        for key in keys:
            found |= described.pop(key, None) is not None
    return Changed(new, "not_dearer") if found else None


@relation
def renamed(data: Data, draw: random.Random) -> Changed | None:
    """Give every vehicle, site, shell and platform another name, in another order."""
    names = [name for section in ("vehicles", "sites", "shells", "platforms") for name in data.get(section) or {}]
    # A name may stand for two things, and a key of the format must not be renamed.
    plain = [name for name in names if names.count(name) == 1 and name not in _words(data, names)]
    if not plain:
        return None
    order = draw.sample(range(len(plain)), len(plain))
    return Changed(_replaced(data, {name: f"n{i}_{name}" for name, i in zip(plain, order, strict=True)}), "same")


def _words(data: Data, names: list[str]) -> set[str]:
    """Return names that also stand as keys or texts outside of the sections that define or use them."""
    allowed = {
        "vehicles",
        "sites",
        "shells",
        "platforms",
        "use",
        "payload_t",
        "vehicle",
        "relays",
        "tankers",
        "moon",
        "network",
        "learning",
    }
    found: set[str] = set()

    def walk(node: Any, path: tuple[str, ...]) -> None:
        if isinstance(node, dict):
            for key, inside in node.items():
                if key in names and not allowed & set(path):
                    found.add(key)
                walk(inside, (*path, str(key)))
        elif isinstance(node, list):
            for inside in node:
                walk(inside, path)
        elif node in names and not allowed & set(path):
            found.add(str(node))

    walk(data, ())
    return found


def _replaced(node: Any, names: dict[str, str]) -> Any:
    if isinstance(node, dict):
        return {names.get(key, key): _replaced(inside, names) for key, inside in node.items()}
    if isinstance(node, list):
        return [_replaced(inside, names) for inside in node]
    return names.get(node, node) if isinstance(node, str) else node


@relation
def reordered(data: Data, _draw: random.Random) -> Changed:
    """Reverse the order of all that is in use, and of all definitions."""
    new = copy.deepcopy(data)
    for key, listed in new["use"].items():
        if isinstance(listed, list):
            new["use"][key] = listed[::-1]
    for section in ("vehicles", "sites", "shells", "platforms"):
        new[section] = dict(reversed(list((new.get(section) or {}).items())))
    return Changed(new, "same")


@relation
def split_groups(data: Data, _draw: random.Random) -> Changed:
    """Write every period as a group of its own."""
    new = copy.deepcopy(data)
    new["horizon"]["periods"] = [
        {"count": 1, "length": group["length"]} for group in data["horizon"]["periods"] for _ in range(group["count"])
    ]
    return Changed(new, "same")


@relation
def shifted_dates(data: Data, draw: random.Random) -> Changed:
    """Move all dates by the same number of years."""
    years = draw.randint(1, 20)

    def moved(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: moved(inside) for key, inside in node.items()}
        if isinstance(node, list):
            return [moved(inside) for inside in node]
        if isinstance(node, str) and re.fullmatch(r"\d{4}-\d{2}", node):
            return f"{int(node[:4]) + years}{node[4:]}"
        return node

    return Changed(moved(copy.deepcopy(data)), "same")


@relation
def other_currency(data: Data, draw: random.Random) -> Changed:
    """Multiply every price."""
    factor = draw.choice((0.25, 2.0, 8.0))
    new = copy.deepcopy(data)
    for path in numbers(data):
        key = next((str(step) for step in reversed(path) if isinstance(step, str)), "")
        if "musd" in key or "usd_per" in key:
            put(new, path, at(data, path) * factor)
    costs = data.get("objective", {}).get("kind", "least_cost") in ("least_cost", "most_value")
    return Changed(new, "scaled" if costs else "same", factor if costs else 1.0)


@relation
def other_mass_unit(data: Data, _draw: random.Random) -> Changed | None:
    """Multiply all masses of nodes, payloads and supplies: only their ratios count without the Moon."""
    sized = any("sized" in data["platforms"][name] for name in data["use"].get("platforms", []))
    if sized or data["use"].get("moon") or data["target"]["kind"] == "mass_to_orbit":
        return None
    masses: tuple[str, ...] = (
        "vehicles.*.payload_t.*",
        "platforms.*.declared.mass_t",
        "platforms.*.serviced.mass_kg_per_kw_year",
    )
    masses = (*masses, *(f"vehicles.*.refuelled.{key}_t" for key in ("dry", "tank", "tanker")))
    return times(data, masses, 4.0, "same")


@relation
def unused_shell(data: Data, _draw: random.Random) -> Changed:
    """Describe a shell that all vehicles reach with more payload, and that is not in use."""
    new = copy.deepcopy(data)
    new["shells"]["nowhere"] = {"orbit": "dawn_dusk", "altitude_km": 700}
    for vehicle in new["vehicles"].values():
        vehicle["payload_t"]["nowhere"] = 1000.0
    return Changed(new, "same")


@relation
def late_vehicle(data: Data, _draw: random.Random) -> Changed | None:
    """Add a cheap vehicle that comes after the end."""
    new = copy.deepcopy(data)
    first = next(iter(new["use"]["vehicles"]))
    if new.get("learning") or (new.get("moon") and new["use"].get("moon")):
        return None
    twin = {key: value for key, value in new["vehicles"][first].items() if key not in ("available_until", "fleet")}
    new["vehicles"]["late"] = {**twin, "available_from": "2090-01", "flight_musd": 0.001}
    new["use"]["vehicles"] = [*new["use"]["vehicles"], "late"]
    return Changed(new, "same")


@relation
def twin_site(data: Data, _draw: random.Random) -> Changed:
    """Add a second site with the same pads for all vehicles."""
    new = copy.deepcopy(data)
    first = next(iter(new["sites"]))
    new["sites"]["second"] = copy.deepcopy(new["sites"][first])
    for vehicle in new["vehicles"].values():
        if first in (vehicle.get("sites") or ()):
            vehicle["sites"] = [*vehicle["sites"], "second"]
    return Changed(new, "not_dearer")


@relation
def twin_vehicle(data: Data, _draw: random.Random) -> Changed | None:
    """Add a second vehicle type with the same limits."""
    if data.get("learning") or data["use"].get("moon"):
        return None
    new = copy.deepcopy(data)
    first = next(iter(new["use"]["vehicles"]))
    new["vehicles"]["second"] = copy.deepcopy(new["vehicles"][first])
    new["use"]["vehicles"] = [*new["use"]["vehicles"], "second"]
    return Changed(new, "not_dearer")


@relation
def worse_platform(data: Data, _draw: random.Random) -> Changed | None:
    """Add a platform that is dearer and heavier than one in use, and no better: the optimum stays."""
    name = next((p for p in data["use"].get("platforms", []) if "declared" in data["platforms"][p]), None)
    if name is None or data["use"].get("moon") or data["platforms"][name].get("production_line"):
        return None
    if data.get("learning") or data.get("network") or data["platforms"][name].get("development_musd"):
        return None
    new = copy.deepcopy(data)
    worse = copy.deepcopy(new["platforms"][name])
    worse["declared"]["mass_t"] *= 1.5
    worse["declared"]["cost_musd"] *= 1.5
    new["platforms"]["worse"] = worse
    new["use"]["platforms"] = [*new["use"]["platforms"], "worse"]
    for regime in new.get("regimes", {}).values():
        if name in regime.get("platforms", []):
            # A filing that counted the one in use alone would leave room for the other.
            regime["platforms"] = [*regime["platforms"], "worse"]
    return Changed(new, "same")


@relation
def slack_limits(data: Data, _draw: random.Random) -> Changed | None:
    """Add limits so wide that nothing reaches them."""
    new = copy.deepcopy(data)
    for site in new["sites"].values():
        site.setdefault("licence_flights_per_year", 1_000_000)
    for name in new["use"]["shells"]:
        new["shells"][name].setdefault("slots", 10_000_000)
    return Changed(new, "same")


@relation
def range_of_one_value(data: Data, draw: random.Random) -> Changed | None:
    """Write numbers as quantities with one value for all cases."""
    places = paths(data, "vehicles.*.flight_musd") + paths(data, "platforms.*.it_power_kw")
    if not places:
        return None
    new = copy.deepcopy(data)
    new["case"] = draw.choice(("low", "central", "high"))
    for path in places:
        value = at(data, path)
        put(new, path, {"low": value, "central": value, "high": value, "source": "assumption", "note": "a test"})
    return Changed(new, "same")


@relation
def priced_shortfall(data: Data, _draw: random.Random) -> Changed | None:
    """Allow the target to be missed at a price: never dearer than having to meet it."""
    if data["target"].get("unmet_penalty_musd") or data.get("objective", {}).get("kind", "least_cost") != "least_cost":
        return None
    new = copy.deepcopy(data)
    new["target"]["unmet_penalty_musd"] = 100.0
    return Changed(new, "not_dearer")


@relation
def anywhere(data: Data, _draw: random.Random) -> Changed | None:
    """Let the ground count as well."""
    if not data["use"].get("ground") or data["target"].get("where") == "anywhere":
        return None
    new = copy.deepcopy(data)
    new["target"]["where"] = "anywhere"
    return Changed(new, "not_dearer")


@relation
def quicker_learning(data: Data, _draw: random.Random) -> Changed | None:
    """Raise the learning rates: what is bought gets cheaper sooner. The fixed-point mode proves no optimum."""
    learning = data.get("learning")
    if not learning or learning.get("mode") == "fixed_point":
        return None
    new = copy.deepcopy(data)
    for component in new["learning"]["components"].values():
        component["rate_share"] = min(0.9, component["rate_share"] * 1.2)
    return Changed(new, "not_dearer")
