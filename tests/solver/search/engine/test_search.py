"""Every method ends with an integer plan and a bound below it, or reports the reason."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from solver.milp.highs import solve as solve_matrix
from solver.milp.limits import Limits, relative_gap
from solver.milp.matrix import Matrix
from solver.milp.solution import Incumbent, Limit, Reason, SearchEvent, Solution, Status, Termination
from solver.run.outcome import Options
from solver.run.solve import solve
from solver.search.core.integers import is_integral
from solver.search.core.settings import DEFAULT
from solver.search.core.state import SearchOptions, SearchState
from solver.search.dual.bound_improver import LAST, BoundImprover
from solver.search.engine import search as module
from solver.search.engine.search import search
from tests.formulations.everything import matrix
from tests.properties.metamorphic import DRAWS
from tests.solver.milp.test_run_limits import hard
from tests.solver.milp.test_safe_bounds import best_whole, covering, random_matrix
from tests.solver.search.covering import far_apart, whole_only
from tests.solver.small import matrix_of, small

pytestmark = pytest.mark.slow

METHODS = [(method, rule) for method in ("auto", "exact", "search") for rule in ("auto", "all", "none")]


@pytest.mark.slow
@pytest.mark.parametrize(("method", "rule"), METHODS)
def test_every_method_gives_an_integer_plan_within_the_gap(method: str, rule: str) -> None:
    """With every method and integrality rule the plan is integer, feasible, and above its bound."""
    model = matrix("orbit_only")
    found = search(model, SearchOptions(Limits(gap=0.1), method, rule, 0.08))
    assert (found.status, found.termination.reason) == (Status.OPTIMAL, Reason.GAP)
    assert found.x is not None
    assert found.objective is not None
    assert is_integral(model, found.x)
    assert model.violation(found.x).relative <= 1e-6
    assert found.objective == pytest.approx(model.value(found.x))
    assert found.stats.lp_bound - 1e-9 <= found.bound <= found.objective
    assert found.gap == pytest.approx((found.objective - found.bound) / found.objective)
    assert found.gap is not None
    assert found.gap <= 0.1


@pytest.mark.parametrize("variant", ["everything", "most_power"])
def test_the_portfolio_comes_to_the_optimum_of_branch_and_bound(variant: str) -> None:
    """The strategies end within the gap of the optimum that HiGHS alone finds on the full model."""
    alone = search(matrix(variant), SearchOptions(Limits(gap=0.001), "exact"))
    found = search(matrix(variant), SearchOptions(Limits(gap=0.02), "search"))
    assert found.status is alone.status is Status.OPTIMAL
    assert found.objective is not None
    assert alone.objective is not None
    assert alone.objective == pytest.approx(found.objective, rel=0.02 / 0.98)
    assert found.bound <= alone.objective + 1e-9


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(METHODS))
def test_small_models_come_to_the_brute_force_optimum(seed: int, way: tuple[str, str]) -> None:
    """With a gap of zero every method ends at the best integer point, and its bound never passes it."""
    of = random_matrix(seed, integer=True)
    found = search(of, SearchOptions(Limits(gap=0.0), *way))
    best = best_whole(of)
    assert found.x is not None
    assert found.objective == pytest.approx(best, abs=1e-6)
    assert found.bound <= best + 1e-6


def test_a_model_without_integers_is_an_lp() -> None:
    """Without integer columns the LP optimum is the plan, and its verified bound the proof."""
    found = search(covering(), SearchOptions(Limits()))
    assert (found.status, found.certificate, found.stats.integers) == (Status.OPTIMAL, "lp_verified", 0)
    assert found.bound == found.stats.lp_bound


def test_lp_infeasibility_is_reported() -> None:
    """An infeasible LP proves that there is no plan."""
    found = search(whole_only(999.0), SearchOptions(Limits()))
    assert (found.status, found.x, found.objective) == (Status.INFEASIBLE, None, None)
    assert found.termination.reason is Reason.INFEASIBLE


@pytest.mark.parametrize(("method", "rule"), METHODS)
def test_integer_infeasibility_is_reported(method: str, rule: str) -> None:
    """Without an integer point the search proves infeasibility, even if columns were continuous at first."""
    found = search(whole_only(11.0), SearchOptions(Limits(), method, rule))
    assert (found.status, found.x) == (Status.INFEASIBLE, None)


def test_bound_of_the_search_over_all_integers_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """When rounding fails, the last search over all integers gives plan and bound."""
    monkeypatch.setattr(module, "staged_rounding", lambda *_: False)
    _, of = matrix_of(small({"target.milestones": [{"date": "2031-01", "gw": 0.05}], "target.where": "anywhere"}))
    found = search(of, SearchOptions(Limits(gap=1e-4), integrality="none"))
    # Five nodes of 10 MUSD on two flights of 20; the LP would fly 1.25 times.
    assert found.objective == pytest.approx(0.090)
    assert found.stats.lp_bound == pytest.approx(0.075)
    assert (found.status, found.bound) == (Status.OPTIMAL, pytest.approx(0.090))


def test_no_plan_is_not_called_infeasible_without_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """A last search that stops early without a point leaves the question open."""
    real_solve = module.solve

    def weary(of: Matrix, *args: Any, **options: Any) -> Solution:
        if of.integer.any() and not options.get("relax"):
            return Solution(Termination.at(Limit.TIME))
        return real_solve(of, *args, **options)

    monkeypatch.setattr(module, "solve", weary)
    monkeypatch.setattr(module, "staged_rounding", lambda *_: False)
    found = search(whole_only(11.0), SearchOptions(Limits(), integrality="none"))
    assert (found.status, found.x) == (Status.NO_PLAN, None)
    assert found.bound == pytest.approx(5.5)


def test_work_limit_ends_the_search_and_repeats() -> None:
    """A search that ends by work keeps its plan, reports the limit, and finds the same plan when repeated."""
    first, second = (search(hard(10, 40), SearchOptions(Limits(gap=0.0, work=5))) for _ in range(2))
    assert (first.status, first.termination.limit) == (Status.FEASIBLE, Limit.WORK)
    assert first.x is not None
    assert second.x is not None
    assert np.array_equal(first.x, second.x)
    assert (first.bound, first.gap) == (second.bound, second.gap)
    assert first.gap is not None
    assert first.gap > 0


def test_a_stop_keeps_the_best_plan_and_names_the_stage() -> None:
    """Stopped from its first plan on, a search hands it over as interrupted."""
    stop, stages = threading.Event(), []

    def stopping(event: SearchEvent) -> None:
        stages.append(event.stage)
        if event.x is not None:
            stop.set()

    found = search(hard(), SearchOptions(Limits(gap=0.0), stop=stop, on_event=stopping))
    assert (found.status, found.termination.limit) == (Status.INTERRUPTED, Limit.INTERRUPT)
    assert found.x is not None
    assert (stages[0], stages[-1]) == ("LP", "branch and bound")


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_gap_is_a_share_of_the_objective(objective: float, bound: float) -> None:
    """The gap is never negative, zero where both agree, and infinite only where a zero objective is not proven."""
    assume(objective == 0 or abs(objective) > 1e-9)
    gap = relative_gap(objective, bound)
    assert gap >= 0
    assert relative_gap(objective, objective) == 0
    assert (gap == float("inf")) == (objective == 0 and abs(bound) > 1e-12)


@pytest.mark.parametrize("method", ["auto", "exact", "search"])
def test_a_search_of_a_model_that_the_solver_refuses_says_so(method: str) -> None:
    """No error leaves the search, which has no plan of another model; a plan that is known before stays."""
    found = search(far_apart(), SearchOptions(Limits(gap=0.0), method))
    assert found.x is None
    known = search(far_apart(), SearchOptions(Limits(gap=0.0), method), Incumbent(np.ones(2), 2.0))
    assert known.objective == 2.0
    assert found.termination.reason is known.termination.reason is Reason.MODEL_REFUSED


@pytest.mark.parametrize(("share", "waits"), [(0.0, True), (np.inf, False)])
def test_cuts_wait_for_a_first_plan_where_the_lp_is_slow(
    share: float, waits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An LP that takes more than its share of the time is not solved again with cuts before there is a plan."""
    known, cuts = list[bool](), module.with_flight_cuts

    def observed(state: SearchState, lp: Solution, passes: int) -> Solution:
        known.append(state.x is not None)
        return cuts(state, lp, passes)

    monkeypatch.setattr(module, "with_flight_cuts", observed)
    monkeypatch.setattr(module, "SLOW_SHARE", share)
    found = search(matrix("made_on_lines"), SearchOptions(Limits(seconds=60.0, gap=1e-6), "search"))
    assert found.x is not None
    assert known == [waits]


@pytest.mark.parametrize("seed", [15, 66])
def test_small_gaps_are_closed_before_the_limit(seed: int, tmp_path: Path) -> None:
    """From its start HiGHS ends "optimal" 15 to 50 % above its bound here: such a run is repeated without the start."""
    _, data = DRAWS[seed % len(DRAWS)](seed)
    path = tmp_path / "instance.yaml"
    path.write_text(json.dumps(data), encoding="utf-8")
    outcomes = [
        solve(path, Options(Limits(seconds=60, gap=1e-6, threads=1), method=name)) for name in ("search", "exact")
    ]
    assert [outcome.status for outcome in outcomes] == [Status.OPTIMAL] * 2
    assert outcomes[0].objective == pytest.approx(outcomes[1].objective, rel=1e-5)


def test_a_run_for_the_bound_that_came_to_its_end_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that ended by itself above its own bound would do the same again, so that the next level follows."""
    levels = []

    def ended(self: BoundImprover, *_: object) -> Solution:
        levels.append(self.level)
        return Solution(Termination(Reason.EXHAUSTED), Incumbent(bound=-1e9))

    monkeypatch.setattr(BoundImprover, "_branch_and_bound", ended)
    of = matrix("orbit_only")
    state = SearchState(of, SearchOptions(Limits(gap=1e-6), "search"))
    improver = BoundImprover(state, solve_matrix(of, Limits(), relax=True), DEFAULT)
    for _ in range(8):
        improver.step()
    assert levels == sorted(levels)
    assert len(set(levels)) > 1
    assert levels[-1] == LAST
