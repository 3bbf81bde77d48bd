"""Packing of whole nodes of several designs into flights: exact on small loads, and never more than can be carried."""

from __future__ import annotations

import random

import pytest

from solver.check.manifests import Load, packed_flights


def unit_loads(*counts: tuple[int, int]) -> list[Load]:
    """Return loads of ``count`` nodes of which ``each`` fill a flight, by pairs (count, each)."""
    return [Load(count, 1.0 / each, 0.0) for count, each in counts]


def fewest_by_force(loads: list[Load]) -> int:
    """Return the least number of flights, by trying every flight for each node."""
    nodes = [(load.mass_share, load.volume_share) for load in loads for _ in range(load.count)]
    best = len(nodes)

    def put(i: int, flights: list[tuple[float, float]]) -> None:
        nonlocal best
        if len(flights) >= best:
            return
        if i == len(nodes):
            best = len(flights)
            return
        mass, volume = nodes[i]
        for j, (m, u) in enumerate(flights):
            if m + mass <= 1 + 1e-9 and u + volume <= 1 + 1e-9:
                put(i + 1, [*flights[:j], (m + mass, u + volume), *flights[j + 1 :]])
        put(i + 1, [*flights, (mass, volume)])

    put(0, [])
    return best


def test_shares_that_add_up_to_two_flights_need_three() -> None:
    """1/2, 1/3, 1/3 and four of 1/5 are 1.967 flights, but no two flights hold them."""
    loads = unit_loads((1, 2), (2, 3), (4, 5))
    assert sum(load.count * load.share for load in loads) < 2
    assert packed_flights(loads, 2) == 3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("loads", "flights"),
    [
        (unit_loads((2, 4), (1, 2)), 1),
        (unit_loads((1, 2), (1, 3), (1, 6)), 1),
        (unit_loads((999_999, 7), (3, 4), (2, 8)), 142_858),
        (unit_loads((10, 20), (7, 14), (30, 30)), 2),
    ],
)
def test_loads_that_just_fill_their_flights_are_packed(loads: list[Load], flights: int) -> None:
    """Half and half, 1/2 + 1/3 + 1/6, and a million nodes less one with the rest of two other designs."""
    assert packed_flights(loads, flights) == flights


def test_mass_and_volume_both_limit_a_flight() -> None:
    """A dense node and a bulky one of 0.9 each share a flight; two bulky ones do not."""
    dense, bulky = Load(1, 0.9, 0.1), Load(1, 0.1, 0.9)
    assert packed_flights([dense, bulky], 1) == 1
    assert packed_flights([bulky, Load(1, 0.2, 0.8)], 1) == 2


def test_random_loads_are_packed_as_tightly_as_by_trying_all() -> None:
    """Up to nine nodes of two to four designs, by mass and volume."""
    draw = random.Random(7)
    for _ in range(150):
        loads = [
            Load(draw.randint(1, 3), draw.choice((1 / 2, 1 / 3, 1 / 5, 0.31, 0.45)), draw.choice((0.0, 0.2, 0.6)))
            for _ in range(draw.randint(2, 3))
        ]
        fewest = fewest_by_force(loads)
        assert packed_flights(loads, fewest) == fewest
        assert packed_flights(loads, max(1, fewest - 1)) >= fewest
