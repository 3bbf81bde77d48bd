"""Smallest repairs of an infeasible instance: changes of its file that make a plan possible, each tried.

Levers are relaxed alone, and those of the conflict together: each then moves in proportion to its sourced range, and is
brought back as far as the others allow. How far is found by bisection on the instance itself, whose model is derived
anew each time. A repair is then applied and solved until its first checked plan; where integer counts need more than
fractional ones, it goes further. Where no number is enough, names that the file describes and does not use are added.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial

from solver.ask.common.journal import Journal
from solver.ask.common.last_basis import LastBasis
from solver.ask.explain.applicable import levers_of, options_for
from solver.ask.explain.bisection import Bisection
from solver.ask.explain.bracket import CHOSEN, Bracket, all_below, each_below
from solver.ask.explain.ceilings import with_ceilings
from solver.ask.explain.choices import choices
from solver.ask.explain.combination import Combination
from solver.ask.explain.levers import MOST_EFFORT, Lever, applied, matching, needs_of
from solver.ask.explain.repair import Change, Repair
from solver.ask.explain.trial import first_cost
from solver.derive import Derived
from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.search.variants.conflict import Conflict
from solver.search.variants.deletion import irreducible
from solver.search.variants.file_relaxations import relaxations
from solver.search.variants.instance_reach import Reach, reach
from solver.search.variants.limit_keys import LimitKeys
from solver.search.variants.relaxation import Relaxation

SHARE = 0.05
"""Largest difference between a number that is enough and one that is not, as a share."""
FURTHER = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Effort beyond that of fractional counts, tried until there is a plan with integer counts."""
TRY_SECONDS, WHOLE_SECONDS = 12.0, 4.0
"""Longest time for the first plan of one trial, and for whether one with integer counts exists."""
LARGE, MARGIN, JUST_LESS, PLANNED = 3_000, 0.035, 0.012, 2.5
"""Columns from which a repair is tried with a margin first, as a first plan at its limit takes long; that margin; the
part by which numbers of the LP are lowered to prove that less is not enough, with it less than ``SHARE``; and the
multiple of its time that such a trial divides among its steps."""
LEAST_SECONDS, LAST_SECONDS = 1.0, 3.0
"""Least time for one model, and the time before the end in which no further one is begun to prove more."""
MOST_CHOICES = 5
"""Names added to those in use that are tried, each alone."""
ROUGH = 0.1
"""Width of the common effort of several keys, as a share of it, at which they are brought back one by one."""
HINTED_TRIALS, MORE = 3, 1.1
"""Trials of the numbers that the conflict needs, and the factor by which they are raised beyond what is missing."""
BLOCK = 8
"""Kinds of keys that are tried together first: where these are not enough, none of them is alone."""
MOST_SHARE = 10.0
"""Multiple of the target up to which the reach of a number is measured, to interpolate the next number."""


@dataclass(slots=True)
class RepairSearch:
    """Study of the repairs of one infeasible instance, within a time limit; answered points are kept in a journal.

    ``integral``: the instance has a plan with fractional counts, so that only plans with integer ones count.
    """

    loaded: Loaded[Instance]
    ends: float
    stop: threading.Event
    on_stage: Callable[[str], None]
    journal: Journal = field(default_factory=lambda: Journal(None, {}))
    integral: bool = False
    found: list[Repair] = field(default_factory=list)
    short_is_proven: bool = True
    hints: Mapping[str, Sequence[float]] = field(default_factory=dict)
    warm: LastBasis = field(default_factory=LastBasis)
    keys: LimitKeys | None = None
    movable: dict[tuple[str, ...], Lever | None] = field(default_factory=dict)
    matrix: Matrix | None = None

    def repairs(self, conflict: Conflict, derived: Derived) -> list[Repair]:
        """Return the repairs found in time: of single keys, of the keys of the conflict together, and of choices."""
        known = relaxations(self.instance, derived.designs)
        keys = dict.fromkeys(constraint.key for constraint in conflict.constraints)
        groups = list(filter(None, (matching(known, key) for key in keys)))
        self.integral = self._reach(self.instance).enough
        self.hints, self.keys = needs_of(conflict), LimitKeys(self.instance, derived)
        together, others = self._levers(groups), self._others(known, groups)
        self._add_of(groups)
        alone = bool(self.found)
        if not alone:
            self._add_together(together, self._levers(others), alone)
        self._add_of(others)
        self._add_choices()
        if len(together) > 1 and alone:
            self._add_together(together, (), alone)
        found = [repair for repair in self.found if repair.plan_musd is not None] or self.found
        return sorted(found, key=lambda repair: len(repair.changes))

    @property
    def instance(self) -> Instance:
        """Instance as read."""
        return self.loaded.instance

    def _others(self, known: Sequence[Relaxation], first: Sequence[Sequence[Relaxation]]) -> list[list[Relaxation]]:
        """Return the keys of each kind that is not among the first."""
        kinds: dict[tuple[str, str, str, str, int, bool], list[Relaxation]] = {}
        named = {relaxation.kind for group in first for relaxation in group}
        for relaxation in known:
            if relaxation.kind not in named and not relaxation.alone:
                kinds.setdefault(relaxation.kind, []).append(relaxation)
        return sorted(kinds.values(), key=lambda group: min(r.suspicion for r in group))

    def _levers(self, groups: Iterable[Sequence[Relaxation]]) -> list[Lever]:
        """Return one lever for each group of relaxations that the rules of the file let move."""
        return levers_of(self.loaded, groups, self.movable)

    def _add(self, group: Sequence[Relaxation]) -> None:
        """Add the repair by the keys of one kind, or by the fewest of them that are enough."""

        def enough(some: Sequence[Relaxation]) -> bool:
            return self._enough(self._levers([some]), MOST_EFFORT)

        def repair() -> Repair | None:
            if not enough(group):
                return None
            some = irreducible(group, enough, self._late)[0] if len(group) > 1 else group
            levers = self._levers([some])
            large = self.matrix is not None and self.matrix.columns >= LARGE and enough(some)
            least = self._least(levers, self.matrix) if large else None
            return self._tried(*(least or (levers, self._bracket(levers))))

        self._found([r.path for r in group], repair)

    def _add_of(self, groups: Sequence[Sequence[Relaxation]]) -> None:
        """Add the repairs by keys of single kinds; kinds that are not even enough together are left out at once.

        The point of a kind that was answered before is taken as it is.
        """
        if len(groups) < 2 or self._late():
            for group in groups:
                self._add(group)
        elif not any(self._known(group) for group in groups) and self._none_enough(groups):
            for group in groups:
                self._answered(group)
        else:
            half = (len(groups) + 1) // 2 if len(groups) <= BLOCK else BLOCK
            self._add_of(groups[:half])
            self._add_of(groups[half:])

    def _none_enough(self, groups: Sequence[Sequence[Relaxation]]) -> bool:
        """Return whether it is proven that a few kinds at their loosest together are not enough."""
        if len(groups) > BLOCK:
            return False
        return not self._enough(self._levers(groups), MOST_EFFORT) and self.short_is_proven

    def _known(self, group: Sequence[Relaxation]) -> bool:
        return self.journal.kept({"repair": [r.path for r in group]}) is not None

    def _answered(self, group: Sequence[Relaxation]) -> None:
        """Keep that the keys of a kind make no repair."""
        self.journal.answer({"repair": [r.path for r in group]}, lambda: {"repairs": []})

    def _add_together(self, levers: Sequence[Lever], others: Sequence[Lever], alone: bool) -> None:
        """Add the repair by keys of different kinds: all of them where one is enough ``alone``, else the fewest.

        Keys beyond the conflict take part where its own are not enough, or not for integer counts.
        """
        every = [*levers, *others[::-1]]

        def repair() -> Repair | None:
            if alone:
                return self._smallest(levers, alone=True)
            found = self._smallest(levers) or self._smallest(every, fewest=True)
            if found is None or found.plan_musd is not None or self.integral or self._late():
                return found
            self.integral = True
            better = self._smallest(levers) or self._smallest(every, fewest=True)
            self.integral = False
            return found if better is None or better.plan_musd is None else better

        self._found(["together", *(lever.path for lever in levers)], repair)

    def _smallest(self, levers: Sequence[Lever], fewest: bool = False, alone: bool = False) -> Repair | None:
        """Return the repair by some levers together; None where they are not enough."""
        if not self._enough(levers, MOST_EFFORT):
            return None
        least = None if alone else self._least(levers, self.matrix)
        if least is not None:
            large = least[1].first > 0
            repair = self._tried(*(least if large else self._brought_back(*least)))
            # With integer counts a common effort may have a plan where the fewest keys have none.
            if large or repair.plan_musd is not None:
                return repair
        some = list(levers)
        if fewest:
            some = irreducible(levers[::-1], lambda some: self._enough(some, MOST_EFFORT), self._late)[0][::-1]
        return self._tried(*self._brought_back(some, self._as_hinted(some, self._bracket(some))))

    def _least(self, levers: Sequence[Lever], loosest: Matrix | None) -> tuple[list[Lever], Bracket] | None:
        """Return the keys that an LP moves from the matrix with all at their loosest, with their efforts; else None."""
        self.matrix = None
        if not self.integral and loosest is not None:
            self._reach(self.instance, attempt=True)
        if self.matrix is None or loosest is None or self.keys is None:
            return None
        search = Combination.of(levers, self.matrix, loosest, self.keys)

        def tested(efforts: list[float]) -> tuple[bool, Matrix | None]:
            self.matrix = None
            return self._enough(levers, efforts), self.matrix

        found = None if search is None else search.efforts(
            tested, lambda: None if self._late(TRY_SECONDS) else self._brief(TRY_SECONDS)
        )  # fmt: skip
        if found is None:
            return None
        kept = [n for n, effort in enumerate(found) if effort > 0]
        some = [levers[n] for n in kept]
        low, high = all_below(some, [found[n] for n in kept], JUST_LESS, self._decided)
        return some, Bracket(low, high, True, len(some) == 1, MARGIN if loosest.columns >= LARGE else 0.0)

    def _add_choices(self) -> None:
        """Add the repairs by names that the file describes and does not use."""
        levers = [] if self._late() else list(choices(self.instance))
        if not levers or not self._enough(levers, 1.0):
            return
        for lever in [lever for lever in levers if self._enough([lever], 1.0)][:MOST_CHOICES]:
            self._found([lever.path, lever.relaxation.place], lambda lever=lever: self._tried([lever], CHOSEN))  # type: ignore[misc]

    def _found(self, names: Sequence[str], search: Callable[[], Repair | None]) -> None:
        """Find and try one repair, if there is one and time is left; it is taken from the journal where it is known."""
        point = {"repair": list(names)}
        known = self.journal.kept(point)
        if known is not None:
            self.found += [Repair.of(data) for data in known["repairs"]]
            return
        if self._late():
            return
        self.on_stage(f"looking for the smallest change of {', '.join(names)}")
        repair = search()
        # Keys that each keep the rules may break one together.
        found = [] if repair is None or not repair.options else [repair]
        self.found += found
        if not self._late():
            self.journal.answer(point, lambda: {"repairs": [asdict(repair) for repair in found]})

    def _bracket(self, levers: Sequence[Lever]) -> Bracket:
        """Return a common effort that is not enough and one that is, near each other."""
        step = 0.9 * min(SHARE / lever.width for lever in levers)
        search = Bisection(
            lambda effort: self._share(levers, effort), lambda: self.short_is_proven, 0.0, MOST_EFFORT, step=step
        )  # fmt: skip
        guess = self._hinted(levers[0]) if len(levers) == 1 else MOST_EFFORT
        if 0 < guess < MOST_EFFORT and search.tried(guess) and guess - step > search.low:
            search.tried(guess - step)
        search.widen(self._late)
        # Several keys are brought back one by one, so that a rough common effort will do.
        rough = ROUGH if len(levers) > 1 else 0.0
        search.narrow(
            lambda low, high: high - low <= rough * high or all(lever.are_near(low, high, SHARE) for lever in levers),
            self._late,
        )
        low, high = ((end,) * len(levers) for end in (search.low, search.high))
        return Bracket(low, high, search.proven, len(levers) == 1)

    def _brought_back(self, levers: Sequence[Lever], found: Bracket) -> tuple[list[Lever], Bracket]:
        """Return the levers, each with the least effort that the others allow where they then stand."""
        low, high, proven = list(found.low), list(found.high), found.proven
        # The last ones lack least, and are dropped first.
        for n, lever in reversed(list(enumerate(levers))):

            def share(effort: float, n: int = n) -> float:
                return self._share(levers, [*high[:n], effort, *high[n + 1 :]])

            search = Bisection(share, lambda: self.short_is_proven, 0.0, high[n])
            if self._late(TRY_SECONDS):
                break
            if search.tried(max(0.0, high[n] - 0.9 * SHARE / lever.width)) and not search.tried(0.0):
                search.narrow(partial(lever.are_near, share=SHARE), lambda: self._late(TRY_SECONDS))
            low[n], high[n], proven = search.low, search.high, proven and search.proven
        kept = [n for n in range(len(levers)) if high[n] > 0]
        low, high = ([side[n] for n in kept] for side in (low, high))
        return [levers[n] for n in kept], Bracket(tuple(low), tuple(high), proven, not self._late(TRY_SECONDS))

    def _as_hinted(self, levers: Sequence[Lever], found: Bracket) -> Bracket:
        """Return the efforts that the conflict asks of some keys where they are enough, at most those that are.

        The conflict relaxes rows, and a key acts on more than these: where its numbers reach a part of the target, all
        of them are raised by what is missing.
        """
        factor = 1.0
        for _ in range(HINTED_TRIALS):
            if self._late():
                break
            raised = [self._hinted(lever) + math.log(factor) / lever.width for lever in levers]
            less = tuple(min(pair) for pair in zip(raised, found.high, strict=True))
            share = self._share(levers, less) if less != found.high else 0.0
            if share >= 1.0:
                # No more than what was not enough is not enough either.
                low = tuple(min(pair) for pair in zip(found.low, less, strict=True))
                return replace(found, low=low, high=less)
            if share <= 0.0:
                break
            factor *= MORE / share
        return found

    def _hinted(self, lever: Lever) -> float:
        """Return the effort at which a key comes to all that the conflict needs of it; the most where it says none."""
        needs = self.hints.get(lever.path, ())
        return min(MOST_EFFORT, max((lever.effort(need) for need in needs), default=MOST_EFFORT))

    def _decided(self, levers: Sequence[Lever], efforts: Sequence[float]) -> bool | None:
        """Return whether some efforts are enough; None where that is not proven in time."""
        if self._late(LAST_SECONDS):
            return None
        return self._enough(levers, efforts) or (False if self.short_is_proven else None)

    def _enough(self, levers: Sequence[Lever], efforts: float | Sequence[float]) -> bool:
        return self._share(levers, efforts) >= 1.0

    def _share(self, levers: Sequence[Lever], efforts: float | Sequence[float]) -> float:
        """Return the share of the target in reach with some efforts; 0 where it is not known."""
        found = self._reach(self._at(levers, efforts))
        self.short_is_proven = found.proven
        return found.share or 0.0

    def _at(self, levers: Sequence[Lever], efforts: float | Sequence[float]) -> Instance:
        each = [efforts] * len(levers) if isinstance(efforts, float) else efforts
        return applied(self.instance, levers, [lever.at(effort) for lever, effort in zip(levers, each, strict=True)])

    def _reach(self, instance: Instance, attempt: bool = False) -> Reach:
        """Return the reach of an instance, within the time left; its matrix is kept where one is built."""
        limits = self._brief(WHOLE_SECONDS if self.integral else TRY_SECONDS)
        seen = partial(setattr, self, "matrix")
        return reach(instance, limits, self.stop, self.integral, attempt, MOST_SHARE, self.warm, seen)

    def _whole(self, instance: Instance) -> bool:
        """Return whether an instance may have a plan with integer counts: where that is not known in time as well."""
        found = reach(instance, self._brief(WHOLE_SECONDS), self.stop, integral=True)
        return found.enough or not found.proven

    def _brief(self, most: float) -> Limits:
        return Limits(seconds=max(LEAST_SECONDS, min(most, self.ends - time.monotonic())))

    def _tried(self, levers: Sequence[Lever], found: Bracket) -> Repair:
        """Apply a repair and solve; go further until the first checked plan, and back as near as there is one."""
        costs, known = dict[float, float](), list[tuple[float, ...]]()
        ceilings = with_ceilings(self.instance, levers, found.low, found.high)
        if ceilings is not None and self._enough(ceilings[0], ceilings[2]):
            levers, found = ceilings[0], replace(found, low=ceilings[1], high=ceilings[2])

        def efforts(further: float) -> tuple[float, ...]:
            return tuple(high + further / lever.width for lever, high in zip(levers, found.high, strict=True))

        def tried(further: float) -> float:
            seconds = max(LEAST_SECONDS, min(TRY_SECONDS, self.ends - time.monotonic()))
            trial, planned = self._at(levers, efforts(further)), PLANNED if found.first > 0 else 1.0
            cost, infeasible = first_cost(self.loaded, trial, seconds, self.stop, planned)
            if cost is not None:
                costs[further] = cost
            elif infeasible:
                known.append(efforts(further))
            return 0.0 if cost is None else math.inf

        search = Bisection(tried, lambda: False, 0.0, math.inf)
        if not search.tried(found.first) and (found.first > 0 or self._whole(self._at(levers, efforts(1.0)))):
            # Whether a large model has a plan soon is a matter of luck: a smaller margin is tried as well.
            next((further for further in FURTHER if self._late() or search.tried(further)), None)
        if costs and search.high > 0:
            search.narrow(lambda low, high: high - low <= SHARE, self._late)
        plan = min(costs, default=None)
        short, each = max(known) if known and plan is not None else found.low, found.each
        proven = found.proven or short != found.low
        if plan is not None and (plan > 0 or not each):
            # The others stand farther than where each was proven.
            singly = each_below(levers, efforts(plan), SHARE, self._decided)
            short, each = (short, False) if singly is None else (singly, True)
            proven = proven or each
        numbers = [lever.at(effort) for lever, effort in zip(levers, efforts(plan or 0.0), strict=True)]
        changes = tuple(Change.of(*change) for change in zip(levers, numbers, short, strict=True))
        options = options_for(self.loaded, applied(self.instance, levers, numbers)) or ()
        return Repair(changes, options, proven, each, True, None if plan is None else costs[plan])

    def _late(self, kept: float = 0.0) -> bool:
        return self.stop.is_set() or time.monotonic() + kept >= self.ends
