"""Relaxation of one key of a file, and the builder of those of a section."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from solver.instance.fields import Growth, month_number
from solver.instance.fields import Path as YearlyPath
from solver.instance.schema import Instance
from solver.search.variants.conflict import Limit, amount, readable

Key = tuple[str | int, ...]
Make = Callable[[Any, float], Any]
"""Value of a key made from its value in the file and a number."""
MANY = 1e4
MUCH = 1e6
LONG_YEARS = 500.0


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Relaxation of one key: the limit in the file, and the loosest number that is tried.

    ``keys`` are the places in the instance, more than one where a star of ``path`` stands for several names. ``make``
    turns a number into the value of each. ``month`` marks a number that counts months; ``integer`` a count. One that
    is tried ``alone`` is not combined with others, as another relaxation does the same. ``each`` are the limits
    in the file by key, where these differ.
    """

    constraint: str
    place: str
    path: str
    keys: tuple[Key, ...]
    unit: str
    given: float
    loosest: float
    make: Make
    month: bool = False
    integer: bool = False
    alone: bool = False
    note: Callable[[Limit, Limit], str] | None = None
    each: tuple[float, ...] = ()

    def applied(self, instance: Instance, number: float) -> Instance:
        """Return the instance with the number in place of the limit, where this relaxes it."""
        more = self.loosest > self.given
        for n, key in enumerate(self.keys):
            given = self.each[n] if self.each else None
            if given is None or (number > given if more else number < given):
                instance = changed(instance, key, lambda value: self.make(value, number))
        return instance

    @property
    def kind(self) -> tuple[str, str, str, str, bool]:
        """Kind of the limit: relaxations of one kind differ by the name in their key alone."""
        names = self.path.split(".")
        key = names[-2] if names[-2] == "payload_t" else names[-1]
        return self.constraint, self.unit, names[0], key, self.loosest > self.given

    @property
    def suspicion(self) -> int:
        """Suspicion of a limit, 0 the strongest: loads that fit nothing and limits of zero, then dates, then years."""
        if self.note is not None or (self.given == 0 and self.loosest > 0):
            return 0
        return 1 if self.month else 2 if self.unit == "years" else 3

    def shown(self, number: float) -> Limit:
        """Return a number as it stands in the file: a month, or itself."""
        return month_text(round(number)) if self.month else float(number)

    def words(self, needed: float) -> str:
        """Return the sentence on the limit in the file and the one needed."""
        allows, needs = self.shown(self.given), self.shown(needed)
        if self.note is not None:
            return self.note(allows, needs)
        more = needed > self.given
        side = ("later" if more else "earlier") if self.month else ("more" if more else "less")
        exact = not self.month and needed == 0
        return f"found {readable(allows)}, needs {amount(needs, self.unit)}" + ("" if exact else f" or {side}")

    def loose_words(self, enough: float) -> str:
        """Return the sentence on the limit in the file and one that is enough, where the nearest one is not known."""
        return f"found {readable(self.shown(self.given))}; {amount(self.shown(enough), self.unit)} is enough"


def joined(group: Sequence[Relaxation]) -> Relaxation:
    """Return one relaxation of several of one kind; its limit is the loosest of theirs in the file."""
    first = group[0]
    if len(group) == 1:
        return first
    more = first.loosest > first.given
    loosest = max(r.loosest for r in group) if more else min(r.loosest for r in group)
    given = max(r.given for r in group) if more else min(r.given for r in group)
    return replace(
        first,
        place=", ".join(dict.fromkeys(r.place for r in group)),
        path=_common([r.path.split(".") for r in group]),
        keys=tuple(key for r in group for key in r.keys),
        each=tuple(given for r in group for given in r.each or (r.given,) * len(r.keys)),
        given=given,
        loosest=loosest,
        note=first.note if all(r.note is not None for r in group) else None,
    )


def _common(paths: Sequence[Sequence[str]]) -> str:
    """Return the path in which a star stands for the names that differ."""
    return ".".join(names[0] if len(set(names)) == 1 else "*" for names in zip(*paths, strict=True))


def changed(value: Any, key: Key, make: Callable[[Any], Any]) -> Any:
    """Return a section, mapping or list with the value at a key made anew."""
    if not key:
        return make(value)
    first, rest = key[0], key[1:]
    if isinstance(value, Mapping):
        return {**value, first: changed(value.get(first), rest, make)}
    if isinstance(value, Sequence):
        return [changed(item, rest, make) if i == first else item for i, item in enumerate(value)]
    return value.model_copy(update={first: changed(getattr(value, str(first)), rest, make)})


def month_text(number: int) -> str:
    """Return a month counted from year 0 as ``YYYY-MM``."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def number(value: Any, limit: float) -> float:
    """Return a number as the value of a key, whatever stood there."""
    return int(limit) if isinstance(value, int) and not isinstance(value, bool) else limit


def month(_value: Any, limit: float) -> str:
    """Return a month as the value of a key."""
    return month_text(round(limit))


def at_least(value: Any, limit: float) -> float:
    """Return the greater of a value and a limit; a value not given counts as 0."""
    return max(float(value or 0.0), limit)


def growth(value: Any, limit: float) -> Growth:
    """Return a growth limit that starts at a rate and has no ceiling below it."""
    ceiling = None if value is None or value.ceiling_per_year is None else max(limit, value.ceiling_per_year)
    share = 0.0 if value is None else value.growth_share_per_year
    return Growth(start_per_year=limit, growth_share_per_year=share, ceiling_per_year=ceiling)


def yearly(value: Any, limit: float) -> YearlyPath:
    """Return an exogenous path that starts at a rate, at once, and has no ceiling below it."""
    ceiling = None if value is None or value.ceiling_per_year is None else max(limit, value.ceiling_per_year)
    share = 0.0 if value is None else value.growth_share_per_year
    return YearlyPath.model_validate(
        {"start_per_year": limit, "growth_share_per_year": share, "ceiling_per_year": ceiling}
    )


class Section:
    """Builder of the relaxations of one section: constraint, place and key are given once for each."""

    def __init__(self, instance: Instance, place: str, *root: str | int) -> None:
        self.start, self.place, self.root = month_number(instance.horizon.start), place, root

    def late(self, constraint: str, value: str | None, *key: str | int) -> Iterator[Relaxation]:
        """Yield the relaxation of a first month, where it lies after the start of the horizon."""
        if value is not None and month_number(value) > self.start:
            yield self._one(constraint, key, "month", month_number(value), self.start, month, month=True)

    def early(self, constraint: str, value: str | None, *key: str | int) -> Iterator[Relaxation]:
        """Yield the relaxation of a last month."""
        if value is not None:
            given = month_number(value)
            yield self._one(constraint, key, "month", given, max(given, self.start) + 12 * 100, month, month=True)

    def years(self, constraint: str, value: float, *key: str | int, least: float = 0.0) -> Iterator[Relaxation]:
        """Yield the relaxation of a lead time or lag."""
        if value > least:
            yield self._one(constraint, key, "years", value, least, number)

    def more(
        self,
        constraint: str,
        value: float | None,
        unit: str,
        *key: str | int,
        most: float = MUCH,
        integer: bool = False,
    ) -> Iterator[Relaxation]:
        """Yield the relaxation of an upper limit; none where it is not given."""
        if value is not None and value < most:
            yield self._one(constraint, key, unit, value, most, number, integer=integer)

    def less(
        self, constraint: str, value: float, unit: str, *key: str | int, least: float = 0.0
    ) -> Iterator[Relaxation]:
        """Yield the relaxation of a lower limit."""
        if value > least:
            yield self._one(constraint, key, unit, value, least, number)

    def rate(self, constraint: str, value: Growth | None, unit: str, *key: str | int) -> Iterator[Relaxation]:
        """Yield the relaxation of a growth limit, by its rate at the start."""
        if value is not None:
            given = value.start_per_year
            if value.ceiling_per_year is not None:
                given = min(given, value.ceiling_per_year)
            yield self._one(constraint, key, unit, given, max(MANY, 100 * given), growth)

    def _one(
        self,
        constraint: str,
        key: Key,
        unit: str,
        given: float,
        loosest: float,
        make: Make,
        month: bool = False,
        integer: bool = False,
    ) -> Relaxation:
        full = (*self.root, *key)
        path = ".".join(map(str, full))
        return Relaxation(constraint, self.place, path, (full,), unit, given, loosest, make, month, integer)
