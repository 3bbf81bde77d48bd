"""Flow to the ground after an outage: against every cut by enumeration, worst gateways, invalid input."""

from __future__ import annotations

import math
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.topology.mincut import min_cut_source_side
from solver.topology.surviving_flow import NetworkCapacities, OutageScenario, intact_flow, surviving_flow

AMOUNT = st.floats(0.0, 100.0)
TWO = NetworkCapacities(
    shells={"low": 60.0, "high": 40.0},
    gateways={"north": 50.0, "south": 30.0, "east": 20.0},
    downlinks={"low": 70.0, "high": 10.0},
    relays={("high", "low"): 15.0},
    sees={"low": frozenset({"north", "south"}), "high": frozenset({"east"})},
)


def test_undamaged_network_is_limited_where_it_is_narrowest() -> None:
    """Sixty and fifteen relayed share a downlink of seventy; the other shell sends ten: the min cut is eighty."""
    found = intact_flow(TWO)
    assert found.delivered == pytest.approx(80.0)
    assert {(arc.kind, arc.name) for arc in found.cut} == {("downlink", "low"), ("downlink", "high")}


def test_a_lost_shell_takes_its_work_its_downlink_and_its_links() -> None:
    """Without the low shell only ten of the high one come down: its relay goes nowhere."""
    found = surviving_flow(TWO, OutageScenario("low lost", shells={"low": 1.0}))
    assert found.delivered == pytest.approx(10.0)


def test_worst_gateways_are_the_worst_of_all_choices() -> None:
    """Losing any two gateways: north and south leave ten by the east, which no other choice undercuts."""
    found = surviving_flow(TWO, OutageScenario("two", worst_gateways=2))
    by_hand = {
        pair: surviving_flow(TWO, OutageScenario("pair", gateways=dict.fromkeys(pair, 1.0))).delivered
        for pair in combinations(TWO.gateways, 2)
    }
    assert found.delivered == pytest.approx(min(by_hand.values())) == pytest.approx(10.0)
    assert found.lost_gateways == ("north", "south")


@pytest.mark.slow
@given(st.lists(AMOUNT, min_size=9, max_size=9), st.lists(st.floats(0.0, 1.0), min_size=3, max_size=3))
def test_flow_equals_the_least_of_all_cuts(amounts: list[float], failed: list[float]) -> None:
    """For any capacities the flow is the smallest of all cuts by enumeration, and its cut adds up to it."""
    a, b, g, h, down_a, down_b, ab, ba, _ = amounts
    capacities = NetworkCapacities(
        {"a": a, "b": b}, {"g": g, "h": h}, {"a": down_a, "b": down_b}, {("a", "b"): ab, ("b", "a"): ba},
        {"a": frozenset({"g"}), "b": frozenset({"g", "h"})},
    )  # fmt: skip
    failure = OutageScenario("some", {"a": failed[0], "b": failed[1]}, {"g": failed[2]})
    left = {"a": 1 - failed[0], "b": 1 - failed[1], "ab": min(1 - failed[0], 1 - failed[1]), "g": 1 - failed[2]}
    arcs = [
        ("s", "a", a * left["a"]), ("s", "b", b * left["b"]), ("a", "b", ab * left["ab"]), ("b", "a", ba * left["ab"]),
        ("a", "da", down_a * left["a"]), ("b", "db", down_b * left["b"]), ("da", "g", math.inf), ("db", "g", math.inf),
        ("db", "h", math.inf), ("g", "t", g * left["g"]), ("h", "t", h),
    ]  # fmt: skip
    inner = ("a", "b", "da", "db", "g", "h")
    least = min(
        sum(c for x, y, c in arcs if x in side and y not in side)
        for size in range(len(inner) + 1)
        for chosen in combinations(inner, size)
        for side in [{"s", *chosen}]
    )
    found = surviving_flow(capacities, failure)
    assert found.delivered == pytest.approx(least, abs=1e-9)
    assert sum(arc.surviving_capacity for arc in found.cut) == pytest.approx(found.delivered)


@given(st.integers(1, 4), st.floats(0.1, 50.0))
def test_cut_of_one_plan_is_valid_for_every_plan(factor: int, more: float) -> None:
    """The cut of one plan, with the capacities of another plan, is at least the flow of that other."""
    found = surviving_flow(TWO, OutageScenario("north", gateways={"north": 1.0}))
    other = NetworkCapacities(
        {name: factor * x for name, x in TWO.shells.items()},
        {name: x + more for name, x in TWO.gateways.items()},
        TWO.downlinks, TWO.relays, TWO.sees,
    )  # fmt: skip
    known = {"shell": other.shells, "relay": other.relays, "downlink": other.downlinks, "gateway": other.gateways}
    row = sum(known[arc.kind][arc.name] * arc.kept for arc in found.cut)  # type: ignore[index]
    assert surviving_flow(other, OutageScenario("north", gateways={"north": 1.0})).delivered <= row + 1e-9


@pytest.mark.parametrize(
    ("capacities", "failure", "message"),
    [
        (TWO, OutageScenario("empty"), "failure empty: names nothing that fails"),
        (TWO, OutageScenario("odd", gateways={"west": 1.0}), "failure odd: unknown gateway 'west'"),
        (TWO, OutageScenario("odd", shells={"low": 1.5}), "found a share of 1.5, expected 0 to 1"),
        (
            NetworkCapacities({"a": 1.0}, {}, relays={("a", "a"): 1.0}),
            OutageScenario("f", worst_gateways=1),
            "a link of a shell to itself",
        ),
        (
            NetworkCapacities({"a": -1.0}, {}),
            OutageScenario("f", worst_gateways=1),
            "found a capacity of -1.0, expected 0 or more",
        ),
        (
            NetworkCapacities({"a": 1.0}, {}, sees={"a": frozenset({"x"})}),
            OutageScenario("f", {"a": 1.0}),
            "unknown gateway 'x'",
        ),
        (
            NetworkCapacities({"a": 1.0}, {str(i): 1.0 for i in range(40)}),
            OutageScenario("f", worst_gateways=20),
            "more than 20000 choices",
        ),
    ],
)
def test_wrong_names_and_numbers_are_refused(
    capacities: NetworkCapacities, failure: OutageScenario, message: str
) -> None:
    """An empty outage, an unknown element, a self link or a negative capacity raises an error that names it."""
    with pytest.raises(ValueError) as caught:
        surviving_flow(capacities, failure)
    assert message in str(caught.value)


def test_an_endless_way_is_refused() -> None:
    """A way without any limit from source to sink has no largest flow."""
    with pytest.raises(ValueError, match="infinite capacity"):
        min_cut_source_side([("s", "a", math.inf), ("a", "t", math.inf)], "s", "t")
    assert min_cut_source_side([("s", "a", 1.0), ("a", "t", math.inf)], "s", "t") == {"s"}
    assert min_cut_source_side([("a", "t", 1.0)], "s", "t") == {"s"}
