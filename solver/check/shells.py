"""Shells: slots in orbit for living and dead nodes, at the end of each period.

Constraints   shells.slots, shells.regime, shells.derelicts, shells.object_years, shells.regime_object_years
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from solver.check.context import Context
from solver.check.survival import alive, derelict
from solver.check.verdict import Violation


def shell_rules(x: Context) -> Iterator[Violation]:
    """Yield each violation of the slots of shells and regimes."""
    dead: dict[tuple[str, int], float] = defaultdict(float)
    objects: dict[tuple[str, str, int], float] = defaultdict(float)
    derelicts: dict[tuple[str, str, int], float] = defaultdict(float)
    for (k, s, q), placed in x.placed.items():
        for t in x.horizon.periods[q:]:
            age = x.horizon.age(q, t)
            gone = derelict(x.designs[k, s], age) * placed
            dead[s, t] += gone
            derelicts[k, s, t] += gone
            objects[k, s, t] += alive(x.designs[k, s], age) * placed + gone
    yield from _slots_of_shells(x, objects)
    for s in x.instance.use.shells:
        shell = x.instance.shells[s]
        for t in x.horizon.periods:
            at = (s, x.horizon.label(t))
            if shell.max_derelicts is not None:
                yield from x.checker.at_most("shells.derelicts", at, dead[s, t], shell.max_derelicts, "dead objects")
        if shell.max_derelict_years is not None:
            years = _object_years(x, {t: dead[s, t] for t in x.horizon.periods})
            yield from x.checker.at_most("shells.object_years", (s,), years, shell.max_derelict_years, "object years")
    yield from _slots_of_regimes(x, objects)
    for r, regime in x.instance.regimes.items():
        if regime.max_derelict_years is not None:
            ends = dict.fromkeys(x.horizon.periods, 0.0)
            for (k, s, t), gone in derelicts.items():
                ends[t] += gone if _counts(x, r, k, s) else 0.0
            most = regime.max_derelict_years
            yield from x.checker.at_most(
                "shells.regime_object_years", (r,), _object_years(x, ends), most, "object years"
            )


def _object_years(x: Context, dead: Mapping[int, float]) -> float:
    """Return the years that dead objects spend in orbit: they grow evenly from one end of a period to the next."""
    years, before = 0.0, 0.0
    for t in x.horizon.periods:
        years += x.horizon.years(t) * (before + dead[t]) / 2
        before = dead[t]
    return years


def _counts(x: Context, r: str, k: str, s: str) -> bool:
    """Return whether a regime counts the nodes of a design in a shell."""
    of, only = x.instance.shells[s].regime, x.instance.regimes[r].platforms
    within = r == of if isinstance(of, str) else r in (of or ())
    return within and (only is None or x.designs[k, s].platform in only)


def _slots_of_shells(x: Context, objects: Mapping[tuple[str, str, int], float]) -> Iterator[Violation]:
    taken: dict[tuple[str, int], float] = defaultdict(float)
    for (k, s, t), n in objects.items():
        taken[s, t] += n * _slots(x, k, s, x.instance.shells[s].slot_area_m2)
    for s in x.instance.use.shells:
        shell = x.instance.shells[s]
        for t in x.horizon.periods if shell.slots is not None else ():
            most = shell.count * (shell.slots or 0.0)
            yield from x.checker.at_most("shells.slots", (s, x.horizon.label(t)), taken[s, t], most, "slots")


def _slots_of_regimes(x: Context, objects: Mapping[tuple[str, str, int], float]) -> Iterator[Violation]:
    for r, regime in x.instance.regimes.items():
        taken: dict[int, float] = defaultdict(float)
        for (k, s, t), n in objects.items():
            if _counts(x, r, k, s):
                taken[t] += n * _slots(x, k, s, regime.slot_area_m2)
        for t in x.horizon.periods:
            yield from x.checker.at_most("shells.regime", (r, x.horizon.label(t)), taken[t], regime.slots, "slots")


def _slots(x: Context, k: str, s: str, slot_area_m2: float | None) -> float:
    """Return the slots of one node: one, or its face of array and radiator over that of a slot if this is more."""
    if slot_area_m2 is None:
        return 1.0
    face_m2 = x.designs[k, s].area_m2
    over = (face_m2["array"] + face_m2["radiator"]) / slot_area_m2
    return over if over > 1.0 else 1.0
