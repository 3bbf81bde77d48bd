"""Flight rounding cuts raise the bound where flights are few, and every plan satisfies them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from solver.derive import derive
from solver.design.candidates import candidate_designs
from solver.instance.read import read
from solver.milp.compile import compile_model
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.search.core.settings import DEFAULT
from solver.search.core.state import SearchOptions, SearchState
from solver.search.dual.flight_cuts import CUT_ROW, with_flight_cuts
from solver.search.engine.search import search
from solver.tune.cases import compile_instance
from tests.contracts.test_tiny import instance as tiny
from tests.pipeline import EXACT
from tests.solver.cutting import optimum_under

pytestmark = pytest.mark.slow

TIERS = Path(__file__).parents[4] / "instances" / "tiers"


@cache
def tier(name: str) -> Matrix:
    """A tier's matrix."""
    return compile_instance(read(TIERS / f"{name}-seed1.yaml").instance)[0]


def cut(matrix: Matrix, gap: float = 0.005) -> tuple[SearchState, float]:
    """A search state whose matrix has the cuts, and the bound of the LP without them."""
    state = SearchState(matrix, SearchOptions(Limits(gap=gap)))
    lp = solve(matrix, Limits(), relax=True)
    state.basis = lp.basis
    tight = with_flight_cuts(state, lp)
    assert tight.bound == pytest.approx(max(lp.bound, state.bound))
    assert solve(state.matrix, Limits(), relax=True).bound == pytest.approx(tight.bound)
    return state, lp.bound


def test_one_flight_a_quarter() -> None:
    """The bound rises by more than 1.5 %, verified, and plans found without cuts keep all of them."""
    matrix = tier("s-1")
    state, before = cut(matrix)
    assert state.bound > 1.015 * before
    assert state.incumbent.certificate == "lp_verified"
    rows = state.matrix.rows_of(CUT_ROW)
    assert rows.size
    for seed in (0, 1, 2):
        settings = replace(DEFAULT, cut_passes=0, first=("rounding", "sequential_fixing", "investment_mip")[seed])
        options = SearchOptions(Limits(seed=seed, gap=0.05), "search", proof=False, settings=settings)
        plan = search(matrix, options)
        assert plan.x is not None
        short = state.matrix.row_lower[rows] - (state.matrix.a @ plan.x)[rows]
        assert np.all(short <= 0.0)


def test_a_hundred_flights_a_quarter() -> None:
    """With hundreds of flights rounding gains little: no cut is added."""
    matrix = tier("s-100")
    state, before = cut(matrix)
    assert state.matrix.rows_of(CUT_ROW).size == 0
    assert solve(state.matrix, Limits(), relax=True).bound == pytest.approx(before)


@pytest.mark.parametrize("name", ["compute", "delivered", "derelicts", "learning_nodes", "losses", "object_years"])
def test_the_optimum_stays(name: str) -> None:
    """The cuts of the tiny instances that have some leave their optimum unchanged."""
    given = tiny(name)
    matrix = compile_model(derive(given, candidate_designs(given), gap=0.0).coefficients)
    state, _ = cut(matrix, gap=1e-9)
    assert state.matrix.rows_of(CUT_ROW).size
    best = solve(matrix, EXACT)
    assert optimum_under(state.matrix, best) == pytest.approx(best.objective, rel=1e-6, abs=1e-9)


def test_without_passes_there_are_no_cuts() -> None:
    """Settings with no cut passes give a search without cuts; the default has them."""
    matrix = tier("s-1")
    options = SearchOptions(Limits(gap=0.05), "search", settings=replace(DEFAULT, cut_passes=0))
    events: list[str] = []
    search(matrix, replace(options, on_event=lambda event: events.append(event.stage)))
    assert "cuts" not in events
    search(matrix, replace(options, settings=DEFAULT, on_event=lambda event: events.append(event.stage)))
    assert "cuts" in events


def test_a_plan_known_before_stays_one() -> None:
    """A search that begins with a plan gets its cuts all the same, and ends with no worse a plan."""
    matrix = tier("s-1")
    options = SearchOptions(Limits(gap=0.05), "search", proof=False)
    known = search(matrix, options)
    assert known.x is not None
    assert known.objective is not None
    found = search(matrix, replace(options, limits=Limits(gap=0.01), proof=True), known.incumbent)
    assert found.objective is not None
    assert found.objective <= known.objective
    assert found.gap is not None
    assert found.gap <= 0.01
