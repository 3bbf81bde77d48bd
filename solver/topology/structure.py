"""Connectivity of a network: bisection bandwidth, edge connectivity, algebraic connectivity, components.

No function searches a whole constellation for its minimum cut. A shell has closed forms. For several shells together:

bisection
    Graph bisection is NP-hard. The figure is the best of a few balanced cuts: every shell cut in half (along its
    planes, or along its slots), and every division of whole shells with 45 to 55 % of power on each side. A
    disconnected network is bisected in its largest component. The figure is an upper bound on the bisection bandwidth,
    and exact for one shell with an even longer side.
edge connectivity
    A cut either divides a shell, which costs at least the shell's own connectivity, or divides whole shells, which
    costs at least the min cut of the graph whose vertices are shells. The smaller of these is a lower bound; the
    smallest degree and the same min cut are upper bounds. The figure is exact where the bounds agree.
algebraic connectivity
    Computed up to ``MAX_NUMERIC_VERTICES`` vertices; 0 for a disconnected graph; none beyond.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import diags_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import eigsh

from solver.topology.graph import Graph
from solver.topology.paths import symmetric

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]
MAX_NUMERIC_VERTICES = 12_000
MAX_SHELLS_DIVIDED = 14
BALANCE = 0.45
AXES = ("planes", "slots")


@dataclass(frozen=True, slots=True)
class Connectivity:
    """Interval that contains the edge connectivity: the number of links whose failure disconnects the network."""

    at_least: int
    at_most: int


@dataclass(frozen=True, slots=True)
class Bisection:
    """Best balanced cut of the largest component: rate across it one way, Gb/s, power of the component, method."""

    gbps: float
    power_mw: float
    method: str

    @property
    def gbps_per_mw(self) -> float:
        """Rate across the cut over the power of the component, Gb/s per MW."""
        return self.gbps / self.power_mw if self.power_mw > 0 else math.inf


def bisection(graph: Graph) -> Bisection:
    """Return the smallest rate found between two halves of the power of the largest component."""
    _, label = components(graph)
    power = np.bincount(label, weights=graph.power_mw)
    piece = label == int(np.argmax(power))
    shells = np.unique(graph.shell[piece])
    if int(piece.sum()) == 1:
        return Bisection(shell_bisection_gbps(graph, int(shells[0])), float(power.max()), "inside a cluster")
    cuts = [(_cut_gbps(graph, _half_of_each_shell(graph, axis), piece), f"{axis} of each shell") for axis in AXES]
    cuts += [(_cut_gbps(graph, side, piece), "whole shells") for side in _shell_divisions(graph, shells)]
    gbps, method = min(cuts)
    return Bisection(gbps, float(power.max()), method)


def shell_bisection_gbps(graph: Graph, number: int) -> float:
    """Return the smallest rate found between two halves of one shell over its own links, Gb/s."""
    spec, start = graph.shells[number], graph.first[number]
    if spec.geometry is None or spec.vertices == 1:
        return spec.cluster.bisection_gbps(spec.vertex_nodes) if spec.cluster is not None else 0.0
    mine = (graph.shell[graph.links] == number).all(axis=1)
    links, rates = graph.links[mine] - start, graph.rate_gbps[mine]
    plane, slot = np.divmod(np.arange(spec.vertices), spec.geometry.slots)
    found = [
        float(rates[side[links[:, 0]] != side[links[:, 1]]].sum())
        for axis, size in ((plane, spec.geometry.planes), (slot, spec.geometry.slots))
        if size > 1
        for side in [axis < size // 2]
    ]
    return min(found, default=0.0)


def edge_connectivity(graph: Graph) -> Connectivity:
    """Return bounds on the edge connectivity of the network."""
    if components(graph)[0] > 1:
        return Connectivity(0, 0)
    least_degree = int(np.bincount(graph.links.ravel(), minlength=graph.count).min())
    between_shells = _min_cut_between_shells(graph) if len(graph.shells) > 1 else least_degree
    inner = [_shell_connectivity(graph, i) for i in range(len(graph.shells)) if graph.shells[i].vertices > 1]
    return Connectivity(min(between_shells, *inner, least_degree), min(least_degree, between_shells))


def algebraic_connectivity(graph: Graph) -> float | None:
    """Return the second smallest eigenvalue of the Laplacian with weight 1 on each link; none for too large a graph."""
    if graph.count < 2 or components(graph)[0] > 1:
        return 0.0
    if graph.count > MAX_NUMERIC_VERTICES:
        return None
    adjacency = symmetric(graph.count, graph.links, np.ones(len(graph.links)))
    laplacian = (diags_array(np.asarray(adjacency.sum(axis=1)).ravel()) - adjacency).tocsc()
    if graph.count < 50:
        return float(np.linalg.eigvalsh(laplacian.toarray())[1])
    # Shifted below 0, so that the matrix to be inverted is positive definite; a fixed start repeats exactly.
    start = np.random.default_rng(0).standard_normal(graph.count)
    values = eigsh(laplacian, k=2, sigma=-1e-6, which="LM", v0=start, return_eigenvectors=False)
    return float(np.sort(values)[1])


def components(graph: Graph, failed: BoolArray | None = None) -> tuple[int, NDArray[np.int32]]:
    """Return the number of components without the failed vertices, and the component of each vertex (-1: failed)."""
    alive = np.ones(graph.count, dtype=bool) if failed is None else ~failed
    links = graph.links[alive[graph.links].all(axis=1)]
    number, label = connected_components(symmetric(graph.count, links, np.ones(len(links))), directed=False)
    label = np.where(alive, label, -1).astype(np.int32)
    return int(number - (~alive).sum()), label


def _half_of_each_shell(graph: Graph, axis: str) -> BoolArray:
    side = np.zeros(graph.count, dtype=bool)
    for spec, start in zip(graph.shells, graph.first, strict=True):
        if spec.geometry is None:
            continue
        plane, slot = np.divmod(np.arange(spec.vertices), spec.geometry.slots)
        along = plane < spec.geometry.planes // 2 if axis == "planes" else slot < spec.geometry.slots // 2
        if axis == "planes" and spec.geometry.planes == 1:
            along = slot < spec.geometry.slots // 2
        side[start : start + spec.vertices] = along
    return side


def _shell_divisions(graph: Graph, among: IntArray) -> list[BoolArray]:
    """Return divisions of whole shells with nearly half of the power on each side, as masks of vertices."""
    shells, total = among.tolist(), sum(graph.shells[i].power_mw for i in among)
    if len(shells) > MAX_SHELLS_DIVIDED or total <= 0:
        return []
    found = []
    for size in range(1, len(shells)):
        for chosen in combinations(shells, size):
            share = sum(graph.shells[i].power_mw for i in chosen) / total
            if shells[0] in chosen and BALANCE <= share <= 1.0 - BALANCE:
                found.append(np.isin(graph.shell, chosen))
    return found


def _cut_gbps(graph: Graph, side: BoolArray, piece: BoolArray) -> float:
    a, b = graph.links[:, 0], graph.links[:, 1]
    return float(graph.rate_gbps[(side[a] != side[b]) & piece[a]].sum())


def _shell_connectivity(graph: Graph, number: int) -> int:
    """Return a lower bound on the edge connectivity of a shell: its closed form if no link is missing, else 0 or 1."""
    spec, start = graph.shells[number], graph.first[number]
    mine = (graph.shell[graph.links] == number).all(axis=1)
    grid = spec.grid
    if grid is not None and spec.lump == 1 and int(mine.sum()) == grid.links:
        return grid.edge_connectivity
    links = graph.links[mine] - start
    number_of_pieces, _ = connected_components(symmetric(spec.vertices, links, np.ones(len(links))), directed=False)
    return 1 if number_of_pieces == 1 else 0


def _min_cut_between_shells(graph: Graph) -> int:
    """Return the smallest number of links between two groups of whole shells."""
    pairs = graph.shell[graph.links]
    shells = nx.Graph()
    shells.add_nodes_from(range(len(graph.shells)))
    outer = pairs[pairs[:, 0] != pairs[:, 1]]
    if len(outer):
        between, number = np.unique(np.sort(outer, axis=1), axis=0, return_counts=True)
        shells.add_weighted_edges_from((int(a), int(b), int(n)) for (a, b), n in zip(between, number, strict=True))
    return int(nx.stoer_wagner(shells)[0]) if nx.is_connected(shells) else 0
