"""The reported window of a plan with a tail: level demand after it, its own money, and what covers more."""

from __future__ import annotations

from typing import Any

import pytest

from solver.horizon.periods import PlanningHorizon
from solver.milp.limits import Limits
from solver.report.summary import summary_lines
from solver.run.manifest import manifest
from solver.run.solve import Callbacks, Options, Outcome, solve_loaded
from solver.tables.figures import figures_of
from solver.tables.plan_state import PlanState, state_of
from tests.solver.small import derived, loaded, small

SHORT: dict[str, Any] = {
    "horizon.discount_share_per_year": 0.1,
    "platforms.cube.declared": {"mass_t": 10.0, "cost_musd": 10.0, "life_years": 2.0},
    "money.salvage": "straight_line",
}


def solved(tail_years: int, changes: dict[str, Any] | None = None) -> tuple[Outcome, PlanState]:
    """The optimal plan of the small instance with a tail, and its state."""
    found = loaded({**SHORT, **(changes or {}), "horizon.tail_years": tail_years})
    outcome = solve_loaded(found, Options(limits=Limits(gap=0.0)), Callbacks())
    assert outcome.checked
    assert outcome.plan is not None
    return outcome, state_of(found.instance, outcome.plan)


@pytest.mark.parametrize(
    ("kind", "key", "per_year"), [("power_alive", "gw", False), ("power_added", "gw_per_year", True)]
)
def test_demand_in_the_tail_is_that_of_the_last_period(kind: str, key: str, per_year: bool) -> None:
    """A linear path rises to the last quarter of the window; the years of the tail ask that value, or that rate."""
    target = {
        "kind": kind,
        "interpolation": "linear",
        "milestones": [{"date": "2030-02", key: 0.01}, {"date": "2030-11", key: 0.04}],
    }
    found = derived(
        small({"horizon.periods": [{"count": 4, "length": "quarter"}], "target": target, "horizon.tail_years": 2})
    )
    demand = found.coefficients.target.demand
    assert len(demand) == 6
    assert demand[4] == demand[5] == pytest.approx(demand[3] * (4 if per_year else 1))


def test_the_tail_is_yearly_and_not_part_of_the_window() -> None:
    """Two quarters and a tail of two years end after 3, 6, 18 and 30 months."""
    horizon = PlanningHorizon.of(small({"horizon.periods": [{"count": 2, "length": "quarter"}], "horizon.tail_years": 2,
                                        "target.milestones": [{"date": "2030-07", "gw": 0.04}]}).horizon)  # fmt: skip
    assert [horizon.end(t) * 12 for t in horizon.periods] == [3, 6, 18, 30]
    assert horizon.window == (0, 1)


def test_objective_covers_the_tail_and_figures_the_window() -> None:
    """Nodes of two years are flown in 2030 and 2032, and again in the tail, in 2034.

    A flight of 20 carries four nodes of 10. In the window two flights are paid; four nodes are left with three
    quarters of their life. The tail pays a third one, of which three quarters of the nodes are left at its end.
    """
    outcome, state = solved(2)
    paid, left = 60.0, 40 * 0.75
    flights = [paid / 1.1**year for year in (0.5, 2.5, 4.5)]
    assert outcome.objective == pytest.approx(sum(flights) - left / 1.1**5)
    figures = figures_of(state)
    assert figures.net_musd == pytest.approx(sum(flights[:2]) - left / 1.1**3)
    assert len(state.horizon.periods) == len(state.delivered) == 3
    assert figures.flights == 2
    text = "\n".join(summary_lines(state, manifest(outcome, "a", "b")))
    assert "figures are those of 2030 to 2032, levelised " in text
    assert "; plan, objective, levelised cost and bounds cover 2 more years" in text


def test_a_plan_without_a_tail_is_reported_whole() -> None:
    """Objective and net present cost agree where nothing is planned after the window."""
    outcome, state = solved(0)
    assert figures_of(state).net_musd == pytest.approx(outcome.objective)


def test_a_tail_takes_the_place_of_short_lives_at_the_end() -> None:
    """For the last year alone a node of one year at 6 is cheaper than one of six years at 20; with a tail it is not."""
    both: dict[str, Any] = {
        "money.salvage": "none",
        "use.platforms": ["cube", "brief"],
        "platforms.cube.declared": {"mass_t": 10.0, "cost_musd": 20.0, "life_years": 6.0},
        "platforms.brief": {
            "it_power_kw": 10_000.0, "declared": {"mass_t": 10.0, "cost_musd": 6.0, "life_years": 1.0},
        },
        "target.milestones": [{"date": "2033-01", "gw": 0.04}],
    }  # fmt: skip
    assert {k for k, _, _ in solved(0, both)[1].loaded} == {"brief"}
    assert {k for k, _, _ in solved(4, both)[1].loaded} == {"cube"}
