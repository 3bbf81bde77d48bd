"""Smallest repairs of an infeasible instance: changes of its file that make a plan possible, each tried.

Levers are relaxed alone, and where none is enough alone, together: each then moves in proportion to its sourced range.
How far is found by bisection on the instance itself, whose model is derived anew each time. A repair is then applied
and solved until its first checked plan; where integer counts need more than fractional ones, it goes further.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from solver.ask.common.question import with_instance
from solver.ask.explain.levers import Lever, applied, matching, options_between, with_ranges
from solver.derive import Derived
from solver.errors import ModelError, UsageError
from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.milp.limits import Limits
from solver.milp.solution import SearchEvent
from solver.run.solve import Callbacks, Options, Outcome, solve_loaded
from solver.search.variants.conflict import Conflict, Limit
from solver.search.variants.file_relaxations import relaxations
from solver.search.variants.instance_reach import has_plan
from solver.search.variants.relaxation import Relaxation, joined

SHARE = 0.05
"""Largest difference between a number that is enough and one that is not, as a share."""
MOST_EFFORT = 64.0
"""Effort at which every lever is at its loosest."""
FURTHER = (0.0, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Effort beyond that of fractional counts, tried until there is a plan with integer counts."""
TRY_SECONDS = 12.0
"""Longest time for the first plan of one trial."""
LEAST_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Change:
    """Relaxed key of a repair: the limit in the file, the one that is enough, and the nearest one known not to be."""

    key: str
    place: str
    unit: str
    found: Limit
    needed: Limit
    not_enough: Limit


@dataclass(frozen=True, slots=True)
class Repair:
    """Combination of changes that make a plan possible together, and what came of trying them.

    ``options`` are the same as options of the command line. ``proven``: no plan exists with every key at its
    ``not_enough``. ``plan_musd`` is the net present cost of the plan found, None where none was found in time.
    """

    changes: tuple[Change, ...]
    options: tuple[str, ...]
    proven: bool
    tried: bool
    plan_musd: float | None = None


@dataclass(slots=True)
class RepairSearch:
    """Study of the repairs of one infeasible instance, within a time limit.

    ``integral``: the instance has a plan with fractional counts, so that only plans with integer ones count.
    """

    loaded: Loaded[Instance]
    ends: float
    stop: threading.Event
    on_stage: Callable[[str], None]
    integral: bool = False
    found: list[Repair] = field(default_factory=list)

    def repairs(self, conflict: Conflict, derived: Derived) -> list[Repair]:
        """Return the repairs found in time: of single keys, else of the keys of the conflict together."""
        known = relaxations(self.instance, derived.designs)
        keys = dict.fromkeys(constraint.key for constraint in conflict.constraints)
        together = self._levers(matching(known, key) for key in keys)
        self.integral = self.has_plan(self.instance)
        hints = {constraint.key: constraint.needs for constraint in conflict.constraints}
        for lever in together:
            self._add([lever], hints.get(lever.path))
        if not self.found and len(together) > 1:
            fewest = self._fewest(together)
            self._add(fewest, None)
            if len(fewest) < len(together):
                self._add(together, None)
        for lever in self._others(known, together):
            self._add([lever], None)
        return sorted(self.found, key=lambda repair: len(repair.changes))

    @property
    def instance(self) -> Instance:
        """Instance as read."""
        return self.loaded.instance

    def _others(self, known: Sequence[Relaxation], first: Sequence[Lever]) -> list[Lever]:
        """Return a lever for each kind of key that is not among the first."""
        kinds: dict[tuple[str, str, str, str, int, bool], list[Relaxation]] = {}
        named = {lever.relaxation.kind for lever in first}
        for relaxation in known:
            if relaxation.kind not in named and not relaxation.alone:
                kinds.setdefault(relaxation.kind, []).append(relaxation)
        ordered = sorted(kinds.values(), key=lambda group: min(r.suspicion for r in group))
        return self._levers(ordered)

    def _levers(self, groups: Iterable[Sequence[Relaxation]]) -> list[Lever]:
        """Return one lever for each group of relaxations; none for an empty one."""
        return with_ranges([joined(group) for group in groups if group], self.loaded.quantities)

    def _fewest(self, levers: Sequence[Lever]) -> list[Lever]:
        """Return the levers without those that need not be relaxed where the others are at their loosest."""
        kept = list(levers)
        for lever in reversed(levers):
            fewer = [other for other in kept if other is not lever]
            if fewer and not self._late() and self._enough(fewer, MOST_EFFORT):
                kept = fewer
        return kept

    def _add(self, levers: Sequence[Lever], hint: Limit | None) -> None:
        """Find and try the repair by some levers, if there is one and time is left."""
        if self._late():
            return
        self.on_stage(f"looking for the smallest change of {', '.join(lever.path for lever in levers)}")
        bracket = self._bracket(levers, hint)
        if bracket is not None:
            self.found.append(self._tried(levers, *bracket))

    def _bracket(self, levers: Sequence[Lever], hint: Limit | None) -> tuple[float, float] | None:
        """Return an effort that is not enough and one that is, near each other; None where no effort is enough."""
        if not self._enough(levers, MOST_EFFORT):
            return None
        low, high = 0.0, MOST_EFFORT
        if isinstance(hint, float) and len(levers) == 1 and 0 < levers[0].effort(hint) < MOST_EFFORT:
            guess = levers[0].effort(hint)
            low, high = (low, guess) if self._enough(levers, guess) else (guess, high)
            near = guess - 0.9 * SHARE / levers[0].width
            if high == guess and near > low and not self._enough(levers, near):
                low = near
        step = 0.1
        while high == MOST_EFFORT and low + step < high and not self._late():
            low, high = (low, low + step) if self._enough(levers, low + step) else (low + step, high)
            step *= 2
        while not self._near(levers, low, high) and not self._late():
            middle = (low + high) / 2
            low, high = (low, middle) if self._enough(levers, middle) else (middle, high)
        return low, high

    def _near(self, levers: Sequence[Lever], low: float, high: float) -> bool:
        return all(lever.near(lever.at(low), lever.at(high), SHARE) for lever in levers) or high - low < 1e-6

    def _enough(self, levers: Sequence[Lever], effort: float) -> bool:
        return self.has_plan(self._at(levers, effort))

    def _at(self, levers: Sequence[Lever], effort: float) -> Instance:
        return applied(self.instance, levers, [lever.at(effort) for lever in levers])

    def has_plan(self, instance: Instance) -> bool:
        """Return whether an instance has a plan, within the time left."""
        limits = Limits(seconds=max(LEAST_SECONDS, min(TRY_SECONDS, self.ends - time.monotonic())))
        return has_plan(instance, limits, self.stop, integral=self.integral)

    def _tried(self, levers: Sequence[Lever], low: float, high: float) -> Repair:
        """Apply a repair and solve; go further until the first checked plan, as long as time allows."""
        width = min(lever.width for lever in levers)
        effort, tried, cost = high, False, None
        for further in FURTHER:
            if self._late() and tried:
                break
            effort = high + further / width
            tried = True
            try:
                outcome = self._first_plan(self._at(levers, effort))
            except (ModelError, UsageError):
                # Numbers beyond what can be solved: they show nothing.
                continue
            if outcome.checked and outcome.plan is not None:
                cost = outcome.plan.claims.cost_musd - outcome.plan.claims.salvage_musd
                break
            if self.stop.is_set():
                break
        effort = effort if cost is not None else high
        numbers = [lever.at(effort) for lever in levers]
        changes = tuple(
            Change(
                lever.path, lever.relaxation.place, lever.relaxation.unit, lever.shown(lever.relaxation.given),
                lever.shown(number), lever.shown(_short(lever, low)),
            )
            for lever, number in zip(levers, numbers, strict=True)
        )  # fmt: skip
        options = options_between(self.instance, applied(self.instance, levers, numbers))
        return Repair(changes, tuple(options), not self.integral, tried, cost)

    def _first_plan(self, instance: Instance) -> Outcome:
        """Solve an instance until its first plan, which the checker has seen."""
        found = threading.Event()

        def on_event(event: SearchEvent) -> None:
            if event.x is not None or self.stop.is_set():
                found.set()

        seconds = max(LEAST_SECONDS, min(TRY_SECONDS, self.ends - time.monotonic()))
        callbacks = Callbacks(stop=found, on_event=on_event)
        return solve_loaded(with_instance(self.loaded, instance), Options(Limits(seconds=seconds, gap=1.0)), callbacks)

    def _late(self) -> bool:
        return self.stop.is_set() or time.monotonic() >= self.ends


def _short(lever: Lever, effort: float) -> float:
    """Return the number at an effort that is not enough; that of the file where the effort is none."""
    return lever.relaxation.given if effort <= 0 else lever.at(effort)


__all__ = ["Change", "Repair", "RepairSearch"]
