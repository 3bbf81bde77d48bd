"""Result of a two-stage problem: costs by scenario, expected cost and CVaR, values of information as intervals."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from solver.ask.risk.risk_measure import EXPECTED_COST, RiskMeasure
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
    """First stage with its cost in every scenario, and the criterion by which it is compared."""

    name: str
    costs: tuple[ScenarioCost, ...]
    measure: RiskMeasure = EXPECTED_COST

    @property
    def complete(self) -> bool:
        """True where every scenario has a checked plan."""
        return all(cost.checked and cost.objective is not None for cost in self.costs)

    @property
    def expected(self) -> float | None:
        """Expected cost, MUSD; None where a scenario has no checked plan."""
        return self._value("objective", EXPECTED_COST) if self.complete else None

    @property
    def cvar(self) -> float | None:
        """Mean cost of the worst share 1 - alpha of the probability, MUSD."""
        return self._value("objective", RiskMeasure(self.measure.alpha, 1.0)) if self.complete else None

    @property
    def value(self) -> float | None:
        """Value of the criterion, MUSD; None where a scenario has no checked plan."""
        return self._value("objective", self.measure) if self.complete else None

    @property
    def value_bound(self) -> float | None:
        """Dual bound of the criterion with this first stage; None where one is missing."""
        return self._value("bound", self.measure)

    def _value(self, side: str, measure: RiskMeasure) -> float | None:
        found = [getattr(cost, side) for cost in self.costs]
        return None if None in found else measure.value(found, [cost.probability for cost in self.costs])


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """Result of a two-stage problem; costs in MUSD, intervals from bound to plan.

    ``best`` is the first stage of the least criterion, ``bound`` that of all first stages and ``gap`` between both.
    ``alone`` are the scenarios with perfect information, ``wait_and_see`` is the criterion of their costs;
    ``perfect_information`` is what that would save, ``stochastic_solution`` what deciding by expected values would cost
    more. ``first_stage`` counts the decisions that are common to all. ``runs`` are the run directories of the plans
    of the best first stage, one for each scenario.
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
    measure: RiskMeasure = EXPECTED_COST
    runs: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the object of ``risk --scenarios --json``."""
        tried = [
            {
                **asdict(f), "expected": f.expected, "cvar": f.cvar, "value": f.value, "value_bound": f.value_bound,
                "alpha": f.measure.alpha,
            }
            for f in self.tried
        ]  # fmt: skip
        best = None if self.best is None else self.best.name
        expected = None if self.best is None else self.best.expected
        scenarios = [{"name": name, "probability": p, "set": changes} for name, p, changes in self.scenarios]
        tail = None if self.best is None else self.best.cvar
        return {
            **asdict(self), "scenarios": scenarios, "best": best, "expected": expected, "cvar": tail, "tried": tried,
            "criterion": self.measure.text, "value": None if self.best is None else self.best.value, "unit": "MUSD",
        }  # fmt: skip


def interval(less: Interval, more: Interval) -> Interval:
    """Return the interval of a difference that is not negative, from the intervals of both."""
    low = None if more[0] is None or less[1] is None else more[0] - less[1]
    high = None if more[1] is None or less[0] is None else _positive(more[1] - less[0], more[1])
    return (0.0 if low is None or more[0] is None else _positive(low, more[0])), high


def _positive(difference: float, cost: float) -> float:
    """Return a difference; 0 below it, and where both costs agree to a billionth."""
    return difference if difference > 1e-9 * abs(cost) else 0.0
