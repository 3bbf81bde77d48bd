"""Explanation of an infeasible instance: the limits in conflict, the keys of the file behind them, or the target."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from formulations.names import Row
from solver.derive import Derived
from solver.derive.target import unit_factor_of
from solver.instance.consistency import MILESTONE_KEY
from solver.instance.dates import COMPUTE_KINDS
from solver.instance.schema import Instance
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.search.variants.conflict import Conflict, ConflictingConstraint, Shortfall
from solver.search.variants.file_conflict import FileConflict
from solver.search.variants.infeasibility import find_conflict, integer_shortfall
from solver.search.variants.limit_keys import LimitKeys
from solver.search.variants.reach import unreached

MOST_SECONDS = 50.0
"""Time of an explanation without a limit."""
ALIKE = 1.1
"""Factor within which two limits are as far."""
FAR = 300.0
"""Factor on a limit from which another key is looked for: a planner seldom means so much."""
UNITS = {
    "power_alive": "GW",
    "power_added": "GW",
    **dict.fromkeys(COMPUTE_KINDS, "EFLOP/s"),
    "mass_to_orbit": "kt",
}


def explain(
    instance: Instance,
    derived: Derived,
    matrix: Matrix | None,
    limits: Limits,
    stop: threading.Event,
    on_stage: Callable[[str], None],
    on_conflict: Callable[[Conflict], None] = lambda _conflict: None,
) -> Conflict:
    """Explain why an instance is infeasible; ``matrix`` is None where some demand has nothing that serves it.

    ``on_conflict`` is called with each conflict so far, for where the explanation is ended before its result.
    The limits of rows come first. Where none of them explains it, the keys of the file are examined, and where these do
    not either, the conflict is the target with the part of it in reach.
    """
    ends = time.monotonic() + (limits.seconds or MOST_SECONDS)
    keys = LimitKeys(instance, derived)
    if matrix is None:
        horizon, lacking = derived.horizon, unreached(instance, derived)
        found = Conflict((), tuple(Shortfall(horizon.label(t), need, 0.0) for t, need in lacking.items()))
    else:
        found = find_conflict(matrix, keys, _left(limits, ends), stop, on_conflict)
    if found.constraints and _unlocks(instance):
        known = bool(found.shortfall)
        search = FileConflict(
            instance, _left(limits, ends), stop, on_stage, only=("lunar.unlock",), lp_infeasible=known
        )  # fmt: skip
        found = replace(found, constraints=(*search.conflicting_keys(derived).constraints, *found.constraints))
    if found.constraints:
        search = FileConflict(
            instance, _left(limits, ends), stop, on_stage, lp_infeasible=True, singles_only=True
        )  # fmt: skip
        return _nearer(found, search, derived)
    for integral in (False, True) if matrix is not None else (False,):
        known = not integral and (matrix is None or bool(found.shortfall))
        search = FileConflict(
            instance, _left(limits, ends), stop, on_stage, integral, lp_infeasible=known, on_conflict=on_conflict
        )
        by_keys = search.conflicting_keys(derived)
        if by_keys.constraints:
            return replace(by_keys, shortfall=found.shortfall)
    short = found.shortfall
    if not short and matrix is not None:
        short = integer_shortfall(matrix, keys, _left(limits, ends), stop)
    return Conflict((_target(instance, derived, short),), short)


def _nearer(found: Conflict, search: FileConflict, derived: Derived) -> Conflict:
    """Return the conflict, or where a limit of it is far from the one needed, single keys that are as near.

    Limits of rows do not show rules that act through coefficients, as does a mask that lets a gateway see nothing.
    """
    far = max(map(_ratio, found.constraints))
    if far < FAR or not found.shortfall:
        return found
    by_keys = search.conflicting_keys(derived)
    nearer = by_keys.any_of and min(map(_ratio, by_keys.constraints)) <= ALIKE * far
    return replace(by_keys, shortfall=found.shortfall) if nearer else found


def _ratio(constraint: ConflictingConstraint) -> float:
    """Return the factor between the limit in the file and the one needed; 1 for dates and limits of zero."""
    allows, needs = constraint.allows, constraint.needs
    if isinstance(allows, str) or isinstance(needs, str) or allows == 0:
        return 1.0
    return max(abs(needs / allows), abs(allows / needs) if needs else math.inf)


def unexplained(instance: Instance) -> Conflict:
    """Return the conflict of an infeasible instance whose explanation was ended before it found anything."""
    key, note = _milestones(instance), "no plan meets it; time ran out before the limits behind it were found"
    unit = UNITS[instance.target.kind]
    return Conflict((ConflictingConstraint(Row.TARGET_DEMAND, "", (), unit, key, 0.0, 0.0, note),), (), minimal=False)


def _milestones(instance: Instance) -> str:
    return f"target.milestones.*.{MILESTONE_KEY[instance.target.kind]}"


def _unlocks(instance: Instance) -> bool:
    """Return whether a late unlock may be behind a limit on what is brought to the Moon or made there."""
    moon = instance.moon if instance.use.moon else None
    return moon is not None and any(commodity.unlocks for commodity in moon.commodities.values())


def _left(limits: Limits, ends: float) -> Limits:
    return replace(limits, seconds=max(1.0, ends - time.monotonic()))


def _target(instance: Instance, derived: Derived, short: Sequence[Shortfall]) -> ConflictingConstraint:
    """Return the target as the conflict: no limit of the file that is relaxed alone or with others explains it."""
    kind = instance.target.kind
    key = _milestones(instance)
    if not short:
        note = "no plan with integer counts meets it, though a plan with fractional counts would"
        return ConflictingConstraint(Row.TARGET_DEMAND, "", (), UNITS[kind], key, 0.0, 0.0, note)
    factor = unit_factor_of(instance, derived.units)
    worst = min(short, key=lambda s: s.reachable / s.expected)
    periods = tuple(s.period for s in short)
    allows, needs = worst.reachable / factor, worst.expected / factor
    return ConflictingConstraint(Row.TARGET_DEMAND, "", periods, UNITS[kind], key, allows, needs)
