"""Coefficients of learning: experience and its limits, weights, chords."""

from __future__ import annotations

from typing import Any

import pytest

from solver.derive import derive
from solver.derive import learning as chords
from solver.derive.learning import MOST_SEGMENTS
from solver.derive.units import MODEL_UNITS, Units
from solver.design.candidates import candidate_designs
from solver.instance.schema import Instance
from solver.physics.chords import worst_share
from tests.solver.small import small

CHANGES: dict[str, Any] = {
    "horizon.discount_share_per_year": 0.1,
    "learning.components": {
        "hardware": {"parts": ["node"], "rate_share": 0.2, "initial_experience_musd": 100.0},
        "flights": {"vehicles": ["van"], "rate_share": 0.3, "initial_experience_musd": 50.0, "floor_share": 0.5},
    },
    "vehicles.van.flights_per_year": {"start_per_year": 10.0},
}


def derived(changes: dict[str, Any] | None = None, gap: float = 0.01, units: Units = MODEL_UNITS) -> Any:
    """The coefficients of the small instance with learning."""
    instance: Instance = small({**CHANGES, **(changes or {})})
    return derive(instance, candidate_designs(instance), units, gap)


def test_experience_is_bounded_by_flights() -> None:
    """Ten flights a year of 20 MUSD with four nodes of 10 MUSD each, from the start on, in GUSD."""
    given = derived().coefficients.learning
    assert [given.max_experience["flights", t] for t in range(3)] == pytest.approx([0.25, 0.45, 0.65])
    assert [given.max_experience["hardware", t] for t in range(3)] == pytest.approx([0.5, 0.9, 1.3])
    assert set(given.min_experience.values()) == {0.1, 0.05}


def test_supply_bounds_experience_too() -> None:
    """20 MW of accelerators a year are two nodes of 10 MUSD."""
    given = derived({"supply": {"accelerators_gw": {"start_per_year": 0.02}}}).coefficients.learning
    assert given.max_experience["hardware", 2] == pytest.approx(0.1 + 3 * 0.02)


def test_weights_are_falls_of_present_prices() -> None:
    """What a period weighs is what a unit loses in present price to the next; all of it at the end; never below 0."""
    curves = derived().curves
    price = [1.1 ** -(t + 0.5) for t in range(3)]
    assert [curves.weight["flights", t] for t in range(3)] == pytest.approx(
        [price[0] - price[1], price[1] - price[2], price[2]]
    )


def test_without_discount_only_the_end_is_weighed() -> None:
    """Where a unit is worth the same in every year, the last experience alone decides, and only it has segments."""
    found = derived({"horizon.discount_share_per_year": None})
    assert {t for _, _, t in found.coefficients.learning.length} == {2}


@pytest.mark.slow
@pytest.mark.parametrize(("gap", "share"), [(0.01, 0.0025), (0.05, 0.0025), (0.002, 0.0005)])
def test_chords_err_by_a_quarter_of_the_gap(gap: float, share: float) -> None:
    """The worst error is a quarter of the gap asked, of one per cent at the most, and little less."""
    errors = derived(gap=gap).curves.chord_error_share
    assert all(error <= share * (1 + 1e-6) for error in errors.values())
    assert max(errors.values()) > 0.9 * share


@pytest.mark.slow
def test_no_more_segments_than_allowed() -> None:
    """A gap of nothing gets the most segments there may be, and says what they leave."""
    curves = derived(gap=0.0).curves
    assert max(curves.segments.values()) <= MOST_SEGMENTS
    assert all(0 < error < 1e-3 for error in curves.chord_error_share.values())


def test_no_more_segments_in_all_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two curves in three periods share 30 segments: five each, and what they leave out is reported."""
    monkeypatch.setattr(chords, "MOST_IN_ALL", 30)
    found = derived(gap=0.0)
    assert set(found.curves.segments.values()) == {5}
    assert len(found.coefficients.learning.length) <= 30
    assert min(found.curves.chord_error_share.values()) > 1e-4


def test_a_fixed_point_has_one_chord_and_no_segment() -> None:
    """Its cost lies on experience itself: the slope of the chord over all that a period can reach."""
    found = derived({"learning.mode": "fixed_point"})
    given, curves = found.coefficients.learning, found.curves
    assert given.length == {}
    curve, low, high = curves.curve["flights"], 0.05, 0.65
    slope = (curve.spend(high) - curve.spend(low)) / (high - low)
    assert given.experience_cost.spent["flights", 2] == pytest.approx(curves.weight["flights", 2] * slope)
    assert curves.chord_error_share["flights"] == pytest.approx(worst_share(curve, (low, high)))


def test_segments_end_at_what_can_be_reached() -> None:
    """In every period the segments add up from the start to the greatest experience, and to its cost."""
    found = derived()
    given, curves = found.coefficients.learning, found.curves
    assert curves.weight
    for (e, t), weight in curves.weight.items():
        lengths = [length for (o, _, q), length in given.length.items() if (o, q) == (e, t)]
        assert sum(lengths) == pytest.approx(given.max_experience[e, t] - given.start_gusd[e])
        costs = [cost for (o, _, q), cost in given.fill_cost.spent.items() if (o, q) == (e, t)]
        assert sum(costs) == pytest.approx(weight * curves.curve[e].spend(given.max_experience[e, t]))


def test_what_learns_leaves_the_cost_of_nodes_and_flights() -> None:
    """Nodes and flights cost nothing where they are bought; their salvage and running cost stay."""
    found = derived()
    assert set(found.coefficients.nodes.cost.spent.values()) == {0.0}
    assert set(found.coefficients.launch.flight_cost.spent.values()) == {0.0}


def test_other_units_scale_curves_with_them() -> None:
    """In MUSD experience is a thousand times what it is in GUSD, and so is what is paid for it."""
    ours, theirs = derived().curves, derived(units=Units(money_per_musd=1.0)).curves
    assert theirs.curve["flights"].start == pytest.approx(1000 * ours.curve["flights"].start)
    assert theirs.curve["flights"].spend(200.0) == pytest.approx(1000 * ours.curve["flights"].spend(0.2))
    assert theirs.segments == ours.segments
