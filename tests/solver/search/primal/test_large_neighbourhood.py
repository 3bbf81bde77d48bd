"""Neighbourhoods never make a plan worse, and the same seed takes the same steps."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.search.core.settings import DEFAULT
from solver.search.core.state import SearchOptions, SearchState
from solver.search.dual.tree import Tree
from solver.search.primal import large_neighbourhood as module
from solver.search.primal.large_neighbourhood import LargeNeighbourhoodSearch
from solver.search.primal.rounding import rounding
from tests.formulations.everything import matrix
from tests.solver.search.covering import begun, covering, drawn, optimum, whole_points

pytestmark = pytest.mark.slow


def steps(of: Matrix, seed: int, count: int) -> list[tuple[str, float]]:
    """Strategy and value after each of some steps from a rounded plan."""
    state, lp = begun(of, gap=1e-6, seed=seed, work=10_000)
    assert lp.x is not None
    assert rounding(state, lp.x, DEFAULT)
    neighbourhoods, values = LargeNeighbourhoodSearch(state, lp.x, DEFAULT), []
    for _ in range(count):
        before = state.objective
        better = neighbourhoods.step()
        assert state.objective <= before
        assert better == (state.objective < before)
        assert state.x is not None
        assert of.violation(state.x).relative <= 1e-6
        values.append((repr(sorted(neighbourhoods.scores.items())), state.objective))
    return values


@pytest.mark.parametrize("seed", [0, 1])
def test_the_same_seed_takes_the_same_steps(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under a limit of work the speed of the machine decides nothing: no choice of neighbourhoods, nor their scores."""
    of = matrix("made_on_lines")
    first = steps(of, seed, 3)
    ticks = itertools.count(0.0, 7.0)
    monkeypatch.setattr(module.time, "monotonic", lambda: next(ticks))
    assert steps(of, seed, 3) == first


@pytest.mark.parametrize("seed", range(4))
def test_steps_lead_from_a_bad_plan_towards_the_optimum(seed: int) -> None:
    """From the dearest plan there is, no step makes it worse, and a dozen bring it most of the way."""
    of = drawn(seed)
    points = whole_points(of)
    state, lp = begun(of)
    assert lp.x is not None
    worst = points[int((points @ of.cost).argmax())]
    assert state.submit_solution(worst, "worst")
    neighbourhoods, dearest = LargeNeighbourhoodSearch(state, lp.x, DEFAULT), state.objective
    for _ in range(12):
        before = state.objective
        neighbourhoods.step()
        assert state.objective <= before
    best = optimum(of)
    assert state.objective - best <= 0.1 * (dearest - best)


def test_at_the_optimum_no_step_is_better() -> None:
    """At the optimum every step is idle, and the plan stays what it was."""
    of = drawn(1)
    points = whole_points(of)
    state = SearchState(of, SearchOptions(Limits(gap=0.0)))
    best = points[int((points @ of.cost).argmin())]
    state.submit_solution(best, "best")
    neighbourhoods = LargeNeighbourhoodSearch(state, best, DEFAULT)
    assert not any(neighbourhoods.step() for _ in range(3))
    assert state.x is not None
    assert np.array_equal(state.x, best)


def test_a_plan_is_sought_in_the_tree_first_and_no_longer_when_it_has_no_part_left() -> None:
    """Without a plan all steps go to the tree; when each of its parts was tried, that neighbourhood is gone."""
    state, lp = begun(covering((6.0, 9.0), (1.0, 1.0), (1.0, 1.5), (1.5, 3.2)))
    assert lp.x is not None
    neighbourhoods = LargeNeighbourhoodSearch(state, lp.x, DEFAULT)
    assert not neighbourhoods.has_steps
    neighbourhoods.tree = Tree.of(state, lp, DEFAULT)
    assert neighbourhoods.tree is not None
    for _ in range(100):
        assert neighbourhoods.has_steps
        neighbourhoods.step()
        if "tree" not in neighbourhoods.scores:
            break
    assert "tree" not in neighbourhoods.scores
    assert state.x is not None
    assert not neighbourhoods.tree.seek()


def test_improving_a_given_plan_before_there_is_a_tree_leaves_the_tree_its_turn() -> None:
    """A run on a plan that was given comes before the tree is made; a plan is sought in it afterwards all the same."""
    of = covering((6.0, 9.0), (1.0, 1.0), (1.0, 1.5), (1.5, 3.2))
    state, lp = begun(of)
    state.submit_solution(whole_points(of)[-1], "known")
    assert lp.x is not None
    neighbourhoods = LargeNeighbourhoodSearch(state, lp.x, DEFAULT)
    neighbourhoods.run()
    neighbourhoods.tree = Tree.of(state, lp, DEFAULT)
    assert neighbourhoods.tree is not None
    neighbourhoods.step()
    assert neighbourhoods.tree.searched_nodes
