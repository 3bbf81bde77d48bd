"""Estimated size of a model: its rows, columns, nonzeros and memory, from the instance alone and before any work.

The estimate counts every design in every period in which it may be built, and every later period in which one of its
nodes may live. Before nodes are sized, all designs that may be kept are counted, of which some cannot be made and many
are dominated. With the designs, it is 1.0 to 1.5 times the columns and 0.7 to 1.9 times the nonzeros of shipped
instances of a thousand columns or more.

Rule: a model whose estimated memory exceeds that of the machine (or of its control group) is refused before any work; a
model above ``LARGE_COLUMNS`` columns or ``LARGE_NONZEROS`` nonzeros is built, after a warning.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from solver.horizon.periods import PlanningHorizon
from solver.horizon.ramps import usable
from solver.horizon.substeps import SubPeriods
from solver.instance.hardware import Platform
from solver.instance.schema import Instance

if TYPE_CHECKING:
    from solver.plan import Design

LARGE_COLUMNS, LARGE_NONZEROS = 300_000, 10_000_000
BASE_MB = 250.0
"""Memory of the program with all its packages."""
BYTES_PER_COLUMN, BYTES_PER_ROW, BYTES_PER_NONZERO = 1_500.0, 1_500.0, 120.0
"""Measured peak from derivation to the end of a search: names and bounds; the matrix, its copies and those of HiGHS."""
BYTES_PER_AGE = 40.0
"""Memory of one pair of build period and later period in the tables of one kind of ageing."""
MOST_AGES = 200
"""Kinds of ageing, at most: designs that age alike share their tables."""
PER_LOAD, PER_PERIOD, PER_STEP = 8, 4, 6
"""Nonzeros of one load; rows and columns of one period for each vehicle, site, platform or gateway; nonzeros of one row
of the lunar industry."""


@dataclass(frozen=True, slots=True)
class SizeEstimate:
    """Estimated size of the model of an instance, with the numbers that it is made of."""

    periods: int
    shells: int
    designs: int
    loads: int
    steps: int
    rows: int
    columns: int
    nonzeros: int
    memory_mb: float

    @property
    def large(self) -> bool:
        """True for a model that takes minutes to build."""
        return self.columns > LARGE_COLUMNS or self.nonzeros > LARGE_NONZEROS

    def __str__(self) -> str:
        return (
            f"about {_rounded(self.rows):,} rows, {_rounded(self.columns):,} columns, {_rounded(self.nonzeros):,} "
            f"nonzeros, {self.memory_mb / 1000:.1f} GB of memory"
        )

    @property
    def advice(self) -> str:
        """Keys that make the model smaller, the one that counts most first."""
        keys = [
            f"horizon.periods ({self.periods:,}: fewer or longer ones)",
            f"use.shells ({self.shells:,})",
            f"candidate_designs.max_designs ({self.designs:,} designs by shell in all)",
            "use.vehicles",
        ]
        lunar = f"moon.activities.*.lag_years, moon.doubling_years, moon.steps_per_lag ({self.steps:,} steps)"
        if self.steps > 5 * self.periods:
            keys.insert(0, lunar)
        return "make it smaller by " + ", ".join(keys)


def estimate(instance: Instance, designs: Sequence[Design] | None = None) -> SizeEstimate:
    """Estimate the size of the model of an instance; without its ``designs``, all that may be kept are counted."""
    horizon, use = PlanningHorizon.of(instance.horizon), instance.use
    periods, ages = len(horizon.periods), _Ages(horizon)
    flying = {
        v: len(usable(horizon, instance.vehicles[v].available_from, instance.vehicles[v].available_until))
        for v in use.vehicles
    }
    kinds = _at_most(instance) if designs is None else Counter((d.platform, d.shell, d.life_years) for d in designs)
    loads = placed = dense = 0
    for (name, s, life_years), count in kinds.items():
        platform, shell = instance.platforms[name], instance.shells[s]
        built = ages.built(platform.available_from)
        placed += count * len(built)
        if platform.made_on == "earth":
            reaching = [v for v in use.vehicles if instance.vehicles[v].payload_t.get(s, 0.0) > 0]
            loads += count * sum(min(flying[v], len(built)) for v in reaching)
        dense += count * _rows_alive(instance, platform, s) * ages.alive(platform.available_from, life_years)
        if shell.max_derelicts is not None or shell.max_derelict_years is not None:
            dense += count * ages.alive(platform.available_from, math.inf)
    steps, lunar_columns, lunar_rows = _lunar(instance, horizon)
    by_period = PER_PERIOD * periods * _things(instance)
    columns = loads + placed + by_period // 2 + lunar_columns
    rows = placed + by_period + lunar_rows
    nonzeros = PER_LOAD * loads + dense + 4 * by_period + PER_STEP * lunar_rows
    memory = BYTES_PER_COLUMN * columns + BYTES_PER_ROW * rows + BYTES_PER_NONZERO * nonzeros
    memory += BYTES_PER_AGE * periods**2 * min(len(kinds), MOST_AGES)
    return SizeEstimate(
        periods, len(use.shells), kinds.total(), loads, steps, rows, columns, nonzeros, BASE_MB + memory / 1e6
    )


def _things(instance: Instance) -> int:
    """Return the number of things that have a few rows and columns in each period."""
    use, network = instance.use, instance.network
    things = len(use.vehicles) * (1 + len(use.shells)) + len(use.platforms) + len(use.ground)
    things += len({site for v in use.vehicles for site in instance.vehicles[v].sites})
    return things + (2 * len(network.gateways) + len(use.shells) if network is not None else 0)


def _at_most(instance: Instance) -> Counter[tuple[str, str, float]]:
    """Count the designs that may be kept, by platform, shell and life."""
    counts: Counter[tuple[str, str, float]] = Counter()
    for name in instance.use.platforms:
        platform = instance.platforms[name]
        count, life_years = _designs(instance, platform), _longest_life(instance, platform)
        counts.update({(name, s, life_years): count for s in instance.use.shells})
    return counts


def _designs(instance: Instance, platform: Platform) -> int:
    """Return the most designs of a platform that are kept in one shell."""
    if platform.sized is None:
        return 1
    choices = instance.candidate_designs
    links = max(1, len(choices.terminals)) * max(1, len(choices.fabric))
    crossed = len(choices.radiator_temperature_k) * len(choices.life_years) * len(choices.eclipse)
    crossed *= len(choices.array_margin_share)
    if instance.network is None:
        return min(crossed * links, choices.max_designs)
    return links * min(crossed, choices.max_designs)


def _longest_life(instance: Instance, platform: Platform) -> float:
    if platform.declared is not None:
        return platform.declared.life_years
    return max(instance.candidate_designs.life_years)


def _rows_alive(instance: Instance, platform: Platform, shell_name: str) -> int:
    """Return the rows of one period in which a living node stands."""
    shell = instance.shells[shell_name]
    rows = 1 + (shell.slots is not None) + len(shell.regimes) + (platform.serviced is not None)
    return rows + (instance.network is not None)


def _lunar(instance: Instance, horizon: PlanningHorizon) -> tuple[int, int, int]:
    """Return the steps of the lunar industry, and its columns and rows."""
    moon = instance.moon
    if moon is None or not instance.use.moon:
        return 0, 0, 0
    steps = SubPeriods.of_moon(horizon, moon).ends[-1]
    activities, commodities = len(moon.activities), len(moon.commodities)
    unlocks = sum(len(commodity.unlocks) for commodity in moon.commodities.values())
    return (
        steps,
        steps * (4 * activities + 2 * commodities + unlocks),
        steps * (4 * activities + 2 * commodities + 2 * unlocks + 4),
    )


class _Ages:
    """Numbers of periods in which nodes are built and live."""

    def __init__(self, horizon: PlanningHorizon) -> None:
        self._horizon, self._ends = horizon, [horizon.end(t) for t in horizon.periods]
        self._built: dict[str | None, list[int]] = {}
        self._alive: dict[tuple[str | None, float], int] = {}

    def built(self, start: str | None) -> list[int]:
        """Return the periods from a month on."""
        if start not in self._built:
            self._built[start] = usable(self._horizon, start)
        return self._built[start]

    def alive(self, start: str | None, life_years: float) -> int:
        """Return the number of pairs of a build period and a period in which a node built in it lives."""
        key = (start, life_years)
        if key not in self._alive:
            until = (bisect_right(self._ends, self._horizon.middle(q) + life_years) - q for q in self.built(start))
            self._alive[key] = sum(max(1, count) for count in until)
        return self._alive[key]


def _rounded(number: int) -> int:
    """Round to two digits."""
    digits = max(0, len(str(number)) - 2)
    return round(number, -digits)
