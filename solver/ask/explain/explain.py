"""Explanation of an instance or a run: why there is no plan and what would be enough, or what holds a plan back."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from solver.ask.common.question import Question
from solver.ask.explain.limit_costs import LimitCost, LimitCosts
from solver.ask.explain.repairs import Repair, RepairSearch
from solver.derive import derive
from solver.design.candidates import selected_designs
from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.milp.limits import Limits
from solver.milp.solution import Status
from solver.plan import Plan
from solver.run.consistency import Run
from solver.run.gap import UNITS
from solver.run.solve import Callbacks, Options, solve_loaded
from solver.search.variants.conflict import Conflict, ConflictingConstraint
from solver.tables import state_of

SHARE_OF_SOLVE = 0.5
"""Part of the time for the plan or the conflict; the rest is for repairs or costs of limits."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Explanation: the conflict of an infeasible instance with its repairs, or the costs of the limits of a plan.

    ``objective`` and ``bound`` are in ``unit``; both are None without a plan.
    """

    name: str
    status: Status
    unit: str
    objective: float | None = None
    bound: float | None = None
    conflict: Conflict = field(default_factory=lambda: Conflict((), ()))
    repairs: tuple[Repair, ...] = ()
    limits: tuple[LimitCost, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the object of ``explain --json``."""
        return {
            "name": self.name,
            "status": self.status.value,
            "objective": self.objective,
            "bound": self.bound,
            "unit": self.unit,
            "conflict": [_constraint_json(c) for c in self.conflict.constraints],
            "any_of": self.conflict.any_of,
            "minimal": self.conflict.minimal,
            "repairs": [asdict(repair) for repair in self.repairs],
            "limits": [{**asdict(cost), "distinguishable": cost.distinguishable} for cost in self.limits],
        }


def explain(loaded: Loaded[Instance], options: Question | None = None) -> Explanation:
    """Explain an instance: solve it, then look for repairs where it is infeasible, else for the costs of its limits."""
    options = options or Question()
    limits = Limits(seconds=SHARE_OF_SOLVE * options.seconds, gap=options.solve.limits.gap)
    callbacks = Callbacks(options.began, stop=options.stop, on_stage=options.on_stage)
    outcome = solve_loaded(loaded, Options(limits), callbacks)
    if outcome.status is Status.INFEASIBLE:
        return _infeasible(loaded, outcome.conflict, options)
    return _with_limits(loaded, outcome.status, outcome.plan, outcome.objective, outcome.bound, options)


def explain_run(run: Run, options: Question | None = None) -> Explanation:
    """Explain a stored run: its conflict with repairs, or the costs of the limits of its plan."""
    options, manifest = options or Question(), run.manifest
    loaded = Loaded(run.instance, {}, (), manifest.resolved, manifest.instance_hash)
    if manifest.status is Status.INFEASIBLE:
        return explain(loaded, options)
    return _with_limits(loaded, manifest.status, run.plan, manifest.objective, manifest.bound, options)


def _infeasible(loaded: Loaded[Instance], conflict: Conflict, options: Question) -> Explanation:
    derived = derive(loaded.instance, selected_designs(loaded.instance)[0])
    search = RepairSearch(loaded, options.ends, options.stop, options.on_stage)
    repairs = tuple(search.repairs(conflict, derived))
    unit = UNITS[loaded.instance.objective.kind]
    return Explanation(loaded.instance.name, Status.INFEASIBLE, unit, conflict=conflict, repairs=repairs)


def _with_limits(
    loaded: Loaded[Instance],
    status: Status,
    plan: Plan | None,
    objective: float | None,
    bound: float | None,
    options: Question,
) -> Explanation:
    costs: list[LimitCost] = []
    if plan is not None and objective is not None:
        search = LimitCosts(loaded, options.solve, options.ends, options.stop, options.on_stage)
        costs = search.costs(state_of(loaded.instance, plan), objective, bound)
    unit = UNITS[loaded.instance.objective.kind]
    return Explanation(loaded.instance.name, status, unit, objective, bound, limits=tuple(costs))


def _constraint_json(constraint: ConflictingConstraint) -> dict[str, Any]:
    return {**asdict(constraint), "text": constraint.text}
