"""How a network hangs together, against closed forms and global searches; and at a hundred thousand nodes."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

from solver.topology.closed import shell_grid
from solver.topology.declared import lumped
from solver.topology.flow import to_ground
from solver.topology.graph import build
from solver.topology.outages import Outage, middle_plane, outage_impact, standard_outages, storm_vertices
from solver.topology.sight import latitudes_deg
from solver.topology.structure import (
    algebraic_connectivity,
    bisection,
    components,
    edge_connectivity,
    shell_bisection_gbps,
)
from solver.topology.walker import Walker
from tests.solver.topology.drawn import FOUR, shell, terminator, two_shells


@pytest.mark.parametrize("spec", [shell(planes=8, slots=10), terminator(planes=6, slots=16), shell(planes=1, slots=12)])
def test_shell_and_closed_form_agree(spec) -> None:  # type: ignore[no-untyped-def]
    """Bisection, connectivity and algebraic connectivity of a shell drawn out are those of its closed form."""
    graph, grid = build((spec,), ()), spec.grid
    assert grid is not None
    assert bisection(graph).gbps == pytest.approx(100.0 * grid.bisection_links)
    assert shell_bisection_gbps(graph, 0) == pytest.approx(100.0 * grid.bisection_links)
    found = edge_connectivity(graph)
    assert found.at_least == found.at_most == grid.edge_connectivity
    assert algebraic_connectivity(graph) == pytest.approx(grid.algebraic_connectivity, rel=1e-6)


def test_connectivity_of_joined_shells_encloses_the_global_one() -> None:
    """The least cut of two joined shells, found by a search over all, lies within the bounds."""
    graph = two_shells()
    found = edge_connectivity(graph)
    assert found.at_least <= nx.edge_connectivity(nx.Graph(graph.links.tolist())) <= found.at_most
    assert found.at_least > 0


def test_algebraic_connectivity_is_that_of_the_dense_matrix() -> None:
    """The sparse search finds the second eigenvalue that the whole spectrum shows."""
    graph = two_shells()
    dense = nx.laplacian_matrix(nx.Graph(graph.links.tolist()), nodelist=range(graph.count)).toarray().astype(float)
    assert algebraic_connectivity(graph) == pytest.approx(np.linalg.eigvalsh(dense)[1], rel=1e-6)


def test_a_disconnected_network_has_zero_connectivity() -> None:
    """Shells without a spare terminal are two components: connectivity is 0, and the larger one is bisected."""
    graph = build((shell(), shell("high", planes=8, slots=10)), ())
    assert components(graph)[0] == 2
    assert edge_connectivity(graph).at_most == 0
    assert algebraic_connectivity(graph) == 0.0
    cut = bisection(graph)
    assert (cut.gbps, cut.power_mw) == (pytest.approx(1600.0), pytest.approx(80.0))


@pytest.mark.slow
def test_a_hundred_thousand_nodes_have_their_closed_form() -> None:
    """A shell of 320 x 312 nodes has a bisection of 624 links and an edge connectivity of four."""
    spec = replace(shell(), geometry=Walker(2500.0, 53.0, 320, 312), nodes=99_840.0, power_mw=99_840.0)
    graph = build((spec,), FOUR)
    assert graph.count == 99_840
    assert bisection(graph).gbps == pytest.approx(100.0 * 624)
    found = edge_connectivity(graph)
    assert (found.at_least, found.at_most) == (4, 4)
    assert algebraic_connectivity(graph) is None
    assert to_ground(graph).gbps == pytest.approx(4000.0, rel=1e-6)


def test_a_million_nodes_are_drawn_in_squares_with_the_same_cuts() -> None:
    """A thousand by a thousand nodes in squares have the links of their closed form across the middle."""
    spec = replace(shell(), geometry=Walker(2500.0, 53.0, 1000, 1000), nodes=1e6, power_mw=1e6)
    (drawn,) = lumped((spec,), 20_000)
    assert drawn.lump == 8
    assert drawn.vertices == 125 * 125
    assert drawn.grid == shell_grid(1000, 1000, closed=True)
    assert shell_bisection_gbps(build((drawn,), ()), 0) == pytest.approx(100.0 * 2 * 1000)


def test_the_fall_of_a_plane_parts_an_open_shell() -> None:
    """The middle plane of five takes a fifth of power and leaves components of two fifths, of a closed shell none."""
    graph = build((terminator(planes=5, slots=12),), FOUR)
    left = outage_impact(graph, Outage("plane", middle_plane(graph, 0)), to_ground(graph))
    assert (left.lost_nodes_share, left.largest_component_power_share) == (pytest.approx(0.2), pytest.approx(0.4))
    closed = build((shell(planes=5, slots=12),), FOUR)
    assert outage_impact(
        closed, Outage("plane", middle_plane(closed, 0)), to_ground(closed)
    ).largest_component_power_share == pytest.approx(0.8)


def test_power_counts_only_where_it_reaches_the_ground() -> None:
    """With all stations gone no power reaches the ground, though no node is lost."""
    graph = two_shells()
    none = np.zeros(graph.count, dtype=bool)
    left = outage_impact(graph, Outage("all", none, frozenset(s.name for s in FOUR)), to_ground(graph))
    assert (left.lost_nodes_share, left.ground_connected_power_share, left.traffic_share) == (0.0, 0.0, 0.0)
    assert left.largest_component_power_share == pytest.approx(1.0)


def test_the_standard_outages() -> None:
    """Random shares, a plane, every shell, every region and a storm; the storm takes the high latitudes alone."""
    graph = two_shells()
    outages = list(standard_outages(graph))
    assert [outage.name for outage in outages] == [
        "1 % of nodes, at random", "10 % of nodes, at random", "a plane of dusk", "shell low", "shell dusk",
        "region tokyo", "region asia", "region lagos", "region lima", "solar storm beyond 60 degrees",
    ]  # fmt: skip
    storm = storm_vertices(graph)
    assert storm.any()
    assert (graph.shell[storm] == 1).all()
    assert np.abs(latitudes_deg(graph.position_km[storm])).min() > 60.0
    whole = to_ground(graph)
    for outage in outages:
        left = outage_impact(graph, outage, whole)
        assert 0.0 <= left.ground_connected_power_share <= 1.0 - left.lost_nodes_share + 1e-9
