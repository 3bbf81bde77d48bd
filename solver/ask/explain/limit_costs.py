"""Costs of the active limits of a plan: ranked by the duals of the LP relaxation, then solved with one of them relaxed.

With integer counts fixed, the duals of cadence, pads and licences mean nothing; those of the LP relaxation rank. Each
key is relaxed by a tenth and its rows are derived anew, so that their duals price the key of the file. The first ones
are then solved again, for a plan and a bound. In the time left plan and bound of the file as it is are improved: their
gap is part of every interval.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace

from solver.ask.common.journal import Journal
from solver.ask.common.question import with_instance
from solver.ask.explain.active_levers import budget_of, cost_of, levers_behind, relaxed
from solver.ask.explain.duals import Duals
from solver.ask.explain.levers import Lever
from solver.ask.explain.limit_cost import NOTHING_SHARE, LimitCost
from solver.ask.explain.trial import cut_off
from solver.ask.sensitivity.linked_plans import Sparse, dense
from solver.derive import derive
from solver.design.candidates import selected_designs
from solver.errors import KardashevError
from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.milp.compile import compile_model
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.milp.solution import Incumbent
from solver.run.gap import GROWS, Conversion
from solver.run.outcome import Outcome, conversion_of
from solver.run.solve import Callbacks, Options, build, solve_built, solve_loaded
from solver.tables import PlanState
from solver.tables.active_limits import active_limits

SOLVED, MOST_SOLVED = 4, 12
"""Limits that are solved again whatever their duals, and all that are, if their duals are not 0 and time is left."""
LEAST_SECONDS = 2.0
PLANNED = 4.0
"""Multiple of its time that a solve of a relaxed limit divides among its steps: the first ones need it whole."""
PRICED_SHARE, SOLVED_SHARE, EACH_SHARE = 0.5, 0.7, 0.35
"""Part of the time left for prices by duals, of that then left for all limits, and of what is left of that for each."""
NEARER = 0.2
"""Part of the gap at which the improvement of plan and bound ends."""


@dataclass(slots=True)
class LimitCosts:
    """Study of the costs of the active limits of one plan with its bound, within a time limit.

    ``point`` is that of the plan, None where it is not known. ``objective`` and ``bound`` are
    improved where time is left. Answered points are kept in a journal.
    """

    loaded: Loaded[Instance]
    options: Options
    ends: float
    stop: threading.Event
    on_stage: Callable[[str], None]
    objective: float
    bound: float | None
    point: Sparse | None = None
    journal: Journal = field(default_factory=lambda: Journal(None, {}))

    def costs(self, state: PlanState) -> list[LimitCost]:
        """Return the costs of the active limits, the dearest first."""
        active = [(limit.constraint, limit.place) for limit in active_limits(state)]
        instance = self.loaded.instance
        levers = {lever.path: lever for lever in (*budget_of(instance), *levers_behind(instance, active))}
        ranked, began = self._ranked(list(levers.values())), time.monotonic()
        ends = began + SOLVED_SHARE * (self.ends - began)
        worth = [n < SOLVED or (n < MOST_SOLVED and bool(cost.dual_saving)) for n, cost in enumerate(ranked)]
        found = [
            self._solved(cost, levers[cost.key], ends) if again else cost
            for cost, again in zip(ranked, worth, strict=True)
        ]
        if found:
            self._improve()
        if self.bound is None:
            return found
        grows = self.loaded.instance.objective.kind in GROWS
        return [cost.against(self.objective, self.bound, grows) for cost in found]

    def _ranked(self, levers: Sequence[Lever]) -> list[LimitCost]:
        """Return the costs of the keys by the duals, the dearest first; kept in the journal where time was enough."""
        point = {"point": "duals", "keys": [lever.path for lever in levers]}
        known = self.journal.kept(point)
        if known is not None:
            return [LimitCost.of(data) for data in known["costs"]]
        duals, found, began = self._duals() if levers else None, list[LimitCost](), time.monotonic()
        ends = began + PRICED_SHARE * (self.ends - began)
        for lever in levers:
            saving = None
            if duals is not None and not self.stop.is_set() and time.monotonic() < ends:
                self.on_stage(f"pricing a tenth of {lever.path}")
                saving = self._dual_saving(duals, relaxed(self.loaded.instance, lever))
            found.append(cost_of(self.loaded.instance, lever, saving))
        found.sort(key=lambda cost: -(cost.dual_saving or 0.0))
        if not self.stop.is_set() and time.monotonic() < ends:
            self.journal.answer(point, lambda: {"costs": [asdict(cost) for cost in found]})
        return found

    def _duals(self) -> Duals | None:
        """Return the duals of the LP relaxation; None where it has none in time."""
        limits = Limits(seconds=max(LEAST_SECONDS, self.ends - time.monotonic()))
        try:
            return Duals.of(self._matrix(self.loaded.instance)[0], limits, self.stop)
        except KardashevError:
            return None

    def _dual_saving(self, duals: Duals, changed: Instance) -> float | None:
        """Return by how much a changed instance is better at first order, in the unit of the objective."""
        try:
            matrix, to_unit = self._matrix(changed)
        except KardashevError:
            return None
        # A looser limit is never worse; what is below the tolerance of the duals is nothing.
        before, after = to_unit.shown(duals.value), to_unit.shown(duals.value_with(matrix))
        saving = after - before if self.loaded.instance.objective.kind in GROWS else before - after
        return saving if saving > NOTHING_SHARE * abs(before) else 0.0

    def _matrix(self, instance: Instance) -> tuple[Matrix, Conversion]:
        derived = derive(instance, selected_designs(instance)[0])
        return compile_model(derived.coefficients, arrays_from=0), conversion_of(instance, derived)

    def _solved(self, cost: LimitCost, lever: Lever, ends: float) -> LimitCost:
        """Return a cost with plan and bound of the relaxed instance; the plan at hand where none is better."""
        point = {"point": "limit", "options": list(cost.options)}
        known = self.journal.kept(point)
        if known is not None:
            return LimitCost.of(known)
        seconds = EACH_SHARE * (ends - time.monotonic())
        if self.stop.is_set() or seconds < LEAST_SECONDS or self.bound is None:
            return cost
        self.on_stage(f"solving again with {cost.key} relaxed")
        outcome = self._within(seconds, with_instance(self.loaded, relaxed(self.loaded.instance, lever)))
        if outcome.bound is None:
            return cost
        found = outcome.objective if outcome.checked else None
        solved = replace(cost, plan=self.objective if found is None else found, bound=outcome.bound)
        self.journal.answer(point, lambda: asdict(solved))
        return solved

    def _within(self, seconds: float, trial: Loaded[Instance]) -> Outcome:
        """Solve an instance that is cut off after some seconds, of which its steps plan with more."""
        over = threading.Event()
        cut_off(over, time.monotonic() + seconds, self.stop)
        # An interval is no narrower than the gap of the file as it is, and need not be wider.
        own = abs(self.objective - (self.bound or 0.0)) / max(abs(self.objective), 1e-9)
        limits = replace(self.options.limits, seconds=PLANNED * seconds, gap=min(self.options.limits.gap, own))
        try:
            return solve_loaded(trial, replace(self.options, limits=limits), Callbacks(stop=over, explains=False))
        finally:
            over.set()

    def _improve(self) -> None:
        """Improve plan and bound of the instance as it is in the time left, where its gap is open."""
        seconds = self.ends - time.monotonic()
        if self.stop.is_set() or seconds < LEAST_SECONDS or self.bound is None:
            return
        point = {"point": "plan and bound", "objective": self.objective, "bound": self.bound}
        known = self.journal.kept(point)
        if known is None and abs(self.objective - self.bound) > NOTHING_SHARE * abs(self.objective):
            self.on_stage("improving plan and bound of the file as it is")
            known = self.journal.answer(point, lambda: self._improved(seconds)).data
        if known is not None:
            better, worse = (max, min) if self.loaded.instance.objective.kind in GROWS else (min, max)
            self.objective = better(self.objective, known["objective"])
            self.bound = worse(self.bound, known["bound"])

    def _improved(self, seconds: float) -> dict[str, float]:
        """Search on from the plan at hand; return objective and bound."""
        instance, limits = self.loaded.instance, self.options.limits
        options = replace(self.options, limits=replace(limits, seconds=seconds, gap=NEARER * limits.gap))
        derived = derive(instance, selected_designs(instance)[0], gap=limits.gap)
        matrix, warnings = build(derived, instance=instance)
        x = None if derived.curves.curve else dense(self.point, matrix)
        known = None if x is None else Incumbent(x, matrix.value(x))
        callbacks = Callbacks(stop=self.stop, known=known, explains=False)
        found = solve_built(self.loaded, options, callbacks, derived, matrix, warnings)
        objective = found.objective if found.checked and found.objective is not None else self.objective
        assert self.bound is not None
        return {"objective": objective, "bound": self.bound if found.bound is None else found.bound}
