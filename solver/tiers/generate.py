"""Text of an instance file by recipe and seed: the same seed gives the same bytes.

A seed draws the shells, one of two middle platforms, the discount rate, the dates and sizes of the milestones. The
instances of a tier with different lumpiness have the same draws: only the target is scaled. Draws come from the one
stream that Python keeps the same in all versions, and no number depends on a solver.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from solver.tiers.draw import Draw
from solver.tiers.recipes import BATTERY, FAR_SHELLS, Recipe
from solver.tiers.shells import AddedShells, fill

RELAXED = """\

vehicles:
  starship_v4:
    flights_per_year: {ceiling_per_year: 8760}  # the high end; 50000 in reference/terawatt.yaml
    fleet:
      production_per_year: {ceiling_per_year: 300}  # central; 2000 in reference/terawatt.yaml
"""
"""Limits of a tier with the Moon that are tightened again after the terawatt instance, to keep numbers in scale."""


@dataclass(frozen=True, slots=True)
class Tier:
    """Instance to be generated: the recipe, launches a period in the busy part, and the seed."""

    recipe: Recipe
    launches: int
    seed: int


def file_name(tier: Tier) -> str:
    """Name the file, such as ``m-10-seed1.yaml`` or ``m-moon-seed1.yaml``."""
    r = tier.recipe
    which = "moon" if r.moon else str(tier.launches)
    return f"{r.name}-{which}-seed{tier.seed}.yaml"


def command(tier: Tier) -> str:
    """Return the command that generates this instance alone."""
    which = "--moon" if tier.recipe.moon else f"--lumpiness {tier.launches}"
    return f"kardashev generate {tier.recipe.name.upper()} {which} --seed {tier.seed}"


def instance_text(tier: Tier, instances: str, catalogue: Path) -> str:
    """Return the text of the instance file.

    ``instances`` is the path from the file to the folder of the catalogue, ``catalogue`` the path of the catalogue from
    the working directory; it is read where shells are added to it.
    """
    r = tier.recipe
    draw = Draw(random.Random(f"{r.title} {tier.seed}"))
    added = fill(catalogue, r.vehicles, r.spacing_km) if r.spacing_km else AddedShells([], [])
    shells = sorted(draw.some(r.near_shells, draw.integer(*r.shells))) + added.used
    shells += [s for s in FAR_SHELLS if r.moon]
    platforms = [draw.some(group, 1)[0] for group in r.platforms] + ["moon_node_1mw"] * r.moon
    discount = draw.between(0.06, 0.1)
    lines = [
        *_head(tier, instances),
        "horizon:",
        "  start: 2027-01",
        "  periods:",
        *(f"    - {{count: {count}, length: {length}}}" for count, length in r.periods),
        f"  discount_share_per_year: {discount:.3f}",
        "",
        "target:",
        "  kind: power_alive",
        "  where: orbit",
        "  interpolation: geometric",
        "  milestones:",
        *(f"    - {{date: {date}, gw: {gw:.3g}}}" for date, gw in _path(tier, draw)),
        "",
        "use:",
        f"  vehicles: {_list(r.vehicles)}",
        f"  shells: {_list(shells)}",
        f"  platforms: {_list(platforms)}",
        *(["  moon: true"] if r.moon else []),
        "",
        *BATTERY,
        "",
        "candidate_designs:",
        f"  max_designs: {r.keep}",
        *(f"  {key}: {_list(f'{value:g}' for value in values)}" for key, values in r.candidate_designs),
        *(["", *added.sections] if added.sections else []),
    ]
    return "\n".join(lines) + "\n" + (RELAXED if r.moon else "")


def _head(tier: Tier, instances: str) -> list[str]:
    plural = "es" if tier.launches > 1 else ""
    return [
        f"# Made by: {command(tier)}",
        "format: 2",
        f"name: Tier {tier.recipe.title}, about {tier.launches} launch{plural} a period, seed {tier.seed}",
        f"extends: {_extends(tier.recipe, instances)}",
        "case: central",
        "",
    ]


def _path(tier: Tier, draw: Draw) -> list[tuple[str, float]]:
    """Return milestones, dates and GW: a first that launchers can reach in time, a last a year before the end."""
    last_gw = tier.launches * tier.recipe.gw_per_launch * draw.between(0.9, 1.1)
    first = f"{draw.integer(2034, 2035)}-{draw.some(['01', '07'], 1)[0]}"
    growth = draw.between(10, 14)
    last = f"{tier.recipe.end_year}-01"
    if tier.recipe.moon:
        return [(first, last_gw / 100), ("2042-01", last_gw / growth), (last, last_gw)]
    return [(first, last_gw / growth), (last, last_gw)]


def _extends(r: Recipe, instances: str) -> str:
    world = f"{instances}/reference/terawatt.yaml" if r.moon else f"{instances}/catalogue/2026.yaml"
    return f"[{world}, {instances}/catalogue/learning.yaml]" if r.learning else world


def _list(names: Iterable[str]) -> str:
    return f"[{', '.join(names)}]"
