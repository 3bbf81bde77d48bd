"""Model of a question: built once, then solved with other prices or with rows that the question adds.

Bounds of dominance leave only some of the best plans of the instance itself. They are dropped where a question adds
rows (``without_dominance``). A bound that is handed on holds for the changed matrix, by weak duality or concavity.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from solver.ask.common.question import Question
from solver.derive import Derived, derive
from solver.design.candidates import selected_designs
from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.milp.limits import GAP_TOLERANCE
from solver.milp.loosened import without_dominance
from solver.milp.matrix import Floats, Matrix
from solver.milp.solution import Certificate, Incumbent, Status
from solver.plan import Plan
from solver.run.model_size import admitted_size
from solver.run.outcome import Outcome, conversion_of
from solver.run.solve import Callbacks, build, solve_built
from solver.search.core.state import SearchOptions
from solver.search.primal.near_plan import near_plan
from solver.search.variants.reach import unreached

ANY_GAP = 1.0
LONG_SECONDS = 3600.0
"""Time limit of a step of a question without one."""


@dataclass(frozen=True, slots=True)
class Answered:
    """Result of one solve of a question: a checked plan and a proven bound, or the proof that there is no plan.

    ``objective`` and ``bound`` are in MUSD; the bound is infinite where no plan exists. ``values`` are the columns of
    the plan that are not 0, by name.
    """

    status: Status
    objective: float | None = None
    bound: float = -math.inf
    plan: Plan | None = None
    values: Mapping[str, float] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def gap(self) -> float | None:
        """Relative gap between plan and bound, as a fraction; None without a plan."""
        if self.objective is None or not math.isfinite(self.bound):
            return None
        return max(0.0, self.objective - self.bound) / max(abs(self.objective), 1e-9)

    def data(self) -> dict[str, Any]:
        """Return the result as JSON; an infinite bound is None."""
        plan = None if self.plan is None else self.plan.to_json()
        return {**self.figures(), "plan": plan, "values": dict(self.values)}

    def figures(self) -> dict[str, Any]:
        """Return status, plan and bound in MUSD and seconds as JSON."""
        bound = self.bound if math.isfinite(self.bound) else None
        return {"status": self.status.value, "objective": self.objective, "bound": bound, "seconds": self.seconds}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Answered:
        """Return the result of its JSON; KeyError, TypeError or ValueError where it is none."""
        status, bound = Status(data["status"]), data["bound"]
        none = math.inf if status is Status.INFEASIBLE else -math.inf
        return cls(
            status,
            None if data["objective"] is None else float(data["objective"]),
            none if bound is None else float(bound),
            None if data["plan"] is None else Plan.from_json(data["plan"]),
            {str(name): float(value) for name, value in data["values"].items()},
            float(data["seconds"]),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Model of an instance with its coefficients; ``matrix`` has the bounds of dominance, ``loose`` has none."""

    loaded: Loaded[Instance]
    derived: Derived
    matrix: Matrix
    warnings: tuple[str, ...] = ()
    reached: bool = True

    @classmethod
    def of(cls, loaded: Loaded[Instance], gap: float) -> Model:
        """Return the model of an instance; UsageError where it would be too large."""
        designs = selected_designs(loaded.instance)[0]
        admitted_size(loaded.instance, designs)
        derived = derive(loaded.instance, designs, gap=gap)
        matrix, warnings = build(derived, instance=loaded.instance)
        return cls(loaded, derived, matrix, tuple(warnings), not unreached(loaded.instance, derived))

    @property
    def loose(self) -> Matrix:
        """Matrix without bounds of dominance, for questions that add rows."""
        return without_dominance(self.matrix)

    @property
    def musd(self) -> float:
        """MUSD of one unit of the objective of the matrix."""
        return conversion_of(self.loaded.instance, self.derived).factor

    def solved(
        self,
        question: Question,
        matrix: Matrix,
        seconds: float,
        known: Answered | None = None,
        gap: float = 0.01,
    ) -> Answered:
        """Solve the model with a changed matrix, from a plan and bound that hold for it where some are known."""
        if not self.reached:
            return Answered(Status.INFEASIBLE, bound=math.inf)
        granted = max(1.0, min(seconds, question.left))
        limits = replace(
            question.solve.limits,
            seconds=granted if math.isfinite(granted) else None,
            gap=gap,
        )
        callbacks = Callbacks(
            stop=question.stop, on_event=question.on_event, known=self._incumbent(matrix, known), explains=False
        )
        options, warnings = replace(question.solve, limits=limits), list(self.warnings)
        outcome = solve_built(self.loaded, options, callbacks, self.derived, matrix, warnings)
        return self._answered(outcome)

    def finished(self, question: Question, matrix: Matrix, x: Floats, bound: float, seconds: float) -> Answered:
        """Return a point of a changed matrix as a checked plan whose flights can be loaded, with a bound, MUSD."""
        known = Answered(Status.FEASIBLE, matrix.value(x) * self.musd, bound, None, self._named(x))
        found, gap = self.solved(question, matrix, seconds, known, ANY_GAP), question.solve.limits.gap
        wide = found.gap is None or found.gap > gap + GAP_TOLERANCE
        return replace(found, status=Status.FEASIBLE) if wide and found.status is Status.OPTIMAL else found

    def near(self, question: Question, matrix: Matrix, values: Mapping[str, float], seconds: float) -> Answered | None:
        """Return a plan of a changed matrix near a known one, with the bound of the LP relaxation; None without one."""
        x = self.vector(values, matrix)
        if x is None or not values:
            return None
        limits = replace(question.solve.limits, seconds=max(1.0, min(seconds, question.left, LONG_SECONDS)))
        found = near_plan(matrix, x, None, SearchOptions(limits, stop=question.stop))
        if found is None or found[0].x is None:
            return None
        plan, known = found[0].x, found[0]
        return Answered(Status.FEASIBLE, known.value * self.musd, known.bound * self.musd, None, self._named(plan))

    def vector(self, values: Mapping[str, float], matrix: Matrix) -> Floats | None:
        """Return the point of columns by name; None where the matrix lacks one of them."""
        index, x = matrix.index, np.zeros(matrix.columns)
        for name, value in values.items():
            at = index.get(name)
            if at is None:
                return None
            x[at] = value
        return x

    def _named(self, x: Floats) -> dict[str, float]:
        """Return the columns of a point that are not 0, by name."""
        names = self.matrix.column_names
        return {names[j]: float(x[j]) for j in np.flatnonzero(x).tolist()}

    def _incumbent(self, matrix: Matrix, known: Answered | None) -> Incumbent | None:
        if known is None:
            return None
        x = self.vector(known.values, matrix) if known.objective is not None else None
        start = Incumbent() if x is None else Incumbent(x, matrix.value(x))
        bound = known.bound / self.musd if math.isfinite(known.bound) else -math.inf
        return start.with_bound(bound, Certificate.LP_VERIFIED) if math.isfinite(bound) else start

    def _answered(self, outcome: Outcome) -> Answered:
        if outcome.status is Status.INFEASIBLE:
            return Answered(outcome.status, bound=math.inf, seconds=outcome.seconds["total"])
        bound = -math.inf if outcome.bound is None or outcome.alarm else outcome.bound
        x = outcome.result.x
        if not outcome.checked or x is None or outcome.alarm:
            return Answered(outcome.status, bound=bound, seconds=outcome.seconds["total"])
        values = self._named(x) if len(x) == self.matrix.columns else {}
        return Answered(outcome.status, outcome.objective, bound, outcome.plan, values, outcome.seconds["total"])
