"""Shells: slots in orbit for living and dead nodes, at the end of each period.

Constraints   shells.slots, shells.regime, shells.derelicts, shells.object_years
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from solver.check.context import Context
from solver.check.survival import alive, derelict
from solver.check.verdict import Violation


def shell_rules(x: Context) -> Iterator[Violation]:
    """Yield each violation of the slots of shells and regimes."""
    living: dict[tuple[str, int], float] = defaultdict(float)
    dead: dict[tuple[str, int], float] = defaultdict(float)
    for (k, s, q), placed in x.placed.items():
        for t in x.horizon.periods[q:]:
            age = x.horizon.age(q, t)
            living[s, t] += alive(x.designs[k, s], age) * placed
            dead[s, t] += derelict(x.designs[k, s], age) * placed
    for s in x.instance.use.shells:
        shell = x.instance.shells[s]
        for t in x.horizon.periods:
            at = (s, x.horizon.label(t))
            if shell.slots is not None:
                most = shell.count * shell.slots
                yield from x.checker.at_most("shells.slots", at, living[s, t] + dead[s, t], most, "objects")
            if shell.max_derelicts is not None:
                yield from x.checker.at_most("shells.derelicts", at, dead[s, t], shell.max_derelicts, "dead objects")
        if shell.max_derelict_years is not None:
            # Dead nodes grow evenly from the end of one period to that of the next: a trapezium each.
            ends = [0.0, *(dead[s, t] for t in x.horizon.periods)]
            years = sum(x.horizon.years(t) * (ends[t] + ends[t + 1]) / 2 for t in x.horizon.periods)
            yield from x.checker.at_most("shells.object_years", (s,), years, shell.max_derelict_years, "object years")
    for r, regime in x.instance.regimes.items():
        members = [s for s in x.instance.use.shells if x.instance.shells[s].regime == r]
        for t in x.horizon.periods:
            objects = sum(living[s, t] + dead[s, t] for s in members)
            yield from x.checker.at_most("shells.regime", (r, x.horizon.label(t)), objects, regime.slots, "objects")
