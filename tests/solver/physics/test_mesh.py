"""Closed forms of grids of links against counting on the grids themselves."""

from __future__ import annotations

import math
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.physics.mesh import (
    band_bisection_links,
    band_mean_hops,
    ring_mean_hops,
    torus_bisection_links,
    torus_mean_hops,
    view_share,
)


def _links(rows: int, columns: int) -> list[tuple[int, int]]:
    """Links of a torus, two between nodes that are neighbours on both sides."""
    links = []
    for r in range(rows):
        for c in range(columns):
            if columns > 1:
                links.append((r * columns + c, r * columns + (c + 1) % columns))
            if rows > 1:
                links.append((r * columns + c, (r + 1) % rows * columns + c))
    return links


@pytest.mark.parametrize(("rows", "columns"), [(1, 2), (1, 6), (2, 2), (2, 4), (3, 4), (4, 4), (2, 6)])
def test_bisection_is_the_least_cut_in_halves(rows: int, columns: int) -> None:
    """Where the longer side is even, the closed form is the least number of links between equal halves."""
    nodes, links = range(rows * columns), _links(rows, columns)
    cuts = (sum((a in half) != (b in half) for a, b in links) for half in combinations(nodes, len(nodes) // 2))
    assert min(cuts) == torus_bisection_links(rows, columns)


@pytest.mark.parametrize(("rows", "columns"), [(1, 3), (1, 7), (3, 3), (2, 5), (3, 5)])
def test_bisection_is_never_more_than_the_least_cut(rows: int, columns: int) -> None:
    """With an odd longer side the closed form stays at or below the least cut into halves."""
    nodes, links = range(rows * columns), _links(rows, columns)
    cuts = (sum((a in half) != (b in half) for a, b in links) for half in combinations(nodes, len(nodes) // 2))
    assert 0 < torus_bisection_links(rows, columns) <= min(cuts)


def _band(planes: int, slots: int) -> list[tuple[int, int]]:
    """Links of planes side by side, each a ring of slots."""
    around = [(p * slots + s, p * slots + (s + 1) % slots) for p in range(planes) for s in range(slots) if slots > 1]
    return around + [(p * slots + s, (p + 1) * slots + s) for p in range(planes - 1) for s in range(slots)]


def _least_cut(planes: int, slots: int) -> int:
    """Return the least number of links between two halves of a band, by trying all."""
    nodes, links = range(planes * slots), _band(planes, slots)
    return min(sum((a in half) != (b in half) for a, b in links) for half in combinations(nodes, len(nodes) // 2))


@pytest.mark.parametrize(("planes", "slots"), [(1, 6), (2, 3), (2, 5), (3, 4), (4, 3), (3, 3), (5, 3)])
def test_bisection_of_a_band_is_never_more_than_the_least_cut(planes: int, slots: int) -> None:
    """Where planes or slots are odd, the closed form is at most the least number of links between halves."""
    assert 0 < band_bisection_links(planes, slots) <= _least_cut(planes, slots)


@pytest.mark.parametrize(("planes", "slots"), [(2, 2), (2, 6), (4, 4), (6, 2)])
def test_bisection_of_an_even_band_is_the_least_cut(planes: int, slots: int) -> None:
    """Where planes and slots are even, the closed form is the least number of links between equal halves."""
    assert band_bisection_links(planes, slots) == _least_cut(planes, slots)


@pytest.mark.parametrize("planes", [1, 2, 3, 7, 30])
@pytest.mark.parametrize("slots", [1, 2, 5, 30])
def test_hops_on_a_band_are_the_mean_of_all_pairs(planes: int, slots: int) -> None:
    """Across the planes there is one way, along them the shorter of two."""
    across = sum(abs(p - q) for p in range(planes) for q in range(planes)) / planes**2
    assert band_mean_hops(planes, slots) == pytest.approx(across + ring_mean_hops(slots))


@given(st.integers(1, 40))
def test_hops_on_a_ring_are_the_mean_of_all_pairs(nodes: int) -> None:
    """The closed form is the mean of the shorter ways round from one node to every node."""
    counted = sum(min(i, nodes - i) for i in range(nodes)) / nodes
    assert ring_mean_hops(nodes) == pytest.approx(counted)


@given(st.integers(2, 300), st.integers(2, 300))
def test_bandwidth_of_a_node_across_a_square_grid_falls_with_the_root(side: int, factor: int) -> None:
    """A square grid with k x k as many nodes has 1 / k of the links across for each of them."""
    small = torus_bisection_links(side, side) / side**2
    large = torus_bisection_links(side * factor, side * factor) / (side * factor) ** 2
    assert large == pytest.approx(small / factor)


def test_hops_of_a_torus_add_up() -> None:
    """The way on a torus is that along its rows and that along its columns."""
    assert torus_mean_hops(4, 6) == pytest.approx(1.0 + 1.5)


def test_a_far_shell_is_seen_half() -> None:
    """From very far a station sees the half of the shell above its horizon, and less above a mask."""
    assert view_share(1e9, 0.0, 0.0, 10.0) == pytest.approx(0.5, abs=1e-4)
    assert view_share(1e9, 30.0, 0.0, 10.0) == pytest.approx((1 - math.cos(math.radians(60))) / 2, abs=1e-4)


def test_a_shell_that_ends_short_of_the_cap_is_not_seen() -> None:
    """A gateway at 60 degrees sees no node of an orbit that never leaves 30."""
    assert view_share(550.0, 25.0, 60.0, 30.0) == 0.0
    assert view_share(550.0, 25.0, 60.0, 97.6) > 0.0
