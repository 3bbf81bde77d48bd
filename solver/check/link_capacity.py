"""Capacities of links for the checker: terminals of nodes, visibility of gateways, and sums over nodes."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from solver.check.calendar import INSTANT, calendar_months
from solver.check.context import Context
from solver.check.survival import alive
from solver.check.target import UNIT, demand, each_gives, offer_gives
from solver.check.verdict import as_number
from solver.instance.hardware import Terminal
from solver.instance.network import Contingency, Gateway, LinkedShell, Network, Workload
from solver.instance.places import Shell
from solver.physics import link, mesh, orbit
from solver.plan import Design

GBPS_PER_MW_IN_GW = 1000.0
"""Gb/s per GW of one Gb/s per MW."""


def gbps_each(x: Context, workload: Workload) -> float:
    """Return the traffic of one unit of the target of a workload, Gb/s: by computing, or by IT power."""
    if UNIT[x.instance.target.kind] == "EFLOP/s":
        return workload.traffic_gbps_per_eflops or 0.0
    return workload.traffic_gbps_per_mw * GBPS_PER_MW_IN_GW


@dataclass(frozen=True, slots=True)
class LinkCapacities:
    """Power and link capacities of a plan with a network, at the end of each period.

    By shell and period: ``able`` (what living nodes add to the target, or the halls of a region), ``carried_gbps``
    (traffic that the links of the shell carry over their mean number of hops) and ``down_gbps`` (rate to the ground if
    each node saw a gateway). ``station_gbps``: rate of the ready stations by gateway and period.
    """

    x: Context
    network: Network
    able: Mapping[tuple[str, int], float] = field(default_factory=lambda: defaultdict(float))
    carried_gbps: Mapping[tuple[str, int], float] = field(default_factory=lambda: defaultdict(float))
    down_gbps: Mapping[tuple[str, int], float] = field(default_factory=lambda: defaultdict(float))
    station_gbps: Mapping[tuple[str, int], float] = field(default_factory=lambda: defaultdict(float))

    @classmethod
    def of(cls, x: Context) -> LinkCapacities | None:
        """Add up the nodes and stations of a plan; None without a network."""
        network = x.instance.network
        if network is None:
            return None
        able: dict[tuple[str, int], float] = defaultdict(float)
        carried: dict[tuple[str, int], float] = defaultdict(float)
        down: dict[tuple[str, int], float] = defaultdict(float)
        for (k, s, q), placed in x.placed.items():
            design, wait = x.designs[k, s], x.transfer_years(k, s)
            across, below = _outer_gbps(x, network, design), _ground_gbps(x, network, design)
            for t in x.horizon.periods[q:]:
                age = x.horizon.age(q, t)
                able[s, t] += each_gives(x, k, s, q, t) * placed
                if age >= wait - INSTANT:
                    living = alive(design, age) * placed * network.utilisation_share
                    carried[s, t] += across * living / (mean_hops(x, network, s) + 1.0)
                    down[s, t] += below * living
        for g, q in x.decisions.ground_gw:
            for t in x.horizon.periods:
                able[g, t] += offer_gives(x, g, q, t)
        station = {
            (b, t): _stations(x, b, gateway, t)
            * gateway.rate_gbps
            * gateway.availability_share
            * network.utilisation_share
            for b, gateway in network.gateways.items()
            for t in x.horizon.periods
        }
        return cls(x, network, able, carried, down, station)

    @property
    def unit(self) -> str:
        """Unit of the target."""
        return UNIT[self.x.instance.target.kind]

    def demand(self, t: int) -> float:
        """Return the target at the end of a period less the unmet part; 0 before an earliest date is reached."""
        kind = self.x.instance.objective.kind
        last = self.x.horizon.periods[-1]
        if kind == "earliest_date" and t < last and not t >= as_number(self.x.claims.first_period):
            return 0.0
        factor = as_number(self.x.claims.factor) if kind == "most_power" else 1.0
        return max(0.0, demand(self.x, t) * factor - self.x.decisions.unmet.get((t,), 0.0))

    def share(self, workload: Workload, t: int) -> float:
        """Return the share of a workload in the target at the end of a period."""
        month = self.x.horizon.end_month(t)
        points = [(calendar_months(point.date), point.share) for point in workload.shares]
        before = [point for point in points if point[0] <= month]
        after = [point for point in points if point[0] > month]
        if not before or not after:
            return (before or after)[-1 if before else 0][1]
        (begin, low), (end, high) = before[-1], after[0]
        return low + (high - low) * (month - begin) / (end - begin)

    def mix_gbps(self, t: int) -> float:
        """Return the traffic of one unit of the target, Gb/s."""
        return sum(self.share(w, t) * gbps_each(self.x, w) for w in self.network.workloads.values())

    def in_force(self, failure: Contingency, t: int) -> bool:
        """Return whether a contingency applies at the end of a period."""
        return failure.from_ is None or self.x.horizon.end_month(t) >= calendar_months(failure.from_)


def mean_hops(x: Context, network: Network, shell: str) -> float:
    """Return the mean hops from a node to the exit of its traffic: given, or those between two nodes of its grid."""
    linked, slots = network.shells[shell], x.instance.shells[shell].slots
    if linked.hops is not None:
        return linked.hops
    if slots is None:
        return 0.0
    open_sides = x.instance.shells[shell].orbit == "dawn_dusk"
    return (mesh.band_mean_hops if open_sides else mesh.torus_mean_hops)(*_grid(linked, slots))


def seen_share(shell: Shell, gateway: Gateway) -> float:
    """Return the share of the nodes of a shell that a gateway sees."""
    distance_km = shell.earth_distance_km if shell.earth_distance_km is not None else shell.altitude_km
    if shell.deep_space:
        tilt = 28.6
    elif shell.orbit == "dawn_dusk":
        tilt = orbit.sun_synchronous_inclination_deg(shell.altitude_km)
    else:
        tilt = shell.inclination_deg or 0.0
    return mesh.view_share(distance_km, gateway.elevation_deg, gateway.latitude_deg, tilt)


def _grid(linked: LinkedShell, slots: float) -> tuple[int, int]:
    return linked.planes, max(1, math.floor(slots / linked.planes))


def _terminals(
    x: Context, network: Network, design: Design
) -> tuple[Terminal | None, int, Terminal | None, int, str | None]:
    """Terminals of a node: outer ones and their number, inner ones and their number, and the name of its fabric."""
    platform, terminals = x.instance.platforms[design.platform], x.instance.technology.terminals
    if platform.declared is not None:
        name, count, fabric_name = platform.declared.terminal, platform.declared.terminals, platform.declared.fabric
        if name is None:
            return None, 0, None, 0, None
    else:
        assert platform.sized is not None
        assert design.choices is not None
        name, count, fabric_name = platform.sized.terminal, platform.sized.terminals, design.choices.fabric
        count = count if design.choices.terminals is None else design.choices.terminals
    if fabric_name is None or network.fabrics[fabric_name].form == "grid":
        return terminals[name], count, terminals[name], count, None
    fabric = network.fabrics[fabric_name]
    return terminals[name], fabric.outer_terminals, terminals[fabric.terminal or name], count, fabric_name


def _outer_gbps(x: Context, network: Network, design: Design) -> float:
    """Return the rate of the links of a node within its shell; a link has two ends."""
    terminal, count, _, _, _ = _terminals(x, network, design)
    return 0.0 if terminal is None else 0.5 * count * terminal.rate_gbps


def _ground_gbps(x: Context, network: Network, design: Design) -> float:
    """Return the rate of a node to the ground over the slant range; beyond its range it falls as distance squared."""
    terminal = _terminals(x, network, design)[0]
    if terminal is None:
        return 0.0
    shell = x.instance.shells[design.shell]
    if shell.deep_space:
        distance_km = shell.earth_distance_km if shell.earth_distance_km is not None else shell.altitude_km
    else:
        elevations = [g.elevation_deg for g in network.gateways.values() if seen_share(shell, g) > 0]
        lowest = min(elevations, default=0.0) if network.shells[design.shell].to_ground else 0.0
        distance_km = link.slant_range_km(shell.altitude_km, lowest)
    fall = 1.0 if terminal.range_km is None else min(1.0, (terminal.range_km / distance_km) ** 2)
    return network.ground_terminals * terminal.rate_gbps * fall


def bisection_gbps_per_mw(x: Context, network: Network, design: Design) -> float:
    """Return the bisection bandwidth of the fabric or grid of a node, Gb/s per MW of IT power."""
    _, _, terminal, count, fabric_name = _terminals(x, network, design)
    slots = x.instance.shells[design.shell].slots
    bisection_links: Callable[[int, int], int] = mesh.torus_bisection_links
    if fabric_name is not None:
        rows, columns = network.fabrics[fabric_name].rows, network.fabrics[fabric_name].columns
    elif slots is None:
        return 0.0
    else:
        rows, columns = _grid(network.shells[design.shell], slots)
        if x.instance.shells[design.shell].orbit == "dawn_dusk":
            bisection_links = mesh.band_bisection_links
    if terminal is None:
        return 0.0
    across = bisection_links(rows, columns) * (count // 4) * terminal.rate_gbps
    return across / (rows * columns * design.power_kw / 1000)


def latency_ms(x: Context, network: Network, s: str) -> float:
    """Return the one-way light time from a node through its shell to the ground, ms."""
    shell = x.instance.shells[s]
    if shell.deep_space:
        distance_km = shell.earth_distance_km if shell.earth_distance_km is not None else shell.altitude_km
        return link.light_time_ms(distance_km)
    elevations = [g.elevation_deg for g in network.gateways.values() if seen_share(shell, g) > 0]
    lowest = min(elevations, default=0.0) if network.shells[s].to_ground else 0.0
    hop_km = link.longest_sight_km(shell.altitude_km)
    if shell.slots is not None and _grid(network.shells[s], shell.slots)[1] > 1:
        hop_km = min(hop_km, link.ring_neighbour_km(shell.altitude_km, _grid(network.shells[s], shell.slots)[1]))
    down = link.slant_range_km(shell.altitude_km, lowest)
    return link.light_time_ms(down) + mean_hops(x, network, s) * link.light_time_ms(hop_km)


def _stations(x: Context, b: str, gateway: Gateway, t: int) -> float:
    ordered = sum(
        count
        for (name, q), count in x.decisions.gateways.items()
        if name == b and x.horizon.arrival(q, gateway.lead_years) <= t
    )
    return gateway.initial + ordered if x.in_use(t, gateway.available_from) else 0.0
