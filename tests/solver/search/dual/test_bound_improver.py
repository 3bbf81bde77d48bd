"""Bounds of branch and bound are valid at each level of integer columns, and tight at the last level."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.milp.limits import LARGEST_INTEGER
from solver.milp.solution import Limit, Reason, Solution, Termination
from solver.search.core.settings import DEFAULT
from solver.search.dual.bound_improver import LAST, BoundImprover
from tests.solver.search.covering import begun, drawn, optimum, whole_only, whole_points

SEEDS = st.integers(0, 2**32 - 1)


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(SEEDS, st.booleans())
def test_bounds_hold_at_every_level(seed: int, known: bool) -> None:
    """With or without a start plan every bound is below the optimum; the last level ends at the optimum."""
    of = drawn(seed)
    state, lp = begun(of)
    best = optimum(of)
    if known:
        state.submit_solution(whole_points(of)[-1], "known")
    bound_improver, levels = BoundImprover(state, lp, DEFAULT), []
    while not state.done and len(levels) < 2 * LAST:
        levels.append(bound_improver.level)
        bound_improver.step()
        assert state.bound <= best + 1e-5
        assert state.objective >= best - 1e-6
    assert state.done
    assert state.objective == pytest.approx(best, abs=1e-5)
    assert levels == sorted(levels) != []
    assert not bound_improver.infeasible


def test_integer_infeasibility_is_proven() -> None:
    """Without a plan, a level without a point proves that there is none."""
    state, lp = begun(whole_only(11.0))
    bound_improver = BoundImprover(state, lp, DEFAULT)
    bound_improver.step()
    assert bound_improver.infeasible
    assert state.x is None


@pytest.mark.parametrize(("last_seconds", "another"), [(10.0, True), (80.0, True), (90.0, False)])
def test_another_run_comes_while_it_can_take_longer_than_the_last(
    monkeypatch: pytest.MonkeyPatch, last_seconds: float, another: bool
) -> None:
    """Another run starts while the rest of 100 s exceeds the time that the last run took, not its limit."""
    state, lp = begun(drawn(0))
    state.options = replace(state.options, limits=replace(state.options.limits, seconds=100.0))
    bound_improver = BoundImprover(state, lp, DEFAULT, level=LAST)
    found = Solution(Termination.at(Limit.WORK), seconds=last_seconds)
    monkeypatch.setattr("solver.search.dual.bound_improver.solve_with_totals", lambda *_, **__: found)
    bound_improver.step()
    assert bound_improver.has_time is another


def test_a_limit_of_nodes_stays_one_that_highs_can_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many runs end unfinished, the doubled limit of nodes fits into 32 bits."""
    state, lp = begun(drawn(0))
    state.options = replace(state.options, limits=replace(state.options.limits, seconds=100.0))
    bound_improver = BoundImprover(state, lp, DEFAULT, level=LAST)
    for solver in ("solve_with_totals", "solve_sub_mip"):
        monkeypatch.setattr(
            f"solver.search.dual.bound_improver.{solver}", lambda *_, **__: Solution(Termination.at(Limit.TIME))
        )
    for _ in range(40):
        bound_improver.step()
    assert bound_improver.nodes == LARGEST_INTEGER


def test_a_small_model_goes_from_flights_to_all_columns_and_on_without_totals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Levels without wide flights bound less than flights that ended; what totals do not end is run without them."""
    state, lp = begun(drawn(0))
    state.options = replace(state.options, limits=replace(state.options.limits, seconds=100.0))
    bound_improver, runs = BoundImprover(state, lp, DEFAULT, level=1), list[tuple[str, int]]()

    def run(name: str, ended: Solution) -> Callable[..., Solution]:
        return lambda *_, **__: (runs.append((name, bound_improver.level)), ended)[1]

    closed = Solution(Termination(Reason.GAP))
    place = "solver.search.dual.bound_improver"
    monkeypatch.setattr(f"{place}.solve_with_totals", run("totals", closed))
    bound_improver._run()
    monkeypatch.setattr(f"{place}.solve_with_totals", run("totals", Solution(Termination.at(Limit.TIME), seconds=9.0)))
    monkeypatch.setattr(f"{place}.solve_sub_mip", run("plain", Solution(Termination.at(Limit.TIME), seconds=9.0)))
    bound_improver._run()
    assert bound_improver._time_limit() == pytest.approx(75.0, abs=2.0)
    bound_improver._run()
    assert runs == [("totals", 1), ("totals", LAST), ("plain", LAST)]
