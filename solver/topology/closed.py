"""Closed forms of grids: figures of a torus, a cylinder or a ring of links without building its graph.

A grid is the product of one cycle or path for each axis. ``sides`` are the nodes along each axis; ``closed`` is true
for each axis that is a cycle (its last node is linked with its first). Cycles have three nodes or more.

Formulas
    bisection       least over axes of (links cut per line: 2 of a cycle, 1 of a path) x N / side, for an even side.
                    Exact for tori whose longest side is even (Bollobas and Leader, 1991: edge-isoperimetry in the grid
                    and the torus); for an odd side it is what the cut in the middle costs at least.
    connectivity    of a product: min over axes of (links of the axis to be cut) x N / side, and of the least degree
                    (Xu and Yang 2006; Mader: a vertex-transitive graph holds as many links as its degree).
    algebraic       least over axes of 2 - 2 cos(2 pi / n) of a cycle, 2 - 2 cos(pi / n) of a path: eigenvalues of a
                    product are sums (Fiedler 1973).
    mean hops       sum over axes of floor(n^2 / 4) / n of a cycle, (n^2 - 1) / (3 n) of a path; the same node counts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from solver.physics.mesh import ring_mean_hops


@dataclass(frozen=True, slots=True)
class Grid:
    """Product of cycles and paths with one link between neighbours."""

    sides: tuple[int, ...]
    closed: tuple[bool, ...]

    def __post_init__(self) -> None:
        if len(self.sides) != len(self.closed):
            raise ValueError("sides and closed: found different lengths, expected one each for every axis")
        for side, closed in zip(self.sides, self.closed, strict=True):
            if side < (3 if closed else 1):
                raise ValueError(f"sides: found {side}, expected {'3 or more on a cycle' if closed else '1 or more'}")

    @property
    def nodes(self) -> int:
        """Node count."""
        return math.prod(self.sides)

    @property
    def links(self) -> int:
        """Edge count of the grid."""
        return sum(self.nodes // n * (n if closed else n - 1) for n, closed in self._axes())

    @property
    def least_degree(self) -> int:
        """Smallest number of links of a node: that of a corner."""
        return sum(2 if closed else min(1, n - 1) for n, closed in self._axes())

    @property
    def bisection_links(self) -> int:
        """Smallest number of links between two halves across the best axis."""
        return min((self._cut(n, closed) for n, closed in self._axes() if n > 1), default=0)

    @property
    def edge_connectivity(self) -> int:
        """Smallest number of links whose failure disconnects two nodes."""
        return min((self.least_degree, *(self._cut(n, closed) for n, closed in self._axes() if n > 1)))

    @property
    def algebraic_connectivity(self) -> float:
        """Second smallest eigenvalue of the Laplacian with weight 1 on each link."""
        turns = [(2.0 if closed else 1.0) * math.pi / n for n, closed in self._axes() if n > 1]
        return 2.0 - 2.0 * math.cos(min(turns)) if turns else 0.0

    @property
    def mean_hops(self) -> float:
        """Mean number of links between two random nodes, equal nodes included."""
        return sum(ring_mean_hops(n) if closed else (n * n - 1) / (3.0 * n) for n, closed in self._axes())

    def all_to_all_gbps(self, rate_gbps: float) -> float:
        """Return an upper limit on the traffic each node sends, spread evenly over all others, Gb/s.

        ``rate_gbps`` is the capacity of a link in each direction. Two limits apply: the capacity of all links over the
        mean hops, and the bisection, which carries half of the traffic one way.
        """
        if self.mean_hops == 0:
            return 0.0
        others = (self.nodes - 1) / self.nodes
        by_links = 2.0 * self.links * rate_gbps / (self.nodes * self.mean_hops) * others
        by_halves = 4.0 * self.bisection_links * rate_gbps / self.nodes * others
        return min(by_links, by_halves)

    def _axes(self) -> list[tuple[int, bool]]:
        return list(zip(self.sides, self.closed, strict=True))

    def _cut(self, n: int, closed: bool) -> int:
        return (2 if closed else 1) * self.nodes // n


def shell_grid(planes: int, slots: int, closed: bool) -> Grid:
    """Return the +Grid of a shell: slots form a cycle from three on, planes form one if the shell is closed."""
    return Grid((planes, slots), (closed and planes > 2, slots > 2))
