"""Points of a sensitivity, worked out in worker processes: an instance with other values, its bound and its plan.

The bound is that of the LP relaxation, solved from the optimal basis of the instance as it is. The plan is the best
plan of the instance as it is, priced and checked at the new values. Where it breaks a limit, its counts with other
amounts may be a plan, or else a search among the kinds of loads and routes that the LP relaxation uses.
"""

from __future__ import annotations

import gc
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from solver.check import check, is_feasible
from solver.derive import Derived, derive
from solver.derive.extract import claims_of, extract
from solver.design.candidates import resized, selected_designs
from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.milp.compile import compile_model, import_modelling
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Matrix
from solver.milp.node_patch import PatchableModel
from solver.milp.solution import Basis, Status
from solver.milp.tightening import tightened
from solver.plan import Design, Plan
from solver.run.outcome import Options, conversion_of
from solver.run.solve import Callbacks, build, solve_built, solve_loaded
from solver.search.core.restricted import loads_and_routes, restricted
from solver.search.variants.plan_features import Group, features_of
from solver.search.variants.reach import unreached

from solver.ask.common.mapped_basis import mapped_basis  # isort: skip
from solver.ask.common.question import with_instance  # isort: skip
from solver.ask.sensitivity.linked_plans import Sparse, dense, linked_plan, named, sparse  # isort: skip
from solver.ask.sensitivity.ranges import KeyPath, with_values  # isort: skip

LP_SECONDS = 120.0
LEAST_SECONDS = 2.0
"""Least time for a search of the whole model, where the one among used kinds finds no plan."""
USED_SHARE = 0.005
"""Share of all loads from which screening keeps a design."""
PRIMAL = {"simplex_strategy": 4}
"""HiGHS's primal simplex."""
DUAL = {"simplex_dual_edge_weight_strategy": 2, "dual_simplex_cost_perturbation_multiplier": 0.0}
"""Dual simplex by steepest edges and without perturbed costs: a fifth less time from a known basis."""
DESIGN_PARTS = (
    "candidate_designs", "moon", "network", "platforms", "shells", "target", "technology", "use",
)  # fmt: skip
"""Sections of an instance on which its candidate designs depend."""
POINT = "point"
"""Key of an answer with the optimum of the LP relaxation."""
Values = Mapping[KeyPath, float | str]


@dataclass(frozen=True, slots=True)
class KnownPlans:
    """Plan from which that of another point is sought: the best one as it is, with its columns."""

    best: Plan
    point: Sparse | None


@dataclass(frozen=True, slots=True, eq=False)
class _Base:
    """Instance as it is: its coefficients, its answer, and matrix and optimal basis of its LP relaxation."""

    derived: Derived
    answer: Mapping[str, Any]
    designs: tuple[Design, ...]
    model: PatchableModel
    matrix: Matrix
    basis: Basis | None


@dataclass(slots=True)
class Evaluator:
    """Evaluation of points of one instance from its LP relaxation as it is; ``kept`` replaces its candidate designs."""

    loaded: Loaded[Instance]
    kept: tuple[Design, ...] = ()
    base: _Base | None = None
    selected: tuple[Design, ...] = ()
    narrow: Evaluator | None = None
    stop: threading.Event | None = None

    @property
    def _stop(self) -> threading.Event:
        """Event that ends a search; a worker process has none, and is ended itself."""
        return self.stop or threading.Event()

    def relaxed(self, values: Values, plan: Plan | None = None) -> dict[str, Any]:
        """Return the bound of the LP relaxation at other values, and a plan priced there; no bound: infeasible."""
        if values and self.base is None:
            self.relaxed({})
        instance = with_values(self.loaded.instance, values)
        plan = None if plan is None else replace(plan, designs=_sized(instance, plan.designs))
        derived = self._derived(instance, plan)
        if self.base is not None and derived.coefficients == self.base.derived.coefficients:
            answer = dict(self.base.answer)
        else:
            answer = self._answer(instance, derived, keep=not values, shares=plan is None and not self.kept)
        if plan is None:
            return {key: value for key, value in answer.items() if key != POINT}
        return {**answer, "plan": _priced(instance, derived, plan)}

    def screened(self, values: Values) -> dict[str, Any]:
        """Return the optimum of the LP relaxation with the designs alone that it uses most as it is.

        This is no bound. Where these designs have no plan the effect counts as without a limit: the lever is measured.
        """
        if self.narrow is None:
            self.relaxed({})
            assert self.base is not None
            self.narrow = Evaluator(self.loaded, self.base.designs, stop=self.stop)
        return self.narrow.relaxed(values) if self.narrow.kept else self.relaxed(values)

    def linked(self, values: Values, known: KnownPlans, answer: Mapping[str, Any], options: Options) -> dict[str, Any]:
        """Return a plan at other values from the counts of the best plan, at an end with an ``answer``.

        Without one the plan is None.
        """
        if self.base is None:
            self.relaxed({})
        assert self.base is not None
        instance = with_values(self.loaded.instance, values)
        derived = self._derived(instance, replace(known.best, designs=_sized(instance, known.best.designs)))
        matrix = self._matrix(derived)
        first = dense(known.point, self.base.matrix)
        x = None if first is None else linked_plan(matrix, named(self.base.matrix, first), options.limits, self._stop)
        found = None if x is None else extract(instance, derived, matrix, x)
        if x is None or found is None or check(instance, found):
            return {**answer, "plan": None}
        return {**answer, "plan": found.claims.objective}

    def searched(self, values: Values, options: Options) -> dict[str, Any]:
        """Return plan and bound of a search at other values, among the kinds that the LP relaxation uses."""
        if self.base is None:
            self.relaxed({})
        began, none = time.monotonic(), {"bound": None, "infeasible": True, "plan": None}
        changed = with_instance(self.loaded, with_values(self.loaded.instance, values))
        derived = self._derived(changed.instance, None)
        if unreached(changed.instance, derived):
            return none
        matrix, warnings = build(derived)
        bound, x, status, _ = self._optimum(tightened(matrix))
        if status is Status.INFEASIBLE or x is None:
            return {**none, "infeasible": status is Status.INFEASIBLE}
        known = conversion_of(changed.instance, derived).shown(bound) if np.isfinite(bound) else None
        callbacks = Callbacks(stop=self._stop, explains=False)
        outcome = solve_built(changed, options, callbacks, derived, restricted(matrix, x), list(warnings))
        if outcome.checked:
            return {"bound": known, "infeasible": False, "plan": outcome.objective}
        left = (options.limits.seconds or 0.0) - (time.monotonic() - began)
        if left < LEAST_SECONDS:
            return {"bound": known, "infeasible": False, "plan": None}
        options = replace(options, limits=replace(options.limits, seconds=left))
        outcome = solve_loaded(changed, options, Callbacks(stop=self._stop))
        return {
            "bound": known if outcome.bound is None else outcome.bound,
            "infeasible": outcome.status is Status.INFEASIBLE, "plan": outcome.objective if outcome.checked else None,
        }  # fmt: skip

    def _derived(self, instance: Instance, plan: Plan | None) -> Derived:
        """Return the coefficients with the candidate designs, and those of a plan."""
        chosen = _sized(instance, self.kept) if self.kept else self._selected(instance)
        designs = {(d.name, d.shell): d for d in (*chosen, *(plan.designs if plan else ()))}
        return derive(instance, tuple(designs.values()))

    def _selected(self, instance: Instance) -> tuple[Design, ...]:
        """Return the candidate designs: those of the instance as it is where nothing differs that they depend on."""
        if not self.selected:
            self.selected = selected_designs(self.loaded.instance)[0]
        same = all(getattr(instance, part) == getattr(self.loaded.instance, part) for part in DESIGN_PARTS)
        return self.selected if same else selected_designs(instance)[0]

    def _answer(self, instance: Instance, derived: Derived, keep: bool, shares: bool) -> dict[str, Any]:
        """Return the bound of the LP relaxation with its shares of places, and keep it as that of the instance."""
        model = PatchableModel.of(derived.coefficients) if keep else None
        matrix = self._matrix(derived) if model is None else tightened(model.matrix)
        bound, x, status, basis = self._optimum(matrix)
        answer: dict[str, Any] = {
            "bound": conversion_of(instance, derived).shown(bound) if np.isfinite(bound) else None,
            "infeasible": status is Status.INFEASIBLE,
        }
        if x is not None:
            answer[POINT] = sparse(x)
        if x is not None and shares:
            found = features_of(instance, derived, matrix, every=True).shares(x)
            answer["shares"] = {key: value for key, value in found.items() if key.startswith(f"{Group.PLACES}.")}
        if model is not None:
            used = () if x is None else _used(derived, matrix, x)
            self.base = _Base(derived, answer, used, model, matrix, basis)
            # What stays is not looked at again by the collections of garbage after each model.
            gc.freeze()
        return answer

    def _matrix(self, derived: Derived) -> Matrix:
        """Return the tightened matrix of some coefficients: patched where that of the instance as it is can be."""
        known = None if self.base is None else self.base.model.patched(derived.coefficients)
        # Hundreds of small models are built: in arrays each takes two thirds of the time.
        return tightened(compile_model(derived.coefficients, arrays_from=0) if known is None else known)

    def _optimum(self, matrix: Matrix) -> tuple[float, Floats | None, Status, Basis | None]:
        """Return bound, point, status and basis of the LP relaxation, from the basis of the instance as it is."""
        known = self.base
        basis = None if known is None or known.basis is None else mapped_basis(known.basis, known.matrix, matrix)
        # Where costs alone differ the known basis is primal feasible: the primal simplex takes half of the time.
        options = (
            PRIMAL if known is not None and matrix.same_points(known.matrix) else DUAL if basis is not None else None
        )
        found = solve(matrix, Limits(seconds=LP_SECONDS), relax=True, stop=self.stop, basis=basis, options=options)
        return found.bound, found.x, found.status, found.basis


_evaluators: dict[str, Evaluator] = {}
"""Evaluators of this worker process, by name."""


def prepare(evaluators: Mapping[str, Evaluator], stop: threading.Event | None = None) -> None:
    """Prepare the evaluators of this process, whose searches end at a stop."""
    _evaluators.update({name: replace(evaluator, stop=stop) for name, evaluator in evaluators.items()})


def prepare_worker(evaluators: Mapping[str, Evaluator]) -> None:
    """Prepare a worker process; what is loaded then stays, and no collection of garbage looks at it again."""
    import_modelling()
    prepare(evaluators)
    gc.collect()
    gc.freeze()


def relaxed(name: str, values: Values, plan: Plan | None = None) -> dict[str, Any]:
    """Return the point of a named evaluator, in a worker process."""
    return _evaluators[name].relaxed(values, plan)


def screened(name: str, values: Values) -> dict[str, Any]:
    """Return the screened point of a named evaluator, in a worker process."""
    return _evaluators[name].screened(values)


def linked(name: str, values: Values, known: KnownPlans, answer: Mapping[str, Any], options: Options) -> dict[str, Any]:
    """Return the point of a named evaluator with a plan from known ones, in a worker process."""
    return _evaluators[name].linked(values, known, answer, options)


def searched(name: str, values: Values, options: Options) -> dict[str, Any]:
    """Return the searched point of a named evaluator, in a worker process."""
    return _evaluators[name].searched(values, options)


def _sized(instance: Instance, designs: tuple[Design, ...]) -> tuple[Design, ...]:
    """Return designs at the new values; as they were where none is possible."""
    return tuple(resized(instance, d) or d for d in designs)


def _used(derived: Derived, matrix: Matrix, x: Floats) -> tuple[Design, ...]:
    """Return the designs that a point loads in numbers that count."""
    amounts: dict[tuple[object, object], float] = defaultdict(float)
    for j in np.flatnonzero(loads_and_routes(matrix)):
        for part in pairwise(matrix.column_names.indices[j]):
            amounts[part] += float(x[j])
    loaded = {(d.name, d.shell): amounts[d.name, d.shell] for d in derived.designs}
    least = USED_SHARE * sum(loaded.values())
    return tuple(d for d in derived.designs if loaded[d.name, d.shell] > least)


def _priced(instance: Instance, derived: Derived, plan: Plan) -> float | None:
    """Return the objective of the plan at the new values; None where it breaks a limit or a node is impossible."""
    if any((d.name, d.shell) not in derived.coefficients.nodes.delivers for d in plan.designs):
        return None
    old = plan.claims
    claims = claims_of(instance, derived, plan.designs, plan.decisions, old.factor, old.first_period)
    priced = replace(plan, claims=claims)
    return claims.objective if is_feasible(instance, priced) else None
