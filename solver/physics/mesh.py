"""Closed forms for grids of links, closed or open on two sides, and the view of a shell from a station."""

from __future__ import annotations

import math

from solver.physics.guard import require_positive
from solver.physics.link import visible_cap_deg


def torus_bisection_links(rows: int, columns: int) -> int:
    """Return the bisection width of a torus of ``rows`` x ``columns`` nodes with one link to each neighbour, in links.
    2 min(rows, columns) is exact if the longer side is even and a lower bound if it is odd; a single row is a ring,
    with 2 links, and a single node has 0.
    """
    require_positive(rows=rows, columns=columns)
    return 0 if rows * columns == 1 else 2 * min(rows, columns)


def torus_mean_hops(rows: int, columns: int) -> float:
    """Return the mean number of links between two random nodes of a torus, the same node twice included."""
    require_positive(rows=rows, columns=columns)
    return ring_mean_hops(rows) + ring_mean_hops(columns)


def band_bisection_links(planes: int, slots: int) -> int:
    """Return the bisection width of planes side by side, each a ring of slots, the first and last not linked, in links.

    Through all rings twice, or between two planes: min(2 planes, slots), a lower bound if the halved number is odd.
    """
    require_positive(planes=planes, slots=slots)
    return 0 if planes * slots == 1 else min(2 * planes, slots)


def band_mean_hops(planes: int, slots: int) -> float:
    """Return the mean number of links between two random nodes of such a band, the same node twice included."""
    require_positive(planes=planes, slots=slots)
    return (planes * planes - 1) / (3 * planes) + ring_mean_hops(slots)


def ring_mean_hops(nodes: int) -> float:
    """Return the mean number of links between two random nodes of a ring, the same node twice included."""
    require_positive(nodes=nodes)
    return (nodes * nodes // 4) / nodes


def view_share(altitude_km: float, elevation_deg: float, latitude_deg: float, inclination_deg: float) -> float:
    """Return the share of a shell's nodes that a ground station sees above an elevation, as a mean over time.
    The share of the sphere under its cap, as if nodes were spread evenly; 0 if the cap ends short of the highest
    latitude of the shell.
    """
    cap_deg = visible_cap_deg(altitude_km, elevation_deg)
    highest_deg = min(inclination_deg, 180.0 - inclination_deg)
    if abs(latitude_deg) - highest_deg >= cap_deg:
        return 0.0
    return (1.0 - math.cos(math.radians(cap_deg))) / 2.0
