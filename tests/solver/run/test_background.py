"""Background flights of other customers: no plan flies empty to be allowed more later."""

from __future__ import annotations

from typing import Any

import pytest

from solver.check import check
from solver.milp.limits import Limits
from solver.run.solve import Callbacks, Options, Outcome, solve_loaded
from solver.tables import figures_of, state_of
from solver.tables.active_limits import limit_usages
from tests.solver.small import loaded, small

# Four flights of one node each, all in the third year, for nodes that live a year; the rate doubles from 1 a year.
RAMP: dict[str, Any] = {
    "vehicles.van.payload_t": {"near": 10.0},
    "vehicles.van.flights_per_year": {"start_per_year": 1.0, "growth_share_per_year": 1.0},
    "platforms.cube.declared.life_years": 1.0,
    "target.milestones": [{"date": "2033-01", "gw": 0.04}],
}


def solved(background: bool) -> Outcome:
    """The optimal plan with and without other customers."""
    changes = {**RAMP, "vehicles.van.background_flights": background}
    outcome = solve_loaded(loaded(changes), Options(limits=Limits(gap=0.0)), Callbacks())
    assert outcome.checked
    return outcome


def test_others_keep_the_ramp_up() -> None:
    """Alone the plan flies 1 and 2 flights empty before its 4, for 60 MUSD; beside others it flies 4."""
    alone, beside = solved(False), solved(True)
    assert (alone.objective, beside.objective) == (pytest.approx(180.0), pytest.approx(120.0))
    for outcome, flights, empty in ((alone, 7, 3), (beside, 4, 0)):
        assert outcome.plan is not None
        figures = figures_of(state_of(outcome.loaded.instance, outcome.plan))
        assert (figures.flights, figures.empty_flights) == (flights, empty)


def test_the_checker_knows_who_practised() -> None:
    """The plan beside others breaks the growth of a vehicle without them; with them no limit on growth is listed."""
    plan = solved(True).plan
    assert plan is not None
    assert {v.constraint for v in check(small(RAMP), plan)} == {"launch.growth"}
    with_others = state_of(small({**RAMP, "vehicles.van.background_flights": True}), plan)
    assert "launch.growth" not in {use[0] for use in limit_usages(with_others)}
    assert "launch.cadence" in {use[0] for use in limit_usages(with_others)}
