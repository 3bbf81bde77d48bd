"""Violations of a plan, and the comparisons that yield them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from numbers import Real

TEXT = (
    "plan.unknown", "plan.digest", "tables.missing", "tables.differs",
    "manifest.digest", "manifest.instance_hash", "manifest.unit", "manifest.name", "manifest.date", "manifest.checked",
    "manifest.run_key", "manifest.status",
)  # fmt: skip
EXACT = (
    "manifest.", "design.", "money.ledger", "money.cost", "money.salvage", "money.objective", "money.value",
    "money.forgone", "target.claim", "launch.sites",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Violation:
    """Violation of one constraint by a plan or its manifest: constraint, place, expected and actual value.

    ``at`` holds names and period labels, most general first. For a constraint of ``TEXT`` the unit holds a message in
    place of numbers.
    """

    constraint: str
    at: tuple[str, ...]
    expected: float
    actual: float
    unit: str

    def __str__(self) -> str:
        where = f"{self.constraint} at {', '.join(self.at)}" if self.at else self.constraint
        unit = f" {self.unit}" if self.unit else ""
        if self.constraint in TEXT:
            return f"{where}: {self.unit}"
        if self.constraint == "plan.whole":
            return f"{where}: found {self.actual:.10g}{unit}, expected a whole number, 0 or more"
        found = "none" if math.isnan(self.actual) else f"{self.actual:.10g}{unit}"
        expected = "none" if math.isnan(self.expected) else f"{self._bound()}{self.expected:.10g}{unit}"
        return f"{where}: found {found}, expected {expected}"

    def _bound(self) -> str:
        if self.constraint.startswith(EXACT) or math.isnan(self.actual):
            return ""
        return "at most " if self.actual > self.expected else "at least "


def as_number(value: object) -> float:
    """Return the value as a float; not-a-number for any other type, so that no comparison accepts it."""
    return float(value) if isinstance(value, Real) else math.nan


def slack(expected: float, tolerance: float) -> float:
    """Return the slack of a limit: the tolerance, relative above 1 and absolute below; 0 for an infinite limit."""
    return tolerance * max(1.0, abs(expected)) if math.isfinite(expected) else 0.0


@dataclass(frozen=True, slots=True)
class Checker:
    """Comparisons under one tolerance; each yields a violation or none.

    All are written so that not-a-number fails them.
    """

    tolerance: float

    def at_most(
        self, constraint: str, at: tuple[str, ...], actual: float, expected: float, unit: str
    ) -> Iterator[Violation]:
        """Compare with an upper limit."""
        if not actual <= expected + slack(expected, self.tolerance):
            yield Violation(constraint, at, expected, actual, unit)

    def at_least(
        self, constraint: str, at: tuple[str, ...], actual: float, expected: float, unit: str
    ) -> Iterator[Violation]:
        """Compare with a lower limit."""
        if not actual >= expected - slack(expected, self.tolerance):
            yield Violation(constraint, at, expected, actual, unit)

    def equal(
        self, constraint: str, at: tuple[str, ...], actual: float, expected: float, unit: str
    ) -> Iterator[Violation]:
        """Compare with the one value allowed."""
        if actual != expected and not abs(actual - expected) <= slack(expected, self.tolerance):
            yield Violation(constraint, at, expected, actual, unit)
