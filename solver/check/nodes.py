"""Nodes: dates from which they can be built, and the world supply of accelerators.

Constraints   nodes.available (loaded or launched before the platform is available, or from the wrong body),
              nodes.supply
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from solver.check.context import Context
from solver.check.ground import servers_taken
from solver.check.survival import power_gw
from solver.check.verdict import Violation


def node_rules(x: Context) -> Iterator[Violation]:
    """Yield each violation of the constraints on nodes."""
    yield from _available(x)
    yield from _supply(x)


def _available(x: Context) -> Iterator[Violation]:
    for (_, k, s, t), count in x.decisions.loaded.items():
        if count > 0 and not _made(x, k, s, t, "earth"):
            at = (x.designs[k, s].platform, s, x.horizon.label(t))
            yield Violation("nodes.available", at, 0.0, float(count), "nodes")
    for (k, s, t), gw in x.decisions.mass_driver_launched_gw.items():
        if gw > 0 and not (_made(x, k, s, t, "moon") and x.instance.shells[s].from_moon is not None):
            yield Violation("nodes.available", (x.designs[k, s].platform, s, x.horizon.label(t)), 0.0, gw, "GW")


def _made(x: Context, k: str, s: str, t: int, where: str) -> bool:
    platform = x.instance.platforms[x.designs[k, s].platform]
    return platform.made_on == where and x.in_use(t, platform.available_from)


def _supply(x: Context) -> Iterator[Violation]:
    world = x.instance.supply.accelerators_gw
    if world is None:
        return
    taken: dict[int, float] = defaultdict(float)
    for (_, k, s, t), count in x.decisions.loaded.items():
        taken[t] += power_gw(x.designs[k, s]) * count
    for (g, q), gw in x.decisions.ground_gw.items():
        for t in x.horizon.periods[q:]:
            taken[t] += gw * servers_taken(x, x.instance.ground[g], q, t)
    if x.moon is not None and x.steps is not None:
        for (j, u), mass_t in x.decisions.imported_t.items():
            kg_per_kw = x.moon.commodities[j].accelerators_kg_per_kw
            if kg_per_kw is not None:
                taken[x.steps.period(u)] += mass_t * 1000 / kg_per_kw * 1e-6
    for t, gw in sorted(taken.items()):
        limit = x.path_per_year(world, x.horizon.middle(t)) * x.horizon.years(t)
        yield from x.checker.at_most("nodes.supply", (x.horizon.label(t),), gw, limit, "GW")
