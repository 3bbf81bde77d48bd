"""Specification of a network in plain numbers: shells of nodes with their links, and stations on the ground."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solver.topology.closed import Grid, shell_grid
from solver.topology.walker import Walker

FloatArray = NDArray[np.float64]
GRID_TERMINALS = 4
BRICK_TERMINALS = 3
RING_TERMINALS = 2


@dataclass(frozen=True, slots=True)
class Optics:
    """Terminal: its rate out to a range, beyond which the rate falls with the square of distance."""

    name: str
    rate_gbps: float
    range_km: float = math.inf

    def rates_at(self, distances_km: FloatArray) -> FloatArray:
        """Return the rates over distances, Gb/s (the law of ``physics.link.rate_at_distance_gbps``, on arrays)."""
        share = np.minimum(1.0, self.range_km / np.maximum(distances_km, 1e-9))
        return np.asarray(self.rate_gbps * share**2, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Cluster of nodes in close formation, one vertex of the graph: a grid of rows x columns with its own links."""

    rows: int
    columns: int
    rate_gbps: float

    @property
    def nodes(self) -> int:
        """Node count of a cluster."""
        return self.rows * self.columns

    def bisection_gbps(self, nodes: float | None = None) -> float:
        """Return the bisection bandwidth of a cluster of ``nodes`` (none: full), one way, Gb/s."""
        there = self.nodes if nodes is None else min(self.nodes, math.floor(nodes))
        return min(self.rows, self.columns, math.isqrt(there)) * self.rate_gbps if there > 1 else 0.0


@dataclass(frozen=True, slots=True)
class ShellSpec:
    """Shell with its nodes and their links.

    ``geometry`` is none in deep space, where all nodes are one vertex at ``distance_km``. ``nodes`` are alive;
    ``vertex_nodes`` of them are a vertex. ``terminals`` of each vertex link into the mesh, ``ground_terminals`` of each
    *node* link to the ground. A very large shell is aggregated into lumps, squares of ``lump`` x ``lump`` vertices;
    each link then stands for ``lump`` parallel ones, so cuts along planes and slots keep their capacity. ``relays`` are
    the shells it sends to; with none given, spare terminals link to the nearest node of any other shell. ``motif`` are
    (plane, slot) offsets of the links of every node of a closed shell, in place of the pattern of its terminals.
    """

    name: str
    title: str
    geometry: Walker | None
    nodes: float
    power_mw: float
    optics: Optics
    terminals: int
    distance_km: float = 0.0
    ground_terminals: float = 1.0
    to_ground: bool = True
    cluster: Cluster | None = None
    lump: int = 1
    motif: tuple[tuple[int, int], ...] = ()
    relays: tuple[str, ...] | None = None
    relay_share: float = 0.1

    @property
    def vertices(self) -> int:
        """Vertex count in the graph."""
        return self.geometry.count if self.geometry is not None else 1

    @property
    def vertex_nodes(self) -> float:
        """Node count of a vertex."""
        return self.nodes / self.vertices

    @property
    def trunk(self) -> int:
        """Parallel terminals on each link of the mesh."""
        return max(1, self.terminals // (2 * len(self.motif) or GRID_TERMINALS))

    @property
    def side_by_side(self) -> int:
        """Single-terminal links in each link of the graph."""
        return self.trunk * self.lump

    @property
    def form(self) -> str:
        """Pattern of the links between its vertices."""
        if self.geometry is None:
            return "one place"
        if self.motif:
            return "motif"
        if self.terminals >= GRID_TERMINALS:
            return "+Grid" if self.geometry.planes > 1 else "ring"
        if self.terminals == BRICK_TERMINALS:
            return "brick" if self.geometry.planes > 1 else "ring"
        return {RING_TERMINALS: "ring", 1: "pairs"}.get(self.terminals, "none")

    @property
    def grid(self) -> Grid | None:
        """Closed form of the shell where there is one: a +Grid, or a ring of one plane."""
        if self.geometry is None or self.form not in ("+Grid", "ring") or self.geometry.slots < RING_TERMINALS + 1:
            return None
        if self.form == "ring" and self.geometry.planes > 1:
            return None
        return shell_grid(self.geometry.planes * self.lump, self.geometry.slots * self.lump, self.geometry.closed)


@dataclass(frozen=True, slots=True)
class Station:
    """Station on the ground that receives traffic: a gateway of one or more stations, or a city.

    ``rate_gbps`` is the capacity of all its stations under a clear sky, ``availability_share`` the share of time with a
    clear sky.
    """

    name: str
    title: str
    latitude_deg: float
    longitude_deg: float
    rate_gbps: float
    region: str = ""
    elevation_deg: float = 25.0
    availability_share: float = 1.0
    weight: float = 1.0

    @property
    def expected_gbps(self) -> float:
        """Mean capacity over the weather, Gb/s."""
        return self.rate_gbps * self.availability_share
