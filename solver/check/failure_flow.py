"""Flow to the ground after an outage, by preflow-push on integers (Goldberg and Tarjan 1988).

Work of a shell runs over relays to other shells, down from a shell, and into the gateways in its view. Capacities are
rounded down to whole units, of which the largest has 2^50, so that the flow is exact in units and short by less than
one unit for each link.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from solver.instance.network import MOST_OUTAGE_CHOICES

UNITS = 2**50

Link = tuple[int, int, float]


@dataclass(frozen=True, slots=True)
class Carriers:
    """Capacities of a plan at one instant: work of shells, relays, links down and gateways; gateways in view."""

    work: Mapping[str, float]
    relays: Mapping[tuple[str, str], float]
    down: Mapping[str, float]
    gateways: Mapping[str, float]
    sees: Mapping[str, Iterable[str]]


@dataclass(frozen=True, slots=True)
class Outage:
    """Shares of shells and gateways that are lost, and the number of further gateways, the worst ones."""

    shells: Mapping[str, float] = field(default_factory=dict)
    gateways: Mapping[str, float] = field(default_factory=dict)
    worst: int = 0


def delivered(carriers: Carriers, outage: Outage) -> float:
    """Return the flow to the ground after an outage, in the unit of the capacities."""
    left = {b: rate * (1.0 - outage.gateways.get(b, 0.0)) for b, rate in carriers.gateways.items()}
    standing = [b for b, rate in left.items() if rate > 0.0]
    lost = min(outage.worst, len(standing))
    if math.comb(len(standing), lost) > MOST_OUTAGE_CHOICES:
        raise ValueError(
            f"gateways: found {lost} of {len(standing)} lost, expected at most {MOST_OUTAGE_CHOICES} choices"
        )
    upper = _after_losses_of_shells(carriers, outage.shells)
    return min(
        _to_the_ground(carriers, upper, {b: rate for b, rate in left.items() if b not in dark})
        for dark in combinations(standing, lost)
    )


def _after_losses_of_shells(carriers: Carriers, lost: Mapping[str, float]) -> list[Link]:
    """Return the links above the gateways: vertex 0 is the source; shell i is vertex 2 + 2 i, its way down 3 + 2 i."""
    place = {s: 2 + 2 * i for i, s in enumerate(carriers.work)}
    stands = {s: 1.0 - lost.get(s, 0.0) for s in place}
    links = [(0, place[s], stands[s] * rate) for s, rate in carriers.work.items()]
    links += [(place[s], place[s] + 1, stands[s] * rate) for s, rate in carriers.down.items()]
    links += [(place[s], place[o], min(stands[s], stands[o]) * rate) for (s, o), rate in carriers.relays.items()]
    return links


def _to_the_ground(carriers: Carriers, upper: list[Link], gateways: Mapping[str, float]) -> float:
    """Return the largest flow with these gateways; vertex 1 is the ground."""
    first = 2 + 2 * len(carriers.work)
    place = {b: first + i for i, b in enumerate(gateways)}
    links = [*upper, *((place[b], 1, rate) for b, rate in gateways.items())]
    whole = sum(gateways.values())
    for i, s in enumerate(carriers.work):
        links += [(3 + 2 * i, place[b], whole) for b in carriers.sees[s] if b in place]
    return largest_flow(links, first + len(place))


def largest_flow(links: Iterable[Link], vertices: int) -> float:
    """Return the largest flow from vertex 0 to vertex 1 over links (tail, head, capacity)."""
    links = list(links)
    unit = max((capacity for _, _, capacity in links), default=0.0) / UNITS
    if unit <= 0.0:
        return 0.0
    room: list[dict[int, int]] = [{} for _ in range(vertices)]
    for tail, head, capacity in links:
        room[tail][head] = room[tail].get(head, 0) + math.floor(capacity / unit)
        room[head].setdefault(tail, 0)
    return _push(room) * unit


def _push(room: list[dict[int, int]]) -> int:
    """Push all that leaves vertex 0 downhill, raising vertices that hold a rest, until none can reach vertex 1."""
    height, excess = _distances(room), [0] * len(room)
    height[0] = len(room)
    waiting: deque[int] = deque()
    for head, units in room[0].items():
        room[0][head], excess[head] = 0, units
        room[head][0] += units
        waiting.append(head)
    while waiting:
        vertex = waiting.popleft()
        while vertex != 1 and excess[vertex] > 0 and height[vertex] < len(room):
            for head, units in room[vertex].items():
                if units > 0 and height[head] == height[vertex] - 1:
                    moved = min(units, excess[vertex])
                    room[vertex][head] -= moved
                    room[head][vertex] += moved
                    excess[vertex] -= moved
                    excess[head] += moved
                    waiting.append(head)
                    if excess[vertex] == 0:
                        break
            else:
                height[vertex] = 1 + min(height[head] for head, units in room[vertex].items() if units > 0)
    return excess[1]


def _distances(room: list[dict[int, int]]) -> list[int]:
    """Return the number of links from each vertex to vertex 1; the number of vertices if there is no way."""
    far = [len(room)] * len(room)
    far[1], queue = 0, deque([1])
    while queue:
        head = queue.popleft()
        for tail in room[head]:
            if far[tail] == len(room) and room[tail][head] > 0:
                far[tail] = far[head] + 1
                queue.append(tail)
    return far
