"""Tight instances: the gigawatt simplified as planners do, with a target close to the largest that the limits allow.

A seed draws twenty of them: the clock, two to four of the shells, all vehicles or one, the tail, the date of the first
gigawatt, and how close the target is to the largest one. That one is the optimum of an LP, which does not depend on the
solver, rounded to four digits. The last three ask for more than it: these have no plan.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from solver.tiers.draw import Draw

COUNT = 20
YEARS, HALF_YEARS, MIXED = (
    ((17, "year"),),
    ((34, "half_year"),),
    ((10, "half_year"), (12, "year")),
)
CLOCKS = (YEARS, YEARS, HALF_YEARS, MIXED)
FULL_SHELLS = ("dawn_dusk_600", "dawn_dusk_650", "leo_53_550")
"""Shells one of which, at least, is near enough for every vehicle."""
MORE_SHELLS = ("dawn_dusk_800", "dawn_dusk_1000", "dawn_dusk_1400", "leo_30_550")
VEHICLES = (
    ("starship_v3", "starship_v4"),
    ("starship_v4",),
    ("falcon_heavy", "new_glenn", "starship_v3", "starship_v4"),
)
BATTERY = (
    "technology:  # one depth for all orbits and lives, so that the tier stays as it is while the catalogue changes",
    "  batteries: {li_ion: {depth_of_discharge_share: 0.6, rated_cycles: null}}",
)
FIRST_DATES = ("2033-01", "2034-01", "2034-07", "2035-01")
INFEASIBLE_FROM = 18
"""Number from which on the target is beyond the largest one."""
SHARE, BEYOND = (0.99, 0.9995), (1.0005, 1.005)


@dataclass(frozen=True, slots=True)
class Tight:
    """Tight instance before its size is known: its lines but for the power, and the share of the largest target."""

    number: int
    seed: int
    share: float
    lines: tuple[str, ...]
    first: str
    growth: float

    @property
    def file_name(self) -> str:
        """Label of the file, such as ``t-07-seed1.yaml``."""
        return f"{_name(self.number, self.seed)}.yaml"

    def text(self, largest_gw: float, more: str = "") -> str:
        """Return the text of the instance file, given the largest power at the last milestone."""
        gw = largest_gw * self.share
        path = ((self.first, gw / self.growth), ("2042-01", gw))
        milestones = [f"    - {{date: {date}, gw: {value:.6g}}}" for date, value in path]
        return "\n".join([*self.lines, *milestones]) + "\n" + more


def names(seed: int, feasible: bool = False) -> tuple[str, ...]:
    """Return the names of the tight instances of a seed, or of those that have a plan."""
    return tuple(_name(number, seed) for number in range(1, INFEASIBLE_FROM if feasible else COUNT + 1))


def tight_instances(seed: int, instances: str) -> list[Tight]:
    """Return the tight instances of a seed; ``instances`` is the path from the files to the catalogue's folder."""
    return [_drawn(number, seed, instances) for number in range(1, COUNT + 1)]


def _drawn(number: int, seed: int, instances: str) -> Tight:
    draw = Draw(random.Random(f"T {number} {seed}"))
    clock = CLOCKS[draw.integer(0, len(CLOCKS) - 1)]
    shells = [*draw.some(FULL_SHELLS, 2), *draw.some(MORE_SHELLS, draw.integer(0, 2))]
    vehicles = VEHICLES[draw.integer(0, len(VEHICLES) - 1)]
    tail, first, growth = draw.integer(0, 1) * 4, draw.some(FIRST_DATES, 1)[0], draw.between(8.0, 14.0)
    share = draw.between(*(SHARE if number < INFEASIBLE_FROM else BEYOND))
    lines = (
        f"# Made by: kardashev generate T --seed {seed}",
        "format: 2",
        f"name: Tier T, number {number}, seed {seed}",
        f"extends: {instances}/reference/gigawatt.yaml",
        "",
        "horizon:",
        f"  periods: [{', '.join(f'{{count: {count}, length: {length}}}' for count, length in clock)}]",
        f"  tail_years: {tail}",
        "",
        "use:",
        f"  vehicles: [{', '.join(vehicles)}]",
        f"  shells: [{', '.join(sorted(shells))}]",
        "",
        *BATTERY,
        "",
        f"target:  # {share:.4f} of the largest",
        "  milestones:",
    )
    return Tight(number, seed, share, lines, first, growth)


def _name(number: int, seed: int) -> str:
    return f"t-{number:02d}-seed{seed}"
