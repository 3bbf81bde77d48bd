"""A plan of which every flight can be loaded: designs share flights, and whole nodes are divided over them."""

from __future__ import annotations

from typing import Any

import pytest

from solver.milp.limits import Limits
from solver.milp.solution import Status
from solver.run.solve import Callbacks, Options, Outcome, solve_loaded
from tests.solver.small import loaded


def platform(mw: float, most: int) -> dict[str, Any]:
    """A node of 1 t and 1 MUSD for each MW, of which one line makes so many."""
    line = {"mw_per_year": mw * most, "cost_musd": 1.0, "lead_years": 0.0, "max_lines": 1}
    declared = {"mass_t": mw, "cost_musd": 1.0, "life_years": 5.0}
    return {"it_power_kw": 1000.0 * mw, "production_line": line, "declared": declared}


def solved(gw: float, platforms: dict[str, Any], payload_t: float, changes: dict[str, Any] | None = None) -> Outcome:
    """The outcome of one year with flights of 100 MUSD."""
    return solve_loaded(
        loaded(
            {
                "horizon.periods": [{"count": 1, "length": "year"}],
                "target.milestones": [{"date": "2031-01", "gw": gw}],
                "use.platforms": list(platforms),
                "platforms": platforms,
                "vehicles.van.payload_t": {"near": payload_t},
                "vehicles.van.flight_musd": 100.0,
                **(changes or {}),
            }
        ),
        Options(limits=Limits(gap=0.0)),
        Callbacks(),
    )


THIRDS = {"half": platform(30.0, 1), "third": platform(20.0, 2), "fifth": platform(12.0, 4)}
TWO_FLIGHTS = {"sites.cape": {"pads": 1, "max_pads": 1, "pad_musd": 0.0}, "vehicles.van.pad_days": 180.0}


def test_two_designs_share_a_flight() -> None:
    """Two nodes of 10 t and one of 20 t fill one flight of 40 t: 100 and 2 lines and 3 nodes of 1."""
    outcome = solved(0.04, {"small": platform(10.0, 2), "large": platform(20.0, 1)}, 40.0)
    assert outcome.checked
    assert outcome.objective == pytest.approx(105.0)


def test_nodes_that_cannot_be_divided_over_two_flights_get_a_third() -> None:
    """All nodes are 1.967 flights in sum: the bound counts two flights, the plan has three, and the gap says so."""
    outcome = solved(0.118, THIRDS, 60.0)
    assert outcome.plan is not None
    assert outcome.checked
    assert outcome.plan.decisions.flights == {("van", "near", 0): 3}
    assert outcome.objective == pytest.approx(310.0)
    assert outcome.bound == pytest.approx(210.0)
    assert outcome.status is Status.FEASIBLE


def test_a_budget_for_two_flights_carries_a_node_less() -> None:
    """Without one of the smallest nodes two flights hold the rest: 1/2 and 1/3, 1/3 and three of 1/5."""
    budget = {"objective": {"kind": "most_power", "budget_musd": 218.0}}
    outcome = solved(0.118, THIRDS, 60.0, budget)
    assert outcome.checked
    assert outcome.objective == pytest.approx(106 / 118)


def test_a_limit_of_two_flights_is_kept() -> None:
    """106 MW need all nodes but one, in two flights; all nodes fit no two flights, so 118 MW are infeasible."""
    assert solved(0.106, THIRDS, 60.0, TWO_FLIGHTS).objective == pytest.approx(209.0)
    outcome = solved(0.118, THIRDS, 60.0, TWO_FLIGHTS)
    assert (outcome.status, outcome.plan) == (Status.INFEASIBLE, None)
    (reason,) = outcome.reasons
    assert (reason.constraint, reason.allows, reason.needs) == ("launch.fit", 2, 3)
    assert reason.key == "vehicles.van.payload_t.near"


def test_other_nodes_are_taken_where_these_cannot_be_divided() -> None:
    """With a dear spare node of 12 MW each, six thirds of a flight fill two flights: the loads that do not fit go."""
    spare = platform(20.0, 6)
    spare["declared"]["cost_musd"] = 30.0
    outcome = solved(0.118, {**THIRDS, "spare": spare}, 60.0, TWO_FLIGHTS)
    assert outcome.checked
    assert outcome.plan is not None
    assert outcome.plan.decisions.flights == {("van", "near", 0): 2}
