"""The cut loop: its cuts are valid for every survivable plan, it ends, and it reports the cost of survivability."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from formulations.names import Var
from solver.instance.read import Loaded
from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Matrix
from solver.milp.solution import Status
from solver.run.solve import Callbacks, Options, solve_loaded
from solver.search.core.state import SearchOptions
from solver.search.engine.search import search
from solver.search.variants import survivable_search as module
from solver.search.variants.failure_cuts import ContingencyCut, FailureCutSeparator
from solver.search.variants.survivable_search import CutLoop, survivable_search
from tests.solver.networked import GATEWAY, networked
from tests.solver.small import matrix_of

pytestmark = pytest.mark.slow

TWO: dict[str, Any] = {
    "shells.far": {"orbit": "dawn_dusk", "altitude_km": 900.0, "slots": 16.0},
    "network.shells.near": {"planes": 4, "hops": 1.0, "relays": ["far"], "relay_share": 0.3},
    "network.shells.far": {"planes": 2, "hops": 1.0},
    "network.gateways": {"dish": GATEWAY, "bowl": {**GATEWAY, "region": "south", "cost_musd": 6.0}},
    "vehicles.van.payload_t": {"near": 40.0, "far": 20.0},
    "use.shells": ["near", "far"],
}
FAILURES: dict[str, Any] = {
    "any_shell": {"outage": "shell", "served_share": 0.5},
    "any_plane": {"outage": "plane", "served_share": 0.9},
    "any_region": {"outage": "region", "served_share": 0.7},
    "worst": {"outage": "gateways", "count": 1, "served_share": 0.8},
    "storm": {"outage": "storm", "served_share": 0.6, "shells": {"near": 0.5}, "gateways": {"dish": 0.5}},
}
EXACT = SearchOptions(Limits(gap=0.0, seconds=60))
INSTANCE = networked({**TWO, "network.contingencies": FAILURES, "target.unmet_penalty_musd": 5000.0})
DERIVED, MATRIX = matrix_of(INSTANCE)
SEPARATOR = FailureCutSeparator(INSTANCE, DERIVED, MATRIX)
SIZES = {
    Var.TARGET_UNMET: 0.02, Var.NETWORK_ALIVE: 0.2, Var.NETWORK_LINK_CAPACITY: 0.2, Var.NETWORK_DOWNLINK_CAPACITY: 5.0,
    Var.NETWORK_ORDERED: 8.0,
}  # fmt: skip
AMOUNTS = st.floats(0.0, 1.0).map(lambda share: share**3)
PLENTY = st.floats(0.3, 1.0)


def _vector(amounts: list[float]) -> Floats:
    """A vector in which only what the network hangs on is set, at up to a few times what is needed."""
    x = np.zeros(MATRIX.columns)
    columns = [(j, size) for variable, size in SIZES.items() for j in MATRIX.columns_of(variable).tolist()]
    for (j, size), amount in zip(columns, amounts * len(columns), strict=False):
        x[j] = size * amount
    return x


def _holds(row: ContingencyCut, x: Floats) -> bool:
    return sum(value * x[j] for j, value in row.terms.items()) >= row.rhs - 1e-9


@settings(max_examples=60, deadline=None)
@given(st.lists(AMOUNTS, min_size=18, max_size=18), st.lists(PLENTY, min_size=18, max_size=18), st.booleans())
def test_cuts_of_one_plan_are_valid_for_every_survivable_plan(
    one: list[float], other: list[float], first: bool
) -> None:
    """Cuts separated at any vector cut off no vector that survives, not even one that hardly does."""
    rows, x = SEPARATOR.separate(_vector(one), first), _vector(other)
    surviving = [share * x for share in (0.25, 0.5, 0.75, 1.0) if not SEPARATOR.violated(share * x)]
    assume(surviving)
    assert all(_holds(row, surviving[0]) for row in rows)


@settings(max_examples=40, deadline=None)
@given(st.lists(AMOUNTS, min_size=18, max_size=18))
def test_a_plan_that_does_not_survive_violates_its_own_cut(amounts: list[float]) -> None:
    """There is progress in every round: a vector that does not survive is cut off."""
    x = _vector(amounts)
    assume(SEPARATOR.violated(x))
    assert not all(_holds(row, x) for row in SEPARATOR.separate(x, first=False))


def test_enough_of_everything_survives() -> None:
    """The vector with all amounts at their largest survives every failure, so the tests above see both sides."""
    assert not SEPARATOR.violated(_vector([1.0]))
    assert SEPARATOR.violated(_vector([0.0]))


def test_the_loop_ends_with_a_plan_that_survives_at_least_cost() -> None:
    """Its plan survives and is the best of the model with all rows, and the bound of the first search is kept."""
    found = survivable_search(INSTANCE, DERIVED, search, warm=True)(MATRIX, EXACT)
    assert found.status is Status.OPTIMAL
    assert found.x is not None
    assert not SEPARATOR.violated(found.x)
    assert found.matrix is not None
    assert found.survivability is not None
    again = search(found.matrix, EXACT)
    assert found.objective == pytest.approx(again.objective)
    without = found.survivability.without
    assert without.objective is not None
    assert found.objective is not None
    assert found.objective > without.objective
    assert found.matrix.rows == MATRIX.rows + found.survivability.rows
    assert without.bound <= found.bound + 1e-9


def test_without_contingencies_there_is_no_loop() -> None:
    """Without failures in the instance the search stays as it is."""
    instance = networked()
    derived, _ = matrix_of(instance)
    assert survivable_search(instance, derived, search, warm=True) is search


def test_survivability_of_a_survivable_optimum_is_free() -> None:
    """Failures that the cheapest plan survives add no row, and cost with and without are the same."""
    easy = {"any_plane": {"outage": "plane", "served_share": 0.1}}
    instance = networked({**TWO, "network.contingencies": easy})
    derived, matrix = matrix_of(instance)
    found = CutLoop(instance, derived, search, warm=True)(matrix, EXACT)
    assert found.survivability is not None
    assert (found.survivability.rounds, found.survivability.rows) == (0, 0)
    assert found.objective == found.survivability.without.objective
    assert found.matrix is not None
    assert found.matrix.rows == matrix.rows


def test_an_unsurvivable_contingency_is_infeasible() -> None:
    """One shell alone cannot survive its own loss: the matrix with the rows has no plan."""
    instance = networked({"network.contingencies": {"any_shell": {"outage": "shell", "served_share": 0.5}}})
    derived, matrix = matrix_of(instance)
    found = CutLoop(instance, derived, search, warm=True)(matrix, EXACT)
    assert found.status is Status.INFEASIBLE
    assert found.matrix is not None
    assert found.matrix.rows_of("network.contingency").size > 0


def test_repair_starts_the_second_search_of_a_large_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a large model a plan that violates a cut is repaired before the next search."""
    given_plans: list[Floats | None] = []

    def inner_search(matrix: Matrix, options: SearchOptions, start: Any = None, basis: Any = None) -> Any:
        given_plans.append(None if start is None else start.x)
        return search(matrix, options, start, basis)

    monkeypatch.setattr(module, "EXACT_BELOW_INTEGERS", 0)
    monkeypatch.setattr(module._Loop, "_relaxed", lambda _self, matrix, *_: (matrix, None))
    found = CutLoop(INSTANCE, DERIVED, inner_search, warm=True)(MATRIX, EXACT)
    assert found.status is Status.OPTIMAL
    assert given_plans[0] is None
    assert given_plans[1] is not None
    # The cost of survivability is searched from the survivable plan, and a cheaper plan without it is found.
    assert found.survivability is not None
    assert found.objective is not None
    without = found.survivability.without
    assert without.objective is not None
    assert without.bound <= without.objective < found.objective
    assert without.objective == pytest.approx(0.07)


QUESTIONS: dict[str, tuple[dict[str, Any], float, float | None]] = {
    "least_cost": ({}, 112.0, 70.0),
    "most_power": ({"objective": {"kind": "most_power", "budget_musd": 300.0}}, 3.0, 4.0),
    "earliest_date": ({"objective": {"kind": "earliest_date"}, "network.gateways.dish.lead_years": 1.0}, 1, None),
    "priced": ({"target.unmet_penalty_musd": 5000.0}, 112.0, 70.0),
}


@pytest.mark.parametrize("question", sorted(QUESTIONS))
def test_every_objective_may_require_survivability(question: str) -> None:
    """Cost, power and date alike come with a plan that the checker is content with, and with what they were without."""
    changes, objective, without = QUESTIONS[question]
    instance = networked({**TWO, "network.contingencies": FAILURES, **changes})
    loaded = Loaded(instance, {}, (), instance.model_dump(by_alias=True), "")
    found = solve_loaded(loaded, Options(EXACT.limits), Callbacks())
    assert found.status == "optimal"
    assert [str(violation) for violation in found.violations] == []
    assert found.objective == pytest.approx(objective)
    assert found.survivability is not None
    assert found.survivability["objective_without"] == (None if without is None else pytest.approx(without))
