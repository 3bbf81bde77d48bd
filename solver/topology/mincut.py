"""Maximum flow of small networks with real capacities, and the source side of the minimum cut (Dinic 1970).

The cut loop and the checker solve thousands of networks of some tens of vertices, for which this is faster than
networkx. Residual capacity below ``ZERO_TOLERANCE`` of the largest finite one counts as zero, so that rounding makes no
paths.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence

ZERO_TOLERANCE = 1e-13


def min_cut_source_side(
    arcs: Sequence[tuple[Hashable, Hashable, float]], source: Hashable, sink: Hashable
) -> set[Hashable]:
    """Return the vertices that the source reaches in the residual network of a maximum flow.

    The arcs from these to all others are a minimum cut. Capacities are 0 or more, infinite ones allowed; ValueError if
    a path of infinite capacity connects source and sink.
    """
    index: dict[Hashable, int] = {source: 0, sink: 1}
    out: list[list[int]] = [[], []]
    head: list[int] = []
    residual: list[float] = []
    for tail, to, capacity in arcs:
        for vertex in (tail, to):
            if vertex not in index:
                index[vertex] = len(index)
                out.append([])
        for a, b, room in ((index[tail], index[to], capacity), (index[to], index[tail], 0.0)):
            out[a].append(len(head))
            head.append(b)
            residual.append(room)
    tolerance = ZERO_TOLERANCE * max((c for _, _, c in arcs if math.isfinite(c)), default=0.0)
    while True:
        level = _levels(out, head, residual, tolerance)
        if level[1] < 0:
            return {vertex for vertex, i in index.items() if level[i] >= 0}
        next_arc = [0] * len(out)
        while _push(out, head, residual, tolerance, level, next_arc):
            pass


def _levels(out: list[list[int]], head: list[int], residual: list[float], tolerance: float) -> list[int]:
    """Return the smallest number of arcs with residual capacity from vertex 0 to each; -1 without a path."""
    level = [-1] * len(out)
    level[0], queue = 0, [0]
    for vertex in queue:
        for arc in out[vertex]:
            if residual[arc] > tolerance and level[head[arc]] < 0:
                level[head[arc]] = level[vertex] + 1
                queue.append(head[arc])
    return level


def _push(
    out: list[list[int]],
    head: list[int],
    residual: list[float],
    tolerance: float,
    level: list[int],
    next_arc: list[int],
) -> bool:
    """Augment the flow along one path up the levels from vertex 0 to vertex 1; return False if there is none left."""
    path: list[int] = []
    vertex = 0
    while vertex != 1:
        while next_arc[vertex] < len(out[vertex]):
            arc = out[vertex][next_arc[vertex]]
            if residual[arc] > tolerance and level[head[arc]] == level[vertex] + 1:
                break
            next_arc[vertex] += 1
        else:
            if not path:
                return False
            # Dead end: step back and try the next arc.
            back = path.pop()
            vertex = head[back ^ 1]
            next_arc[vertex] += 1
            continue
        path.append(arc)
        vertex = head[arc]
    room = min(residual[arc] for arc in path)
    if not math.isfinite(room):
        raise ValueError("capacity: found a path of infinite capacity from source to sink, expected a limit on each")
    for arc in path:
        residual[arc] -= room
        residual[arc ^ 1] += room
    return True
