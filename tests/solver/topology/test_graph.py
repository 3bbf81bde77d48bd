"""The graph of shells and stations: patterns, terminals, rates, sight, units, deep space."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

from solver.physics.link import light_time_ms, ring_neighbour_km
from solver.topology.graph import BETWEEN, DEEP, build
from solver.topology.patterns import brick, chosen, motif, plus_grid, ring
from solver.topology.sight import in_sight
from solver.topology.spec import Cluster, Optics, ShellSpec
from solver.topology.walker import Walker
from tests.solver.topology.drawn import FOUR, LASER, shell, station, terminator, two_shells


@pytest.mark.parametrize(
    ("terminals", "form", "degree", "links"),
    [(4, "+Grid", 4, 96), (3, "brick", 3, 72), (2, "ring", 2, 48), (1, "pairs", 1, 24), (0, "none", 0, 0)],
)
def test_terminals_make_the_pattern(terminals: int, form: str, degree: int, links: int) -> None:
    """Four terminals are a +Grid, three a brick pattern, two a ring, one pairs; none is left or used twice."""
    spec = shell(terminals=terminals)
    graph = build((spec,), ())
    assert spec.form == form
    assert len(graph.links) == links
    assert set(np.bincount(graph.links.ravel(), minlength=graph.count).tolist()) == {degree}


def test_a_motif_takes_the_place_of_the_pattern() -> None:
    """Offsets that every node is linked by make as many links as there are, and share out its terminals."""
    graph = build((shell(planes=8, slots=12, motif=((0, 1), (1, 1)), terminals=8),), ())
    assert graph.shells[0].form == "motif"
    assert graph.shells[0].grid is None
    assert len(graph.links) == 2 * 96
    assert set(graph.rate_gbps.tolist()) == {200.0}


def test_eight_terminals_double_every_link() -> None:
    """Links of a +Grid of eight terminals carry twice the rate; what one relay shell borrows is taken off."""
    assert set(build((shell(terminals=8),), ()).rate_gbps.tolist()) == {200.0}
    lending = shell(terminals=8, relays=("dusk",), relay_share=0.1)
    graph = build((lending, replace(terminator(), relays=())), ())
    assert graph.rate_gbps[(graph.shell[graph.links] == 0).all(axis=1)] == pytest.approx(180.0)


def test_no_terminal_is_used_twice() -> None:
    """In shells joined by spare terminals no node has more links than terminals, and the outer planes lend theirs."""
    graph = two_shells()
    degree = np.bincount(graph.links.ravel(), minlength=graph.count)
    assert (degree[graph.shell == 0] <= 5).all()
    assert (degree[graph.shell == 1] <= 4).all()
    between = graph.links[graph.kind == BETWEEN]
    assert len(between) > 0
    assert set(graph.plane[between[:, 1]].tolist()) <= {0, 4}


def test_links_stay_above_the_air_and_in_range() -> None:
    """No link passes below 80 km; three slots in a plane at 2,500 km do not see each other, so there is no ring."""
    graph = two_shells()
    a, b = graph.links[:, 0], graph.links[:, 1]
    assert in_sight(graph.position_km[a], graph.position_km[b]).all()
    assert len(build((shell(planes=1, slots=3),), ()).links) == 0
    assert len(build((shell(planes=1, slots=8),), ()).links) == 8


def test_rate_falls_beyond_the_range() -> None:
    """A link twice as long as the range of its terminals has a quarter of their rate."""
    short = Optics("short", 100.0, ring_neighbour_km(2500.0, 8) / 2.0)
    graph = build((shell(planes=1, slots=8, optics=short),), ())
    assert graph.rate_gbps == pytest.approx(np.full(8, 25.0))


def test_deep_space_is_one_place_far_away() -> None:
    """A place in deep space relays to a shell over links whose rate falls with the square of a very long way."""
    far = ShellSpec("l5", "L5", None, 1000.0, 500.0, LASER, 4, 384_400.0, to_ground=False, relays=("low",))
    graph = build((shell(relays=()), far), FOUR)
    assert (graph.kind == DEEP).sum() == 1
    (link,) = np.flatnonzero(graph.kind == DEEP)
    assert graph.length_km[link] == pytest.approx(384_400.0, abs=8_871.0)
    lent = 1000 * 4 * 0.1
    assert graph.rate_gbps[link] <= lent * 100.0
    assert graph.rate_gbps[link] == pytest.approx(min(100.0, lent * 100.0) * (20_000.0 / graph.length_km[link]) ** 2)
    assert not (graph.down.satellite == graph.count - 1).any()


def test_nodes_send_to_the_nearest_station() -> None:
    """Of all stations that see a node it uses the nearest, as many as it has terminals down."""
    graph = two_shells()
    assert len(graph.down.place) > 0
    assert (np.bincount(graph.down.satellite) <= 1).all()
    for place, satellite, km in zip(graph.down.place, graph.down.satellite, graph.down.length_km, strict=True):
        rivals = graph.visible.length_km[graph.visible.satellite == satellite]
        assert km == rivals.min()
        assert place in graph.visible.place[graph.visible.satellite == satellite]
    both = build((shell(ground_terminals=2.0),), FOUR)
    assert len(both.down.place) > len(build((shell(),), FOUR).down.place)


def test_networkx_graph_carries_units_and_positions() -> None:
    """The public graph has all nodes, links and stations, with units in the names of their attributes."""
    graph = two_shells()
    public = graph.to_networkx()
    assert public.number_of_nodes() == graph.count + len(FOUR)
    assert public.number_of_edges() == len(graph.links) + len(graph.down.place) > 0
    one = public.nodes[0]
    assert one["shell"] == "low"
    assert one["power_mw"] == 1.0
    assert np.hypot(np.hypot(one["x_km"], one["y_km"]), one["z_km"]) == pytest.approx(8871.0)
    assert public.nodes["tokyo"]["rate_gbps"] == 1000.0
    for _, _, link in public.edges(data=True):
        assert link["light_time_ms"] == pytest.approx(light_time_ms(link["length_km"]))
        assert link["rate_gbps"] > 0
    assert nx.is_connected(public)


def test_clusters_are_one_vertex_with_an_inner_fabric() -> None:
    """81 nodes in a cluster are one vertex; half of a 9 x 9 grid is nine links of its inner rate."""
    cluster = Cluster(9, 9, 1600.0)
    spec = shell(planes=5, slots=6, nodes=30 * 81.0, power_mw=30 * 81.0, terminals=162, cluster=cluster)
    graph = build((spec,), ())
    assert (graph.count, spec.vertex_nodes, cluster.bisection_gbps()) == (30, 81.0, 14_400.0)
    assert graph.rate_gbps == pytest.approx(np.full(60, 40 * 100.0))
    assert Cluster(1, 1, 100.0).bisection_gbps() == 0.0
    assert (cluster.bisection_gbps(5.0), cluster.bisection_gbps(1.0)) == (2 * 1600.0, 0.0)


def test_a_station_sees_what_is_above_its_mask() -> None:
    """Over one spot at 1,000 km a node is overhead 1,000 km away, and a mask of 90 degrees leaves nothing else."""
    over = ShellSpec("one", "One", Walker(1000.0, 0.0, 1, 8), 8.0, 8.0, LASER, 4)
    graph = build((over,), (station("spot", 0.0, 0.0, elevation_deg=89.9),))
    assert graph.visible.satellite.tolist() == [0]
    assert graph.visible.length_km == pytest.approx([1000.0])


@pytest.mark.parametrize(
    ("planes", "slots", "closed", "twist"), [(5, 8, True, 0), (6, 8, True, 1), (6, 7, True, 2), (4, 6, False, 0)]
)
def test_no_brick_has_a_fourth_link(planes: int, slots: int, closed: bool, twist: int) -> None:
    """Where the alternation does not come out even the last plane stays apart from the first; three links are most."""
    degree = np.bincount(brick(planes, slots, closed, twist).ravel(), minlength=planes * slots)
    assert degree.max() == 3
    assert degree.min() == 2


def test_patterns_of_links() -> None:
    """Rings, motifs and chosen pairs have the links given, each pair once; a self link raises ValueError."""
    assert ring(2, 3).tolist() == [[0, 1], [0, 2], [1, 2], [3, 4], [3, 5], [4, 5]]
    assert motif(4, 4, [(0, 1), (1, 0)]).tolist() == plus_grid(4, 4).tolist()
    assert len(motif(5, 7, [(1, 2), (2, -1)])) == 2 * 35
    assert plus_grid(3, 4, twist=1).tolist() != plus_grid(3, 4).tolist()
    assert chosen([(3, 1), (1, 3), (0, 2)], 4).tolist() == [[0, 2], [1, 3]]
    with pytest.raises(ValueError, match="to itself"):
        motif(4, 4, [(4, 0)])
    with pytest.raises(ValueError, match="a link of a node to itself"):
        chosen([(2, 2)], 4)
    with pytest.raises(ValueError, match="outside 0 to 3"):
        chosen([(0, 4)], 4)
