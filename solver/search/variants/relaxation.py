"""Relaxation of one key of a file, and the builder of those of a section."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from solver.instance.fields import Growth, month_number
from solver.instance.fields import Path as YearlyPath
from solver.instance.schema import Instance
from solver.search.variants.conflict import Limit, amount, readable

USED = ("vehicles", "shells", "platforms")
"""Sections of which an instance names what may be used."""
Key = tuple[str | int, ...]
Make = Callable[[Any, float], Any]
"""Value of a key made from its value in the file and a number."""
MANY = 1e4
MUCH = 1e6
LONG_YEARS = 500.0
LEAST_SUSPICION = 3
LEAST_PART = 1e-6
"""Part of the larger end of a relaxation from which factors are counted where the other end is zero."""


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Relaxation of one key: the limit in the file, and the loosest number that is tried.

    ``keys`` are the places in the instance, more than one where a star of ``path`` stands for several names. ``make``
    turns a number into the value of each. ``month`` marks a number that counts months; ``integer`` a count. One that
    is tried ``alone`` is not combined with others, as another relaxation does the same. ``each`` are the limits
    in the file by key, where these differ. ``states`` are the texts of a flag or choice, in the file and relaxed, with
    the numbers 0 and 1. ``tidy`` relaxes what would contradict the new number.
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
    states: tuple[str, str] | None = None
    tidy: Callable[[Instance], Instance] | None = None

    def applied(self, instance: Instance, number: float) -> Instance:
        """Return the instance with the number in place of the limit, where this relaxes it."""
        more = self.loosest > self.given
        for n, key in enumerate(self.keys):
            given = self.each[n] if self.each else None
            if given is None or (number > given if more else number < given):
                instance = changed(instance, key, lambda value: self.make(value, number))
        return instance if self.tidy is None else self.tidy(instance)

    @property
    def kind(self) -> tuple[str, str, str, str, int, bool]:
        """Kind of the limit: relaxations of one kind differ by the names in their key alone, which is equally long."""
        names = self.path.split(".")
        key = names[-2] if names[-2] == "payload_t" else names[-1]
        return self.constraint, self.unit, names[0], key, len(names), self.loosest > self.given

    @property
    def suspicion(self) -> int:
        """Suspicion of a limit, 0 the strongest: loads that fit nothing and limits of zero, then dates, then years."""
        if self.states is not None:
            return LEAST_SUSPICION
        if self.note is not None or (self.given == 0 and self.loosest > 0):
            return 0
        return 1 if self.month else 2 if self.unit == "years" else LEAST_SUSPICION

    def shown(self, number: float) -> Limit:
        """Return a number as it stands in the file: a month, a flag or choice, or itself."""
        if self.states is not None:
            return self.states[number >= 1]
        return month_text(round(number)) if self.month else float(number)

    def words(self, needed: float) -> str:
        """Return the sentence on the limit in the file and the one needed."""
        allows, needs = self.shown(self.given), self.shown(needed)
        if self.note is not None:
            return self.note(allows, needs)
        if self.states is not None:
            return f"found {allows}, needs {needs}"
        more = needed > self.given
        side = ("later" if more else "earlier") if self.month else ("more" if more else "less")
        exact = not self.month and needed == 0
        return f"found {readable(allows)}, needs {amount(needs, self.unit)}" + ("" if exact else f" or {side}")

    def loose_words(self, enough: float, alone: bool) -> str:
        """Return the sentence on the limit in the file and one that is enough, of which less may be enough.

        ``alone`` marks a key that is relaxed by itself, not together with others.
        """
        allows, needs = self.shown(self.given), self.shown(enough)
        found = self.note(allows, allows) if self.note is not None else f"found {readable(allows)}"
        alone = alone and self.states is None
        nearer = ("earlier" if enough > self.given else "later") if self.month else "a smaller change"
        return f"{found}; enough at {amount(needs, self.unit)}" + (f", perhaps {nearer}" if alone else "")

    def on_the_way(self, share: float) -> float:
        """Return the number at a share of the way from that of the file to the loosest.

        Months and shorter times move evenly, other numbers in equal factors. It is rounded to two digits or to a count
        or month, toward the loosest.
        """
        more = self.loosest > self.given
        even = self.given + share * (self.loosest - self.given)
        if self.month:
            return _integral(even, more)
        if self.unit == "years" and not more:
            return even
        least = LEAST_PART * max(abs(self.given), abs(self.loosest))
        ends = max(self.given, least), max(self.loosest, least)
        number = ends[0] * (ends[1] / ends[0]) ** share
        unit = 1.0 if self.integer else 10.0 ** (math.floor(math.log10(number)) - 1)
        number = _integral(number / unit, more) * unit
        return min(number, self.loosest) if more else max(number, self.loosest)


def _integral(number: float, up: bool) -> float:
    near = 1e-9 * max(1.0, abs(number))
    return float(math.ceil(number - near) if up else math.floor(number + near))


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


def narrowed(relaxation: Relaxation, instance: Instance) -> Relaxation:
    """Return a relaxation of the keys alone that the instance may use; it goes as far."""
    used: dict[str, Collection[str]] = {section: getattr(instance.use, section) for section in USED}
    used["sites"] = {l for v in instance.use.vehicles for l in instance.vehicles[v].sites}
    used["regimes"] = {r for s in instance.use.shells for r in instance.shells[s].regimes}

    def is_used(key: Key) -> bool:
        section, name, part, shell = map(str, (*key, "", "", "")[:4])
        return (section not in used or name in used[section]) and (part != "payload_t" or shell in used["shells"])

    kept = [n for n, key in enumerate(relaxation.keys) if is_used(key)]
    if len(kept) in (0, len(relaxation.keys)):
        return replace(relaxation, keys=relaxation.keys if kept else ())
    keys = tuple(relaxation.keys[n] for n in kept)
    places = [place for place in relaxation.place.split(", ") if any(place in key for key in keys)]
    return replace(
        relaxation,
        keys=keys,
        path=_common([[str(name) for name in key] for key in keys]),
        each=tuple(relaxation.each[n] for n in kept) if relaxation.each else (),
        place=", ".join(places) or (str(keys[0][1]) if len(keys) == 1 else relaxation.place),
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
    """Return an exogenous path that starts at a rate and has no ceiling below it; it begins when the path does."""
    ceiling = None if value is None or value.ceiling_per_year is None else max(limit, value.ceiling_per_year)
    share = 0.0 if value is None else value.growth_share_per_year
    return YearlyPath.model_validate(
        {
            "start_per_year": limit,
            "growth_share_per_year": share,
            "ceiling_per_year": ceiling,
            "from": None if value is None else value.from_,
        }
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
        alone: bool = False,
    ) -> Iterator[Relaxation]:
        """Yield the relaxation of an upper limit; none where it is not given."""
        if value is not None and value < most:
            yield replace(self._one(constraint, key, unit, value, most, number, integer=integer), alone=alone)

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

    def flag(self, constraint: str, value: bool, *key: str | int) -> Iterator[Relaxation]:
        """Yield the relaxation of a flag to its other value."""
        switch = self._one(constraint, key, "", 0.0, 1.0, lambda old, n: not value if n >= 1 else old, integer=True)
        yield replace(switch, states=("true", "false") if value else ("false", "true"))

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
