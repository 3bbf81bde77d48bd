"""Learning curve search: fixed-point iteration on tangent prices, then branch and bound on chords.

A concave cost curve has many local optima, and one chord over the full range of experience lies far below it. So a
large model is searched in two stages.

1. Rounds of prices. At the tangents of an experience path the model is linear. Its plan costs no more on the curves
   than at these prices, so every round is at least as cheap as the one before; prices converge after a few LPs. Tangent
   prices are marginal costs, later savings included; mean prices need not converge at any optimum. An integer plan is
   then searched at the final prices.
2. Branch and bound on the chords from that plan: the tree branches on curve segments as on dates (``branching.py``).

With ``mode: fixed_point`` there is one chord per period and no branching on curves, so the plan is a local optimum; its
bound is valid all the same. There the chords are shortened by bound tightening: two LPs for a component and a period
bound its experience over all plans no more expensive than the incumbent. With segments the tree does the same faster.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

import numpy as np
import scipy.sparse as sp

from formulations.coefficients import Learning
from solver.derive.learning import CHORDS_SHARE_OF_GAP, Curves
from solver.milp.bound_tightening import tighten_bounds
from solver.milp.highs import solve
from solver.milp.limits import relative_gap
from solver.milp.matrix import Floats, Matrix
from solver.milp.names import Names
from solver.milp.solution import Basis, Certificate, Incumbent, Limit, SearchEvent, Solution, Status, Termination
from solver.milp.warm_lp import WarmLp
from solver.search.core.developments import Bandit, Trial, cost_in_full, trials
from solver.search.core.result import Search, SearchResult, SearchStats, termination_of, within_gap
from solver.search.core.state import SearchOptions, with_forwarded_events
from solver.search.engine.search import EXACT_BELOW_INTEGERS, search
from solver.search.variants.budget import search_within_budget
from solver.search.variants.learning_curve_model import ComponentPeriod, LearningCurveModel

MAX_ROUNDS = 10
SETTLED_SHARE_OF_GAP = 0.1
PLAN_SHARE, FIRST_PLAN_SHARE, PLAN_GAP_SHARE = 0.4, 0.9, 2.0
"""Shares of the time left for the plan at converged prices, with a plan and until there is one, and of the gap limit.

It need only be good enough to prove ranges; without one nothing else is of use.
"""
TRIALS_SHARE, TRIAL_ROUNDS = 0.4, 3
"""Share of the time left for trials of developments, and rounds of prices of one."""
RANGES_SHARE, RANGES_SECONDS = 0.5, 120.0
"""Share of the time left for bound tightening, and its time limit."""
RANGES_AT_ONCE = 6
"""Number of ranges proven before the LP is solved again to find the largest chord errors."""
PASSES = 3
Path = dict[ComponentPeriod, float]


def learning_curve_search(
    matrix: Matrix, learning: Learning, curves: Curves, options: SearchOptions, start: Incumbent | None = None
) -> SearchResult:
    """Search the best plan on the curves, with a bound from chords below them; objective and gap are on the curves.

    ``start`` is a known plan with its bound. Events report plans at their cost on the curves, and bounds of the chords.
    """
    curve_model = LearningCurveModel(matrix, learning, curves)
    state = _State(options, time.monotonic())
    if start is not None:
        state.take_start(curve_model, start)
    integers = int(matrix.integer.sum())
    if curves.mode == "segments" and (integers <= EXACT_BELOW_INTEGERS or options.method == "exact"):
        return state.on_chords(curve_model, 1 - CHORDS_SHARE_OF_GAP)
    return state.run(curve_model)


@dataclass(slots=True)
class _State:
    """State of one search: incumbent on the curves with its bound, work and time so far."""

    options: SearchOptions
    start_time: float
    incumbent: Incumbent = field(default_factory=lambda: Incumbent(certificate=Certificate.LP_VERIFIED))
    rounds: int = 0
    basis: Basis | None = None
    warm: WarmLp | None = None
    work_done: int = 0
    time_limited: bool = False

    @property
    def value(self) -> float:
        """Objective of the incumbent; infinite without one."""
        return self.incumbent.value

    def take_start(self, curve_model: LearningCurveModel, start: Incumbent) -> None:
        """Take over a known plan and bound."""
        if np.isfinite(start.bound):
            self._raise_bound(start.bound, start.certificate)
        if start.x is not None:
            self._submit_solution(curve_model, start.x, "start")

    def run(self, curve_model: LearningCurveModel) -> SearchResult:
        """Run both stages: plans at tangent prices, then branch and bound on chords."""
        lp = self._lp(curve_model.matrix, "LP")
        if lp.x is None:
            return self.on_chords(curve_model)
        self._raise_bound(lp.bound, lp.certificate)
        result = self._settle(curve_model, lp)
        if self.incumbent.x is None:
            return self._without_plan(curve_model, result, lp)
        self._try_developments(curve_model)
        for _ in range(PASSES):
            if self._done():
                break
            if curve_model.curves.mode != "segments":
                curve_model = self._tighten_ranges(curve_model)
            if self._done():
                break
            before = (self.value, self.incumbent.bound)
            result = self._branch(curve_model)
            if (self.value, self.incumbent.bound) == before:
                break
        return self._result(lp, result)

    def _settle(self, curve_model: LearningCurveModel, lp: Solution) -> SearchResult:
        """Iterate prices by LPs until they converge, then by integer plans; return the last search."""
        assert lp.x is not None
        path, _ = self._settled(curve_model, curve_model.path(lp.x), MAX_ROUNDS)
        return self._integer_plans(curve_model, path)

    def _settled(self, curve_model: LearningCurveModel, path: Path, most_rounds: int) -> tuple[Path, Floats | None]:
        """Return the path at which prices converge by LPs, and the LP point there; None without any."""
        value, found = np.inf, None
        for _ in range(most_rounds):
            self.rounds += 1
            result = self._at_prices(curve_model.at_tangent_prices(path))
            if result is None or self._out_of_time():
                break
            found = curve_model.with_consistent_experience(result)
            path, last, value = curve_model.path(found), value, curve_model.true_value(found)
            if last - value <= self._near * abs(value):
                break
        return path, found

    def _integer_plans(self, curve_model: LearningCurveModel, path: Path) -> SearchResult:
        """Search integer plans until prices converge at them; return the last search."""
        plan = self._integer_plan(curve_model, path)
        for _ in range(MAX_ROUNDS):
            if plan.x is None or self._out_of_time():
                break
            at_prices = curve_model.at_tangent_prices(path).value(plan.x)
            x = curve_model.with_consistent_experience(plan.x)
            if at_prices - curve_model.true_value(x) <= self._near * abs(at_prices):
                break
            self.rounds += 1
            path = curve_model.path(x)
            plan = self._integer_plan(curve_model, path)
        return plan

    def _try_developments(self, curve_model: LearningCurveModel) -> None:
        """Shut and begin developments in turn, and search plans where the LP at settled prices is cheaper.

        Prices settle where they are right for the developments of a plan; from there others look dear.
        """
        improved, until = True, (self._seconds_left() or np.inf) * (1 - TRIALS_SHARE)
        bandit = Bandit(self.options.limits.seed)
        while improved and not self._done():
            improved, before = False, self.value
            for trial, path in self._promising(curve_model, bandit, until):
                if self._done() or (self._seconds_left() or np.inf) < until:
                    break
                self._integer_plans(replace(curve_model, matrix=trial.at_last(curve_model.matrix)), path)
                bandit.record(trial, (before - self.value) / max(abs(before), 1e-9))
                if self.value < before - self._near * abs(before):
                    improved = True
                    break

    def _promising(self, curve_model: LearningCurveModel, bandit: Bandit, until: float) -> list[tuple[Trial, Path]]:
        """Return the trials of developments that LPs estimate below the incumbent, the cheapest first.

        Where time ends before all have their LPs, those of which a bandit expects most have had theirs.
        """
        assert self.incumbent.x is not None
        start, found = curve_model.path(self.incumbent.x), []
        for number, trial in enumerate(bandit.order(trials(curve_model.matrix, self.incumbent.x))):
            if self._done() or (self._seconds_left() or np.inf) < until:
                break
            path, x = self._settled(replace(curve_model, matrix=trial.at_once(curve_model.matrix)), start, TRIAL_ROUNDS)
            if x is not None:
                cost = curve_model.true_value(x) + cost_in_full(curve_model.matrix, x)
                bandit.record(trial, (self.value - cost) / max(abs(self.value), 1e-9))
                if cost < self.value:
                    found.append((cost, number, trial, path))
        return [(trial, path) for _, _, trial, path in sorted(found, key=lambda each: each[:2])]

    @property
    def _near(self) -> float:
        return SETTLED_SHARE_OF_GAP * self.options.limits.gap

    def _at_prices(self, priced: Matrix) -> Floats | None:
        """Solve the LP at tangent prices from the last basis: only costs differ, and the bounds of a trial."""
        columns = np.arange(priced.columns)
        if self.warm is None:
            self.warm = WarmLp(priced, self.options.limits, self.options.stop, self.basis)
        else:
            self.warm.set_costs(columns, priced.cost)
            self.warm.set_bounds(columns, priced.lower, priced.upper)
        point = self.warm.solve(self._seconds_left())
        return self._lp(priced, f"prices, round {self.rounds}").x if point is None else point.x

    def _integer_plan(self, curve_model: LearningCurveModel, path: Path) -> SearchResult:
        share = FIRST_PLAN_SHARE if self.incumbent.x is None else PLAN_SHARE
        sub_options = replace(self._sub_options(share, PLAN_GAP_SHARE), proof=False)

        def true(_priced: float, x: Floats) -> tuple[float, Floats]:
            x = curve_model.with_consistent_experience(x)
            return curve_model.true_value(x), x

        result = self._search(
            curve_model.at_tangent_prices(path), with_forwarded_events(sub_options, true, bounds=False)
        )
        if result.x is not None:
            self._submit_solution(curve_model, curve_model.with_consistent_experience(result.x), "prices")
        return result

    def _tighten_ranges(self, curve_model: LearningCurveModel) -> LearningCurveModel:
        """Tighten experience to that of plans no more expensive than the incumbent, largest chord errors first."""
        left = self._seconds_left()
        max_seconds = RANGES_SECONDS if self.options.limits.work is None else np.inf
        ends = time.monotonic() + (max_seconds if left is None else min(RANGES_SECONDS, left * RANGES_SHARE))
        proven: dict[tuple[str, int], float] = {}
        while time.monotonic() < ends and not self._done():
            lp = self._lp(curve_model.matrix, "ranges of experience")
            if lp.x is None:
                return curve_model
            self._raise_bound(min(lp.bound, self.value), lp.certificate)
            errors = curve_model.error(lp.x)
            min_error = SETTLED_SHARE_OF_GAP * self.options.limits.gap * abs(self.value) / 10
            candidates = [p for p, e in errors.items() if e > min_error and e < 0.8 * proven.get(p, np.inf)]
            chosen = _spaced(sorted(candidates, key=lambda p: -errors[p]))
            if not chosen:
                break
            proven.update({p: errors[p] for p in chosen})
            columns = [curve_model.experience_columns[p] for p in chosen]
            cut = _with_cost_cap(curve_model.matrix, self.value)
            curve_model = curve_model.with_tighter_ranges(
                tighten_bounds(cut, columns, ends - time.monotonic(), self.options.stop)
            )
        self.time_limited |= time.monotonic() >= ends
        return curve_model

    def _branch(self, curve_model: LearningCurveModel) -> SearchResult:
        """Branch and bound on the chords, from the incumbent."""
        known = self.incumbent.x
        assert known is not None
        path = curve_model.path(known)
        matrix = curve_model.with_shifted_prices(curve_model.matrix, path)
        x = curve_model.with_consistent_experience(known)
        # The chord error of the incumbent estimates that of a better plan.
        error = relative_gap(self.value, matrix.value(x)) / self.options.limits.gap if self.options.limits.gap else 1.0
        # Ranges are valid for plans cheaper than the incumbent only: a bound within them is capped by its objective.
        cap = np.inf if curve_model.curves.mode == "segments" else self.value
        sub_options = with_forwarded_events(
            self._sub_options(1.0, max(1 - 1.2 * error, 0.5)),
            lambda _chords, x: (curve_model.true_value(x), x),
            cap=cap,
        )
        sub_options = replace(sub_options, proof_shift=curve_model.price_shift(curve_model.matrix, path)[0])
        result = self._search(matrix, sub_options, Incumbent(x, matrix.value(x)), self.basis)
        if result.status is Status.INFEASIBLE:
            # No plan is within the ranges of plans no more expensive than the incumbent: the incumbent is optimal.
            self._raise_bound(self.value, Certificate.SOLVER)
            return result
        if result.x is not None:
            self._submit_solution(curve_model, result.x, "chords")
        self._raise_bound(min(result.bound, cap), result.certificate)
        return result

    def on_chords(self, curve_model: LearningCurveModel, share_of_gap: float = 1.0) -> SearchResult:
        """Search the model with chords; its plans are compared by their cost on the curves."""
        sub_options = with_forwarded_events(
            self._sub_options(1.0, share_of_gap), lambda _chords, x: (curve_model.true_value(x), x)
        )
        result = self._search(curve_model.matrix, sub_options, None if self.incumbent.x is None else self.incumbent)
        if result.x is None:
            return result
        self._submit_solution(curve_model, result.x, "chords")
        self._raise_bound(result.bound, result.certificate)
        ended = termination_of(self.incumbent, self.options, result.termination, otherwise="chords")
        return replace(result, incumbent=self.incumbent, termination=ended)

    def _search(
        self, matrix: Matrix, options: SearchOptions, start: Incumbent | None = None, basis: Basis | None = None
    ) -> SearchResult:
        result = search(matrix, options, start, basis)
        self.work_done += result.stats.work
        self.time_limited |= result.stats.time_limited
        return result

    def _submit_solution(self, curve_model: LearningCurveModel, x: Floats, strategy: str) -> None:
        value = curve_model.true_value(x)
        if value < self.value:
            self.incumbent = self.incumbent.with_solution(x, value)
            self._report(strategy, objective=value, improved=True, x=x)

    def _raise_bound(self, bound: float, certificate: Certificate) -> None:
        if bound > self.incumbent.bound:
            self.incumbent = self.incumbent.with_bound(bound, certificate)
            self._report("chords", bound=self.incumbent.bound, improved=True)

    def _report(
        self,
        stage: str,
        objective: float | None = None,
        bound: float | None = None,
        nodes: int = 0,
        improved: bool = False,
        x: Floats | None = None,
    ) -> None:
        if self.options.on_event is not None:
            seconds, certificate = time.monotonic() - self.start_time, self.incumbent.certificate
            self.options.on_event(SearchEvent(seconds, objective, bound, nodes, certificate, stage, improved, x))

    def _done(self) -> bool:
        work = self.options.limits.work
        ended = self.options.stopped or self._out_of_time() or (work is not None and self.work_done >= work)
        return ended or within_gap(self.incumbent, self.options.limits)

    def _result(self, lp: Solution, last: SearchResult) -> SearchResult:
        ended = Termination.at(Limit.TIME) if self._out_of_time() else last.termination
        stats = SearchStats(
            lp.bound,
            last.stats.integers,
            self.rounds,
            self.work_done,
            self.time_limited or self._out_of_time(),
            last.stats.warnings,
        )
        ended = termination_of(self.incumbent, self.options, ended, otherwise="chords")
        return SearchResult(ended, self.incumbent, stats)

    def _without_plan(self, curve_model: LearningCurveModel, result: SearchResult, lp: Solution) -> SearchResult:
        """Return the result without an integer plan at any price; prices change no row, so infeasibility holds."""
        if result.status is Status.INFEASIBLE or self.options.stopped or self._out_of_time():
            known = Incumbent(bound=lp.bound, certificate=lp.certificate)
            return replace(result, incumbent=known, stats=replace(result.stats, lp_bound=lp.bound))
        return self.on_chords(curve_model)

    def _lp(self, matrix: Matrix, stage: str) -> Solution:
        options = self._sub_options(1.0, 1.0)
        limits = replace(options.limits, work=None)
        result = solve(
            matrix, limits, relax=True, stop=options.stop, basis=self.basis,
            on_event=lambda event: self._report(stage, nodes=event.nodes),
        )  # fmt: skip
        self.basis = result.basis or self.basis
        return result

    def _sub_options(self, share_of_time: float, share_of_gap: float) -> SearchOptions:
        left, limits = self._seconds_left(), self.options.limits
        seconds = None if left is None else max(1.0, left * share_of_time)
        work = None if limits.work is None else max(1, limits.work - self.work_done)
        gap = limits.gap * share_of_gap
        return replace(self.options, limits=replace(limits, seconds=seconds, gap=gap, work=work))

    def _seconds_left(self) -> float | None:
        seconds = self.options.limits.seconds
        return None if seconds is None else seconds - (time.monotonic() - self.start_time)

    def _out_of_time(self) -> bool:
        left = self._seconds_left()
        return left is not None and left <= 1.0


def _spaced(ranked: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Choose the first few of a ranking, no two of them neighbours: a proven range propagates to its neighbours."""
    chosen: list[tuple[str, int]] = []
    for e, t in ranked:
        if len(chosen) < RANGES_AT_ONCE and all(e != other or abs(t - at) > 1 for other, at in chosen):
            chosen.append((e, t))
    return chosen


def _with_cost_cap(matrix: Matrix, value: float) -> Matrix:
    """Return the LP relaxation with a row that limits the cost on chords to a value."""
    cap = value + 1e-9 * max(1.0, abs(value)) - matrix.cost_offset
    row = sp.csr_matrix(matrix.cost)
    return matrix.relaxed().with_rows(row, np.array([-np.inf]), np.array([cap]), Names.of_pairs([("cost_cap", ())]))


def search_with_learning(learning: Learning, curves: Curves, question: str) -> Search:
    """Return the search of a model with learning curves for an answer to a question."""
    variant = search_within_budget if question == "most_power" else learning_curve_search

    def variant_search(
        matrix: Matrix, options: SearchOptions, start: Incumbent | None = None, _basis: Basis | None = None
    ) -> SearchResult:
        return variant(matrix, learning, curves, options, start)

    return variant_search
