"""What the checker says: violations, and the comparisons that make them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from numbers import Real

EXACT = (
    "design.", "money.ledger", "money.cost", "money.salvage", "money.objective", "target.claim", "launch.sites",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule that a plan breaks: its word, where, what was found and what was wanted.

    ``at`` holds names and period labels, most general first. For ``plan.unknown`` the unit says what is unknown.
    """

    word: str
    at: tuple[str, ...]
    wanted: float
    found: float
    unit: str

    def __str__(self) -> str:
        where = f"{self.word} at {', '.join(self.at)}" if self.at else self.word
        unit = f" {self.unit}" if self.unit else ""
        if self.word == "plan.unknown":
            return f"{where}: {self.unit}"
        if self.word == "plan.whole":
            return f"{where}: found {self.found:.10g}{unit}, expected a whole number, 0 or more"
        return f"{where}: found {self.found:.10g}{unit}, expected {self._bound()}{self.wanted:.10g}{unit}"

    def _bound(self) -> str:
        if self.word.startswith(EXACT) or math.isnan(self.found):
            return ""
        return "at most " if self.found > self.wanted else "at least "


def as_number(value: object) -> float:
    """The value as a float; not-a-number for anything that is none, so that no comparison lets it pass."""
    return float(value) if isinstance(value, Real) else math.nan


def slack(wanted: float, tolerance: float) -> float:
    """What a limit forgives: the tolerance, relative above 1 and absolute below; nothing where floats end."""
    return tolerance * max(1.0, abs(wanted)) if math.isfinite(wanted) else 0.0


@dataclass(frozen=True, slots=True)
class Checker:
    """Comparisons of found with wanted under one tolerance; each yields a violation or nothing.

    All are written so that not-a-number fails them.
    """

    tolerance: float

    def at_most(self, word: str, at: tuple[str, ...], found: float, wanted: float, unit: str) -> Iterator[Violation]:
        """Found may not exceed wanted."""
        if not found <= wanted + slack(wanted, self.tolerance):
            yield Violation(word, at, wanted, found, unit)

    def at_least(self, word: str, at: tuple[str, ...], found: float, wanted: float, unit: str) -> Iterator[Violation]:
        """Found may not fall short of wanted."""
        if not found >= wanted - slack(wanted, self.tolerance):
            yield Violation(word, at, wanted, found, unit)

    def equal(self, word: str, at: tuple[str, ...], found: float, wanted: float, unit: str) -> Iterator[Violation]:
        """Found must be wanted."""
        if found != wanted and not abs(found - wanted) <= slack(wanted, self.tolerance):
            yield Violation(word, at, wanted, found, unit)
