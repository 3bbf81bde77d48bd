"""Conflict of an infeasible instance by keys of its file: the relaxations that make a plan possible.

Every relaxation is tried on the instance itself, and the model is derived anew. So rules are found that act through
missing columns, bounds or big-M as well. Where single relaxations are enough, each of them is named; else a minimal set
of relaxations that are enough together. The number needed is found by bisection.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from solver.derive import Derived, derive
from solver.design.sizing import candidate_designs
from solver.errors import ModelError
from solver.instance.schema import Instance
from solver.milp.compile import compile_model
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.solution import Status
from solver.plan import Design
from solver.search.variants.conflict import NO_CONFLICT, Conflict, ConflictingConstraint
from solver.search.variants.earliest_date import with_target_from
from solver.search.variants.file_relaxations import relaxations
from solver.search.variants.reach import EARLIEST, bounded_below_demand, unreached
from solver.search.variants.relaxation import Relaxation, joined

SHOWN = 8
"""Most relaxations that are named where each alone is enough."""
SHARE_OF_SINGLES = 0.6
"""Part of that time for relaxations of which each alone is enough."""
SHARE_OF_TIME = 0.7
"""Part of the time for finding relaxations; the rest is for the numbers needed."""
TINY_SHARE = 1e-3
"""A number needed below this part of the file's is taken for 0, where 0 is enough."""
DIGITS = 3
"""Significant digits of a number needed."""
PROGRESS_SECONDS = 3.0
INTEGER_SECONDS = 5.0
"""Time limit of one model with integer counts."""


@dataclass(slots=True)
class FileConflict:
    """Conflict of one instance by keys of its file: a search for relaxations, within a time limit.

    ``on_stage`` is called with progress. ``integral`` asks for plans with integer counts, not for LP solutions.
    ``only`` are the constraints whose keys are examined; all where none is named.
    """

    instance: Instance
    limits: Limits
    stop: threading.Event
    on_stage: Callable[[str], None]
    integral: bool = False
    only: tuple[str, ...] = ()
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
        if self._possible([]):
            return NO_CONFLICT
        groups = _groups(known)
        singles = self._singles(groups)
        found, minimal = singles, True
        if not singles:
            found, minimal = self._minimal([[r for r in group if not r.alone] for group in reversed(groups)])
        self.ends = began + seconds
        periods = self._periods(derived)
        if singles:
            shown = sorted(((r, self._needed(r, [])) for r in singles), key=lambda item: _effort(*item))
            return Conflict(tuple(self._reason(r, needed, periods) for r, needed in shown[:SHOWN]), (), any_of=True)
        constraints = tuple(self._reason(r, self._needed(r, found), periods) for r in found)
        return Conflict(constraints, (), minimal=minimal)

    def _singles(self, groups: Sequence[Sequence[Relaxation]]) -> list[Relaxation]:
        """Return the relaxations of which each alone makes a plan possible.

        Those of one kind are tried together first, and one by one only where they are enough together.
        """
        found: list[Relaxation] = []
        ends = time.monotonic() + SHARE_OF_SINGLES * (self.ends - time.monotonic())
        for n, group in enumerate(groups):
            if self._late() or time.monotonic() > ends:
                break
            self._progress(f"{n} of {len(groups)} kinds of keys of the file examined")
            if self._possible(group):
                alone = [r for r in group if self._possible([r])] if len(group) > 1 else list(group)
                found += alone or [joined(group)]
        return found

    def _minimal(self, groups: Sequence[Sequence[Relaxation]]) -> tuple[list[Relaxation], bool]:
        """Return relaxations that make a plan possible together, and no longer without any one; none if all do not.

        Also return whether none can be left out: not where time runs out first.

        The kinds that come first are dropped first. Of a kind, one is enough where the others need not be relaxed.
        """
        kept = [joined(group) for group in groups if group]
        members = {id(r): group for r, group in zip(kept, filter(None, groups), strict=True)}
        if self._late() or not self._possible(kept):
            return [], True
        size, minimal = max(1, len(kept) // 2), False
        # Halves are dropped while possible, then quarters, down to single kinds.
        while not self._late():
            at = 0
            while at < len(kept) and not self._late():
                fewer = kept[:at] + kept[at + size :]
                if fewer and self._possible(fewer):
                    kept = fewer
                else:
                    at += size
                self._progress(f"{len(kept)} kinds of keys of the file left")
            if size == 1 and at >= len(kept):
                minimal = True
                break
            size = max(1, size // 2)
        for n, relaxation in enumerate(list(kept)):
            for member in members[id(relaxation)] if len(members[id(relaxation)]) > 1 else ():
                if not self._late() and self._possible([*kept[:n], member, *kept[n + 1 :]]):
                    kept[n] = member
                    break
        return kept, minimal

    def _needed(self, relaxation: Relaxation, others: Sequence[Relaxation]) -> float:
        """Return the number nearest to the file's that is enough with the other relaxations, rounded to be enough."""
        beside = [other for other in others if other is not relaxation]
        base = _relaxed(self.instance, beside)

        def enough(number: float) -> bool:
            return self._feasible(relaxation.applied(base, number))

        return nearest(relaxation, enough, self._late)

    def _possible(self, relaxed: Sequence[Relaxation]) -> bool:
        return self._feasible(_relaxed(self.instance, relaxed))

    def _feasible(self, instance: Instance) -> bool:
        """Return whether an instance has a plan, by its LP relaxation unless integer counts are asked for."""
        began = time.monotonic()
        try:
            left = max(1.0, self.ends - time.monotonic())
            limits = Limits(seconds=min(left, INTEGER_SECONDS if self.integral else left))
            return has_plan(instance, limits, self.stop, integral=self.integral)
        finally:
            self.cost_seconds = time.monotonic() - began

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
        return tuple(derived.horizon.label(t) for t in lacking)

    def _reason(self, relaxation: Relaxation, needed: float, periods: tuple[str, ...]) -> ConflictingConstraint:
        return ConflictingConstraint(
            constraint=relaxation.constraint,
            place=relaxation.place,
            periods=periods,
            unit=relaxation.unit,
            key=relaxation.path,
            allows=relaxation.shown(relaxation.given),
            needs=relaxation.shown(needed),
            note=relaxation.words(needed),
        )


def nearest(relaxation: Relaxation, enough: Callable[[float], bool], late: Callable[[], bool]) -> float:
    """Return the number nearest to the given one that is enough: a count or a month exactly, else to three digits."""
    given, good = relaxation.given, relaxation.loosest
    if relaxation.month or relaxation.integer:
        low, high = round(given), round(good)
        while abs(high - low) > 1 and not late():
            trial = _integer_between(low, high, relaxation.month)
            low, high = (low, trial) if enough(trial) else (trial, high)
        return float(high)
    bad = given
    while not late():
        middle = _between(bad, good)
        if abs(good - bad) <= 10.0**-DIGITS * max(abs(good), 1e-9) or middle in (bad, good):
            break
        bad, good = (bad, middle) if enough(middle) else (middle, good)
    if abs(good) <= TINY_SHARE * abs(given) and not late() and enough(0.0):
        return 0.0
    for digits in (1, 2, DIGITS):
        for rounded in (_rounded(good, digits, up) for up in (good < given, good > given)):
            if not late() and abs(rounded - good) <= 2 * 10.0**-DIGITS * abs(good) and enough(rounded):
                return rounded
    return good


def has_plan(instance: Instance, limits: Limits, stop: threading.Event | None = None, integral: bool = False) -> bool:
    """Return whether an instance has a plan, whatever it costs: with fractional counts unless ``integral``.

    False as well where the values lie beyond what can be computed: then they show nothing.
    """
    try:
        return _has_plan(instance, limits, stop, integral)
    except (ModelError, ArithmeticError, ValueError):
        return False


def _has_plan(instance: Instance, limits: Limits, stop: threading.Event | None, integral: bool) -> bool:
    derived = derive(instance, _some(candidate_designs(instance)))
    if unreached(instance, derived) or bounded_below_demand(instance, derived):
        return False
    matrix = compile_model(derived.coefficients)
    if instance.objective.kind == EARLIEST:
        matrix = with_target_from(matrix, derived.coefficients.time.periods[-1])
    free = matrix.with_(cost=0.0 * matrix.cost, cost_offset=0.0)
    found = solve(free, limits, relax=not integral, stop=stop)
    return found.x is not None or (not integral and found.status is Status.UNBOUNDED)


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


def _groups(known: Sequence[Relaxation]) -> list[list[Relaxation]]:
    """Return the relaxations by kind, the most suspicious first."""
    groups: dict[tuple[str, str, str, str, int, bool], list[Relaxation]] = {}
    for relaxation in known:
        groups.setdefault(relaxation.kind, []).append(relaxation)
    return sorted(groups.values(), key=lambda group: min(r.suspicion for r in group))


def _relaxed(instance: Instance, relaxed: Sequence[Relaxation]) -> Instance:
    for relaxation in relaxed:
        instance = relaxation.applied(instance, relaxation.loosest)
    return instance


def _effort(relaxation: Relaxation, needed: float) -> float:
    """Return how far a needed number lies from that of the file: years for dates, powers of ten for others."""
    if relaxation.month:
        return abs(needed - relaxation.given) / 12
    if relaxation.unit == "years" and needed < relaxation.given:
        return relaxation.given - needed
    small, large = sorted((abs(relaxation.given), abs(needed)))
    return math.log10(large / small) if small > 0 else 1.0


def _some(designs: tuple[Design, ...]) -> tuple[Design, ...]:
    """Return the lightest and the longest-lived design of each platform and shell, which open most ways to a plan."""
    groups: dict[tuple[str, str], list[Design]] = {}
    for design in designs:
        groups.setdefault((design.platform, design.shell), []).append(design)
    kept: list[Design] = []
    for group in groups.values():
        ends = (min(group, key=lambda d: d.mass_t / d.power_kw), max(group, key=lambda d: d.life_years))
        kept += group if len(group) <= len(ends) else [ends[0]] if ends[0] is ends[1] else ends
    return tuple(kept)


__all__ = ["FileConflict", "has_plan", "nearest"]
