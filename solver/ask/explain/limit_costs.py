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

from solver.ask.common.changed_models import ChangedModels
from solver.ask.common.journal import Journal
from solver.ask.common.question import with_instance
from solver.ask.explain.active_levers import budget_of, cost_of, levers_behind, relaxed, weight
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
from solver.io.shared_tasks import SharedTasks
from solver.milp.limits import Limits
from solver.milp.solution import Incumbent
from solver.run.gap import GROWS
from solver.run.model_size import default_threads
from solver.run.outcome import Outcome
from solver.run.solve import Callbacks, Options, build, solve_built, solve_loaded
from solver.tables import PlanState
from solver.tables.active_limits import active_limits

SOLVED, MOST_SOLVED = 4, 12
"""Limits that are solved again whatever their duals, and all that are, if their duals are not 0 and time is left."""
LEAST_SECONDS = 2.0
PLANNED = 4.0
"""Multiple of its time that a solve of a relaxed limit divides among its steps: the first ones need it whole."""
PRICED_SHARE, SOLVED_SHARE = 0.5, 0.7
"""Part of the time left for prices by duals, and of that then left for all limits that are solved again."""
EACH_SHARE = {1: 0.35, 2: 0.5}
"""Part of what is left of the latter for each of them, by how many are solved at once."""
LEAST_PART = 0.2
"""Part of the time of the first plan that a solve again needs at least: with less it finds neither plan nor bound."""
NEARER = 0.2
"""Part of the gap at which the improvement of plan and bound ends."""


@dataclass(slots=True)
class LimitCosts:
    """Study of the costs of the active limits of one plan with its bound, within a time limit.

    ``point`` is that of the plan, None where it is not known, and ``first_seconds`` the time that the plan took, 0
    where that is not known. ``objective`` and ``bound`` are improved where time is left. Answered points are kept in a
    journal.
    """

    loaded: Loaded[Instance]
    options: Options
    ends: float
    stop: threading.Event
    on_stage: Callable[[str], None]
    objective: float
    bound: float | None
    point: Sparse | None = None
    first_seconds: float = 0.0
    journal: Journal = field(default_factory=lambda: Journal(None, {}))

    def costs(self, state: PlanState) -> list[LimitCost]:
        """Return the costs of the active limits, the dearest first."""
        active = [(limit.constraint, limit.place) for limit in active_limits(state)]
        instance = self.loaded.instance
        levers = {lever.path: lever for lever in (*budget_of(instance), *levers_behind(instance, active))}
        each = EACH_SHARE[2] * SOLVED_SHARE * (1 - PRICED_SHARE) * (self.ends - time.monotonic())
        solves = each >= LEAST_PART * self.first_seconds
        ranked = self._ranked(list(levers.values()), PRICED_SHARE if solves else 1.0)
        again = [
            solves and (n < SOLVED or (n < MOST_SOLVED and bool(cost.dual_saving))) for n, cost in enumerate(ranked)
        ]
        solved = self._solved([(cost, levers[cost.key]) for cost, worth in zip(ranked, again, strict=True) if worth])
        found = [solved.get(cost.key, cost) for cost in ranked]
        if found:
            self._improve()
        if self.bound is None:
            return found
        grows = self.loaded.instance.objective.kind in GROWS
        return [cost.against(self.objective, self.bound, grows) for cost in found]

    def _ranked(self, levers: Sequence[Lever], share: float) -> list[LimitCost]:
        """Return the costs of the keys by the duals within a share of the time left, the dearest first.

        They are kept in the journal where time was enough for all.
        """
        point = {"point": "duals", "keys": [lever.path for lever in levers]}
        known = self.journal.kept(point)
        if known is not None:
            return [LimitCost.of(data) for data in known["costs"]]
        began, savings = time.monotonic(), dict[str, float | None]()
        ends = began + share * (self.ends - began)
        models, duals = self._duals() if levers else (None, None)
        if models is not None and duals is not None:
            savings = self._savings(models, duals, sorted(levers, key=lambda lever: -weight(duals, lever)), ends)
        costs = [cost_of(self.loaded, lever, savings.get(lever.path)) for lever in levers]
        found = [cost for cost in costs if cost is not None]
        found.sort(key=lambda cost: -(cost.dual_saving or 0.0))
        if len(savings) == len(levers):
            self.journal.answer(point, lambda: {"costs": [asdict(cost) for cost in found]})
        return found

    def _savings(
        self, models: ChangedModels, duals: Duals, levers: Sequence[Lever], ends: float
    ) -> dict[str, float | None]:
        """Return the savings by the duals of the keys priced until some time, those with heavy rows first."""
        instance = self.loaded.instance

        def priced(n: int) -> float | None:
            return self._dual_saving(models, duals, relaxed(instance, levers[n]))

        def show(n: int, _saving: float | None) -> None:
            self.on_stage(f"pricing a tenth of {levers[n].path}")

        tasks = SharedTasks(priced, len(levers), lambda: self.stop.is_set() or time.monotonic() >= ends)
        return {levers[n].path: saving for n, saving in tasks.run(show).items()}

    def _duals(self) -> tuple[ChangedModels | None, Duals | None]:
        """Return the models of changes and the duals of the LP relaxation; None where it has none in time."""
        limits = Limits(seconds=max(LEAST_SECONDS, self.ends - time.monotonic()))
        try:
            models = ChangedModels.of(self.loaded.instance)
            return models, Duals.of(models.base.matrix, limits, self.stop)
        except KardashevError:
            return None, None

    def _dual_saving(self, models: ChangedModels, duals: Duals, changed: Instance) -> float | None:
        """Return by how much a changed instance is better at first order, in the unit of the objective."""
        try:
            matrix, to_unit = models.model(changed)
        except KardashevError:
            return None
        # A looser limit is never worse; what is below the tolerance of the duals is nothing.
        before, after = to_unit.shown(duals.value), to_unit.shown(duals.value_with(matrix))
        saving = after - before if self.loaded.instance.objective.kind in GROWS else before - after
        return saving if saving > NOTHING_SHARE * abs(before) else 0.0

    def _solved(self, limits: Sequence[tuple[LimitCost, Lever]]) -> dict[str, LimitCost]:
        """Return costs with plan and bound of the instance with each limit relaxed, by key; those known in time."""
        points = [{"point": "limit", "options": list(cost.options)} for cost, _ in limits]
        kept = [self.journal.kept(point) for point in points]
        found = {data["key"]: LimitCost.of(data) for data in kept if data is not None}
        left = [n for n, data in enumerate(kept) if data is None]
        began = time.monotonic()
        ends = began + SOLVED_SHARE * (self.ends - began)
        if self.bound is None:
            return found

        def solve_again(n: int) -> LimitCost | None:
            return self._solved_again(*limits[left[n]], tasks.lanes, ends)

        def take(n: int, solved: LimitCost | None) -> None:
            if solved is not None:
                self.on_stage(f"solved again with {solved.key} relaxed")
                self.journal.answer(points[left[n]], lambda: asdict(solved))
                found[solved.key] = solved

        tasks = SharedTasks(
            solve_again, len(left), lambda: self.stop.is_set() or ends - time.monotonic() < LEAST_SECONDS
        )
        tasks.run(take)
        return found

    def _solved_again(self, cost: LimitCost, lever: Lever, lanes: int, ends: float) -> LimitCost | None:
        """Return a cost with plan and bound of the relaxed instance, the plan at hand where none is better."""
        seconds = EACH_SHARE[lanes] * (ends - time.monotonic())
        if seconds < LEAST_SECONDS:
            return None
        outcome = self._within(seconds, with_instance(self.loaded, relaxed(self.loaded.instance, lever)))
        if outcome.bound is None:
            return None
        found = outcome.objective if outcome.checked else None
        return replace(cost, plan=self.objective if found is None else found, bound=outcome.bound)

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
        threads = default_threads(self.options.method)
        options = replace(
            self.options, limits=replace(limits, seconds=seconds, gap=NEARER * limits.gap, threads=threads)
        )
        derived = derive(instance, selected_designs(instance)[0], gap=limits.gap)
        matrix, warnings = build(derived, instance=instance)
        x = None if derived.curves.curve else dense(self.point, matrix)
        known = None if x is None else Incumbent(x, matrix.value(x))
        callbacks = Callbacks(stop=self.stop, known=known, explains=False)
        found = solve_built(self.loaded, options, callbacks, derived, matrix, warnings)
        objective = found.objective if found.checked and found.objective is not None else self.objective
        assert self.bound is not None
        return {"objective": objective, "bound": self.bound if found.bound is None else found.bound}
