"""Bisection for the number nearest to that of the file which is enough, between one too strict and one enough.

Each trial gives the reach of a number: the share of the target that is in reach with it, 1 or more where it is enough.
Reach grows like a power of many limits (payload, rates, counts), so a trial is placed where the logarithm of the reach
is interpolated to be 0; where the reach is unknown, or interpolation falls short, the interval is halved.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from solver.search.variants.relaxation import Relaxation

DIGITS = 3
"""Significant digits of a number needed."""
NEAR = 0.05
"""Part of a number by which one that is only near may lie farther than the nearest."""
TINY_SHARE = 1e-3
"""A number needed below this part of the file's is taken for 0, where 0 is enough."""
Reach = Callable[[float], float]


def nearest(relaxation: Relaxation, reach: Reach, late: Callable[[], bool]) -> float:
    """Return the number nearest to the given one that is enough: a count or a month exactly, else to three digits."""
    if relaxation.month or relaxation.integer:
        return _nearest_integer(relaxation, reach, late, 0.0)
    return _nearest_number(relaxation, reach, late)


def near(relaxation: Relaxation, reach: Reach, late: Callable[[], bool]) -> float:
    """Return a number of two digits, or a month, that is enough and about the nearest to the given one."""
    if relaxation.month:
        return _nearest_integer(relaxation, reach, late, NEAR)
    if relaxation.integer:
        good, bad = _nearest_integer(relaxation, reach, late, NEAR), relaxation.given
    else:
        search = _Interval(reach, relaxation.given, relaxation.loosest)
        while not late() and not search.narrow(NEAR) and search.halved(_between):
            pass
        good, bad = search.good, search.bad
    more = relaxation.loosest > relaxation.given
    if not more and abs(good) <= TINY_SHARE * abs(relaxation.given) and not late() and reach(0.0) >= 1:
        return 0.0
    stricter, looser = _rounded(good, 2, not more), _rounded(good, 2, more)
    if (stricter > bad if more else stricter < bad) and not late() and reach(stricter) >= 1:
        return stricter
    return min(looser, relaxation.loosest) if more else max(looser, relaxation.loosest)


def _nearest_number(relaxation: Relaxation, reach: Reach, late: Callable[[], bool]) -> float:
    search = _Interval(reach, relaxation.given, relaxation.loosest)
    given = relaxation.given
    while not late() and not search.narrow(10.0**-DIGITS) and search.halved(_between):
        pass
    good = search.good
    if abs(good) <= TINY_SHARE * abs(given) and not late() and reach(0.0) >= 1:
        return 0.0
    return _short(search, good < given, late)


def _nearest_integer(relaxation: Relaxation, reach: Reach, late: Callable[[], bool], share: float) -> float:
    search = _Interval(reach, round(relaxation.given), round(relaxation.loosest))

    def between(low: float, high: float) -> float:
        return _integer_between(round(low), round(high), relaxation.month)

    while abs(search.good - search.bad) > 1 and not search.narrow(share) and not late():
        search.halved(between, integer=True)
    return float(search.good)


@dataclass(slots=True)
class _Interval:
    """Interval from a number too strict (``bad``) to one that is enough (``good``), with the reach where it is known.

    ``same`` counts the trials since the side of the interval that moved last changed.
    """

    reach: Reach
    bad: float
    good: float
    known: dict[float, float] = field(default_factory=dict)
    same: int = 0
    last: bool = False

    def narrow(self, share: float) -> bool:
        """Return whether the interval is shorter than a share of its end that is enough."""
        return abs(self.good - self.bad) <= share * max(abs(self.good), 1e-9)

    def halved(self, between: Callable[[float, float], float], integer: bool = False) -> bool:
        """Try one number within the interval, interpolated or between its ends; return False where there is none."""
        trial = self._interpolated(integer) if self.same < 2 else None
        if trial is None:
            trial = between(self.bad, self.good)
            self.same = 0
        if trial in (self.bad, self.good):
            return False
        found = self.reach(trial)
        self.known[trial] = found
        enough = found >= 1
        self.same = self.same + 1 if enough == self.last else 0
        self.last = enough
        self.bad, self.good = (self.bad, trial) if enough else (trial, self.good)
        return True

    def _interpolated(self, integer: bool) -> float | None:
        """Return the number at which the interpolated reach is 1, a little to the side last left; None if unknown."""
        low, high = self.known.get(self.bad, 0.0), self.known.get(self.good, math.inf)
        if not (0 < low < 1 <= high < math.inf) or high == low:
            return None
        share = -math.log(low) / (math.log(high) - math.log(low))
        powers = self.bad > 0 < self.good and not integer
        ends = (math.log(self.bad), math.log(self.good)) if powers else (self.bad, self.good)
        at = ends[0] + share * (ends[1] - ends[0])
        if integer:
            small, large = sorted((round(self.bad), round(self.good)))
            return max(small + 1, min(large - 1, math.ceil(at) if self.good > self.bad else math.floor(at)))
        trial = math.exp(at) if powers else at
        # Beyond the expected crossing by less than the digits asked for, on the side that was not tried last.
        step = 0.3 * 10.0**-DIGITS * abs(trial)
        toward_good = step if self.good > self.bad else -step
        trial += -toward_good if self.last else toward_good
        return trial if min(self.bad, self.good) < trial < max(self.bad, self.good) else None


def _short(search: _Interval, below: bool, late: Callable[[], bool]) -> float:
    """Return a number of few digits that is enough, next to the one found; looser ones are enough without a trial."""
    good = search.good
    for digits in (1, 2, DIGITS):
        stricter, looser = (_rounded(good, digits, up) for up in (below, not below))
        if abs(stricter - good) <= 2 * 10.0**-DIGITS * abs(good) and stricter != search.bad:
            beyond = stricter > search.bad if search.good > search.bad else stricter < search.bad
            if stricter == good or (beyond and not late() and search.reach(stricter) >= 1):
                return stricter
        if abs(looser - good) <= 2 * 10.0**-DIGITS * abs(good):
            return looser
    return good


def _integer_between(low: int, high: int, evenly: bool) -> int:
    """Return an integer strictly between two, near their geometric mean unless evenly."""
    small, large = sorted((low, high))
    middle = (small + large) // 2
    if not evenly:
        middle = min(middle, max(small + 1, round(math.sqrt(max(small, 1) * large))))
    return max(small + 1, min(large - 1, middle))


def _between(bad: float, good: float) -> float:
    """Return the geometric mean of two numbers far apart, else their mean."""
    small, large = sorted((bad, good))
    if small > 0 and large > 4 * small:
        return math.sqrt(small * large)
    if small == 0 and large > 1e-3:
        return large / 100 if large > 1 else large / 2
    return (small + large) / 2


def _rounded(value: float, digits: int, up: bool) -> float:
    if value == 0:
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(abs(value))) - digits + 1)
    return (math.ceil(value / unit - 1e-9) if up else math.floor(value / unit + 1e-9)) * unit


__all__ = ["near", "nearest"]
