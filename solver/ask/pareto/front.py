"""Pareto front of a scenario: the plans that no other one dominates, and the levels that were solved."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from solver.ask.pareto.axes import COST, Axis
from solver.milp.solution import Incumbent, Status
from solver.plan import Plan


@dataclass(frozen=True, slots=True)
class FrontPoint:
    """Plan of a front that no other one dominates: cost and proven bound at its own levels, MUSD, and its values."""

    cost_musd: float
    bound_musd: float
    values: Mapping[str, float]
    plan: Plan = field(repr=False)

    @property
    def gap(self) -> float:
        """Relative gap of the cost at the values of the plan, as a fraction."""
        return max(0.0, self.cost_musd - self.bound_musd) / max(abs(self.cost_musd), 1e-9)


@dataclass(frozen=True, slots=True)
class Trial:
    """Solved levels of a front: its status, plan and bound, MUSD, or the error with which it failed."""

    levels: Mapping[str, float]
    status: Status | None
    cost_musd: float | None
    bound_musd: float
    seconds: float
    error: str = ""


@dataclass(frozen=True, slots=True)
class Front:
    """Pareto front: the plans that no other one dominates, by rising cost, and the levels that were solved."""

    name: str
    axes: tuple[Axis, ...]
    points: tuple[FrontPoint, ...]
    trials: tuple[Trial, ...]
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return the object of ``pareto --json``."""
        shown = {axis.name: axis.shown for axis in self.axes}
        points = [
            {
                "cost_musd": point.cost_musd,
                "bound_musd": point.bound_musd if math.isfinite(point.bound_musd) else None,
                "gap": point.gap,
                **{name: shown[name](value) for name, value in point.values.items()},
            }
            for point in self.points
        ]
        trials = [
            {
                "levels": {name: shown[name](level) for name, level in trial.levels.items()},
                "status": None if trial.status is None else trial.status.value,
                "cost_musd": trial.cost_musd,
                "bound_musd": trial.bound_musd if math.isfinite(trial.bound_musd) else None,
                "seconds": trial.seconds,
                "error": trial.error,
            }
            for trial in self.trials
        ]
        objectives = [{"name": COST, "unit": "MUSD"}, *({"name": a.name, "unit": a.unit} for a in self.axes)]
        return {
            "name": self.name, "objectives": objectives, "points": points, "trials": trials, "seconds": self.seconds
        }  # fmt: skip


def checked_bound(bound: float, objective: float | None) -> float:
    """Return a bound on the cost of a plan; ContradictionError where it lies above the plan."""
    return Incumbent(objective=objective, bound=bound).bound
