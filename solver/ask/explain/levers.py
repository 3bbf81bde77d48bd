"""Levers: keys of a file with the number that relaxes them, and the values of the file that this changes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from solver.instance.quantities import Quantity
from solver.instance.schema import Instance
from solver.search.variants.conflict import Conflict, Limit
from solver.search.variants.relaxation import MUCH, Key, Relaxation, growth, yearly

DOUBLING = math.log(2.0)
"""Width of a key without a sourced range: it may double."""
MOST_EFFORT = 64.0
"""Effort at which every lever is at its loosest."""
DIGITS = 3
"""Significant digits of a number that is proposed."""


@dataclass(frozen=True, slots=True)
class Lever:
    """Key of a file that may be relaxed, and how far: one unit of effort is the width of its sourced range.

    ``width`` is the logarithm of the highest over the lowest value of the range. A date moves by a year with each unit
    of effort. A limit of zero grows as the others do from one.
    """

    relaxation: Relaxation
    width: float = DOUBLING

    @property
    def path(self) -> str:
        """Path of the key; a star stands for several names."""
        return self.relaxation.path

    def at(self, effort: float) -> float:
        """Return the number at an effort, rounded away from that of the file and not beyond the loosest."""
        r = self.relaxation
        if effort >= MOST_EFFORT:
            return r.loosest
        more = r.loosest > r.given
        if r.month:
            number = r.given + math.ceil(12 * effort - 1e-9) * (1 if more else -1)
        elif r.given == 0:
            number = math.expm1(self.width * effort)
        else:
            number = r.given * math.exp(self.width * effort * (1 if more else -1))
        number = _integer(number, more) if r.integer else number if r.month else _outward(number, more)
        return min(number, r.loosest) if more else max(number, r.loosest)

    def effort(self, number: float) -> float:
        """Return the effort at which the number is reached; infinite where that is never."""
        r = self.relaxation
        if r.month:
            return abs(number - r.given) / 12
        if r.given == 0:
            return math.log1p(max(number, 0.0)) / self.width
        return abs(math.log(number / r.given)) / self.width if number > 0 and r.given > 0 else math.inf

    def near(self, low: float, high: float, share: float) -> bool:
        """Return whether two numbers differ by at most a share, or by one month or count."""
        if self.relaxation.month or self.relaxation.integer:
            return abs(high - low) <= 1 or (self.relaxation.integer and abs(high - low) <= share * max(low, high))
        return abs(high - low) <= share * max(abs(low), abs(high)) + 1e-12

    def are_near(self, low: float, high: float, share: float) -> bool:
        """Return whether the numbers at two efforts differ by at most a share, or by one month or count."""
        return self.near(self.at(low), self.at(high), share)

    def below(self, effort: float, share: float) -> float:
        """Return an effort whose number is nearer to that of the file, by a share or at least by one month or count."""
        number, r = self.at(effort), self.relaxation
        step = 1.0 if r.loosest > r.given else -1.0
        lower = max(0.0, effort - (1 / 12 if r.month else share / self.width))
        if r.integer and not r.month and self.at(lower) == number:
            lower = 0.0 if number - step == r.given else self.effort(number - step)
        return lower

    def short(self, effort: float) -> float:
        """Return the number at an effort that is not enough; that of the file where the effort is none."""
        return self.relaxation.given if effort <= 0 else self.at(effort)

    def shown(self, number: float) -> Limit:
        """Return a number as it stands in the file."""
        return self.relaxation.shown(number)


def with_ranges(relaxations: Iterable[Relaxation], quantities: Mapping[Key, Quantity]) -> list[Lever]:
    """Return the levers of relaxations, each with the width of its sourced range where it has one."""
    return [Lever(relaxation, _width(relaxation, quantities)) for relaxation in relaxations]


def farther(relaxation: Relaxation) -> Relaxation:
    """Return a relaxation of a rate that goes as far as the file allows: a share of a need may be a thousandth."""
    if relaxation.make not in (growth, yearly):
        return relaxation
    return replace(relaxation, loosest=max(relaxation.loosest, MUCH))


def matching(relaxations: Iterable[Relaxation], path: str) -> list[Relaxation]:
    """Return the relaxations whose key is a path, or lies under it; a star stands for any name."""
    if not path:
        return []
    return [r for r in relaxations if fnmatchcase(r.path, path) or fnmatchcase(r.path, f"{path}.*")]


def needs_of(conflict: Conflict) -> dict[str, list[float]]:
    """Return the numbers that a conflict needs of each key."""
    found: dict[str, list[float]] = {}
    for constraint in conflict.constraints:
        if isinstance(constraint.needs, float):
            found.setdefault(constraint.key, []).append(constraint.needs)
    return found


def applied(instance: Instance, levers: Sequence[Lever], numbers: Sequence[float]) -> Instance:
    """Return the instance with every lever at its number."""
    for lever, number in zip(levers, numbers, strict=True):
        instance = lever.relaxation.applied(instance, number)
    return instance


def _width(relaxation: Relaxation, quantities: Mapping[Key, Quantity]) -> float:
    """Return the logarithm of high over low of the widest sourced range among the keys of a relaxation."""
    found = [quantities[key] for key in relaxation.keys if key in quantities]
    return max((math.log(q.high / q.low) for q in found if 0 < q.low < q.high and not q.month), default=DOUBLING)


def _integer(number: float, more: bool) -> float:
    near = 1e-9 * max(1.0, abs(number))
    return float(math.ceil(number - near) if more else math.floor(number + near))


def _outward(number: float, more: bool) -> float:
    """Return a number with three significant digits, rounded up for more and down for less."""
    if number == 0 or not math.isfinite(number):
        return number
    digits = DIGITS - 1 - math.floor(math.log10(abs(number)))
    scaled = number * 10.0**digits
    return float(f"{_integer(scaled, more) / 10.0**digits:.{DIGITS + 2}g}")
