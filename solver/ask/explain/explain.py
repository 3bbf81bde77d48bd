"""Explanation of an instance or a run: why there is no plan and what would be enough, or what holds a plan back."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from solver.ask.common.journal import FOLDER, Journal, identity_of
from solver.ask.common.question import Question
from solver.ask.explain.date_costs import DateCosts
from solver.ask.explain.limit_cost import LimitCost
from solver.ask.explain.limit_costs import LimitCosts
from solver.ask.explain.repair import Repair
from solver.ask.explain.repairs import RepairSearch
from solver.ask.explain.trial import cut_off
from solver.ask.sensitivity.linked_plans import Sparse, sparse
from solver.derive import derive
from solver.design.candidates import selected_designs
from solver.errors import KardashevError, ModelError
from solver.instance.read import Loaded, read
from solver.instance.schema import Instance
from solver.milp.solution import SearchEvent, Status
from solver.plan import Plan
from solver.run.consistency import Run
from solver.run.dispatch import EARLIEST
from solver.run.gap import UNITS
from solver.run.manifest_schema import Manifest
from solver.run.model_size import default_threads
from solver.run.solve import Callbacks, solve_loaded
from solver.search.variants.conflict import NO_CONFLICT, Conflict, ConflictingConstraint, Shortfall
from solver.tables import state_of

RELAXED, INTEGRAL = "LP relaxation", "integer counts"
ANSWER_SECONDS, ANSWER_SHARE = 3.0, 0.05
"""Time kept at the end for the last model and the answer, and the largest part of the whole time that it takes."""
SHARE_OF_SOLVE, SHARE_OF_PLAN = 0.75, 0.5
"""Part of the time for the first plan or the conflict, and that after which a plan is not improved any more."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Explanation: the conflict of an infeasible instance with its repairs, or the costs of the limits of a plan.

    ``objective`` and ``bound`` are in ``unit``; both are None without a plan. The conflict is one of the LP relaxation,
    or where that has a plan ``integral``: of integer counts.
    """

    instance: Instance = field(repr=False)
    status: Status
    objective: float | None = None
    bound: float | None = None
    conflict: Conflict = NO_CONFLICT
    integral: bool = False
    repairs: tuple[Repair, ...] = ()
    limits: tuple[LimitCost, ...] = ()

    @property
    def name(self) -> str:
        """Title of the instance."""
        return self.instance.name

    @property
    def unit(self) -> str:
        """Unit of objective and bound."""
        return UNITS[self.instance.objective.kind]

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
            "conflict_of": INTEGRAL if self.integral else RELAXED,
            "repairs": [asdict(repair) for repair in self.repairs],
            "limits": [{**asdict(cost), "distinguishable": cost.distinguishable} for cost in self.limits],
        }


def explain(loaded: Loaded[Instance], options: Question | None = None, folder: Path | None = None) -> Explanation:
    """Explain an instance: solve it, then look for repairs where it is infeasible, else for the costs of its limits.

    Answered points are kept in ``folder`` and not solved again.
    """
    options = options or Question()
    study = _Study(loaded, options, _journal(loaded, options, folder))
    data = study.answered()
    if data["status"] == Status.INFEASIBLE.value:
        return study.infeasible(_conflict_of(data["conflict"]))
    return study.with_limits(_Known.of(data))


def explain_run(run: Run, options: Question | None = None, folder: Path | None = None) -> Explanation:
    """Explain a stored run: its conflict with repairs, or the costs of the limits of its plan."""
    options, manifest = options or Question(), run.manifest
    loaded = _read_again(manifest) or Loaded(run.instance, {}, (), manifest.resolved, manifest.instance_hash)
    if manifest.status is Status.INFEASIBLE:
        return explain(loaded, options, folder)
    study = _Study(loaded, options, _journal(loaded, options, folder))
    known = _Known(manifest.status, run.plan, manifest.objective, manifest.bound)
    if run.plan is not None and run.instance.objective.kind == EARLIEST:
        # The columns of a plan for the date are those of another search.
        known = replace(known, point=study.answered()["point"])
    return study.with_limits(known)


def _read_again(manifest: Manifest) -> Loaded[Instance] | None:
    """Return the instance of a run from its files with their ranges; None where they are not what was solved."""
    try:
        loaded = read(manifest.instance, changes=manifest.changes)
    except KardashevError:
        return None
    return loaded if loaded.hash == manifest.instance_hash else None


@dataclass(frozen=True, slots=True)
class _Study:
    """Explanation in progress: the instance, the question and the points answered before."""

    loaded: Loaded[Instance]
    options: Question
    journal: Journal

    def answered(self) -> dict[str, Any]:
        """Return the answer of the first solve; ModelError where it failed."""
        first = self.journal.answer({"point": "first solve", "seconds": self.options.seconds}, self._first)
        if first.failed:
            raise ModelError(first.error)
        return dict(first.data)

    def _first(self) -> dict[str, Any]:
        """Solve the instance for its plan or its conflict; for an earliest date until its date is proven."""
        options, over, dated = self.options, threading.Event(), self.loaded.instance.objective.kind == EARLIEST
        threads = default_threads(options.solve.method)
        limits = replace(options.solve.limits, seconds=SHARE_OF_SOLVE * options.seconds, threads=threads)
        cut_off(over, math.inf, options.stop)
        ends, best = options.began + SHARE_OF_PLAN * options.seconds, {"objective": math.inf, "bound": -math.inf}

        def on_event(event: SearchEvent) -> None:
            if event.objective is not None:
                best["objective"] = event.objective
            if event.bound is not None:
                best["bound"] = event.bound
            late = math.isfinite(best["objective"]) and time.monotonic() >= ends
            if late or (dated and best["objective"] <= best["bound"]):
                over.set()

        callbacks = Callbacks(options.began, stop=over, on_stage=options.on_stage, on_event=on_event)
        began = time.monotonic()
        try:
            found = solve_loaded(self.loaded, replace(options.solve, limits=limits), callbacks)
        finally:
            over.set()
        x = found.result.x
        status = found.status
        if found.objective is not None and not options.stop.is_set():
            # The end of the search is that of this question, not of the date or of the gap.
            proven = status is Status.OPTIMAL or (dated and found.objective == found.bound)
            status = Status.OPTIMAL if proven else Status.FEASIBLE
        return {
            "status": status.value,
            "objective": found.objective, "bound": found.bound,
            "plan": None if found.plan is None else found.plan.to_json(), "conflict": asdict(found.conflict),
            "point": None if x is None or found.plan is None else sparse(x), "seconds": time.monotonic() - began,
        }  # fmt: skip

    def infeasible(self, conflict: Conflict) -> Explanation:
        """Return the explanation of an infeasible instance."""
        instance, options = self.loaded.instance, self.options
        derived = derive(instance, selected_designs(instance)[0])
        ends = options.ends - min(ANSWER_SECONDS, ANSWER_SHARE * options.seconds)
        search = RepairSearch(self.loaded, ends, options.stop, options.on_stage, self.journal)
        repairs = tuple(search.repairs(conflict, derived))
        return Explanation(instance, Status.INFEASIBLE, conflict=conflict, integral=search.integral, repairs=repairs)

    def with_limits(self, known: _Known) -> Explanation:
        """Return the explanation of a plan, by the costs of its limits."""
        instance, options, plan = self.loaded.instance, self.options, known.plan
        if plan is None or known.objective is None:
            return Explanation(instance, known.status, known.objective, known.bound)
        state, ends = state_of(instance, plan), options.ends - min(ANSWER_SECONDS, ANSWER_SHARE * options.seconds)
        if instance.objective.kind == EARLIEST:
            bound = 0 if known.bound is None else round(known.bound)
            dates = DateCosts(self.loaded, known.point, ends, options.stop, options.on_stage, self.journal)
            limits = dates.costs(state, round(known.objective), bound)
            return Explanation(instance, known.status, known.objective, known.bound, limits=tuple(limits))
        search = LimitCosts(
            self.loaded, options.solve, ends, options.stop, options.on_stage, known.objective, known.bound,
            known.point, known.seconds, self.journal,
        )  # fmt: skip
        limits = search.costs(state)
        return Explanation(instance, known.status, search.objective, search.bound, limits=tuple(limits))


@dataclass(frozen=True, slots=True)
class _Known:
    """Plan that is explained, with objective and bound, and its point and the seconds it took where these are known."""

    status: Status
    plan: Plan | None
    objective: float | None
    bound: float | None
    point: Sparse | None = None
    seconds: float = 0.0

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> _Known:
        """Return what a solve answered as JSON."""
        plan = None if data["plan"] is None else Plan.from_json(data["plan"])
        return cls(Status(data["status"]), plan, data["objective"], data["bound"], data["point"], data["seconds"])


def _journal(loaded: Loaded[Instance], options: Question, folder: Path | None) -> Journal:
    limits = options.solve.limits
    identity = identity_of(loaded, "explain", {"gap": limits.gap, "seed": limits.seed})
    return Journal(None if folder is None else folder / FOLDER, identity, options.stop, options.on_stage)


def _conflict_of(data: Mapping[str, Any]) -> Conflict:
    """Return the conflict of its JSON."""
    constraints = tuple(
        ConflictingConstraint(**{**c, "periods": tuple(c["periods"])}) for c in data["constraints"]
    )  # fmt: skip
    shortfall = tuple(Shortfall(**short) for short in data["shortfall"])
    return Conflict(constraints, shortfall, data["any_of"], data["minimal"])


def _constraint_json(constraint: ConflictingConstraint) -> dict[str, Any]:
    return {**asdict(constraint), "text": constraint.text}
