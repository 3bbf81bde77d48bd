"""Points of a sensitivity, worked out in worker processes: an instance with other values, its bound and its plan.

The bound is that of the LP relaxation from the last basis. The plan is the best plan of the instance as it was, priced
and checked at the new values; where it breaks a limit, a point has a bound alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from solver.check import check
from solver.derive import Derived, derive
from solver.derive.extract import claims_of
from solver.design.sizing import design, selected_designs
from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.milp.compile import compile_model
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.milp.names import Names
from solver.milp.solution import Basis, Status
from solver.milp.tightening import tightened
from solver.plan import Design, Plan
from solver.run.outcome import Options, conversion_of
from solver.run.solve import Callbacks, solve_loaded
from solver.search.variants.plan_features import Group, features_of

from solver.ask.question import with_instance  # isort: skip
from solver.ask.ranges import KeyPath, with_values  # isort: skip

LP_SECONDS = 120.0
NONBASIC, BASIC = 0, 1
"""HiGHS's basis statuses of a column at its lower bound and of a basic row."""
Values = Mapping[KeyPath, float]


@dataclass(slots=True)
class Evaluator:
    """Evaluation of points of one instance; it keeps the last basis, and the answer without any change."""

    loaded: Loaded[Instance]
    plan: Plan | None = None
    last: tuple[Names, Names, Basis] | None = None
    base: tuple[object, dict[str, Any]] | None = None

    def relaxed(self, values: Values) -> dict[str, Any]:
        """Return the bound of the LP relaxation at other values, and the plan priced there; no bound: infeasible."""
        if values and self.plan is None and self.base is None:
            self.relaxed({})
        instance = with_values(self.loaded.instance, values)
        plan = None if self.plan is None else replace(self.plan, designs=_sized(instance, self.plan))
        designs = {(d.name, d.shell): d for d in (*selected_designs(instance)[0], *(plan.designs if plan else ()))}
        derived = derive(instance, tuple(designs.values()))
        if self.base is not None and plan is None and derived.coefficients == self.base[0]:
            return self.base[1]
        matrix = tightened(compile_model(derived.coefficients))
        found = solve(matrix, Limits(seconds=LP_SECONDS), relax=True, basis=self._basis(matrix))
        if found.basis is not None:
            self.last = (matrix.column_names, matrix.row_names, found.basis)
        factor = conversion_of(instance, derived).factor
        answer: dict[str, Any] = {
            "bound": found.bound * factor if np.isfinite(found.bound) else None,
            "infeasible": found.status is Status.INFEASIBLE,
        }
        if found.x is not None:
            shares = features_of(instance, derived, matrix, every=True).shares(found.x)
            answer["shares"] = {key: value for key, value in shares.items() if key.startswith(f"{Group.PLACES}.")}
        if plan is not None:
            answer["plan"] = _priced(instance, derived, plan)
        if not values:
            self.base = (derived.coefficients, answer)
        return answer

    def searched(self, values: Values, options: Options) -> dict[str, Any]:
        """Return plan and bound of a search at other values."""
        changed = with_instance(self.loaded, with_values(self.loaded.instance, values))
        outcome = solve_loaded(changed, options, Callbacks())
        return {
            "bound": outcome.bound, "infeasible": outcome.status is Status.INFEASIBLE,
            "plan": outcome.objective if outcome.checked else None,
        }  # fmt: skip

    def _basis(self, matrix: Matrix) -> Basis | None:
        """Return the last basis for the columns and rows of a matrix, by their names."""
        if self.last is None:
            return None
        columns, rows, (at_columns, at_rows) = self.last
        if columns == matrix.column_names and rows == matrix.row_names:
            return at_columns, at_rows
        return _mapped(columns, at_columns, matrix.column_names, NONBASIC), _mapped(
            rows, at_rows, matrix.row_names, BASIC
        )


_evaluators: dict[str, Evaluator] = {}
"""Evaluators of this worker process, by name."""


def prepare(evaluators: Mapping[str, Evaluator]) -> None:
    """Prepare a worker process."""
    _evaluators.update(evaluators)


def relaxed(name: str, values: Values) -> dict[str, Any]:
    """Return the point of a named evaluator, in a worker process."""
    return _evaluators[name].relaxed(values)


def searched(name: str, values: Values, options: Options) -> dict[str, Any]:
    """Return the searched point of a named evaluator, in a worker process."""
    return _evaluators[name].searched(values, options)


def _mapped(old: Names, statuses: Any, new: Names, otherwise: int) -> Any:
    known = old.positions
    at = np.array([known.get(name, -1) for name in new], dtype=np.int64)
    return np.where(at >= 0, np.asarray(statuses)[at], otherwise)


def _sized(instance: Instance, plan: Plan) -> tuple[Design, ...]:
    """Return the designs of a plan at the new values; as they were where none is possible."""
    return tuple(design(instance, d.platform, d.shell, d.choices) or d for d in plan.designs)


def _priced(instance: Instance, derived: Derived, plan: Plan) -> float | None:
    """Return the objective of the plan at the new values; None where it breaks a limit or a node is impossible."""
    if any((d.name, d.shell) not in derived.coefficients.nodes.delivers for d in plan.designs):
        return None
    old = plan.claims
    claims = claims_of(instance, derived, plan.designs, plan.decisions, old.factor, old.first_period)
    priced = replace(plan, claims=claims)
    return None if check(instance, priced) else claims.objective
