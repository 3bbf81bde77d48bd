"""Ramp-up constraints: the two rows that limit every ramp of the model, over windows of twelve months.

A ramp compares twelve months (``window``) with the twelve months before (``before``), so the same yearly numbers hold for
quarters and for years, and rates below one a period stay possible. A period that lies in a window in part counts by its
share, as actions are spread evenly through their period; the windows are so many that the rows hold in any twelve months.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pyomo.core as pyo

from formulations.coefficients import Ramp, WindowKey

Rate = Callable[[int], Any]


def windows(
    ends: Mapping[str, Mapping[WindowKey, int]], index: Iterable[tuple[str, int]]
) -> list[tuple[str, WindowKey]]:
    """Return the windows that end within the given periods of each thing: those that end with a period first."""
    periods = {(key, t): None for key, t in index if key in ends}
    others = [(key, h) for key, of in ends.items() for h, last in of.items() if h != last and (key, last) in periods]
    return [*periods, *others]


def capped(index: Iterable[tuple[str, WindowKey]], of: Mapping[str, Ramp]) -> list[tuple[str, WindowKey]]:
    """Return the windows that have a finite cap."""
    return [(key, h) for key, h in index if math.isfinite(of[key].cap.get(h, math.inf))]


def total(shares: Mapping[int, float], rate: Rate) -> Any:
    """Sum up the amounts of periods by their shares."""
    return pyo.quicksum(rate(q) if share == 1 else share * rate(q) for q, share in shares.items())


def cap(ramp: Ramp, rate: Rate, h: WindowKey) -> object:
    """Bound the sum over a window by the cap of the ramp."""
    return total(ramp.window[h], rate) <= ramp.cap[h]


def growth(ramp: Ramp, rate: Rate, h: WindowKey) -> object:
    """Bound the sum over a window by the start plus the grown sum over the window before."""
    return total(ramp.window[h], rate) <= ramp.start[h] + ramp.factor * total(ramp.before[h], rate)
