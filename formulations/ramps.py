"""Ramp-up constraints: the two rows that limit every ramp of the model.

A ramp compares the twelve months that end with a period (``window``) with the twelve months before (``before``), so
the same yearly numbers hold for quarters and for years, and rates below one a period stay possible.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import pyomo.environ as pyo

from formulations.coefficients import Ramp

Rate = Callable[[int], object]


def cap(ramp: Ramp, rate: Rate, t: int) -> object:
    """Bound the sum over the window that ends with t by the cap of the ramp; no row where the cap is infinite."""
    if math.isinf(ramp.cap[t]):
        return pyo.Constraint.Skip
    return pyo.quicksum(rate(q) for q in ramp.window[t]) <= ramp.cap[t]


def growth(ramp: Ramp, rate: Rate, t: int) -> object:
    """Bound the sum over the window that ends with t by the start plus the grown sum over the window before."""
    now = pyo.quicksum(rate(q) for q in ramp.window[t])
    before = pyo.quicksum(rate(q) for q in ramp.before[t])
    return now <= ramp.start + ramp.factor * before
