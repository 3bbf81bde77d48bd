"""Delays: by hand where one node is above, against networkx over a whole shell."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from solver.physics.link import light_time_ms
from solver.topology.graph import build
from solver.topology.latency import between_cities, between_shells, daily_snapshots, to_nodes
from solver.topology.spec import ShellSpec
from solver.topology.walker import Walker
from tests.solver.topology.drawn import FOUR, LASER, shell, station, terminator, two_shells


def test_two_places_under_one_node_are_two_hops_apart() -> None:
    """Up and down over a single node at 1,000 km: two slant ranges, two hops, and stretch over the way between."""
    one = ShellSpec("one", "One", Walker(1000.0, 0.0, 1, 1), 1.0, 1.0, LASER, 4)
    graph = build((one,), ())
    found = between_cities([graph], (station("west", 0.0, -5.0), station("east", 0.0, 5.0)))
    assert found is not None
    slant = np.sqrt(6371.0**2 + 7371.0**2 - 2 * 6371.0 * 7371.0 * np.cos(np.radians(5.0)))
    assert found.latency_p50_ms == pytest.approx(light_time_ms(2 * float(slant)))
    assert (found.hops, found.connected_pairs_share) == (2.0, 1.0)
    assert found.stretch == pytest.approx(2 * slant / (np.radians(10.0) * 6371.0))


def test_cities_without_a_node_above_are_not_joined() -> None:
    """Two cities of which one sees no node have no latency."""
    one = ShellSpec("one", "One", Walker(1000.0, 0.0, 1, 1), 1.0, 1.0, LASER, 4)
    assert between_cities([build((one,), ())], (station("here", 0.0, 0.0), station("there", 0.0, 180.0))) is None


def test_delays_are_the_shortest_paths_of_networkx() -> None:
    """Between two cities, over all nodes in view at both ends, the path is the shortest that networkx finds."""
    graph = two_shells()
    pair = FOUR[:2]
    found = between_cities([graph], pair)
    assert found is not None
    public = nx.Graph()
    public.add_weighted_edges_from(
        (int(a), int(b), km) for (a, b), km in zip(graph.links, graph.length_km, strict=True)
    )
    for place, satellite, km in zip(graph.visible.place, graph.visible.satellite, graph.visible.length_km, strict=True):
        if place < 2:
            public.add_edge(pair[place].name, int(satellite), weight=km)
    path = nx.dijkstra_path(public, "tokyo", "delhi")
    assert found.latency_p50_ms == pytest.approx(light_time_ms(nx.path_weight(public, path, "weight")))
    assert found.hops == len(path) - 1


def test_from_cities_to_nodes_and_between_shells() -> None:
    """Nodes of a far shell have a longer latency; a disconnected shell has share 0 and infinite latency."""
    near, far = shell(), shell("far", planes=8, slots=10, geometry=Walker(20_000.0, 53.0, 8, 10))
    sky = daily_snapshots((near, far), count=2)
    ways = to_nodes(sky, FOUR)
    assert ways["far"].latency_p50_ms > light_time_ms(20_000.0)
    assert (
        ways["low"].latency_p50_ms
        < ways["low"].latency_p95_ms
        < ways["low"].latency_p99_ms
        < ways["far"].latency_p50_ms
    )
    between = between_shells(build((near, far), ()))
    assert between["low", "low"] < between["far", "far"]
    assert between["low", "far"] == np.inf
    nothing = to_nodes(sky, ())
    assert nothing == {}
    blind = to_nodes([build((terminator(planes=1, slots=1),), ())], (station("pole", 0.0, 0.0),))
    assert blind["dusk"].connected_share == 0.0
