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
from solver.search.variants.deletion import irreducible
from solver.search.variants.earliest_date import with_target_from
from solver.search.variants.file_relaxations import relaxations
from solver.search.variants.infeasibility import missed_share
from solver.search.variants.nearest import nearest
from solver.search.variants.reach import EARLIEST, bounded_below_demand, unreached
from solver.search.variants.relaxation import Relaxation, joined

Group = Sequence[Relaxation]
"""Relaxations of one kind."""
SHOWN = 8
"""Most relaxations that are named where each alone is enough."""
SHARE_OF_SINGLES = 0.5
"""Part of that time for relaxations of which each alone is enough."""
BLOCK = 8
"""Kinds that are tried together first: where these are not enough, none of them is alone."""
MOST_SHARE = 100.0
"""Largest multiple of the target of which the reach is measured."""
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
    of which even the LP relaxation is known to be infeasible. ``on_conflict`` is called with each conflict so far, for
    where the search is ended before its result.
    """

    instance: Instance
    limits: Limits
    stop: threading.Event
    on_stage: Callable[[str], None]
    integral: bool = False
    only: tuple[str, ...] = ()
    lp_infeasible: bool = False
    on_conflict: Callable[[Conflict], None] = lambda _conflict: None
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
        singles = self._singles(groups, periods)
        found, minimal = singles, True
        if not singles:
            found, minimal = self._minimal([[r for r in group if not r.alone] for group in reversed(groups)], periods)
        self.ends = began + seconds
        if singles:
            shown = sorted(((r, self._needed(r, [])) for r in singles), key=lambda item: _effort(*item))
            return Conflict(tuple(self._reason(r, needed, periods) for r, needed in shown[:SHOWN]), (), any_of=True)
        needed = found if minimal else found[-SHOWN:]
        constraints = tuple(self._reason(r, self._needed(r, found), periods) for r in needed)
        return Conflict(constraints, (), minimal=minimal)

    def _report(self, found: Sequence[Relaxation], periods: tuple[str, ...], any_of: bool = False) -> None:
        """Report the relaxations so far, the most suspicious ones, each with a number that is surely enough."""
        shown = sorted(found, key=lambda r: r.suspicion)[:SHOWN]
        constraints = tuple(self._reason(r, r.loosest, periods, nearest_known=False) for r in shown)
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
            if together is not None and together < 1.0:
                continue
            if len(block) > 1:
                half = len(block) // 2
                blocks[:0] = [block[:half], block[half:]]
                continue
            group = block[0]
            alone = [r for r in group if self._possible([r])] if len(group) > 1 else list(group)
            found += alone or ([joined(group)] if together is not None else [])
            self._report(found, periods, any_of=True)
        return found

    def _minimal(self, groups: Sequence[Group], periods: tuple[str, ...]) -> tuple[list[Relaxation], bool]:
        """Return relaxations that make a plan possible together, and no longer without any one; none if all do not.

        Also return whether none can be left out: not where time runs out first.

        The kinds that come first are dropped first. Of a kind, one is enough where the others need not be relaxed.
        """
        kept = [joined(group) for group in groups if group]
        members = {id(r): group for r, group in zip(kept, filter(None, groups), strict=True)}
        if self._late() or not self._possible(kept):
            return [], True

        def report(left: Sequence[Relaxation]) -> None:
            self._progress(f"{len(left)} kinds of keys of the file left")
            self._report(left, periods)

        kept, minimal = irreducible(kept, self._possible, self._late, report)
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

        def reach(number: float) -> float:
            self._progress(f"looking for the {relaxation.path} needed")
            return self._reach(relaxation.applied(base, number)) or 0.0

        return nearest(relaxation, reach, self._late)

    def _possible(self, relaxed: Sequence[Relaxation]) -> bool:
        return (self._reach(_relaxed(self.instance, relaxed)) or 0.0) >= 1.0

    def _reach(self, instance: Instance) -> float | None:
        """Return the share of the target in reach; see ``share_in_reach``."""
        began = time.monotonic()
        left = max(1.0, self.ends - began)
        limits = Limits(seconds=min(left, INTEGER_SECONDS if self.integral else left))
        share = share_in_reach(instance, limits, self.stop, self.integral)
        self.cost_seconds = time.monotonic() - began
        return share

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

    def _reason(
        self, relaxation: Relaxation, needed: float, periods: tuple[str, ...], nearest_known: bool = True
    ) -> ConflictingConstraint:
        words = relaxation.words(needed) if nearest_known and not self._late() else relaxation.loose_words(needed)
        return ConflictingConstraint(
            constraint=relaxation.constraint,
            place=relaxation.place,
            periods=periods,
            unit=relaxation.unit,
            key=relaxation.path,
            allows=relaxation.shown(relaxation.given),
            needs=relaxation.shown(needed),
            note=words,
        )


def has_plan(instance: Instance, limits: Limits, stop: threading.Event, integral: bool = False) -> bool:
    """Return whether an instance has a plan, whatever it costs: with fractional counts unless ``integral``."""
    return (share_in_reach(instance, limits, stop, integral) or 0.0) >= 1.0


def share_in_reach(instance: Instance, limits: Limits, stop: threading.Event, integral: bool = False) -> float | None:
    """Return the share of the target in reach, by the LP relaxation unless ``integral`` asks for integer counts.

    It is 1 or more where there is a plan; 0 where a plan is missing and the share is not known. None where the
    numbers lie beyond what can be computed: such an instance shows nothing.
    """
    try:
        return _share(instance, limits, stop, integral)
    except (ModelError, ArithmeticError, ValueError):
        return None


def _share(instance: Instance, limits: Limits, stop: threading.Event, integral: bool) -> float:
    derived = derive(instance, _some(candidate_designs(instance)))
    if unreached(instance, derived) or bounded_below_demand(instance, derived):
        return 0.0
    matrix = compile_model(derived.coefficients)
    if instance.objective.kind == EARLIEST:
        matrix = with_target_from(matrix, derived.coefficients.time.periods[-1])
    if not integral:
        missed = missed_share(matrix, limits, stop, MOST_SHARE)
        if missed is not None:
            return 1.0 if abs(missed) <= 1e-6 else 1.0 - missed
    free = matrix.with_(cost=0.0 * matrix.cost, cost_offset=0.0)
    found = solve(free, limits, relax=not integral, stop=stop)
    possible = found.x is not None or (not integral and found.status is Status.UNBOUNDED)
    return math.inf if possible else 0.0


def _groups(known: Sequence[Relaxation]) -> list[list[Relaxation]]:
    """Return the relaxations by kind, the most suspicious first."""
    groups: dict[tuple[str, str, str, str, bool], list[Relaxation]] = {}
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


__all__ = ["FileConflict", "has_plan", "share_in_reach"]
