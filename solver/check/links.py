"""What the checker makes of links: what nodes carry by their terminals, who sees whom, and the sums over a plan."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from solver.check.context import INSTANT, Context
from solver.check.target import asked
from solver.check.verdict import as_number
from solver.check.vintages import alive, output_share, power_gw
from solver.instance.fields import month_number
from solver.instance.hardware import Terminal
from solver.instance.network import Contingency, Gateway, LinkedShell, Network, Workload
from solver.instance.places import Shell
from solver.physics import link, mesh, orbit
from solver.plan import Design

GBPS_PER_MW_IN_GW = 1000.0
"""Traffic of a GW in Gb/s for one Gb/s a MW."""


@dataclass(frozen=True, slots=True)
class Linked:
    """A plan with its network: what the living nodes of each shell amount to at the end of each period.

    ``power_gw``, ``carried_gbps`` (over the links of a shell, on their mean way) and ``down_gbps`` (if all saw one)
    by shell and period; ``taken_gbps`` what the ready stations of a gateway take.
    """

    x: Context
    network: Network
    power_gw: Mapping[tuple[str, int], float] = field(default_factory=lambda: defaultdict(float))
    carried_gbps: Mapping[tuple[str, int], float] = field(default_factory=lambda: defaultdict(float))
    down_gbps: Mapping[tuple[str, int], float] = field(default_factory=lambda: defaultdict(float))
    taken_gbps: Mapping[tuple[str, int], float] = field(default_factory=lambda: defaultdict(float))

    @classmethod
    def of(cls, x: Context) -> Linked | None:
        """Add up a plan; None without a network."""
        network = x.instance.network
        if network is None:
            return None
        power: dict[tuple[str, int], float] = defaultdict(float)
        carried: dict[tuple[str, int], float] = defaultdict(float)
        down: dict[tuple[str, int], float] = defaultdict(float)
        for (k, s, q), placed in x.placed.items():
            design, wait = x.designs[k, s], x.transfer_years(k, s)
            across, below = _outer_gbps(x, network, design), _ground_gbps(x, network, design)
            for t in x.horizon.periods[q:]:
                age = x.horizon.age(q, t)
                power[s, t] += power_gw(design) * output_share(design, age, wait) * placed
                if age >= wait - INSTANT:
                    living = alive(design, age) * placed * network.utilisation_share
                    carried[s, t] += across * living / (mean_hops(x, network, s) + 1.0)
                    down[s, t] += below * living
        taken = {
            (b, t): _stations(x, b, gateway, t)
            * gateway.rate_gbps
            * gateway.availability_share
            * network.utilisation_share
            for b, gateway in network.gateways.items()
            for t in x.horizon.periods
        }
        return cls(x, network, power, carried, down, taken)

    def wanted_gw(self, t: int) -> float:
        """The target at the end of a period, less what is missed at a price; nothing before an earliest date."""
        kind = self.x.instance.objective.kind
        last = self.x.horizon.periods[-1]
        if kind == "earliest_date" and t < last and not t >= as_number(self.x.claims.first_period):
            return 0.0
        factor = as_number(self.x.claims.factor) if kind == "most_power" else 1.0
        return max(0.0, asked(self.x, t) * factor - self.x.decisions.unmet.get((t,), 0.0))

    def share(self, workload: Workload, t: int) -> float:
        """Share of the target that a workload has at the end of a period."""
        month = self.x.horizon.ends_month[t]
        points = [(month_number(point.date), point.share) for point in workload.shares]
        before = [point for point in points if point[0] <= month]
        after = [point for point in points if point[0] > month]
        if not before or not after:
            return (before or after)[-1 if before else 0][1]
        (begin, low), (end, high) = before[-1], after[0]
        return low + (high - low) * (month - begin) / (end - begin)

    def mix_gbps_per_gw(self, t: int) -> float:
        """Traffic of one GW of target power."""
        return sum(
            self.share(w, t) * w.traffic_gbps_per_mw * GBPS_PER_MW_IN_GW for w in self.network.workloads.values()
        )

    def in_force(self, failure: Contingency, t: int) -> bool:
        """Whether what survives a failure is asked at the end of a period."""
        return failure.from_ is None or self.x.horizon.ends_month[t] >= month_number(failure.from_)


def mean_hops(x: Context, network: Network, shell: str) -> float:
    """Links from a node to where its work leaves the shell: given, or the mean way between two nodes of its grid."""
    linked, slots = network.shells[shell], x.instance.shells[shell].slots
    if linked.hops is not None:
        return linked.hops
    if slots is None:
        return 0.0
    open_sides = x.instance.shells[shell].orbit == "dawn_dusk"
    return (mesh.band_mean_hops if open_sides else mesh.torus_mean_hops)(*_grid(linked, slots))


def seen_share(shell: Shell, gateway: Gateway) -> float:
    """Share of the nodes of a shell that a gateway sees."""
    far = shell.earth_distance_km if shell.earth_distance_km is not None else shell.altitude_km
    if shell.deep_space:
        tilt = 28.6
    elif shell.orbit == "dawn_dusk":
        tilt = orbit.sun_synchronous_inclination_deg(shell.altitude_km)
    else:
        tilt = shell.inclination_deg or 0.0
    return mesh.view_share(far, gateway.elevation_deg, gateway.latitude_deg, tilt)


def _grid(linked: LinkedShell, slots: float) -> tuple[int, int]:
    return linked.planes, max(1, math.floor(slots / linked.planes))


def _lasers(
    x: Context, network: Network, design: Design
) -> tuple[Terminal | None, int, Terminal | None, int, str | None]:
    """Terminals of a node: those that leave what it is woven into, those inside it, and the name of its fabric."""
    platform, shelf = x.instance.platforms[design.platform], x.instance.technology.terminals
    if platform.declared is not None:
        name, count, woven = platform.declared.terminal, platform.declared.terminals, platform.declared.fabric
        if name is None:
            return None, 0, None, 0, None
    else:
        assert platform.sized is not None
        assert design.choices is not None
        name, count, woven = platform.sized.terminal, platform.sized.terminals, design.choices.fabric
        count = count if design.choices.terminals is None else design.choices.terminals
    if woven is None or network.fabrics[woven].form == "grid":
        return shelf[name], count, shelf[name], count, None
    fabric = network.fabrics[woven]
    return shelf[name], fabric.outer_terminals, shelf[fabric.terminal or name], count, woven


def _outer_gbps(x: Context, network: Network, design: Design) -> float:
    """Links of a node within its shell; a link has two ends."""
    laser, count, _, _, _ = _lasers(x, network, design)
    return 0.0 if laser is None else 0.5 * count * laser.rate_gbps


def _ground_gbps(x: Context, network: Network, design: Design) -> float:
    """What a node sends down: the rate of its terminal over the slant, falling with the square beyond its range."""
    laser = _lasers(x, network, design)[0]
    if laser is None:
        return 0.0
    shell = x.instance.shells[design.shell]
    if shell.deep_space:
        far = shell.earth_distance_km if shell.earth_distance_km is not None else shell.altitude_km
    else:
        seeing = [g.elevation_deg for g in network.gateways.values() if seen_share(shell, g) > 0]
        lowest = min(seeing, default=0.0) if network.shells[design.shell].to_ground else 0.0
        far = link.slant_range_km(shell.altitude_km, lowest)
    fall = 1.0 if laser.range_km is None else min(1.0, (laser.range_km / far) ** 2)
    return network.ground_terminals * laser.rate_gbps * fall


def bisection_gbps_per_mw(x: Context, network: Network, design: Design) -> float:
    """Bandwidth between the halves of what a node is woven into, by its IT power."""
    _, _, laser, count, woven = _lasers(x, network, design)
    slots = x.instance.shells[design.shell].slots
    halves: Callable[[int, int], int] = mesh.torus_bisection_links
    if woven is not None:
        rows, columns = network.fabrics[woven].rows, network.fabrics[woven].columns
    elif slots is None:
        return 0.0
    else:
        rows, columns = _grid(network.shells[design.shell], slots)
        if x.instance.shells[design.shell].orbit == "dawn_dusk":
            halves = mesh.band_bisection_links
    if laser is None:
        return 0.0
    across = halves(rows, columns) * (count // 4) * laser.rate_gbps
    return across / (rows * columns * design.power_kw / 1000)


def latency_ms(x: Context, network: Network, s: str) -> float:
    """Light time from a node down to the ground, its hops within the shell before, ms one way."""
    shell = x.instance.shells[s]
    if shell.deep_space:
        far = shell.earth_distance_km if shell.earth_distance_km is not None else shell.altitude_km
        return link.light_time_ms(far)
    seeing = [g.elevation_deg for g in network.gateways.values() if seen_share(shell, g) > 0]
    lowest = min(seeing, default=0.0) if network.shells[s].to_ground else 0.0
    apart = link.longest_sight_km(shell.altitude_km)
    if shell.slots is not None and _grid(network.shells[s], shell.slots)[1] > 1:
        apart = min(apart, link.ring_neighbour_km(shell.altitude_km, _grid(network.shells[s], shell.slots)[1]))
    down = link.slant_range_km(shell.altitude_km, lowest)
    return link.light_time_ms(down) + mean_hops(x, network, s) * link.light_time_ms(apart)


def _stations(x: Context, b: str, gateway: Gateway, t: int) -> float:
    ordered = sum(
        count
        for (name, q), count in x.decisions.gateways.items()
        if name == b and x.horizon.arrival(q, gateway.lead_years) <= t
    )
    return gateway.initial + ordered
