"""Bounds of claims from one warm LP relaxation are those of separate ones; a plan without columns keeps to them."""

from __future__ import annotations

import threading
from itertools import combinations

import numpy as np
import pytest

from solver.ask.alternatives.claim_bounds import ClaimBounds
from solver.ask.alternatives.refutation import linked_plan, nearest_first, plan_without
from solver.derive import derive
from solver.design.candidates import selected_designs
from solver.instance.read import read
from solver.milp.compile import compile_model
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Indices
from solver.search.engine.search import search
from solver.search.variants.near_optimal import NearOptimal, neighbourhood_search
from solver.search.variants.plan_features import features_of
from tests.pipeline import INSTANCES

SECONDS = 30.0


@pytest.fixture(scope="module")
def model() -> tuple[NearOptimal, dict[str, Indices]]:
    """Plans of three shells of which the best costs 320, up to twice its cost, and the columns of each shell."""
    instance = read(INSTANCES / "tiny" / "shells.yaml").instance
    derived = derive(instance, selected_designs(instance)[0], gap=0.0)
    matrix = compile_model(derived.coefficients)
    best = solve(matrix, Limits(gap=0.0)).objective
    assert best is not None
    near = NearOptimal(matrix, search, neighbourhood_search, best, 2.0 * best, threading.Event())
    return near, {f.name: f.columns for f in features_of(instance, derived, matrix).all if f.group == "shells"}


def test_bounds_are_those_of_lps_from_scratch(model: tuple[NearOptimal, dict[str, Indices]]) -> None:
    """Whatever was closed before, the bound without some shells is that of an LP of its own, up to ``most``."""
    near, shells = model
    bounds = ClaimBounds(near)
    closings = [np.concatenate(some) for size in (1, 2, 1) for some in combinations(shells.values(), size)]
    found = [bounds.without(columns, SECONDS) for columns in closings]
    alone = [near.bound_without(columns, SECONDS).bound for columns in closings]
    assert len(set(alone)) > 2
    assert found == pytest.approx([bound if np.isinf(bound) else min(bound, bounds.most) for bound in alone])


def test_sets_are_closed_together_while_that_is_cheap(model: tuple[NearOptimal, dict[str, Indices]]) -> None:
    """A set is left out where the LP relaxation cannot afford it beside those before it; the first one never is."""
    near, shells = model
    bounds = ClaimBounds(near)
    closings = [shells["near"], shells["far"], shells["next"]]
    costs = [near.bound_without(np.union1d(closings[0], more), SECONDS).bound for more in closings[1:]]
    between = np.mean([min(cost, bounds.most) for cost in costs])
    cheap = 1 + int(np.argmin(costs))
    assert bounds.cheap_together(closings, float(between), SECONDS) == [0, cheap]
    assert bounds.cheap_together(closings, near.best - 1.0, SECONDS) == [0]


@pytest.mark.parametrize("known", [True, False])
def test_a_plan_without_a_shell_is_within_the_limit(model: tuple[NearOptimal, dict[str, Indices]], known: bool) -> None:
    """Without the next shell a plan costs 344 and not 320: one is found within twice the best cost, none within 1 %."""
    near, shells = model
    columns = shells["next"]
    optimum = ClaimBounds(near).optimum(columns, SECONDS) if known else None
    found = plan_without(near, columns, optimum, SECONDS)
    assert found is not None
    assert found.x is not None
    assert not found.x[columns].any()
    assert near.best * 344.0 / 320.0 <= near.matrix.value(found.x) * (1 + 1e-9) <= near.limit * (1 + 1e-9)
    tight = NearOptimal(near.matrix, search, neighbourhood_search, near.best, 1.01 * near.best, threading.Event())
    assert plan_without(tight, columns, optimum, SECONDS) is None


def test_a_plan_lies_between_a_known_one_and_the_lp_optimum(model: tuple[NearOptimal, dict[str, Indices]]) -> None:
    """Without the next shell a plan costs 344: the best plan and the LP optimum enclose one within twice the best."""
    near, shells = model
    columns, best = shells["next"], solve(near.matrix, Limits(gap=0.0)).x
    optimum = ClaimBounds(near).optimum(columns, SECONDS)
    assert best is not None
    assert best[columns].any()
    assert optimum is not None
    found = linked_plan(near, columns, optimum, [best], SECONDS)
    assert found is not None
    assert found.x is not None
    assert not found.x[columns].any()
    assert near.best * 344.0 / 320.0 <= near.matrix.value(found.x) * (1 + 1e-9) <= near.limit * (1 + 1e-9)
    tight = NearOptimal(near.matrix, search, neighbourhood_search, near.best, 1.01 * near.best, threading.Event())
    assert linked_plan(tight, columns, optimum, [best], SECONDS) is None
    assert linked_plan(near, columns, optimum, [], SECONDS) is None


def test_known_plans_that_use_least_come_first() -> None:
    """Each set counts by its largest use: 1 of 2 and 1 of 10 is less than 2 of 2 alone, and than 10 of 10."""
    points = [np.array([2.0, 0.0, 5.0]), np.array([1.0, 1.0, 5.0]), np.array([0.0, 10.0, 5.0])]
    order = nearest_first(points, [np.array([0]), np.array([1])])
    assert [point[0] for point in order] == [1.0, 2.0, 0.0]
