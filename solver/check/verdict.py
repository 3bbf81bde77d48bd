"""Violations of a plan, and the comparisons that yield them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from numbers import Real

TEXT = ("plan.unknown", "manifest.digest", "manifest.instance_hash")
EXACT = (
    "manifest.", "design.", "money.ledger", "money.cost", "money.salvage", "money.objective", "target.claim",
    "launch.sites",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Violation:
    """Violation of one rule by a plan or its manifest: the rule's word, the place, the value found and the one wanted.

    ``at`` holds names and period labels, most general first. For a word of ``TEXT`` the unit holds a text in place of
    numbers.
    """

    word: str
    at: tuple[str, ...]
    wanted: float
    found: float
    unit: str

    def __str__(self) -> str:
        where = f"{self.word} at {', '.join(self.at)}" if self.at else self.word
        unit = f" {self.unit}" if self.unit else ""
        if self.word in TEXT:
            return f"{where}: {self.unit}"
        if self.word == "plan.whole":
            return f"{where}: found {self.found:.10g}{unit}, expected a whole number, 0 or more"
        return f"{where}: found {self.found:.10g}{unit}, expected {self._bound()}{self.wanted:.10g}{unit}"

    def _bound(self) -> str:
        if self.word.startswith(EXACT) or math.isnan(self.found):
            return ""
        return "at most " if self.found > self.wanted else "at least "


def as_number(value: object) -> float:
    """Return the value as a float; not-a-number for anything that is none, so that no comparison lets it pass."""
    return float(value) if isinstance(value, Real) else math.nan


def slack(wanted: float, tolerance: float) -> float:
    """Return the slack of a limit: the tolerance, relative above 1 and absolute below; nothing where floats end."""
    return tolerance * max(1.0, abs(wanted)) if math.isfinite(wanted) else 0.0


@dataclass(frozen=True, slots=True)
class Checker:
    """Comparisons under one tolerance; each yields a violation or nothing.

    All are written so that not-a-number fails them.
    """

    tolerance: float

    def at_most(self, word: str, at: tuple[str, ...], found: float, wanted: float, unit: str) -> Iterator[Violation]:
        """Compare with an upper limit."""
        if not found <= wanted + slack(wanted, self.tolerance):
            yield Violation(word, at, wanted, found, unit)

    def at_least(self, word: str, at: tuple[str, ...], found: float, wanted: float, unit: str) -> Iterator[Violation]:
        """Compare with a lower limit."""
        if not found >= wanted - slack(wanted, self.tolerance):
            yield Violation(word, at, wanted, found, unit)

    def equal(self, word: str, at: tuple[str, ...], found: float, wanted: float, unit: str) -> Iterator[Violation]:
        """Compare with the one value allowed."""
        if found != wanted and not abs(found - wanted) <= slack(wanted, self.tolerance):
            yield Violation(word, at, wanted, found, unit)
