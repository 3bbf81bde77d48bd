"""Instances of structure: few periods, and developments of which a plan begins some, so that the choice rules its cost.

A seed draws ten of them: platforms, shells, vehicles and the size of the target. All but two have learning curves, on
which a plan that begins other developments may be a local optimum. One may use the Moon, at a size where it just pays.
"""

from __future__ import annotations

import math
import random

from solver.tiers.draw import Draw

COUNT = 10
WITHOUT_LEARNING = (4, 8)
"""Numbers without learning curves."""
WITH_MOON = (9,)
"""Numbers that may use the Moon."""
PLATFORMS = ("node_30kw", "node_120kw", "node_120kw_light", "node_1mw", "node_1mw_serviced")
SHELLS = ("dawn_dusk_600", "dawn_dusk_650", "dawn_dusk_800", "leo_53_550")
VEHICLES = (("starship_v4",), ("starship_v3", "starship_v4"))
GW, MOON_GW = (0.1, 2.0), (20.0, 60.0)
"""Least and largest power at the last milestone, drawn on a logarithmic scale."""


def names(seed: int) -> tuple[str, ...]:
    """Return the names of the instances of structure of a seed."""
    return tuple(_name(number, seed) for number in range(1, COUNT + 1))


def structured_instances(seed: int, instances: str) -> dict[str, str]:
    """Return the texts of a seed by file name; ``instances`` is the path from the files to the catalogue's folder."""
    return {f"{_name(number, seed)}.yaml": _drawn(number, seed, instances) for number in range(1, COUNT + 1)}


def _drawn(number: int, seed: int, instances: str) -> str:
    draw, moon = Draw(random.Random(f"D {number} {seed}")), number in WITH_MOON
    platforms = sorted(draw.some(PLATFORMS, 2 if moon else 3))
    shells = sorted(draw.some(SHELLS, draw.integer(1, 2)))
    vehicles = VEHICLES[draw.integer(0, len(VEHICLES) - 1)]
    low, high = (math.log(gw) for gw in (MOON_GW if moon else GW))
    last, growth = math.exp(draw.between(low, high)), draw.between(8.0, 14.0)
    files = ["reference/terawatt.yaml", "catalogue/learning.yaml"] if moon else ["reference/gigawatt-learning.yaml"]
    if number in WITHOUT_LEARNING:
        files = ["reference/gigawatt.yaml"]
    path = [("2035-01", last / growth), ("2042-01", last)]
    if moon:
        path = [("2035-01", last / 100), ("2042-01", last / growth), ("2050-01", last)]
    lines = (
        f"# Made by: kardashev generate D --seed {seed}",
        "format: 2",
        f"name: Tier D, number {number}, seed {seed}",
        f"extends: [{', '.join(f'{instances}/{file}' for file in files)}]",
        "",
        "horizon:",
        f"  periods: [{{count: {24 if moon else 17}, length: year}}]",
        "",
        "use:",
        f"  vehicles: [{', '.join(vehicles)}]",
        f"  shells: [{', '.join(shells + ['earth_moon_l5'] * moon)}]",
        f"  platforms: [{', '.join(platforms + ['moon_node_1mw'] * moon)}]",
        "",
        "target:",
        "  milestones:",
        *(f"    - {{date: {date}, gw: {gw:.3g}}}" for date, gw in path),
    )
    return "\n".join(lines) + "\n"


def _name(number: int, seed: int) -> str:
    return f"d-{number:02d}-seed{seed}"
