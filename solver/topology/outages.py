"""Outages of a network and their impact: largest component, power connected to the ground, traffic to the ground.

Standard outages: a random share of all nodes, the plane with most power, each whole shell, each gateway region, and a
solar storm. The Earth's field leads a storm's particles to high magnetic latitudes and gives no shelter beyond itself:
the failed nodes are those above a latitude of 60 degrees at that instant, and all in deep space. (The cutoff of solar
protons lies near 60 to 65 degrees of magnetic latitude; geographic latitude stands for it.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solver.topology.flow import DeliveredTraffic, down_links, to_ground
from solver.topology.graph import Graph
from solver.topology.sight import latitudes_deg
from solver.topology.structure import components

BoolArray = NDArray[np.bool_]
STORM_LATITUDE_DEG = 60.0
RANDOM_SHARES = (0.01, 0.1)


@dataclass(frozen=True, slots=True)
class Outage:
    """Outage of vertices (a mask) and of stations (by name)."""

    name: str
    vertices: BoolArray
    stations: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OutageImpact:
    """Impact of an outage, as shares of the intact network.

    Power of the largest component, power in components connected to a station, traffic to the ground, and the
    bottleneck of that traffic.
    """

    outage: str
    lost_nodes_share: float
    largest_component_power_share: float
    ground_connected_power_share: float
    traffic_share: float
    bottleneck: str


def standard_outages(graph: Graph, seed: int = 0) -> Iterator[Outage]:
    """Yield the outages to analyse where an instance names none."""
    order = np.random.default_rng(seed).permutation(graph.count)
    for share in RANDOM_SHARES:
        failed = np.zeros(graph.count, dtype=bool)
        failed[order[: round(share * graph.count)]] = True
        yield Outage(f"{share:.0%} of nodes, at random".replace("%", " %"), failed)
    heaviest = _heaviest_plane(graph)
    if heaviest is not None:
        yield Outage(f"a plane of {graph.shells[heaviest].name}", middle_plane(graph, heaviest))
    for i, spec in enumerate(graph.shells):
        if len(graph.shells) > 1:
            yield Outage(f"shell {spec.name}", graph.shell == i)
    none = np.zeros(graph.count, dtype=bool)
    for region in dict.fromkeys(s.region for s in graph.stations if s.region):
        yield Outage(f"region {region}", none, frozenset(s.name for s in graph.stations if s.region == region))
    yield Outage(f"solar storm beyond {STORM_LATITUDE_DEG:g} degrees", storm_vertices(graph))


def middle_plane(graph: Graph, number: int) -> BoolArray:
    """Return a mask of the middle plane of a shell, whose outage splits an open shell in two."""
    geometry = graph.shells[number].geometry
    middle = geometry.planes // 2 if geometry is not None else 0
    return np.asarray((graph.shell == number) & (graph.plane == middle))


def storm_vertices(graph: Graph) -> BoolArray:
    """Return a mask of the vertices that fail in a solar storm: at high latitudes, and in deep space."""
    deep = np.array([spec.geometry is None for spec in graph.shells])[graph.shell]
    return np.asarray(deep | (np.abs(latitudes_deg(graph.position_km)) > STORM_LATITUDE_DEG))


def outage_impact(
    graph: Graph, outage: Outage, undamaged: DeliveredTraffic, offered: Mapping[str, float] | None = None
) -> OutageImpact:
    """Return the impact of an outage."""
    number, label = components(graph, outage.vertices)
    power = np.where(outage.vertices, 0.0, graph.power_mw)
    nodes = np.array([spec.vertex_nodes for spec in graph.shells])[graph.shell]
    total = float(graph.power_mw.sum()) or 1.0
    # Failed nodes are components of their own, so the labels of the others are not consecutive.
    component_power = np.bincount(label[label >= 0], weights=power[label >= 0]) if number else np.zeros(1)
    down, down_gbps = down_links(graph, outage.stations)
    grounded = np.unique(label[down.satellite[(down_gbps > 0) & ~outage.vertices[down.satellite]]])
    still = to_ground(graph, offered, outage.vertices, outage.stations)
    return OutageImpact(
        outage.name, float(nodes[outage.vertices].sum() / nodes.sum()), float(component_power.max(initial=0.0)) / total,
        float(power[np.isin(label, grounded[grounded >= 0])].sum()) / total,
        still.gbps / undamaged.gbps if undamaged.gbps > 0 else 0.0, still.bottleneck,
    )  # fmt: skip


def _heaviest_plane(graph: Graph) -> int | None:
    """Return the shell with the most power in each of its planes, of those with several; none without any."""
    by_plane = {
        i: spec.power_mw / spec.geometry.planes
        for i, spec in enumerate(graph.shells)
        if spec.geometry is not None and spec.geometry.planes > 1
    }
    return max(by_plane, key=lambda i: by_plane[i], default=None)
