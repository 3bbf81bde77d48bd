"""Conflict of an infeasible instance by keys of its file: the relaxations that make a plan possible.

Every relaxation is tried on the instance itself, and the model is derived anew. So rules are found that act through
missing columns, bounds or big-M as well. Where single relaxations are enough, each of them is named with the number
needed, found by bisection; else a minimal set of relaxations, with numbers that are enough together.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from solver.derive import Derived
from solver.instance.schema import Instance
from solver.milp.limits import Limits
from solver.search.variants.conflict import NO_CONFLICT, Conflict, ConflictingConstraint
from solver.search.variants.deletion import irreducible
from solver.search.variants.file_relaxations import relaxations
from solver.search.variants.instance_reach import Reach, most_capable, parts_of, reach
from solver.search.variants.nearest import near, nearest
from solver.search.variants.reach import unreached
from solver.search.variants.relaxation import LEAST_SUSPICION, Relaxation, joined, narrowed

Group = Sequence[Relaxation]
"""Relaxations of one kind."""
SHOWN = 8
"""Most relaxations that are named where each alone is enough."""
SHARE_OF_SINGLES = 0.5
"""Part of that time for relaxations of which each alone is enough."""
BLOCK = 8
"""Kinds that are tried together first: where these are not enough, none of them is alone."""
MOST_SHARE = 10.0
"""Multiple of the target up to which the reach of a number is measured, to interpolate the next number."""
STEPS = 6
"""Halvings of the share of the way on which all numbers move together."""
SHARE_OF_TIME = 0.7
"""Part of the time for finding relaxations; the rest is for the numbers needed."""
PROGRESS_SECONDS = 3.0
INTEGER_SECONDS = 5.0
"""Time limit of one model with integer counts."""


@dataclass(slots=True)
class FileConflict:
    """Conflict of one instance by keys of its file: a search for relaxations, within a time limit.

    ``on_stage`` is called with progress. ``integral`` asks for plans with integer counts, not for LP solutions.
    ``only`` are the constraints whose keys are examined; all where none is named. ``lp_infeasible`` marks an instance
    of which even the LP relaxation is known to be infeasible, ``singles_only`` a search for keys of which each alone is
    enough. ``on_conflict`` is called with each conflict so far, for
    where the search is ended before its result.
    """

    instance: Instance
    limits: Limits
    stop: threading.Event
    on_stage: Callable[[str], None]
    integral: bool = False
    only: tuple[str, ...] = ()
    lp_infeasible: bool = False
    singles_only: bool = False
    on_conflict: Callable[[Conflict], None] = lambda _conflict: None
    part: Instance | None = None
    ends: float = math.inf
    cost_seconds: float = 0.0
    shown: float = field(default_factory=time.monotonic)

    def conflicting_keys(self, derived: Derived) -> Conflict:
        """Return the conflict with the keys to be relaxed; none where no relaxation makes a plan possible."""
        began = time.monotonic()
        seconds = self.limits.seconds or 60.0
        self.ends = began + SHARE_OF_TIME * seconds
        known = [r for r in relaxations(self.instance, derived.designs) if not self.only or r.constraint in self.only]
        # An instance that looks possible here is infeasible by rows that only the search adds.
        if not self.lp_infeasible and self._possible([]):
            return NO_CONFLICT
        groups, periods = _groups(known), self._periods(derived)
        if self.only and not self._possible([joined(group) for group in groups if group]):
            return NO_CONFLICT
        singles = self._singles(groups, periods)
        found, minimal = singles, True
        if not singles and self.singles_only:
            return NO_CONFLICT
        if not singles:
            dropped = _plainest_last(groups)
            found, minimal = self._minimal([[r for r in group if not r.alone] for group in dropped], periods)
        self.ends = began + seconds
        if singles:
            shown = sorted(((r, self._needed(r)) for r in singles), key=lambda item: _effort(*item))
            constraints = tuple(self._reason(r, needed, periods, alone=True) for r, needed in shown[:SHOWN])
            return Conflict(constraints, (), any_of=True)
        numbers = self._together(found)
        constraints = tuple(self._reason(r, number, periods) for r, number in zip(found, numbers, strict=True))
        return Conflict(constraints, (), minimal=minimal)

    def _report(self, found: Sequence[Relaxation], periods: tuple[str, ...], any_of: bool = False) -> None:
        """Report the relaxations so far, each with a number that is surely enough."""
        shown = sorted(found, key=lambda r: r.suspicion)[: SHOWN if any_of else None]
        constraints = tuple(self._reason(r, r.loosest, periods, alone=any_of, nearest_known=False) for r in shown)
        self.on_conflict(Conflict(constraints, (), any_of, minimal=any_of))

    def _singles(self, groups: Sequence[Group], periods: tuple[str, ...]) -> list[Relaxation]:
        """Return the relaxations of which each alone makes a plan possible, the most suspicious kinds first.

        Kinds that are not suspicious are tried in blocks, and of a kind all relaxations together; both are divided only
        where they are enough together.
        """
        ends = time.monotonic() + SHARE_OF_SINGLES * (self.ends - time.monotonic())
        suspicious = sum(group[0].suspicion == 0 for group in groups)
        blocks = [[group] for group in groups[:suspicious]]
        blocks += [list(groups[n : n + BLOCK]) for n in range(suspicious, len(groups), BLOCK)]
        found: list[Relaxation] = []
        while blocks and not self._late() and time.monotonic() <= ends:
            block = blocks.pop(0)
            self._progress(
                f"{len(groups) - sum(map(len, blocks)) - len(block)} of {len(groups)} kinds of keys examined"
            )
            together = self._reach(_relaxed(self.instance, [r for group in block for r in group]))
            if together.share is not None and not together.enough:
                continue
            if len(block) > 1:
                half = len(block) // 2
                blocks[:0] = [block[:half], block[half:]]
                continue
            group = block[0]
            alone = [r for r in group if self._possible([r])] if len(group) > 1 else []
            found += alone or ([joined(group)] if together.enough else [])
            self._report(found, periods, any_of=True)
        return found

    def _minimal(self, groups: Sequence[Group], periods: tuple[str, ...]) -> tuple[list[Relaxation], bool]:
        """Return relaxations that make a plan possible together, and no longer without any one; none if all do not.

        Also return whether none can be left out: not where time runs out first.

        The kinds that come first are dropped first. Of a kind, one is enough where the others need not be relaxed.
        """
        used = self._reach(self.instance, attempt=True).used or most_capable(self.instance)
        kinds = [joined(group) for group in groups if group]
        if self._late() or not self._possible(kinds):
            return [], True

        def report(left: Sequence[Relaxation]) -> None:
            self._progress(f"{len(left)} kinds of keys of the file left")
            self._report(left, periods)

        levels = [part for part in parts_of(self.instance, used) if self._possible(kinds, part)]
        levels.append(self.instance)
        kept = kinds if len(levels) == 1 else [r for r in (narrowed(k, levels[-2]) for k in kinds) if r.keys]
        kept, minimal = irreducible(kept, lambda fewer: self._possible(fewer, levels[0]), self._late, report)
        for larger in levels[1:]:
            kept = self._dropped(kept, larger, report)
        self.part = next((part for part in levels[:-1] if self._possible(kept, part)), None)
        self.part = self.part or self._least_part(kept, levels[0])
        for n, kind in enumerate(kept):
            single = [r for r in chain(*groups) if r.constraint == kind.constraint and set(r.keys) < set(kind.keys)]
            for member in single:
                if not self._late() and self._possible([*kept[:n], member, *kept[n + 1 :]], self.part):
                    kept[n] = member
                    break
        return kept, minimal and not self._late()

    def _least_part(self, kept: Sequence[Relaxation], smallest: Instance) -> Instance:
        """Return the instance with the vehicles and platforms of the smallest part and the fewest shells, if enough."""
        few = smallest.use

        def part(shells: Sequence[str]) -> Instance:
            use = {"vehicles": few.vehicles, "platforms": few.platforms, "shells": list(shells)}
            return self.instance.model_copy(update={"use": self.instance.use.model_copy(update=use)})

        shells = self.instance.use.shells
        if few == self.instance.use or not self._possible(kept, part(shells)):
            return self.instance
        return part(irreducible(shells[::-1], lambda fewer: self._possible(kept, part(fewer)), self._late)[0])

    def _dropped(
        self, kept: Sequence[Relaxation], part: Instance, report: Callable[[Sequence[Relaxation]], None]
    ) -> list[Relaxation]:
        """Return the relaxations without those that a larger part does not need: its other names make up for them."""
        left = list(kept)
        for relaxation in kept:
            fewer = [other for other in left if other is not relaxation]
            if fewer and not self._late() and self._possible(fewer, part):
                left = fewer
            report(left)
        return left

    def _needed(self, relaxation: Relaxation) -> float:
        """Return the number nearest to the file's that is enough alone, rounded to be enough."""

        def reach(number: float) -> float:
            self._progress(f"looking for the {relaxation.path} needed")
            return self._reach(relaxation.applied(self.instance, number), most=MOST_SHARE).share or 0.0

        return nearest(relaxation, reach, self._late)

    def _together(self, found: Sequence[Relaxation]) -> list[float]:
        """Return a number for each relaxation; all together are enough.

        First all move the same share of the way to the loosest; then each is brought as near to the file's as the
        others allow where they then stand. A plan of the part is enough.
        """
        numbers = [r.loosest for r in found]

        def share(trial: Sequence[float]) -> float:
            self._progress("looking for the numbers needed")
            return self._reach(_applied(self.part or self.instance, found, trial), most=MOST_SHARE).share or 0.0

        low, high = 0.0, 1.0
        for _ in range(STEPS):
            middle = (low + high) / 2
            trial = [r.on_the_way(middle) for r in found]
            if self._late() or share(trial) < 1:
                low = middle
            else:
                high, numbers = middle, trial
        for n, relaxation in enumerate(found):

            def reach(number: float, n: int = n) -> float:
                return share([*numbers[:n], number, *numbers[n + 1 :]])

            if numbers[n] != relaxation.given and not self._late():
                numbers[n] = near(replace(relaxation, loosest=numbers[n]), reach, self._late)
        return numbers

    def _possible(self, relaxed: Sequence[Relaxation], part: Instance | None = None) -> bool:
        """Return whether relaxations make a plan possible, of a part of the instance if one is given."""
        return self._reach(_relaxed(part or self.instance, relaxed)).enough

    def _reach(self, instance: Instance, attempt: bool = False, most: float = 1.0) -> Reach:
        began = time.monotonic()
        left = max(1.0, self.ends - began)
        limits = Limits(seconds=min(left, INTEGER_SECONDS if self.integral else left))
        found = reach(instance, limits, self.stop, self.integral, attempt, most)
        self.cost_seconds = time.monotonic() - began
        return found

    def _progress(self, text: str) -> None:
        if time.monotonic() - self.shown >= PROGRESS_SECONDS:
            self.on_stage(f"infeasible; {text}")
            self.shown = time.monotonic()

    def _late(self) -> bool:
        return self.stop.is_set() or time.monotonic() + self.cost_seconds > self.ends

    def _periods(self, derived: Derived) -> tuple[str, ...]:
        """Return the labels of the periods that cannot be served; else of all with demand."""
        c = derived.coefficients
        lacking = unreached(self.instance, derived) or {t: need for t, need in c.target.demand.items() if need > 0}
        return tuple(derived.horizon.label(t) for t in sorted(lacking))

    def _reason(
        self,
        relaxation: Relaxation,
        number: float,
        periods: tuple[str, ...],
        alone: bool = False,
        nearest_known: bool = True,
    ) -> ConflictingConstraint:
        nearest_known = alone and nearest_known and not self._late()
        words = relaxation.words(number) if nearest_known else relaxation.loose_words(number, alone)
        return ConflictingConstraint(
            constraint=relaxation.constraint,
            place=relaxation.place,
            periods=periods,
            unit=relaxation.unit,
            key=relaxation.path,
            allows=relaxation.shown(relaxation.given),
            needs=relaxation.shown(number),
            note=words,
        )


def _groups(known: Sequence[Relaxation]) -> list[list[Relaxation]]:
    """Return the relaxations by kind, the most suspicious first."""
    groups: dict[tuple[str, str, str, str, int, bool], list[Relaxation]] = {}
    for relaxation in known:
        groups.setdefault(relaxation.kind, []).append(relaxation)
    return sorted(groups.values(), key=lambda group: min(r.suspicion for r in group))


def _plainest_last(groups: Sequence[Group]) -> list[Group]:
    """Return the kinds in the order of deletion: technical shares, times and loads first, suspicious kinds last."""
    plain = [
        group[0].suspicion == LEAST_SUSPICION
        and (group[0].loosest < group[0].given or group[0].constraint == "launch.fit")
        for group in groups
    ]
    return [group for _, group in sorted(zip(plain, groups, strict=True), key=lambda item: item[0])][::-1]


def _relaxed(instance: Instance, relaxed: Sequence[Relaxation]) -> Instance:
    return _applied(instance, relaxed, [r.loosest for r in relaxed])


def _applied(instance: Instance, relaxed: Sequence[Relaxation], numbers: Sequence[float]) -> Instance:
    for relaxation, number in zip(relaxed, numbers, strict=True):
        instance = relaxation.applied(instance, number)
    return instance


def _effort(relaxation: Relaxation, needed: float) -> float:
    """Return how far a needed number lies from that of the file: years for dates, powers of ten for others."""
    if relaxation.month:
        return abs(needed - relaxation.given) / 12
    if relaxation.unit == "years" and needed < relaxation.given:
        return relaxation.given - needed
    small, large = sorted((abs(relaxation.given), abs(needed)))
    return math.log10(large / small) if small > 0 else 1.0


__all__ = ["FileConflict"]
