"""How well the network hangs together: bisection, connectivity, algebraic connectivity, components.

Nothing here searches a whole constellation for its least cut. A shell has closed forms. For several shells together:

bisection
    Halving a graph is hard in general; told is the best of cuts that are worth trying: every shell cut in half (along
    its planes, or along its slots), and every division of whole shells that leaves 45 to 55 % of power on each side.
    Where a network falls into pieces the largest is halved.
    It is an upper bound on the least one, and exact for one shell with an even longer side.
edge connectivity
    A cut either parts a shell, which costs at least the shell's own connectivity, or parts whole shells, which costs at
    least the min cut of the graph whose vertices are shells. The least of these is a lower bound; the least degree and
    the same min cut are upper bounds. Where the two meet the figure is exact, and mostly they do.
algebraic connectivity
    Numerically up to ``MOST_NUMERIC`` vertices; nought where the graph falls apart; none beyond.
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
MOST_NUMERIC = 12_000
MOST_SHELLS_DIVIDED = 14
BALANCE = 0.45
AXES = ("planes", "slots")


@dataclass(frozen=True, slots=True)
class Connectivity:
    """Links that must fail before some nodes are cut off from others: between a lower and an upper bound."""

    at_least: int
    at_most: int


@dataclass(frozen=True, slots=True)
class Bisection:
    """The best cut found through the largest piece: rate across it one way, Gb/s, the power of that piece, and how."""

    gbps: float
    power_mw: float
    by: str

    @property
    def gbps_per_mw(self) -> float:
        """Rate across the cut over the power of the piece, Gb/s per MW."""
        return self.gbps / self.power_mw if self.power_mw > 0 else math.inf


def bisection(graph: Graph) -> Bisection:
    """Return the least rate found between two halves of the power of the largest piece."""
    _, label = components(graph)
    power = np.bincount(label, weights=graph.power_mw)
    piece = label == int(np.argmax(power))
    shells = np.unique(graph.shell[piece])
    if int(piece.sum()) == 1:
        return Bisection(shell_bisection_gbps(graph, int(shells[0])), float(power.max()), "inside a cluster")
    cuts = [(_across(graph, _half_of_each(graph, axis), piece), f"{axis} of each shell") for axis in AXES]
    cuts += [(_across(graph, side, piece), "whole shells") for side in _divided(graph, shells)]
    gbps, by = min(cuts)
    return Bisection(gbps, float(power.max()), by)


def shell_bisection_gbps(graph: Graph, number: int) -> float:
    """Return the least rate found between two halves of one shell, by its own links."""
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
    """Return bounds on the links that hold the least connected node or shell."""
    if components(graph)[0] > 1:
        return Connectivity(0, 0)
    least_degree = int(np.bincount(graph.links.ravel(), minlength=graph.count).min())
    whole = _whole_shell_cut(graph) if len(graph.shells) > 1 else least_degree
    inner = [_shell_connectivity(graph, i) for i in range(len(graph.shells)) if graph.shells[i].vertices > 1]
    return Connectivity(min(whole, *inner, least_degree), min(least_degree, whole))


def algebraic_connectivity(graph: Graph) -> float | None:
    """Return the second smallest eigenvalue of the Laplacian with one for each link; none for too large a graph."""
    if graph.count < 2 or components(graph)[0] > 1:
        return 0.0
    if graph.count > MOST_NUMERIC:
        return None
    joined = symmetric(graph.count, graph.links, np.ones(len(graph.links)))
    laplacian = (diags_array(np.asarray(joined.sum(axis=1)).ravel()) - joined).tocsc()
    if graph.count < 50:
        return float(np.linalg.eigvalsh(laplacian.toarray())[1])
    # Shifted below nought, so that the matrix to be inverted is positive definite; a fixed start repeats exactly.
    start = np.random.default_rng(0).standard_normal(graph.count)
    values = eigsh(laplacian, k=2, sigma=-1e-6, which="LM", v0=start, return_eigenvectors=False)
    return float(np.sort(values)[1])


def components(graph: Graph, lost: BoolArray | None = None) -> tuple[int, NDArray[np.int32]]:
    """Return how many pieces the mesh falls into without the lost vertices, and the piece of each vertex (-1: lost)."""
    alive = np.ones(graph.count, dtype=bool) if lost is None else ~lost
    links = graph.links[alive[graph.links].all(axis=1)]
    number, label = connected_components(symmetric(graph.count, links, np.ones(len(links))), directed=False)
    label = np.where(alive, label, -1).astype(np.int32)
    return int(number - (~alive).sum()), label


def _half_of_each(graph: Graph, axis: str) -> BoolArray:
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


def _divided(graph: Graph, among: IntArray) -> list[BoolArray]:
    """Divisions of whole shells with nearly half of the power on each side."""
    shells, total = among.tolist(), sum(graph.shells[i].power_mw for i in among)
    if len(shells) > MOST_SHELLS_DIVIDED or total <= 0:
        return []
    found = []
    for size in range(1, len(shells)):
        for chosen in combinations(shells, size):
            share = sum(graph.shells[i].power_mw for i in chosen) / total
            if shells[0] in chosen and BALANCE <= share <= 1.0 - BALANCE:
                found.append(np.isin(graph.shell, chosen))
    return found


def _across(graph: Graph, side: BoolArray, piece: BoolArray) -> float:
    a, b = graph.links[:, 0], graph.links[:, 1]
    return float(graph.rate_gbps[(side[a] != side[b]) & piece[a]].sum())


def _shell_connectivity(graph: Graph, number: int) -> int:
    """Links that hold a shell together by themselves: its closed form if all its links are there, else counted."""
    spec, start = graph.shells[number], graph.first[number]
    mine = (graph.shell[graph.links] == number).all(axis=1)
    grid = spec.grid
    if grid is not None and spec.lump == 1 and int(mine.sum()) == grid.links:
        return grid.edge_connectivity
    links = graph.links[mine] - start
    number_of_pieces, _ = connected_components(symmetric(spec.vertices, links, np.ones(len(links))), directed=False)
    return 1 if number_of_pieces == 1 else 0


def _whole_shell_cut(graph: Graph) -> int:
    """Least number of links between two groups of whole shells."""
    pairs = graph.shell[graph.links]
    shells = nx.Graph()
    shells.add_nodes_from(range(len(graph.shells)))
    outer = pairs[pairs[:, 0] != pairs[:, 1]]
    if len(outer):
        between, number = np.unique(np.sort(outer, axis=1), axis=0, return_counts=True)
        shells.add_weighted_edges_from((int(a), int(b), int(n)) for (a, b), n in zip(between, number, strict=True))
    return int(nx.stoer_wagner(shells)[0]) if nx.is_connected(shells) else 0
