"""What the sections of shells and gateways come to: who sees whom, how far it is, how many links lie between."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from solver.instance.fields import month_number
from solver.physics.link import light_time_ms, longest_sight_km, ring_neighbour_km, slant_range_km
from solver.physics.mesh import band_mean_hops, torus_mean_hops, view_share

if TYPE_CHECKING:
    from solver.instance.network import Gateway, LinkedShell, Workload
    from solver.instance.places import Shell
    from solver.instance.schema import Instance

DEEP_SPACE_INCLINATION_DEG = 28.6
"""Highest latitude under the Moon and, within the tilt of the Earth's axis, under places round the Sun."""


def inclination_deg(shell: Shell) -> float:
    """The inclination of a shell, degrees: computed for dawn-dusk ones, for deep space the latitude it stands over."""
    if shell.deep_space:
        return DEEP_SPACE_INCLINATION_DEG
    if shell.orbit == "dawn_dusk":
        # Imported here because it brings NumPy, which commands that only read files do without.
        from solver.physics.orbit import sun_synchronous_inclination_deg

        return sun_synchronous_inclination_deg(shell.altitude_km)
    return shell.inclination_deg or 0.0


def distance_km(shell: Shell) -> float:
    """How far from the ground the nodes of a shell are, km; the altitude of a shell around the Earth."""
    return shell.earth_distance_km or shell.altitude_km


def seen_share(shell: Shell, gateway: Gateway) -> float:
    """Share of the nodes of a shell that a gateway sees, as a mean over time."""
    return view_share(distance_km(shell), gateway.elevation_deg, gateway.latitude_deg, inclination_deg(shell))


def seen_gateways(instance: Instance, shell: str) -> tuple[str, ...]:
    """Gateways that a shell in use reaches itself; none without a section network."""
    network, described = instance.network, instance.shells[shell]
    linked = network.shells.get(shell) if network is not None else None
    if network is None or linked is None or not linked.to_ground:
        return ()
    return tuple(g for g, gateway in network.gateways.items() if seen_share(described, gateway) > 0)


def slots_per_plane(shell: Shell, linked: LinkedShell) -> int | None:
    """Slots of each plane at the nominal size of a shell; none where it has no limit."""
    return None if shell.slots is None else max(1, int(shell.slots / linked.planes))


def hops(instance: Instance, shell: str) -> float:
    """Mean number of links from a node to where its work leaves the shell; none without a grid to go through."""
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
    """Whether the planes of a shell stand side by side and the outer two have no neighbour, as over the terminator."""
    return shell.orbit == "dawn_dusk"


def down_km(instance: Instance, shell: str) -> float:
    """The way from a node down to a gateway at the lowest elevation of those that see the shell, km."""
    described = instance.shells[shell]
    if described.deep_space:
        return distance_km(described)
    gateways = instance.network.gateways if instance.network is not None else {}
    lowest = min((gateways[g].elevation_deg for g in seen_gateways(instance, shell)), default=0.0)
    return slant_range_km(described.altitude_km, lowest)


def latency_ms(instance: Instance, shell: str) -> float:
    """Light time from a node of a shell to the ground, one way: its hops between neighbours along a plane, and down.

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


def share_at(workload: Workload, month: float) -> float:
    """Share of the target that a workload has at a month: straight lines between its dates, level outside them."""
    points = [(month_number(at.date), at.share) for at in workload.shares]
    for (first, low), (last, high) in pairwise(points):
        if first <= month < last:
            return low + (high - low) * (month - first) / (last - first)
    return points[0][1] if month < points[0][0] else points[-1][1]
