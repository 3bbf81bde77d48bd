"""Instances of nodes sized from parts: a small extract of the gigawatt scenario, with drawn numbers."""

from __future__ import annotations

import copy
import random
from functools import cache
from pathlib import Path

from solver.instance.read import read
from tests.properties.perturbed import Data, Key, at, numbers, put

GIGAWATT = Path(__file__).parents[2] / "instances" / "reference" / "gigawatt.yaml"
SHELLS = ("dawn_dusk_650", "leo_53_550")
VEHICLES = ("falcon_heavy", "starship_v3")
PLATFORM = "node_120kw"
LAYOUTS: tuple[tuple[tuple[int, str], ...], ...] = (
    ((3, "year"),), ((2, "year"),), ((2, "half_year"), (2, "year")), ((1, "year"), (2, "half_year")),
)  # fmt: skip
PARTS = {
    "array": "arrays",
    "radiator": "radiators",
    "battery": "batteries",
    "accelerator": "accelerators",
    "bus": "buses",
    "terminal": "terminals",
}
FACTORS = (0.8, 0.9, 1.1, 1.25)
FIXED = ("dose_limit_rad", "faces", "max_temperature_k", "areal_output_w_per_m2")


@cache
def extract() -> Data:
    """Return two shells, two vehicles and one sized platform of the gigawatt scenario, with the parts it is made of."""
    whole = copy.deepcopy(read(GIGAWATT).resolved)
    platform = whole["platforms"][PLATFORM]
    # Without lines and development a handful of nodes can be bought; their order is the work of other instances.
    for key in ("production_line", "development_musd", "development_years", "available_from"):
        platform.pop(key, None)
    vehicles = {name: whole["vehicles"][name] for name in VEHICLES}
    for vehicle in vehicles.values():
        vehicle["payload_t"] = {shell: vehicle["payload_t"][shell] for shell in SHELLS}
        vehicle["available_from"] = "2030-01"
        vehicle.pop("available_until", None)
    technology = {
        section: {platform["sized"][part]: whole["technology"][section][platform["sized"][part]]}
        for part, section in PARTS.items()
    }
    sites = {site for vehicle in vehicles.values() for site in vehicle["sites"]}
    return {
        "format": whole["format"],
        "name": "Sized nodes",
        "horizon": {"start": "2030-01", "periods": [], "discount_share_per_year": 0.08},
        "target": {"kind": "power_alive", "milestones": []},
        "use": {"vehicles": list(VEHICLES), "shells": list(SHELLS), "platforms": [PLATFORM]},
        "vehicles": vehicles,
        "sites": {name: whole["sites"][name] for name in sorted(sites)},
        "shells": {name: whole["shells"][name] for name in SHELLS},
        "regimes": whole["regimes"],
        "technology": technology,
        "platforms": {PLATFORM: platform},
        "sources": whole["sources"],
        "candidate_designs": {},
    }


def drawn_sized(seed: int) -> Data:
    """Return the instance of a seed: periods, a target of one to twelve megawatts, choices of sizing, other parts."""
    draw = random.Random(f"sized {seed}")
    data = copy.deepcopy(extract())
    layout = draw.choice(LAYOUTS)
    data["horizon"]["periods"] = [{"count": count, "length": length} for count, length in layout]
    data["target"]["milestones"] = [{"date": "2032-01", "gw": draw.choice((0.001, 0.004, 0.012))}]
    data["candidate_designs"] = {
        "radiator_temperature_k": sorted(draw.sample((300.0, 320.0, 340.0, 360.0), 2)),
        "life_years": sorted(draw.sample((1.5, 3.0, 5.0, 8.0), 2)),
        "array_margin_share": draw.choice(([0.0], [0.0, 0.1])),
        "eclipse": draw.choice((["battery"], ["battery", "throttle"])),
        # No choice is thinned out, so that more choices are never worse.
        "max_designs": 60,
    }
    data["money"] = {"salvage": draw.choice(("none", "straight_line", "delivered"))}
    free = [path for path in _technology(data) if path[-1] not in FIXED]
    for path in draw.sample(free, 6):
        value = at(data, path) * draw.choice(FACTORS)
        put(data, path, min(value, 0.97) if str(path[-1]).endswith("_share") else value)
    return data


def _technology(data: Data) -> list[Key]:
    return [("technology", *path) for path in numbers(data["technology"])]
