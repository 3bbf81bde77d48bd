"""Network graph at an instant: vertices with positions and power, links with length, rate and light time.

Vertices are nodes, or clusters of nodes, shell by shell and plane by plane; stations on the ground come after them. No
node has more links than terminals. Four terminals into the mesh form a +Grid; three a brick pattern (two along the
plane, one across, to alternating sides); two a ring; one pairs along the plane. Eight double every link of the +Grid.
Spare terminals link to the nearest node of another shell. No link passes through the atmosphere; beyond a terminal's
range its rate falls with the square of distance.

Each node sends to the nearest stations in view, one for each terminal to the ground.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from solver.physics.constants import SPEED_OF_LIGHT_M_S
from solver.topology.paths import GroundLinks, symmetric
from solver.topology.patterns import Pairs, brick, chosen, each_once, motif, plus_grid, ring
from solver.topology.sight import in_sight, nearest_elsewhere, nearest_in_sight, station_positions_km, visible_pairs
from solver.topology.spec import ShellSpec, Station

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
IN_PLANE, ACROSS, BETWEEN, DEEP = 0, 1, 2, 3
LINK_KINDS = ("in planes", "across planes", "between shells", "to deep space")
MS_PER_KM = 1e6 / SPEED_OF_LIGHT_M_S


@dataclass(frozen=True)
class Graph:
    """Graph as arrays over vertices (nodes or clusters, no stations) and over the links between them.

    ``shell`` is the number of the shell of a vertex in ``shells``, ``first[i]`` the first vertex of shell i;
    ``visible`` are all pairs of station and vertex in view, ``down`` those in use, ``down_gbps`` the rates of these.
    """

    shells: tuple[ShellSpec, ...]
    stations: tuple[Station, ...]
    first: tuple[int, ...]
    shell: IntArray
    plane: IntArray
    position_km: FloatArray
    power_mw: FloatArray
    links: IntArray
    length_km: FloatArray
    rate_gbps: FloatArray
    kind: IntArray
    visible: GroundLinks
    down: GroundLinks
    down_gbps: FloatArray
    minutes: float = 0.0

    @property
    def count(self) -> int:
        """Vertex count, stations excluded."""
        return len(self.shell)

    @cached_property
    def lengths(self) -> csr_array:
        """Lengths between vertices as a matrix, km."""
        return symmetric(self.count, self.links, self.length_km)

    @cached_property
    def rates(self) -> csr_array:
        """Rates between vertices as a matrix, Gb/s."""
        return symmetric(self.count, self.links, self.rate_gbps)

    def to_networkx(self) -> nx.Graph:
        """Return the graph in networkx, units in the names of attributes; for at most about ten thousand vertices."""
        graph = nx.Graph(minutes=self.minutes)
        for i in range(self.count):
            spec = self.shells[self.shell[i]]
            graph.add_node(
                i, kind="node" if spec.cluster is None else "cluster", shell=spec.name, plane=int(self.plane[i]),
                nodes=spec.vertex_nodes, power_mw=float(self.power_mw[i]), **_place(self.position_km[i]),
            )  # fmt: skip
        for station, position in zip(self.stations, station_positions_km(self.stations, self.minutes), strict=True):
            graph.add_node(
                station.name, kind="station", region=station.region, rate_gbps=station.rate_gbps,
                availability_share=station.availability_share, **_place(position),
            )  # fmt: skip
        for (a, b), km, gbps, kind in zip(
            self.links.tolist(), self.length_km.tolist(), self.rate_gbps.tolist(), self.kind.tolist(), strict=True
        ):
            graph.add_edge(a, b, kind=LINK_KINDS[kind], **_link(km, gbps))
        down = zip(self.down.place, self.down.satellite, self.down.length_km, self.down_gbps, strict=True)
        for place, satellite, km, gbps in down:
            graph.add_edge(
                self.stations[place].name, int(satellite), kind="to the ground", **_link(float(km), float(gbps))
            )
        return graph


def _place(position_km: FloatArray) -> dict[str, float]:
    return dict(zip(("x_km", "y_km", "z_km"), position_km.tolist(), strict=True))


def _link(length_km: float, rate_gbps: float) -> dict[str, Any]:
    return {"length_km": length_km, "rate_gbps": rate_gbps, "light_time_ms": length_km * MS_PER_KM}


def build(shells: Sequence[ShellSpec], stations: Sequence[Station], minutes: float = 0.0) -> Graph:
    """Build the graph of shells and stations at an instant, in minutes after the start of all orbits."""
    specs = tuple(shells)
    counts = [spec.vertices for spec in specs]
    first = tuple(int(n) for n in np.concatenate(([0], np.cumsum(counts)))[:-1])
    shell = np.repeat(np.arange(len(specs)), counts)
    position_km = np.concatenate([_positions(spec, i, minutes) for i, spec in enumerate(specs)])
    plane = np.concatenate([np.arange(n) // _slots(spec) for n, spec in zip(counts, specs, strict=True)])
    inner = [_mesh(spec, start, position_km) for spec, start in zip(specs, first, strict=True)]
    links = np.concatenate([found[0] for found in inner])
    rates = np.concatenate([found[1] for found in inner])
    outer, outer_rates, deep = _links_between_shells(specs, shell, position_km, links)
    links = np.concatenate((links, outer))
    kind = np.where(plane[links[:, 0]] == plane[links[:, 1]], IN_PLANE, ACROSS)
    kind[len(links) - len(outer) :] = np.where(deep, DEEP, BETWEEN)
    visible = visible_pairs(position_km, stations, minutes)
    down = nearest_stations(specs, shell, visible)
    return Graph(
        shells=specs, stations=tuple(stations), first=first, shell=shell, plane=plane, position_km=position_km,
        power_mw=np.repeat([spec.power_mw / spec.vertices for spec in specs], counts), links=links,
        length_km=_length(position_km, links), rate_gbps=np.concatenate((rates, outer_rates)), kind=kind,
        visible=visible, down=down, down_gbps=down_rates(specs, shell, down), minutes=minutes,
    )  # fmt: skip


def nearest_stations(specs: Sequence[ShellSpec], shell: IntArray, visible: GroundLinks) -> GroundLinks:
    """Return the links to the ground in use: from each node to the nearest stations, one for each terminal."""
    allowed = np.array([int(max(1, spec.ground_terminals)) if spec.to_ground else 0 for spec in specs])
    order = np.lexsort((visible.length_km, visible.satellite))
    satellite = visible.satellite[order]
    starts = np.searchsorted(satellite, satellite)
    rank = np.arange(len(satellite)) - starts
    used = np.sort(order[rank < allowed[shell[satellite]]])
    return GroundLinks(visible.places, visible.place[used], visible.satellite[used], visible.length_km[used])


def down_rates(specs: Sequence[ShellSpec], shell: IntArray, down: GroundLinks) -> FloatArray:
    """Return the rate of each link to the ground, Gb/s."""
    rates = np.zeros(len(down.place))
    for i, spec in enumerate(specs):
        mine = shell[down.satellite] == i
        nodes = spec.vertex_nodes * min(1.0, spec.ground_terminals)
        rates[mine] = nodes * spec.optics.rates_at(down.length_km[mine])
    return rates


def _positions(spec: ShellSpec, number: int, minutes: float) -> FloatArray:
    if spec.geometry is not None:
        return spec.geometry.positions_km(minutes)
    # Shells in deep space differ by direction in the plane of the ecliptic, the Sun in x.
    angle = np.radians(60.0 + 40.0 * number)
    return spec.distance_km * np.array([[np.cos(angle), np.sin(angle), 0.0]])


def _slots(spec: ShellSpec) -> int:
    return spec.geometry.slots if spec.geometry is not None else 1


def _mesh(spec: ShellSpec, start: int, position_km: FloatArray) -> tuple[Pairs, FloatArray]:
    """Return the links inside a shell with a line of sight, and their rates."""
    pairs = _pattern(spec) + start
    pairs = pairs[in_sight(position_km[pairs[:, 0]], position_km[pairs[:, 1]])]
    relay_terminals = spec.relay_share * len(spec.relays) if spec.relays else 0.0
    rates = spec.optics.rates_at(_length(position_km, pairs))
    return pairs, np.asarray(spec.side_by_side * max(0.0, 1.0 - relay_terminals) * rates)


def _pattern(spec: ShellSpec) -> Pairs:
    walker = spec.geometry
    if walker is None or spec.form == "none":
        return np.empty((0, 2), dtype=np.int64)
    if spec.form == "motif":
        return motif(walker.planes, walker.slots, spec.motif)
    if spec.form == "ring":
        return ring(walker.planes, walker.slots)
    if spec.form == "pairs":
        evens = [(i, i + 1) for i in range(0, walker.count - 1, 2) if i // walker.slots == (i + 1) // walker.slots]
        return chosen(evens, walker.count)
    pattern = plus_grid if spec.form == "+Grid" else brick
    return pattern(walker.planes, walker.slots, walker.closed, walker.phasing)


def _links_between_shells(
    specs: tuple[ShellSpec, ...], shell: IntArray, position_km: FloatArray, links: IntArray
) -> tuple[Pairs, FloatArray, NDArray[np.bool_]]:
    """Return the links between shells, their rates, and whether each leads to deep space."""
    trunk = np.array([spec.trunk for spec in specs])[shell]
    terminals = np.array([spec.terminals if spec.geometry is not None else 0 for spec in specs])[shell]
    used = np.bincount(links.ravel(), minlength=len(shell)) * trunk
    free = np.array([spec.relays is None for spec in specs])[shell]
    reach = max((spec.optics.range_km for spec in specs if spec.geometry is not None), default=0.0)
    found = [nearest_elsewhere(position_km, shell, np.where(free, np.maximum(terminals - used, 0), 0), reach)]
    found += [
        _relay_links(specs, shell, position_km, i, name) for i, spec in enumerate(specs) for name in spec.relays or ()
    ]
    pairs = each_once(np.concatenate(found))
    place = np.array([spec.geometry is None for spec in specs])[shell]
    far = np.asarray(place[pairs[:, 0]] | place[pairs[:, 1]])
    length_km = _length(position_km, pairs)
    rates = np.full(len(pairs), np.inf)
    for i, spec in enumerate(specs):
        for end in (0, 1):
            mine = shell[pairs[:, end]] == i
            rates[mine] = np.minimum(rates[mine], _link_terminals(spec) * spec.optics.rates_at(length_km[mine]))
    return pairs, rates, far


def _link_terminals(spec: ShellSpec) -> float:
    """Return the terminals in use on one link to another shell; a shell in deep space uses all that relay."""
    if spec.geometry is None:
        return spec.nodes * spec.terminals * spec.relay_share
    return float(spec.lump)


def _relay_links(specs: tuple[ShellSpec, ...], shell: IntArray, position_km: FloatArray, i: int, name: str) -> Pairs:
    """Return the links from one shell to a named other: evenly spaced vertices each link to the nearest in sight."""
    j = next((j for j, spec in enumerate(specs) if spec.name == name), None)
    if j is None or j == i:
        return np.empty((0, 2), dtype=np.int64)
    here, there = np.flatnonzero(shell == i), np.flatnonzero(shell == j)
    # A lump has the relay terminals of all its vertices, in parallel.
    relay_terminals = round(specs[i].relay_share * specs[i].terminals * len(here) * specs[i].lump)
    count = min(len(here), max(1, relay_terminals))
    relay_vertices = here[np.unique(np.linspace(0, len(here) - 1, count).astype(np.int64))]
    deep = specs[i].geometry is None or specs[j].geometry is None
    return nearest_in_sight(position_km, relay_vertices, there, np.inf if deep else specs[i].optics.range_km)


def _length(position_km: FloatArray, pairs: IntArray) -> FloatArray:
    return np.asarray(np.linalg.norm(position_km[pairs[:, 0]] - position_km[pairs[:, 1]], axis=1), dtype=np.float64)
