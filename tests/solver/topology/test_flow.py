"""Flow to the ground, disjoint paths and concurrent flow: against networkx and the linear programme."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

from solver.topology.concurrent import Arcs, Traffic, between_stations, bounds, exact
from solver.topology.flow import disjoint_paths, to_ground
from solver.topology.graph import Graph, build
from tests.solver.topology.drawn import FOUR, shell, station, two_shells


def _reference_gbps(graph: Graph, offered: float | None) -> float:
    """Max-flow to the ground by networkx on the public graph."""
    flow = nx.DiGraph()
    for a, b, link in graph.to_networkx().edges(data=True):
        flow.add_edge(a, b, capacity=link["rate_gbps"])
        if link["kind"] != "to the ground":
            flow.add_edge(b, a, capacity=link["rate_gbps"])
        elif isinstance(a, str):
            flow.add_edge(b, a, capacity=link["rate_gbps"])
            flow.remove_edge(a, b)
    for i in range(graph.count):
        if offered is None:
            flow.add_edge("source", i)
        else:
            flow.add_edge("source", i, capacity=offered * graph.power_mw[i])
    for s in graph.stations:
        flow.add_edge(s.name, "ground", capacity=s.expected_gbps)
    return float(nx.maximum_flow_value(flow, "source", "ground"))


@pytest.mark.parametrize("offered", [None, 0.5, 5.0, 40.0])
def test_flow_to_the_ground_is_that_of_networkx(offered: float | None) -> None:
    """Traffic to the ground equals the max-flow of the networkx graph and the sum of the min cut."""
    graph = two_shells()
    each = None if offered is None else {spec.name: offered * spec.power_mw for spec in graph.shells}
    found = to_ground(graph, each)
    assert found.gbps == pytest.approx(_reference_gbps(graph, offered), rel=1e-6)
    assert sum(gbps for _, gbps in found.cut.values()) == pytest.approx(found.gbps)


def test_the_cut_names_the_bottleneck() -> None:
    """The bottleneck is the nodes for little traffic, the links down for much of it, and small stations."""
    graph = two_shells()
    assert to_ground(graph, {"low": 0.5, "dusk": 0.6}).bottleneck == "work of the nodes"
    assert to_ground(graph).bottleneck == "links to the ground"
    small = build((shell(),), [replace(s, rate_gbps=10.0, availability_share=0.5) for s in FOUR])
    found = to_ground(small)
    assert found.bottleneck == "stations"
    assert found.gbps == pytest.approx(4 * 5.0)
    assert to_ground(build((shell(),), ())).gbps == 0.0


def test_failed_stations_and_nodes_carry_nothing() -> None:
    """The outage of a station reduces the traffic; the outage of all stations or nodes stops it."""
    graph = two_shells()
    whole, less = to_ground(graph), to_ground(graph, failed_stations=frozenset({"tokyo"}))
    assert 0.0 < less.gbps < whole.gbps
    assert to_ground(graph, failed_stations=frozenset(s.name for s in FOUR)).gbps == 0.0
    assert to_ground(graph, failed=np.ones(graph.count, dtype=bool)).gbps == 0.0


def test_disjoint_paths_are_those_of_networkx() -> None:
    """Paths between two stations without a common link are as many as networkx finds."""
    graph = two_shells()
    public = nx.Graph(graph.links.tolist())
    for name in ("tokyo", "lima"):
        number = [s.name for s in FOUR].index(name)
        public.add_edges_from((name, int(v)) for v in graph.visible.satellite[graph.visible.place == number])
    assert disjoint_paths(graph, "tokyo", "lima") == len(list(nx.edge_disjoint_paths(public, "tokyo", "lima")))


@pytest.mark.slow
def test_bounds_enclose_the_linear_programme() -> None:
    """The concurrent flow lies between the two bounds, which converge with the rounds."""
    arcs, traffic = between_stations(two_shells(), np.arange(4), np.array([1.0, 2.0, 3.0, 1.0]))
    best = exact(arcs, traffic)
    few, many = bounds(arcs, traffic, rounds=3, relative_gap=0.0), bounds(arcs, traffic, rounds=300, relative_gap=0.0)
    for found in (few, many):
        assert found.at_least <= best * (1 + 1e-6)
        assert found.at_most >= best * (1 - 1e-6)
    assert many.at_most / many.at_least < 1.05


def test_traffic_by_hand() -> None:
    """Two demands of 10 that share an arc of 6, one of them with another arc of 2, have a concurrent flow of 0.4."""
    arcs = Arcs(4, np.array([0, 1, 2, 0]), np.array([2, 2, 3, 3]), np.array([100.0, 100.0, 6.0, 2.0]))
    traffic = Traffic(np.array([0, 1]), np.array([3, 3]), np.array([10.0, 10.0]))
    assert exact(arcs, traffic) == pytest.approx(0.4)
    found = bounds(arcs, traffic, rounds=500, relative_gap=0.0)
    assert found.at_least == pytest.approx(0.4, rel=0.02)
    assert found.at_most == pytest.approx(0.4, rel=0.05)


def test_traffic_without_a_path_is_zero() -> None:
    """Disconnected stations have a concurrent flow of 0."""
    graph = build((shell(terminals=0),), (FOUR[0], station("lima", -12.0, -77.0)))
    arcs, traffic = between_stations(graph, np.arange(2), np.ones(2))
    found = bounds(arcs, traffic)
    assert (found.at_least, found.at_most) == (0.0, 0.0)
