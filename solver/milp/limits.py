"""Termination limits of a solve, as one frozen value: time, gap and work, with threads and seed."""

from __future__ import annotations

import math
from dataclasses import dataclass

LARGEST_INTEGER = 2**31 - 1  # HiGHS stores integers in 32 bits
GAP_TOLERANCE = 1e-6
"""Tolerance added to a gap limit: a bound derived again from duals stays this much below an optimum."""


CLOSED = 1e-9
"""Difference of objective and bound that counts as none, relative to max(1, |objective|) in units of the matrix."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Termination limits of a solve, with threads and seed; raises ``ValueError`` for a wrong value.

    ``seconds`` is wall-clock time, ``None`` for no limit. ``gap`` is a share: |objective - bound| / |objective|.
    ``work`` counts branch-and-bound nodes (iterations for an LP). Unlike time it stops at the same place on every
    machine, so a result that ends on it can be repeated.
    """

    seconds: float | None = None
    gap: float = 0.01
    threads: int = 1
    seed: int = 0
    work: int | None = None

    def __post_init__(self) -> None:
        if self.seconds is not None and not (_is_number(self.seconds) and self.seconds > 0):
            raise ValueError(f"seconds: found {self.seconds!r}, expected a finite number above 0, or None")
        if not (_is_number(self.gap) and self.gap >= 0):
            raise ValueError(f"gap: found {self.gap!r}, expected a finite share of 0 or more, such as 0.01")
        _check_integer("threads", self.threads, lowest=1)
        _check_integer("seed", self.seed, lowest=0)
        if self.work is not None:
            _check_integer("work", self.work, lowest=1)

    def met_by(self, objective: float, bound: float) -> bool:
        """Return whether an objective is proven within ``gap`` by a bound below it (both minimised)."""
        return relative_gap(objective, bound) <= self.gap or objective - bound <= objective_tolerance(objective)


def relative_gap(objective: float, bound: float) -> float:
    """Return |objective - bound| / |objective|; 0 when they agree, infinite when only the objective is 0.

    A difference within ``CLOSED`` of max(1, |objective|) is agreement: no per cent of nearly nothing.
    """
    difference = abs(objective - bound)
    if difference <= CLOSED * max(1.0, abs(objective)):
        return 0.0
    return difference / abs(objective) if objective else math.inf


def objective_tolerance(objective: float) -> float:
    """Return the difference below which two objectives count as equal, given the solver's tolerances."""
    return 1e-6 * max(1.0, abs(objective))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _check_integer(name: str, value: int, lowest: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= LARGEST_INTEGER:
        raise ValueError(f"{name}: found {value!r}, expected a whole number from {lowest} to {LARGEST_INTEGER}")
