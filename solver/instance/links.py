"""Geometry of links, from the sections on shells and gateways: visibility, distance, hops and latency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

from solver.instance.dates import COMPUTE_KINDS
from solver.instance.fields import month_number
from solver.physics.link import light_time_ms, longest_sight_km, ring_neighbour_km, slant_range_km
from solver.physics.mesh import band_mean_hops, torus_mean_hops, view_share

if TYPE_CHECKING:
    from solver.instance.network import Gateway, LinkedShell, Network, Workload
    from solver.instance.places import Shell

MW_PER_GW = 1e3
DEEP_SPACE_INCLINATION_DEG = 28.6
"""Highest latitude under the Moon and, within the tilt of the Earth's axis, under places round the Sun."""


class LinkedSections(Protocol):
    """Sections that links are computed from; an instance has them."""

    @property
    def network(self) -> Network | None:
        """Section on the network."""

    @property
    def shells(self) -> Mapping[str, Shell]:
        """Section on shells."""


@dataclass(frozen=True, slots=True)
class Links:
    """Sections that links are computed from, without the rest of an instance."""

    network: Network | None
    shells: Mapping[str, Shell]


def inclination_deg(shell: Shell) -> float:
    """Return the inclination of a shell, degrees: computed for dawn-dusk; in deep space the latitude it stands over."""
    if shell.deep_space:
        return DEEP_SPACE_INCLINATION_DEG
    if shell.orbit == "dawn_dusk":
        # Imported here because it brings NumPy, which commands that only read files do without.
        from solver.physics.orbit import sun_synchronous_inclination_deg

        return sun_synchronous_inclination_deg(shell.altitude_km)
    return shell.inclination_deg or 0.0


def distance_km(shell: Shell) -> float:
    """Return the distance of the nodes of a shell from the ground, km; around the Earth its altitude."""
    return shell.earth_distance_km or shell.altitude_km


def seen_share(shell: Shell, gateway: Gateway) -> float:
    """Return the share of the nodes of a shell that a gateway sees, as a mean over time."""
    return view_share(distance_km(shell), gateway.elevation_deg, gateway.latitude_deg, inclination_deg(shell))


def seen_gateways(instance: LinkedSections, shell: str) -> tuple[str, ...]:
    """Return the gateways that a shell in use reaches itself; none without a section network."""
    network, described = instance.network, instance.shells[shell]
    linked = network.shells.get(shell) if network is not None else None
    if network is None or linked is None or not linked.to_ground:
        return ()
    return tuple(g for g, gateway in network.gateways.items() if seen_share(described, gateway) > 0)


def slots_per_plane(shell: Shell, linked: LinkedShell) -> int | None:
    """Return the slots of each plane at the nominal size of a shell; none where it has no limit."""
    return None if shell.slots is None else max(1, int(shell.slots / linked.planes))


def hops(instance: LinkedSections, shell: str) -> float:
    """Return the mean number of links from a node to where its work leaves the shell; 0 without a grid to cross."""
    assert instance.network is not None
    linked = instance.network.shells[shell]
    if linked.hops is not None:
        return linked.hops
    described = instance.shells[shell]
    along = slots_per_plane(described, linked)
    if along is None:
        return 0.0
    mean = band_mean_hops if is_band(described) else torus_mean_hops
    return mean(linked.planes, along)


def is_band(shell: Shell) -> bool:
    """Return whether the planes of a shell lie side by side and the outer two have one neighbour only."""
    return shell.orbit == "dawn_dusk"


def down_km(instance: LinkedSections, shell: str) -> float:
    """Return the distance from a node down to a gateway at the lowest elevation of those that see the shell, km."""
    described = instance.shells[shell]
    if described.deep_space:
        return distance_km(described)
    gateways = instance.network.gateways if instance.network is not None else {}
    lowest = min((gateways[g].elevation_deg for g in seen_gateways(instance, shell)), default=0.0)
    return slant_range_km(described.altitude_km, lowest)


def latency_ms(instance: LinkedSections, shell: str) -> float:
    """Return the light time from a node of a shell to the ground, one way: along the plane by its hops, and down.

    Where a shell has no limit on slots, neighbours are taken to be as far apart as they can see each other.
    """
    assert instance.network is not None
    described, linked = instance.shells[shell], instance.network.shells[shell]
    down_ms = light_time_ms(down_km(instance, shell))
    if described.deep_space:
        return down_ms
    along = slots_per_plane(described, linked)
    apart_km = longest_sight_km(described.altitude_km)
    if along is not None and along > 1:
        apart_km = min(apart_km, ring_neighbour_km(described.altitude_km, along))
    return down_ms + hops(instance, shell) * light_time_ms(apart_km)


def traffic_gbps(workload: Workload, kind: str) -> float:
    """Return the traffic of a workload to the ground for one unit of a kind of target, Gb/s: of a GW or an EFLOP/s."""
    if kind in COMPUTE_KINDS:
        return workload.traffic_gbps_per_eflops or 0.0
    return workload.traffic_gbps_per_mw * MW_PER_GW


def share_at(workload: Workload, month: float) -> float:
    """Return the share of the target that a workload has at a month: linear between its dates, level outside."""
    points = [(month_number(at.date), at.share) for at in workload.shares]
    for (first, low), (last, high) in pairwise(points):
        if first <= month < last:
            return low + (high - low) * (month - first) / (last - first)
    return points[0][1] if month < points[0][0] else points[-1][1]
