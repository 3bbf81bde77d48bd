"""Rates that may not be jumped to: the two rows every ramp of the model is made of.

A ramp looks at the twelve months that end with a period (``window``) and the twelve months before (``before``), so
that the same yearly numbers hold for quarters and for years, and whole counts below one a period stay possible.
"""

from __future__ import annotations

from collections.abc import Callable

import pyomo.environ as pyo

from formulations.coefficients import Ramp

Rate = Callable[[int], object]


def cap(ramp: Ramp, rate: Rate, t: int) -> object:
    """The window that ends with t holds at most what anybody could have reached by then."""
    return pyo.quicksum(rate(q) for q in ramp.window[t]) <= ramp.cap[t]


def growth(ramp: Ramp, rate: Rate, t: int) -> object:
    """The window that ends with t holds at most the window before, grown, plus the start."""
    now = pyo.quicksum(rate(q) for q in ramp.window[t])
    before = pyo.quicksum(rate(q) for q in ramp.before[t])
    return now <= ramp.start + ramp.factor * before
