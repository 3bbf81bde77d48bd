"""Closed forms of grids against graphs drawn out, and the published network of van Berkel."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from solver.physics.mesh import band_bisection_links, band_mean_hops, torus_bisection_links, torus_mean_hops
from solver.topology.closed import Grid, shell_grid
from solver.topology.patterns import plus_grid

SHAPES = [(4, 6, True), (5, 8, True), (6, 10, False), (3, 12, False), (1, 9, False), (4, 4, True), (7, 5, True)]


def torus(*sides: int) -> Grid:
    """Return a grid closed in every axis."""
    return Grid(sides, (True,) * len(sides))


def _drawn(planes: int, slots: int, closed: bool) -> nx.Graph:
    graph = nx.Graph()
    graph.add_nodes_from(range(planes * slots))
    graph.add_edges_from(plus_grid(planes, slots, closed).tolist())
    return graph


@pytest.mark.parametrize(("planes", "slots", "closed"), SHAPES)
def test_closed_form_and_graph_agree(planes: int, slots: int, closed: bool) -> None:
    """Links, connectivity, spectrum, and mean hops of a +Grid are those of the graph drawn out."""
    grid, graph = shell_grid(planes, slots, closed), _drawn(planes, slots, closed)
    assert grid.links == graph.number_of_edges()
    assert grid.edge_connectivity == nx.edge_connectivity(graph)
    assert grid.least_degree == min(degree for _, degree in graph.degree())
    spectrum = np.linalg.eigvalsh(nx.laplacian_matrix(graph).toarray().astype(float))
    assert grid.algebraic_connectivity == pytest.approx(spectrum[1])
    assert grid.mean_hops == pytest.approx(
        sum(sum(d.values()) for _, d in nx.all_pairs_shortest_path_length(graph)) / grid.nodes**2
    )


@pytest.mark.parametrize(
    ("planes", "slots", "closed"), [(2, 4, False), (3, 4, True), (2, 6, False), (1, 8, False), (4, 4, True)]
)
def test_bisection_is_the_smallest_balanced_cut(planes: int, slots: int, closed: bool) -> None:
    """Every balanced cut of a small grid has at least as many links as the closed form."""
    from itertools import combinations

    count, pairs = planes * slots, plus_grid(planes, slots, closed)
    least = count * count
    for half in combinations(range(1, count), count // 2 - 1):
        side = np.zeros(count, dtype=bool)
        side[[0, *half]] = True
        least = min(least, int((side[pairs[:, 0]] != side[pairs[:, 1]]).sum()))
    assert shell_grid(planes, slots, closed).bisection_links == least


def test_bisections_of_the_published_shells() -> None:
    """A torus of 72 x 22 is halved by 44 links, 100 x 100 by 200, 320 x 312 by 624; all hold four links."""
    assert [torus(*sides).bisection_links for sides in ((72, 22), (100, 100), (320, 312))] == [44, 200, 624]
    assert {torus(*sides).edge_connectivity for sides in ((72, 22), (100, 100))} == {4}


def test_network_limits_of_van_berkel() -> None:
    """8,000 satellites with links of 12.5 GB/s: tori of 89 x 90 and of 20 cubed against a Clos on the ground."""
    clos_tb_s = 28_800.0
    flat_tb_s, cubic_tb_s = (12.5e-3 * torus(*sides).bisection_links for sides in ((89, 90), (20, 20, 20)))
    assert flat_tb_s == pytest.approx(2.225)
    assert flat_tb_s == pytest.approx(2.25, rel=0.012)
    assert cubic_tb_s == pytest.approx(10.0)
    assert clos_tb_s / flat_tb_s == pytest.approx(12_880, rel=0.01)
    assert clos_tb_s / cubic_tb_s == pytest.approx(2_880, rel=0.01)


def test_the_formulas_of_the_model_are_those_of_the_graph() -> None:
    """Bisection and mean hops of tori and bands by which the model is bound equal those of the grids here."""
    for sides in ((9, 9), (10, 14), (3, 27)):
        assert torus_bisection_links(*sides) == torus(*sides).bisection_links
        assert torus_mean_hops(*sides) == pytest.approx(torus(*sides).mean_hops)
        band = shell_grid(*sides, closed=False)
        assert band_bisection_links(*sides) == band.bisection_links
        assert band_mean_hops(*sides) == pytest.approx(band.mean_hops)


def test_bandwidth_per_node_falls_with_the_root_of_size() -> None:
    """Four times the nodes of a square torus halve what each can send to all others."""
    small, large = torus(32, 32), torus(64, 64)
    assert small.all_to_all_gbps(100.0) / large.all_to_all_gbps(100.0) == pytest.approx(2.0, rel=0.01)


def test_impossible_grids_are_refused() -> None:
    """A cycle of two nodes would count a link twice, and ``closed`` has one entry for every axis."""
    with pytest.raises(ValueError, match="3 or more on a cycle"):
        torus(2, 5)
    with pytest.raises(ValueError, match="one each"):
        Grid((3, 3), (True,))
