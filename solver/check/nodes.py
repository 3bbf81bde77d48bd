"""Nodes: when they can be built, and whether the world delivers their accelerators.

Says   nodes.available (loaded before the platform can be built), nodes.supply
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from solver.check.context import Context
from solver.check.verdict import Violation
from solver.check.vintages import power_gw


def node_rules(x: Context) -> Iterator[Violation]:
    """Every breach of the rules on nodes."""
    yield from _available(x)
    yield from _supply(x)


def _available(x: Context) -> Iterator[Violation]:
    for (_, k, s, t), count in x.decisions.loaded.items():
        platform = x.designs[k, s].platform
        if count > 0 and not x.in_use(t, x.instance.platforms[platform].available_from):
            yield Violation("nodes.available", (platform, s, x.clock.label(t)), 0.0, float(count), "nodes")


def _supply(x: Context) -> Iterator[Violation]:
    world = x.instance.supply.accelerators_gw
    if world is None:
        return
    taken: dict[int, float] = defaultdict(float)
    for (_, k, s, t), count in x.decisions.loaded.items():
        taken[t] += power_gw(x.designs[k, s]) * count
    for (_, t), gw in x.decisions.ground_gw.items():
        taken[t] += gw
    for t, gw in sorted(taken.items()):
        most = x.path_per_year(world, x.clock.middle(t)) * x.clock.years(t)
        yield from x.judge.at_most("nodes.supply", (x.clock.label(t),), gw, most, "GW")
