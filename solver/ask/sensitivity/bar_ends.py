"""Bars of a tornado: what is known there from answered points, the screened effect, and whether a search is needed."""

from __future__ import annotations

import math
from dataclasses import replace

from solver.ask.common.journal import Answer
from solver.ask.sensitivity.ranges import RangedLever
from solver.ask.sensitivity.sensitivity_result import Bar, End

Ranked = tuple[RangedLever, tuple[float | None, float | None]]
"""Lever to measure, with the screened objective at its ends; None where it was not screened."""


def needs_search(bar: Bar, name: str, gap: float) -> bool:
    """Return whether a bar needs a search at one end: it has no plan there, or a wide one hides its effect."""
    end: End = getattr(bar, name)
    if end.infeasible or end.bound is None:
        return False
    if end.plan is None:
        return True
    wide = abs(end.plan - end.bound) > gap * abs(end.plan) + 1e-9 * max(1.0, abs(end.plan))
    return wide and bar.distinguishable is not True


def screened_effect(lever: RangedLever, answer: Answer | None, other: float | None) -> tuple[float, Ranked]:
    """Return the screened effect of a lever against another point, and what is known at its ends.

    It is infinite where there is no plan, and 0 where it is not known.
    """
    at = bound_of(answer)
    ends = (None, at) if farther(lever) else (at, None)
    if answer is None or answer.failed:
        return 0.0, (lever, ends)
    return math.inf if at is None or other is None else abs(at - other), (lever, ends)


def farther(lever: RangedLever) -> float:
    """Return the share of the end that is farther from the central value: by ratio, or else by difference."""
    low, central, high = lever.range
    return float(high * low >= central**2) if low > 0 else float(high - central >= central - low)


def bound_of(answer: Answer | None) -> float | None:
    """Return the bound of an answered point; None where there is none."""
    found: float | None = None if answer is None or answer.failed else answer.data["bound"]
    return found


def end_of(answer: Answer | None, value: float | str, screened: float | None) -> End:
    """Return what is known from an answer about an end with some value, and its screened objective."""
    if answer is None or answer.failed:
        return End(value, screened=screened)
    data = answer.data
    return End(value, data["bound"], data["plan"], bool(data["infeasible"]), screened)


def with_search(bar: Bar, name: str, answer: Answer) -> Bar:
    """Return a bar with what a search found at its low or high end: the better ones of plans and bounds."""
    known: End = getattr(bar, name)
    bounds = [b for b in (known.bound, answer.data["bound"]) if b is not None]
    plans = [p for p in (known.plan, answer.data["plan"]) if p is not None]
    plan = (max if bar.grows else min)(plans, default=None)
    bound = (min if bar.grows else max)(bounds, default=None)
    found = replace(known, plan=plan, bound=bound, infeasible=bool(answer.data["infeasible"]), searched=True)
    return replace(bar, low=found) if name == "low" else replace(bar, high=found)
