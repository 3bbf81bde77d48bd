"""Reach of an instance: the share of its target for which it has a plan, and the parts that such a plan uses.

The model is derived anew for each instance. A plan of a part, with fewer vehicles, shells and platforms, is a plan of
the whole; a part of a few names is derived and solved several times sooner.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from formulations.names import Var
from solver.derive import Derived, derive
from solver.design.candidates import candidate_designs
from solver.errors import ModelError, UsageError
from solver.instance.learning import Learning
from solver.instance.schema import Instance
from solver.milp.compile import compile_model
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Matrix
from solver.milp.solution import Status
from solver.search.variants.earliest_date import with_target_from
from solver.search.variants.missed_target import least_missed
from solver.search.variants.reach import EARLIEST, share_by_bounds, unreached
from solver.search.variants.warm_start import WarmStart

TINY = 1e-9
PARTS: tuple[Mapping[str, int], ...] = (
    {"vehicles": 1, "shells": 1, "platforms": 1},
    {"vehicles": 1, "shells": 3, "platforms": 1},
)
"""Numbers of names of the sections of a part, each of which holds the one before; all in use where none is given."""
Used = Mapping[str, Mapping[str, float]]
"""Mass that flies on each vehicle, to each shell and in nodes of each platform, by section of the file."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Share of the target in reach, 1 or more where there is a plan, and how much that plan uses of each name.

    ``share`` is None where the numbers lie beyond what can be computed: such an instance shows nothing. Without a plan
    it is ``proven`` that there is none, unless time ran out.
    """

    share: float | None
    used: Used | None = None
    proven: bool = True

    @property
    def enough(self) -> bool:
        """True where the instance is known to have a plan."""
        return (self.share or 0.0) >= 1.0


def reach(
    instance: Instance,
    limits: Limits,
    stop: threading.Event,
    integral: bool = False,
    attempt: bool = False,
    most: float = 1.0,
    warm: WarmStart | None = None,
    seen: Callable[[Matrix], None] = lambda _matrix: None,
) -> Reach:
    """Return the reach of an instance, by the LP relaxation unless ``integral`` asks for integer counts.

    At most ``most`` times the target is looked for. With ``warm`` the LP starts from the last one that it holds.
    ``seen`` is called with the matrix, where one is built.
    The share is 0 where a plan is missing and the share is not known,
    and an upper bound of it where bounds of columns show that a plan is missing; an ``attempt`` is solved all the same.
    """
    try:
        return _reach(instance, limits, stop, integral, attempt, most, warm, seen)
    except (ModelError, UsageError, ArithmeticError, ValueError):
        return Reach(None, proven=False)


def parts_of(instance: Instance, used: Used) -> Iterator[Instance]:
    """Yield the instance with fewer names, those that are used most, the smallest part first.

    There is none where the other names may be needed: a network has demands of its own, and landers fly on vehicles.
    """
    if instance.network is not None or instance.use.moon:
        return
    ranked = {section: sorted(masses, key=lambda name: -masses[name]) for section, masses in used.items() if masses}
    for counts in PARTS:
        kept = {section: ranked[section][:count] for section, count in counts.items() if section in ranked}
        if any(len(names) < len(getattr(instance.use, section)) for section, names in kept.items()):
            yield instance.model_copy(update={"use": instance.use.model_copy(update=kept)})


def most_capable(instance: Instance) -> Used:
    """Return the largest payload of each vehicle, and to each shell, in place of what a plan uses."""
    loads = {v: instance.vehicles[v].payload_t for v in instance.use.vehicles}
    return {
        "vehicles": {v: max(load.values(), default=0.0) for v, load in loads.items()},
        "shells": {s: max(load.get(s, 0.0) for load in loads.values()) for s in instance.use.shells},
        "platforms": dict.fromkeys(instance.use.platforms, 0.0),
    }


def _reach(
    instance: Instance,
    limits: Limits,
    stop: threading.Event,
    integral: bool,
    attempt: bool,
    most: float,
    warm: WarmStart | None,
    seen: Callable[[Matrix], None],
) -> Reach:
    if instance.objective.budget_musd is None:
        # Prices that fall forbid no plan; their curves need limits on purchases that a relaxation takes away.
        instance = instance.model_copy(update={"learning": Learning()})
    derived = derive(instance, candidate_designs(instance))
    if unreached(instance, derived):
        return Reach(0.0)
    allowed = share_by_bounds(instance, derived)
    if allowed < 1 - TINY and not attempt:
        return Reach(allowed)
    matrix = compile_model(derived.coefficients)
    if instance.objective.kind == EARLIEST:
        matrix = with_target_from(matrix, derived.coefficients.time.periods[-1])
    seen(matrix)
    if not integral:
        found = least_missed(matrix, limits, stop, most, warm)
        if found is not None:
            missed = found.share
            return Reach(1.0 if abs(missed) <= 1e-6 else 1.0 - missed, _used(matrix, found.x, derived))
    free = matrix.with_(cost=0.0 * matrix.cost, cost_offset=0.0)
    solution = solve(free, limits, relax=not integral, stop=stop)
    if solution.x is not None:
        return Reach(math.inf, _used(matrix, solution.x, derived))
    unbounded = not integral and solution.status is Status.UNBOUNDED
    return Reach(math.inf if unbounded else 0.0, proven=solution.status is Status.INFEASIBLE)


def _used(matrix: Matrix, x: Floats, derived: Derived) -> Used | None:
    used: dict[str, dict[str, float]] = {"vehicles": {}, "shells": {}, "platforms": {}}
    designs = {(design.name, design.shell): design for design in derived.designs}
    for j in matrix.columns_of(Var.NODES_LOADED):
        if x[j] > 0:
            v, k, s = map(str, matrix.column_names.indices[j][:3])
            for section, name in (("vehicles", v), ("shells", s), ("platforms", designs[k, s].platform)):
                used[section][name] = used[section].get(name, 0.0) + float(x[j]) * designs[k, s].mass_t
    return used if used["vehicles"] else None


__all__ = ["Reach", "Used", "most_capable", "parts_of", "reach"]
