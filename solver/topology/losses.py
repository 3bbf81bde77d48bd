"""What is left after failures: the largest piece, the power that still reaches the ground, and what comes down.

The failures looked at: a random share of all nodes, the plane that matters most, each whole shell, each gateway region,
and a solar storm. A storm's particles come down where the Earth's field leads them, at high magnetic latitudes, and
reach all that flies beyond the field: the nodes lost are those above a latitude of 60 degrees at that instant, and all
in deep space. (The cutoff of solar protons lies near 60 to 65 degrees of magnetic latitude; geographic stands for it.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solver.topology.flow import Delivered, down_links, to_ground
from solver.topology.graph import Graph
from solver.topology.sight import latitudes_deg
from solver.topology.structure import components

BoolArray = NDArray[np.bool_]
STORM_LATITUDE_DEG = 60.0
RANDOM_SHARES = (0.01, 0.1)


@dataclass(frozen=True, slots=True)
class Loss:
    """A failure: vertices and stations that are gone."""

    name: str
    vertices: BoolArray
    stations: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Left:
    """What a failure leaves, as shares of the undamaged: power of the largest piece, power in pieces that reach a
    station, traffic to the ground; and what holds that back.
    """

    failure: str
    lost_nodes_share: float
    largest_component_power_share: float
    ground_connected_power_share: float
    traffic_share: float
    limit: str


def usual_losses(graph: Graph, seed: int = 0) -> Iterator[Loss]:
    """The failures looked at where an instance names none."""
    order = np.random.default_rng(seed).permutation(graph.count)
    for share in RANDOM_SHARES:
        lost = np.zeros(graph.count, dtype=bool)
        lost[order[: round(share * graph.count)]] = True
        yield Loss(f"{share:.0%} of nodes, at random".replace("%", " %"), lost)
    heaviest = _heaviest_plane(graph)
    if heaviest is not None:
        yield Loss(f"a plane of {graph.shells[heaviest].name}", plane_of(graph, heaviest))
    for i, spec in enumerate(graph.shells):
        if len(graph.shells) > 1:
            yield Loss(f"shell {spec.name}", graph.shell == i)
    none = np.zeros(graph.count, dtype=bool)
    for region in dict.fromkeys(s.region for s in graph.stations if s.region):
        yield Loss(f"region {region}", none, frozenset(s.name for s in graph.stations if s.region == region))
    yield Loss(f"solar storm beyond {STORM_LATITUDE_DEG:g} degrees", stormed(graph))


def plane_of(graph: Graph, number: int) -> BoolArray:
    """The vertices of the plane in the middle of a shell: its fall parts an open shell in two."""
    geometry = graph.shells[number].geometry
    middle = geometry.planes // 2 if geometry is not None else 0
    return np.asarray((graph.shell == number) & (graph.plane == middle))


def stormed(graph: Graph) -> BoolArray:
    """The vertices that a solar storm takes: at high latitudes, and in deep space."""
    deep = np.array([spec.geometry is None for spec in graph.shells])[graph.shell]
    return np.asarray(deep | (np.abs(latitudes_deg(graph.position_km)) > STORM_LATITUDE_DEG))


def left_after(graph: Graph, loss: Loss, undamaged: Delivered, offered: Mapping[str, float] | None = None) -> Left:
    """Return what a failure leaves."""
    number, label = components(graph, loss.vertices)
    power = np.where(loss.vertices, 0.0, graph.power_mw)
    nodes = np.array([spec.vertex_nodes for spec in graph.shells])[graph.shell]
    total = float(graph.power_mw.sum()) or 1.0
    # Labels of the living are not in a row where nodes are lost, which makes pieces of their own.
    pieces = np.bincount(label[label >= 0], weights=power[label >= 0]) if number else np.zeros(1)
    down, down_gbps = down_links(graph, loss.stations)
    grounded = np.unique(label[down.satellite[(down_gbps > 0) & ~loss.vertices[down.satellite]]])
    still = to_ground(graph, offered, loss.vertices, loss.stations)
    return Left(
        loss.name, float(nodes[loss.vertices].sum() / nodes.sum()), float(pieces.max(initial=0.0)) / total,
        float(power[np.isin(label, grounded[grounded >= 0])].sum()) / total,
        still.gbps / undamaged.gbps if undamaged.gbps > 0 else 0.0, still.limit,
    )  # fmt: skip


def _heaviest_plane(graph: Graph) -> int | None:
    """The shell of several planes whose planes hold most power."""
    by_plane = {
        i: spec.power_mw / spec.geometry.planes
        for i, spec in enumerate(graph.shells)
        if spec.geometry is not None and spec.geometry.planes > 1
    }
    return max(by_plane, key=lambda i: by_plane[i], default=None)
