"""Levers behind the active limits of a plan or of an LP, and the tenth by which each is relaxed."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from solver.ask.explain.applicable import options_for
from solver.ask.explain.ceilings import ceiling_of, unit_of
from solver.ask.explain.duals import Duals
from solver.ask.explain.levers import DOUBLING, Lever, applied
from solver.ask.explain.limit_cost import LimitCost
from solver.design.candidates import selected_designs
from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.search.variants.file_relaxations import relaxations
from solver.search.variants.relaxation import MUCH, Relaxation, number

TENTH = math.log(1.1) / DOUBLING
"""Effort that relaxes a limit by a tenth."""
TENTH_OF_ALL = 0.1
"""Part of the loosest number to which a share of zero is relaxed; other numbers of zero come to one."""
MONTHS = 3
"""Months by which a date is relaxed."""
KEYS_BEHIND = {
    "launch.cadence": ("launch.available",),
    "launch.growth": ("launch.cadence", "launch.available"),
    "launch.subannual_rate": ("launch.cadence", "launch.available"),
    "fleet.growth": ("fleet.cap",),
    "fleet.expendable_stock": ("fleet.cap", "fleet.balance"),
    "lines.cap": ("nodes.available",),
    "lines.growth": ("lines.cap", "nodes.available"),
    "landings.imports": ("landings.cargo",),
    "network.downlink": ("network.traffic",),
}
"""Constraints of the keys behind an active limit beside its own: ramps begin with the first month of what grows."""
ONE_PLACE = ("accelerators", "the Moon", "propellant")
"""Places of active limits that no key names."""


def levers_behind(instance: Instance, active: Iterable[tuple[str, str]]) -> list[Lever]:
    """Return the keys behind active limits, each given by its constraint and its place, in the order of the limits."""
    known = _known(instance)
    behind = [r for limit in dict.fromkeys(active) for r in known if _is_behind(r, *limit)]
    each = [r for rate in behind for r in (rate, ceiling_of(instance, rate)) if r is not None]
    return [Lever(r) for r in {r.path: r for r in each}.values()]


def budget_of(instance: Instance) -> list[Lever]:
    """Return the budget as a lever, where the most power is asked for within one."""
    given = instance.objective.budget_musd
    if instance.objective.kind != "most_power" or given is None:
        return []
    key = ("objective", "budget_musd")
    loosest = max(MUCH, 10 * given)
    return [Lever(Relaxation("money.budget", "", ".".join(key), (key,), "MUSD", given, loosest, number))]


def times_of(instance: Instance) -> list[Lever]:
    """Return the first months and the lags of an instance: they hold a date without a row of their own."""
    shorter = (r for r in _known(instance) if r.loosest < r.given and (r.month or r.unit == "years"))
    return [Lever(r) for r in shorter if r.keys[0][0] != "candidate_designs"]


def by_a_tenth(lever: Lever) -> float:
    """Return the number of a key relaxed by about a tenth, by a count or by three months."""
    r = lever.relaxation
    if r.month:
        return lever.at(MONTHS / 12)
    if r.given:
        return lever.at(TENTH)
    return min(1.0, r.loosest) if r.integer or r.loosest > 1 else TENTH_OF_ALL * r.loosest


def relaxed(instance: Instance, lever: Lever) -> Instance:
    """Return the instance with a key relaxed by about a tenth."""
    return applied(instance, [lever], [by_a_tenth(lever)])


def weight(duals: Duals, lever: Lever) -> float:
    """Return how much the rows of the limits behind a key weigh in an LP optimum: sums of dual times side."""
    r, names, total = lever.relaxation, duals.matrix.row_names, 0.0
    behind = {limit for limit, keys in KEYS_BEHIND.items() if r.constraint in keys} | {r.constraint}
    sides = np.where(duals.row_dual > 0, duals.matrix.row_lower, duals.matrix.row_upper)
    for component, rows in names.components.items():
        if component in behind:
            held = rows[np.isfinite(sides[rows]) & (duals.row_dual[rows] != 0)]
            here = [at for at in held.tolist() if not r.place or r.place in names.indices[at]]
            total += float(np.abs(duals.row_dual[here] * sides[here]).sum())
    return total


def cost_of(loaded: Loaded[Instance], lever: Lever, dual_saving: float | None) -> LimitCost | None:
    """Return the cost of a key by the duals alone; None where a rule of the file forbids it."""
    r = lever.relaxation
    options = options_for(loaded, relaxed(loaded.instance, lever))
    if options is None:
        return None
    limits = lever.shown(r.given), lever.shown(by_a_tenth(lever))
    return LimitCost(r.constraint, r.place, r.path, unit_of(r), *limits, options, dual_saving)


def _known(instance: Instance) -> list[Relaxation]:
    """Return the keys that a tenth, a count or some months relax: no flags, and no last months."""
    return [r for r in relaxations(instance, selected_designs(instance)[0]) if not (r.alone or r.states or _ends(r))]


def _ends(relaxation: Relaxation) -> bool:
    """Return whether a key is a last month, which holds nothing back before it."""
    return relaxation.month and relaxation.loosest > relaxation.given


def _is_behind(relaxation: Relaxation, constraint: str, place: str) -> bool:
    """Return whether the key of a relaxation is behind an active limit at a place."""
    if relaxation.constraint not in (constraint, *KEYS_BEHIND.get(constraint, ())):
        return False
    return place in ONE_PLACE or relaxation.place == place
