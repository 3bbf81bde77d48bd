"""What a flight carries, when a thing that was ordered arrives, and that no bound takes a plan away."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.derive.launch import nodes_per_flight
from solver.design.candidates import candidate_designs
from solver.horizon.periods import PlanningHorizon
from solver.instance.schema import Horizon
from solver.instance.transport import Vehicle
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.solution import Status
from solver.plan import Design
from tests.formulations.everything import VARIANTS, matrix
from tests.solver.small import LINE, OWNED, derived, raw, small, years

MIXED = [{"count": 4, "length": "quarter"}, {"count": 2, "length": "half_year"}, {"count": 3, "length": "year"}]


def van(payload_t: float, volume_m3: float = 1000.0) -> Vehicle:
    """A vehicle that lifts so much to the shell of the small instance."""
    return small({"vehicles.van.payload_t": {"near": payload_t}, "vehicles.van.volume_m3": volume_m3}).vehicles["van"]


def cube(mass_t: float, stowed_m3: float) -> Design:
    """A node of such a mass and volume."""
    declared = {"mass_t": mass_t, "cost_musd": 10.0, "life_years": 20.0, "stowed_m3": stowed_m3}
    (node,) = candidate_designs(small({"platforms.cube.declared": declared}))
    return node


@pytest.mark.parametrize(
    ("payload_t", "volume_m3", "mass_t", "stowed_m3", "whole"),
    [(45, 100, 10, 5, 4), (45, 14, 10, 5, 2), (9, 100, 10, 5, 0), (0.3, 100, 0.1, 0.1, 3)],
)
def test_a_flight_carries_whole_nodes_that_fit_by_mass_and_volume(
    payload_t: float, volume_m3: float, mass_t: float, stowed_m3: float, whole: int
) -> None:
    """The lesser of payload over mass and room over stowed volume, rounded down, but for float dust."""
    assert nodes_per_flight(van(payload_t, volume_m3), cube(mass_t, stowed_m3)) == whole


@settings(max_examples=40, deadline=None)
@given(st.floats(0.1, 200.0), st.floats(0.1, 20.0), st.floats(0.1, 20.0))
def test_a_full_flight_is_never_overloaded(payload_t: float, mass_t: float, stowed_m3: float) -> None:
    """As many nodes as are said to fit do fit, and one more does not."""
    vehicle, node = van(payload_t, 100.0), cube(mass_t, stowed_m3)
    n = nodes_per_flight(vehicle, node)
    assert n * node.mass_t <= payload_t * (1 + 1e-6)
    assert n * stowed_m3 <= 100.0 * (1 + 1e-6)
    assert (n + 1) * max(node.mass_t / payload_t, stowed_m3 / 100.0) > 1.0


def test_a_shell_out_of_reach_carries_nothing() -> None:
    """A vehicle that does not name a shell has no route to it."""
    far_van = {**raw()["vehicles"]["van"], "payload_t": {"near": 40.0, "far": 20.0}}
    changes = {"shells.far": {"orbit": "dawn_dusk", "altitude_km": 900.0}, "use.shells": ["near", "far"]}
    instance = small({**changes, "vehicles.far_van": far_van, "use.vehicles": ["van", "far_van"]})
    launch = derived(instance).coefficients.launch
    assert {(v, s) for v, s, _ in launch.routes} == {("van", "near"), ("far_van", "near"), ("far_van", "far")}
    carried = {("van", "cube", "near"): 4, ("far_van", "cube", "near"): 4, ("far_van", "cube", "far"): 2}
    assert launch.nodes_per_flight == carried


@pytest.mark.parametrize(("lag", "arrivals"), [(0.0, {0: 0, 5: 5, 8: 8}), (0.5, {0: 2, 2: 4, 3: 5, 5: 6, 6: 7, 8: 9})])
def test_arrivals_hold_in_years_whatever_the_lengths_of_periods(lag: float, arrivals: dict[int, int]) -> None:
    """A thing is there in the first period whose middle lies at least the lag after the middle of its order.

    Half a year after the middle of the first quarter is the middle of the third; after that of the third (0.625) the
    first half-year's middle (1.25) comes next; after that of the second half-year (1.75) the next year's (2.5).
    """
    horizon = PlanningHorizon.of(Horizon.model_validate({"start": "2030-01", "periods": MIXED}))
    assert {q: horizon.arrival(q, lag) for q in arrivals} == arrivals


@settings(max_examples=40, deadline=None)
@given(st.floats(0.0, 5.0), st.integers(0, 8))
def test_nothing_arrives_before_its_lag_nor_later_than_it_must(lag: float, q: int) -> None:
    """A thing arrives in the first period whose middle lies the lag after that of its order, or after the horizon."""
    horizon = PlanningHorizon.of(Horizon.model_validate({"start": "2030-01", "periods": MIXED}))
    waits = {t: horizon.middle(t) - horizon.middle(q) for t in range(q, 9)}
    assert horizon.arrival(q, lag) == min([t for t, waited in waits.items() if waited >= lag - 1e-6], default=9)


def test_orders_that_would_come_too_late_are_not_offered() -> None:
    """With a lag of a year, vehicles, pads and lines ordered in the last of three years are of no use."""
    launch = derived(small({"vehicles.van.fleet": OWNED})).coefficients.launch
    assert launch.orders == (("van", 0), ("van", 1))
    assert launch.arriving == {("van", 1): (0,), ("van", 2): (1,)}
    pads = {"pads": 1, "max_pads": 2, "pad_musd": 5.0, "pad_lead_years": 1.0}
    launch = derived(small({"sites.cape": pads})).coefficients.launch
    assert launch.pad_orders == (("cape", 0), ("cape", 1))
    assert {t: launch.pads_ready["cape", t] for t in range(3)} == {0: (), 1: (0,), 2: (0, 1)}


def test_lines_wait_for_development_and_for_their_own_lead() -> None:
    """Developed within the first of four years, ordered in the second, a line makes nodes from the third year on."""
    changes = {
        "horizon.periods": years(4),
        "platforms.cube.development_years": 1.0,
        "platforms.cube.production_line": LINE,
    }
    changes["target.milestones"] = [{"date": "2034-01", "gw": 0.02}]
    lines = derived(small(changes)).coefficients.lines
    assert lines.orders == (("cube", 1), ("cube", 2))
    assert lines.latest_development == {("cube", 1): 0, ("cube", 2): 1}
    assert [lines.ready["cube", t] for t in range(4)] == [(), (), (1,), (1, 2)]
    assert lines.gw_per_year == {"cube": pytest.approx(0.02)}


def test_flights_are_bounded_by_pads_fleet_and_ramp() -> None:
    """A pad taken for 36.525 days has ten flights a year, two vehicles of 73.05 days have ten, a ramp of 7 has 7."""
    pad = {"pads": 1, "max_pads": 1, "pad_musd": 0.0}
    changes: dict[str, Any] = {"sites.cape": pad, "vehicles.van.pad_days": 36.525}
    assert flights(changes) == 10
    two = {**OWNED, "initial": 1, "production_per_year": {"start_per_year": 1.0}}
    # The second vehicle comes in the second year.
    changes = {"vehicles.van.fleet": two, "vehicles.van.pad_days": 1.0}
    assert (flights(changes), flights(changes, 1)) == (5, 10)
    assert flights({"vehicles.van.flights_per_year": {"start_per_year": 7.0}}) == 7


def flights(changes: dict[str, Any], t: int = 0) -> float:
    """The most flights of the van in a period."""
    return derived(small(changes)).coefficients.launch.max_flights["van", "near", t]


@pytest.mark.parametrize("variant", sorted(VARIANTS))
def test_bounds_of_columns_cut_no_plan(variant: str) -> None:
    """Without the finite bounds of the counted columns the relaxation has the same optimum: rows imply them.

    Kept are bounds that say something themselves: yes or no, what may be missed, the factor sought, a share filled.
    """
    bounded = matrix(variant)
    keep = bounded.integer & (bounded.upper == 1)
    for word in ("target.unmet", "target.factor", "learning.segment_fill"):
        keep[bounded.columns_of(word)] = True
    free = bounded.with_(upper=bounded.upper.copy())
    upper = free.upper.copy()
    upper[~keep] = float("inf")
    with_bounds, without = (solve(m, Limits(), relax=True) for m in (bounded, free.with_(upper=upper)))
    assert with_bounds.status is without.status is Status.OPTIMAL
    assert with_bounds.objective == pytest.approx(without.objective, rel=1e-6)
