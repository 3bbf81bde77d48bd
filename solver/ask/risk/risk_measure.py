"""Criterion of a first stage over scenarios: expected cost, conditional value at risk, or both by weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from solver.errors import UsageError

LEVEL, WHOLE = 0.9, 1.0
"""Level of the CVaR, and its weight in the criterion cvar, where none is given."""


class Criterion(StrEnum):
    """Criteria of a first stage over scenarios."""

    expected = "expected"
    cvar = "cvar"


@dataclass(frozen=True, slots=True)
class RiskMeasure:
    """Criterion of a first stage: ``weight`` x CVaR at the level ``alpha``, and the rest of the weight x expected cost.

    It grows with the cost of every scenario, so bounds of these costs give a bound of it.
    """

    alpha: float = LEVEL
    weight: float = 0.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.alpha < 1.0:
            raise UsageError(f"--alpha: found {self.alpha:g}, expected a share from 0 to below 1")
        if not 0.0 <= self.weight <= 1.0:
            raise UsageError(f"--weight: found {self.weight:g}, expected a share from 0 to 1")

    @classmethod
    def of(cls, criterion: str, alpha: float = LEVEL, weight: float = WHOLE) -> RiskMeasure:
        """Return the measure of a criterion, ``expected`` or ``cvar`` with its weight; UsageError otherwise."""
        if criterion not in list(Criterion):
            raise UsageError(f"--criterion: found {criterion!r}, expected {' or '.join(Criterion)}")
        if criterion == Criterion.cvar and weight == 0.0:
            raise UsageError("--weight: found 0, expected more for the criterion cvar")
        if criterion != Criterion.cvar and weight != WHOLE:
            raise UsageError(f"--weight: found {weight:g} with the criterion {criterion}, expected --criterion cvar")
        return cls(alpha, weight if criterion == Criterion.cvar else 0.0)

    def value(self, costs: Sequence[float], probabilities: Sequence[float]) -> float:
        """Return the criterion of costs with their probabilities."""
        mean = sum(p * cost for p, cost in zip(probabilities, costs, strict=True))
        return (1.0 - self.weight) * mean + self.weight * cvar(costs, probabilities, self.alpha)

    @property
    def text(self) -> str:
        """Criterion for people."""
        if not self.weight:
            return "expected cost"
        rest = f"{1.0 - self.weight:g} x expected cost + " if self.weight < 1.0 else ""
        return f"{rest}{self.weight:g} x CVaR" if rest else "CVaR"


EXPECTED_COST = RiskMeasure()


def cvar(costs: Sequence[float], probabilities: Sequence[float], alpha: float) -> float:
    """Return the conditional value at risk: the mean of the dearest share 1 - alpha of the probability."""
    tail = left = 1.0 - alpha
    total = 0.0
    for cost, probability in sorted(zip(costs, probabilities, strict=True), reverse=True):
        taken = min(probability, left)
        total += taken * cost
        left -= taken
    return total / tail


def require_scenarios(criterion: str, alpha: float, weight: float) -> None:
    """Raise UsageError for a criterion, level or weight given for replays, which have none."""
    given = {"--criterion": (criterion, Criterion.expected), "--alpha": (alpha, LEVEL), "--weight": (weight, WHOLE)}
    for option, (found, usual) in given.items():
        if found != usual:
            raise UsageError(f"{option}: found {found} without --scenarios, expected a file of scenarios")
