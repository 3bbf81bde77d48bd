"""Result of a two-stage problem: costs by scenario, expected cost and CVaR, values of information as intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from solver.milp.solution import Status

Interval = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class ScenarioCost:
    """Cost of one scenario with a first stage: its plan and bound, MUSD, and whether the plan passed the checker.

    ``unmet`` is the unmet target of its plan, summed over the periods, in the unit of the target.
    """

    scenario: str
    probability: float
    objective: float | None
    bound: float | None
    unmet: float
    checked: bool
    status: str

    @property
    def infeasible(self) -> bool:
        """True where the scenario is proven to have no plan."""
        return self.status == Status.INFEASIBLE


@dataclass(frozen=True, slots=True)
class FirstStage:
    """First stage with its cost in every scenario; ``alpha`` is the level of the CVaR."""

    name: str
    costs: tuple[ScenarioCost, ...]
    alpha: float = 0.9

    @property
    def expected(self) -> float | None:
        """Expected cost, MUSD; None where a scenario has no checked plan."""
        if not all(cost.checked and cost.objective is not None for cost in self.costs):
            return None
        return sum(cost.probability * (cost.objective or 0.0) for cost in self.costs)

    @property
    def expected_bound(self) -> float | None:
        """Dual bound of the expected cost with this first stage; None where one is missing."""
        if any(cost.bound is None for cost in self.costs):
            return None
        return sum(cost.probability * (cost.bound or 0.0) for cost in self.costs)

    @property
    def cvar(self) -> float | None:
        """Mean cost of the worst share 1 - alpha of the probability, MUSD."""
        if self.expected is None:
            return None
        return cvar([cost.objective or 0.0 for cost in self.costs], [c.probability for c in self.costs], self.alpha)


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """Result of a two-stage problem; costs in MUSD, intervals from bound to plan.

    ``best`` is the first stage of least expected cost, ``bound`` that of all first stages and ``gap`` between both.
    ``alone`` are the scenarios with perfect information, ``wait_and_see`` is their expected cost;
    ``perfect_information`` is what that would save, ``stochastic_solution`` what deciding by expected values would cost
    more. ``first_stage`` counts the decisions that are common to all.
    """

    name: str
    decide_until: str
    scenarios: tuple[tuple[str, float, dict[str, Any]], ...]
    best: FirstStage | None
    bound: float | None
    gap: float | None
    wait_and_see: Interval
    perfect_information: Interval
    stochastic_solution: Interval
    tried: tuple[FirstStage, ...]
    alone: tuple[ScenarioCost, ...]
    first_stage: int

    def to_json(self) -> dict[str, Any]:
        """Return the object of ``risk --scenarios --json``."""
        tried = [
            {**asdict(f), "expected": f.expected, "expected_bound": f.expected_bound, "cvar": f.cvar}
            for f in self.tried
        ]
        best = None if self.best is None else self.best.name
        expected = None if self.best is None else self.best.expected
        scenarios = [{"name": name, "probability": p, "set": changes} for name, p, changes in self.scenarios]
        tail = None if self.best is None else self.best.cvar
        return {
            **asdict(self), "scenarios": scenarios, "best": best, "expected": expected, "cvar": tail, "tried": tried,
            "unit": "MUSD",
        }  # fmt: skip


def cvar(costs: Sequence[float], probabilities: Sequence[float], alpha: float) -> float:
    """Return the conditional value at risk: the mean of the dearest share 1 - alpha of the probability."""
    tail = left = 1.0 - alpha
    total = 0.0
    for cost, probability in sorted(zip(costs, probabilities, strict=True), reverse=True):
        taken = min(probability, left)
        total += taken * cost
        left -= taken
    return total / tail


def interval(less: Interval, more: Interval) -> Interval:
    """Return the interval of a difference that is not negative, from the intervals of both."""
    low = None if more[0] is None or less[1] is None else more[0] - less[1]
    high = None if more[1] is None or less[0] is None else _positive(more[1] - less[0], more[1])
    return (0.0 if low is None or more[0] is None else _positive(low, more[0])), high


def _positive(difference: float, cost: float) -> float:
    """Return a difference; 0 below it, and where both costs agree to a billionth."""
    return difference if difference > 1e-9 * abs(cost) else 0.0
