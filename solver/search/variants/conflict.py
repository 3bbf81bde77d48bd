"""Conflict of an infeasible instance: conflicting constraints with place, periods, unit and key of the file."""

from __future__ import annotations

import math
from dataclasses import dataclass

COUNTED = ("days", "drivers", "flights", "lines", "pads", "slots", "stations", "terminals", "vehicles", "years")
"""Units that lose their last letter in the singular."""
Limit = float | str
"""Value of a limit: a number in its unit, or a month."""


@dataclass(frozen=True, slots=True)
class ConflictingConstraint:
    """Conflicting constraint at a place: the limit in the file and the limit needed, in one unit, in some periods.

    ``allows`` and ``needs`` are those of the period that lacks most. ``key`` is the path in the file that sets the
    limit; a star stands for every name. ``note`` is the sentence where numbers alone are not enough.
    """

    constraint: str
    place: str
    periods: tuple[str, ...]
    unit: str
    key: str
    allows: Limit
    needs: Limit
    note: str = ""

    @property
    def text(self) -> str:
        """Sentence for a reader: constraint, place and periods, the two limits, and the key."""
        where = ", ".join(part for part in (self.place, _spell(self.periods)) if part)
        subject = f"{self.constraint} at {where}" if where else self.constraint
        return f"{subject}: {self.note or self._limits()}" + (f" ({self.key})" if self.key else "")

    def _limits(self) -> str:
        up_to = "up to " if len(self.periods) > 1 else ""
        return f"allows {readable(self.allows)}, needs {up_to}{amount(self.needs, self.unit)}"

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Target of one period, and its part in reach when the largest feasible share of the target path is met."""

    period: str
    expected: float
    reachable: float


@dataclass(frozen=True, slots=True)
class Conflict:
    """Conflict of an infeasible model: its conflicting constraints, and the target in reach with them.

    The constraints must be relaxed together, or each alone is enough (``any_of``). Without ``minimal`` time
    ran out, and some of them may be left as they are.
    """

    constraints: tuple[ConflictingConstraint, ...]
    shortfall: tuple[Shortfall, ...]
    any_of: bool = False
    minimal: bool = True


NO_CONFLICT = Conflict((), ())


def readable(value: Limit) -> str:
    """Return a limit as a planner reads it: a month, or a number with four significant digits."""
    if isinstance(value, str):
        return value
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    if abs(value) >= 999.95:
        return f"{value:,.0f}"
    if abs(value) < 1e-4:
        return f"{value:.3g}"
    digits = max(0, 3 - math.floor(math.log10(abs(value))))
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount(value: Limit, unit: str) -> str:
    """Return a limit with its unit, in the singular for one."""
    if isinstance(value, str) or not unit:
        return readable(value)
    first, _, rest = unit.partition(" ")
    if readable(value) == "1" and first in COUNTED:
        first = first.removesuffix("s")
    return " ".join(part for part in (readable(value), first, rest) if part)


def _spell(periods: tuple[str, ...]) -> str:
    return periods[0] if len(periods) == 1 else f"{periods[0]} to {periods[-1]}" if periods else ""
