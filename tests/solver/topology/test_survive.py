"""What survives a failure: flow against every cut tried one by one, worst gateways, faults."""

from __future__ import annotations

import math
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.topology.mincut import min_cut_source_side
from solver.topology.survive import Carriers, Failure, survival, undamaged

AMOUNT = st.floats(0.0, 100.0)
TWO = Carriers(
    shells={"low": 60.0, "high": 40.0},
    gateways={"north": 50.0, "south": 30.0, "east": 20.0},
    downlinks={"low": 70.0, "high": 10.0},
    relays={("high", "low"): 15.0},
    sees={"low": frozenset({"north", "south"}), "high": frozenset({"east"})},
)


def test_undamaged_network_is_limited_where_it_is_narrowest() -> None:
    """Sixty and fifteen relayed meet a downlink of seventy; the other shell sends ten: eighty, and the cut says so."""
    found = undamaged(TWO)
    assert found.delivered == pytest.approx(80.0)
    assert {(arc.kind, arc.name) for arc in found.cut} == {("downlink", "low"), ("downlink", "high")}


def test_a_lost_shell_takes_its_work_its_downlink_and_its_links() -> None:
    """Without the low shell only ten of the high one come down: its relay goes nowhere."""
    found = survival(TWO, Failure("low lost", shells={"low": 1.0}))
    assert found.delivered == pytest.approx(10.0)


def test_worst_gateways_are_the_worst_of_all_choices() -> None:
    """Losing any two gateways: north and south leave ten by the east, which no other choice undercuts."""
    found = survival(TWO, Failure("two", worst_gateways=2))
    by_hand = {
        pair: survival(TWO, Failure("pair", gateways=dict.fromkeys(pair, 1.0))).delivered
        for pair in combinations(TWO.gateways, 2)
    }
    assert found.delivered == pytest.approx(min(by_hand.values())) == pytest.approx(10.0)
    assert found.lost_gateways == ("north", "south")


@given(st.lists(AMOUNT, min_size=9, max_size=9), st.lists(st.floats(0.0, 1.0), min_size=3, max_size=3))
def test_flow_equals_the_least_of_all_cuts(amounts: list[float], failed: list[float]) -> None:
    """Whatever the numbers, what is delivered is the least of all cuts, counted by hand, and its cut adds up to it."""
    a, b, g, h, down_a, down_b, ab, ba, _ = amounts
    carriers = Carriers(
        {"a": a, "b": b}, {"g": g, "h": h}, {"a": down_a, "b": down_b}, {("a", "b"): ab, ("b", "a"): ba},
        {"a": frozenset({"g"}), "b": frozenset({"g", "h"})},
    )  # fmt: skip
    failure = Failure("some", {"a": failed[0], "b": failed[1]}, {"g": failed[2]})
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
    found = survival(carriers, failure)
    assert found.delivered == pytest.approx(least, abs=1e-9)
    assert sum(arc.left for arc in found.cut) == pytest.approx(found.delivered)


@given(st.integers(1, 4), st.floats(0.1, 50.0))
def test_cut_of_one_plan_binds_every_plan(factor: int, more: float) -> None:
    """The cut found for one plan, counted with the capacities of another, is never below what that other delivers."""
    found = survival(TWO, Failure("north", gateways={"north": 1.0}))
    other = Carriers(
        {name: factor * x for name, x in TWO.shells.items()},
        {name: x + more for name, x in TWO.gateways.items()},
        TWO.downlinks, TWO.relays, TWO.sees,
    )  # fmt: skip
    known = {"shell": other.shells, "relay": other.relays, "downlink": other.downlinks, "gateway": other.gateways}
    row = sum(known[arc.kind][arc.name] * arc.kept for arc in found.cut)  # type: ignore[index]
    assert survival(other, Failure("north", gateways={"north": 1.0})).delivered <= row + 1e-9


@pytest.mark.parametrize(
    ("carriers", "failure", "said"),
    [
        (TWO, Failure("empty"), "failure empty: names nothing that fails"),
        (TWO, Failure("odd", gateways={"west": 1.0}), "failure odd: unknown gateway 'west'"),
        (TWO, Failure("odd", shells={"low": 1.5}), "found a share of 1.5, expected 0 to 1"),
        (
            Carriers({"a": 1.0}, {}, relays={("a", "a"): 1.0}),
            Failure("f", worst_gateways=1),
            "a link of a shell to itself",
        ),
        (Carriers({"a": -1.0}, {}), Failure("f", worst_gateways=1), "found a capacity of -1.0, expected 0 or more"),
        (Carriers({"a": 1.0}, {}, sees={"a": frozenset({"x"})}), Failure("f", {"a": 1.0}), "unknown gateway 'x'"),
        (
            Carriers({"a": 1.0}, {str(i): 1.0 for i in range(40)}),
            Failure("f", worst_gateways=20),
            "more than 20000 choices",
        ),
    ],
)
def test_wrong_names_and_numbers_are_refused(carriers: Carriers, failure: Failure, said: str) -> None:
    """A failure of nothing, an unknown thing, a link to oneself or a negative capacity is told in words."""
    with pytest.raises(ValueError) as caught:
        survival(carriers, failure)
    assert said in str(caught.value)


def test_an_endless_way_is_refused() -> None:
    """A way without any limit from source to sink has no largest flow."""
    with pytest.raises(ValueError, match="infinite capacity"):
        min_cut_source_side([("s", "a", math.inf), ("a", "t", math.inf)], "s", "t")
    assert min_cut_source_side([("s", "a", 1.0), ("a", "t", math.inf)], "s", "t") == {"s"}
    assert min_cut_source_side([("a", "t", 1.0)], "s", "t") == {"s"}
