"""Months by which an earliest date moves where one of the limits that hold it is relaxed by about a tenth.

A date has no duals. The LP that meets the largest share of the target in the period before the date has them, and they
rank the limits. Each limit is then relaxed and its rows are derived anew: where that LP meets less than the target, the
date is proven to stay. Else a plan for an earlier period is sought between the plan at hand, which meets a part of
the target there, and the optimum of the LP.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace

import numpy as np

from solver.ask.common.journal import Journal
from solver.ask.common.mapped_basis import mapped_basis
from solver.ask.explain.active_levers import cost_of, levers_behind, relaxed, times_of
from solver.ask.explain.duals import Duals
from solver.ask.explain.levers import Lever
from solver.ask.explain.limit_cost import DateMove, LimitCost
from solver.ask.sensitivity.linked_plans import Named, Sparse, dense, named
from solver.check import check
from solver.derive import Derived, derive
from solver.derive.extract import extract
from solver.design.candidates import selected_designs
from solver.errors import KardashevError
from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.milp.compile import compile_model
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Matrix
from solver.milp.solution import WITHIN_GAP, Incumbent
from solver.milp.tightening import tightened
from solver.run.manifests import with_packed_flights
from solver.search.core.result import SearchResult
from solver.search.primal.elastic_demand import ElasticDemand
from solver.search.primal.path_relinking import relinked
from solver.search.variants.earliest_date import target_periods, with_target_from
from solver.search.variants.limit_keys import LimitKeys
from solver.tables import PlanState
from solver.tables.active_limits import active_limits

USED = 1e-7
"""Dual from which a row counts as a limit of the LP."""
MET = 1e-6
"""Share of the target by which an LP must miss it for a proof that no plan meets it."""
LEAST_SECONDS, LP_SECONDS, LINK_SECONDS, LINK_NODES = 1.0, 20.0, 4.0, 1_000
"""Least time for one limit; time for one LP, and time and nodes for the MIP between plan and LP optimum."""
PRICED_SHARE = 0.5
"""Part of the time for prices by duals."""
KEPT_COLUMNS = 20_000
"""Columns up to which the matrix of a relaxed limit is kept from its price to its plan."""


@dataclass(slots=True)
class DateCosts:
    """Study of the limits that hold the earliest date of one instance, within a time limit.

    ``point`` is that of the plan. Answered points are kept in a journal.
    """

    loaded: Loaded[Instance]
    point: Sparse | None
    ends: float
    stop: threading.Event
    on_stage: Callable[[str], None]
    journal: Journal = field(default_factory=lambda: Journal(None, {}))
    kept: dict[str, tuple[Derived, Matrix]] = field(default_factory=dict)

    @property
    def instance(self) -> Instance:
        """Instance as read."""
        return self.loaded.instance

    def costs(self, state: PlanState, reached: int, bound: int) -> list[LimitCost]:
        """Return the limits with the months by which the date moves, those that move it most first.

        ``reached`` is the period of the plan, ``bound`` the first one not proven impossible. Nothing moves the date
        where it is the first of the target path.
        """
        derived = derive(self.instance, selected_designs(self.instance)[0])
        matrix = compile_model(derived.coefficients)
        earlier = [t for t in target_periods(matrix) if t < reached]
        if not earlier:
            return []
        self.on_stage(f"pricing limits by the share of the target in reach in {derived.horizon.label(earlier[-1])}")
        duals = self._duals(matrix, earlier[-1])
        if duals is None:
            unpriced = self._unpriced(levers_behind(self.instance, self._active(state)))
            return [cost for _, cost in unpriced]
        x = dense(self.point, matrix)
        study = _Date(derived, matrix, duals, earlier, reached, bound, {} if x is None else named(matrix, x))
        active = [*self._active(state), *_behind(duals, LimitKeys(self.instance, derived))]
        # Rows show limits; first months and lags have none.
        every = [*levers_behind(self.instance, active), *times_of(self.instance)]
        levers = list({lever.path: lever for lever in every}.values())
        slope = self._slope(study)
        priced = sorted(self._priced(study, levers, slope), key=lambda one: -(one[1].dual_saving or 0.0))
        found = [self._solved(study, *one) for one in priced]
        return sorted(found, key=_order)

    def _active(self, state: PlanState) -> Iterator[tuple[str, str]]:
        return ((limit.constraint, limit.place) for limit in active_limits(state))

    def _priced(self, study: _Date, levers: Sequence[Lever], slope: float) -> Iterator[tuple[Lever, LimitCost]]:
        """Yield the costs of keys by the duals, in periods: the share gained over that gained in the next period."""
        began = time.monotonic()
        ends = began + PRICED_SHARE * (self.ends - began)
        for n, lever in enumerate(levers):
            if self.stop.is_set() or time.monotonic() >= ends:
                yield from self._unpriced(levers[n:])
                return
            try:
                _, matrix = self._of(lever)
            except KardashevError:
                continue
            gained = study.duals.value - study.duals.value_with(_met(matrix, study.before))
            saving = gained / slope if slope > 0 else None
            cost = cost_of(self.loaded, lever, saving if saving is None or saving > MET else 0.0)
            if cost is not None:
                yield lever, cost

    def _unpriced(self, levers: Sequence[Lever]) -> Iterator[tuple[Lever, LimitCost]]:
        """Yield the costs of keys that were not priced in time."""
        costs = ((lever, cost_of(self.loaded, lever, None)) for lever in levers)
        return ((lever, cost) for lever, cost in costs if cost is not None)

    def _solved(self, study: _Date, lever: Lever, cost: LimitCost) -> LimitCost:
        """Return a cost with the interval of its months, from an LP for each period and a plan between."""
        point = {"point": "date", "options": list(cost.options), "date": study.reached, "bound": study.bound}
        known = self.journal.kept(point)
        if known is not None:
            return LimitCost.of(known)
        if self.stop.is_set() or self.ends - time.monotonic() < LEAST_SECONDS:
            return cost
        self.on_stage(f"looking for an earlier date with {lever.path} relaxed")
        derived, matrix = self._of(lever)
        share, open_ = self._open_periods(study, matrix)
        first = open_[0][0] if open_ else study.reached
        reached = next(
            (q for q, x in open_ if x is not None and self._has_plan(study, lever, derived, matrix, q, x)),
            study.reached,
        )
        solved = _with_move(replace(cost, plan=float(reached), bound=float(first)), study, share)
        if not self._late():
            self.journal.answer(point, lambda: asdict(solved))
        return solved

    def _open_periods(self, study: _Date, matrix: Matrix) -> tuple[float, list[tuple[int, Floats | None]]]:
        """Return the share of the target in reach before the date, and the periods not proven impossible, in order.

        Each has the optimum of its LP; those before one whose LP was not solved in time have none.
        """
        share, found = math.inf, list[tuple[int, Floats | None]]()
        for q in reversed(study.earlier):
            elastic = tightened(_met(matrix, q)).relaxed()
            basis = None if study.duals.basis is None else mapped_basis(study.duals.basis, study.duals.matrix, elastic)
            lp = solve(elastic, self._limits(LP_SECONDS), stop=self.stop, basis=basis)
            share = -lp.bound if q == study.before else share
            if -lp.bound < 1 - MET:
                break
            if not np.isfinite(lp.bound):
                return share, [*((t, None) for t in study.earlier if t <= q), *found]
            found.insert(0, (q, lp.x))
        return share, found

    def _has_plan(self, study: _Date, lever: Lever, derived: Derived, matrix: Matrix, period: int, lp: Floats) -> bool:
        """Return whether a plan that the checker accepts meets the target from a period on with a limit relaxed."""
        elastic, trial = _met(matrix, period), with_target_from(matrix, period)
        start = np.zeros(elastic.columns)
        for name, value in study.plan.items():
            at = matrix.index.get(name)
            if at is None:
                return False
            start[at] = value
        start[-1] = 1.0 - np.max(ElasticDemand.of(trial).missing(start[:-1]), initial=0.0)
        limits = replace(self._limits(LINK_SECONDS), gap=0.0, work=LINK_NODES)
        x = relinked(elastic, start, [lp], limits, self.stop, good_enough=-1.0)
        if x[-1] < 1.0 or self.stop.is_set():
            return False
        instance = relaxed(self.instance, lever)
        found = SearchResult(WITHIN_GAP, Incumbent(x[:-1], trial.value(x[:-1])), matrix=trial)
        packed, _ = with_packed_flights(found, instance, derived, trial, self._limits(LINK_SECONDS))
        return packed.x is not None and not check(instance, extract(instance, derived, trial, packed.x, period))

    def _duals(self, matrix: Matrix, period: int) -> Duals | None:
        try:
            return Duals.of(_met(matrix, period), self._limits(math.inf), self.stop)
        except KardashevError:
            return None

    def _slope(self, study: _Date) -> float:
        """Return by how much the share of the target in reach rises from the period before the date to the date."""
        elastic = tightened(_met(study.matrix, study.reached)).relaxed()
        basis = None if study.duals.basis is None else mapped_basis(study.duals.basis, study.duals.matrix, elastic)
        lp = solve(elastic, self._limits(LP_SECONDS), stop=self.stop, basis=basis)
        return study.duals.value - lp.bound if np.isfinite(lp.bound) else 0.0

    def _of(self, lever: Lever) -> tuple[Derived, Matrix]:
        """Return coefficients and matrix with a limit relaxed."""
        known = self.kept.get(lever.path)
        if known is not None:
            return known
        built = self._model(relaxed(self.instance, lever))
        if built[1].columns <= KEPT_COLUMNS:
            self.kept[lever.path] = built
        return built

    def _model(self, instance: Instance) -> tuple[Derived, Matrix]:
        derived = derive(instance, selected_designs(instance)[0])
        return derived, compile_model(derived.coefficients, arrays_from=0)

    def _limits(self, seconds: float) -> Limits:
        return Limits(seconds=max(LEAST_SECONDS, min(seconds, self.ends - time.monotonic())))

    def _late(self) -> bool:
        return self.stop.is_set() or time.monotonic() >= self.ends


@dataclass(frozen=True, slots=True, eq=False)
class _Date:
    """Date of a plan: its period and the first one not proven impossible, and the LP in the period before it.

    ``plan`` are its columns by name.
    """

    derived: Derived
    matrix: Matrix
    duals: Duals
    earlier: Sequence[int]
    reached: int
    bound: int
    plan: Named

    @property
    def before(self) -> int:
        """Period before the date."""
        return self.earlier[-1]


def _met(matrix: Matrix, period: int) -> Matrix:
    """Return the matrix whose objective is the share of the target that is met from a period on."""
    return ElasticDemand.of(with_target_from(matrix, period)).with_factor()


def _behind(duals: Duals, keys: LimitKeys) -> Iterator[tuple[str, str]]:
    """Yield constraint and place of the rows that limit the optimum of an LP."""
    names = duals.matrix.row_names
    limits = duals.matrix.row_lower != duals.matrix.row_upper
    for row in np.flatnonzero((np.abs(duals.row_dual) > USED) & limits).tolist():
        component = names.component(row)
        for name in keys.period(component, names.indices[row])[0]:
            yield component, str(name)


def _with_move(cost: LimitCost, study: _Date, share: float) -> LimitCost:
    """Return a cost with its interval in periods and in months."""
    assert cost.plan is not None
    assert cost.bound is not None
    found, horizon = cost.against(study.reached, study.bound, grows=False), study.derived.horizon
    starts, first, reached = horizon.starts_month, round(cost.bound), round(cost.plan)
    least = max(0, starts(study.bound) - starts(reached))
    in_reach = share if math.isfinite(share) else None
    move = DateMove(
        horizon.label(first), horizon.label(reached), least, max(least, starts(study.reached) - starts(first)),
        in_reach, -study.duals.value,
    )  # fmt: skip
    return replace(found, date=move)


def _order(cost: LimitCost) -> tuple[float, float, float]:
    share = 0.0 if cost.date is None else cost.date.share or 0.0
    return -(cost.least_saving or 0.0), -(cost.most_saving or 0.0), -share
