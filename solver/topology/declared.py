"""Network parts of an instance: shells, stations, and the traffic of its workloads.

Planes, relays, fabrics and gateways come from the section ``network`` where there is one. Missing data are assumed, and
every assumption is a note beside the figures: about as many planes as slots, a dawn-dusk shell in a band of an hour of
local time, terminals of today's Starlink for a platform without any, the largest cities in place of gateways.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from solver.instance.fields import month_number
from solver.instance.hardware import Platform
from solver.instance.links import share_at
from solver.instance.network import Fabric, LinkedShell
from solver.instance.places import Shell
from solver.instance.schema import Instance
from solver.topology.spec import Cluster, Optics, ShellSpec, Station
from solver.topology.walker import DAWN_DUSK_BAND_DEG, Walker, dawn_dusk, nearly_square

TODAY = Optics("laser of today", 100.0, 5400.0)
"""A Starlink laser: 100 Gb/s out to 5,400 km (Aguera y Arcas et al., arXiv 2511.19468)."""
TODAYS_TERMINALS = 4
MOON_KM = 384_400.0
"""Mean distance of the Moon."""
DEFAULT_NODES = 1000
"""Nodes of a shell without a limit on slots."""
MIN_LUMPS = 4
MAX_VERTICES = 40_000
"""Vertices of the graph in total; larger shells are aggregated into lumps."""


@dataclass(frozen=True, slots=True)
class ShellNodes:
    """Nodes of one design in a shell: their number, IT power, platform, terminals and fabric."""

    nodes: float
    power_mw: float
    platform: str
    terminals: int | None = None
    fabric: str | None = None


def nominal(instance: Instance) -> dict[str, list[ShellNodes]]:
    """Return the nodes of the shells in use at nominal size: every slot filled with the first platform in use."""
    name, platform = _first_platform(instance)
    power_mw = platform.it_power_kw / 1000.0 if platform is not None else 0.0
    fabric = instance.candidate_designs.fabric[0] if instance.candidate_designs.fabric else None
    terminals = instance.candidate_designs.terminals[0] if instance.candidate_designs.terminals else None
    found = {}
    for s in instance.use.shells:
        slots = instance.shells[s].slots
        nodes = float(DEFAULT_NODES) if slots is None else float(math.floor(slots))
        if nodes >= 1:
            found[s] = [ShellNodes(nodes, nodes * power_mw, name, terminals, fabric)]
    return found


def shells_of(
    instance: Instance, nodes_by_shell: Mapping[str, Sequence[ShellNodes]]
) -> tuple[tuple[ShellSpec, ...], list[str]]:
    """Return the shells that have nodes, and notes on the assumptions made."""
    notes: list[str] = []
    specs = [
        _shell(instance, s, groups, notes) for s, groups in nodes_by_shell.items() if sum(m.nodes for m in groups) >= 1
    ]
    drawn = lumped(specs)
    for spec in drawn:
        if spec.lump > 1:
            notes.append(f"{spec.name}: drawn in squares of {spec.lump} x {spec.lump} vertices")
    return drawn, list(dict.fromkeys(notes))


def stations_of(
    instance: Instance, station_counts: Mapping[str, float] | None = None
) -> tuple[tuple[Station, ...], list[str]]:
    """Return the gateways, or the largest cities where there are none, and notes on the assumptions made.

    ``station_counts`` is the number of stations of each gateway; none stands for the largest number allowed.
    """
    network = instance.network
    if network is None or not network.gateways:
        note = "no gateway is described: the capacity down to the largest cities is reported instead"
        return cities(), [note]
    found = []
    for name, gateway in network.gateways.items():
        count = (
            float(gateway.max_stations) if station_counts is None else station_counts.get(name, float(gateway.initial))
        )
        if count > 0:
            found.append(
                Station(
                    name, gateway.title or name, gateway.latitude_deg, gateway.longitude_deg,
                    count * gateway.rate_gbps, gateway.region, gateway.elevation_deg, gateway.availability_share,
                    count * gateway.rate_gbps,
                )
            )  # fmt: skip
    return tuple(found), [] if station_counts is not None else ["gateways have as many stations as they may have"]


@cache
def cities(most: int = 20) -> tuple[Station, ...]:
    """Return the largest cities, as stations of unlimited capacity."""
    text = files("solver.topology").joinpath("cities.csv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    rows = list(csv.DictReader(lines))[:most]
    return tuple(
        Station(
            row["name"].lower().replace(" ", "_"), row["name"], float(row["latitude_deg"]), float(row["longitude_deg"]),
            math.inf, weight=float(row["population_thousands"]),
        )
        for row in rows
    )  # fmt: skip


def offered_gbps_per_mw(instance: Instance, date: str) -> float | None:
    """Return the traffic of the workloads to the ground at a date over IT power, Gb/s per MW; none without traffic."""
    network = instance.network
    if network is None:
        return None
    month = month_number(date)
    gbps_per_mw = sum(share_at(w, month) * w.traffic_gbps_per_mw for w in network.workloads.values())
    # A limit on the utilisation of links is the same as more traffic by its inverse.
    return gbps_per_mw / network.utilisation_share if gbps_per_mw > 0 else None


def _first_platform(instance: Instance) -> tuple[str, Platform | None]:
    name = next((p for p in instance.use.platforms if instance.platforms[p].made_on == "earth"), "")
    name = name or next(iter(instance.use.platforms), "")
    return name, instance.platforms.get(name)


def _shell(instance: Instance, s: str, groups: Sequence[ShellNodes], notes: list[str]) -> ShellSpec:
    shell, network = instance.shells[s], instance.network
    linked = network.shells.get(s) if network is not None else None
    main = max(groups, key=lambda group: group.power_mw)
    if len({(m.platform, m.terminals, m.fabric) for m in groups}) > 1:
        notes.append("in a shell of several designs all nodes are linked as those that have most of its power")
    nodes = sum(group.nodes for group in groups)
    optics, terminals = _terminals(instance, main, notes)
    fabric = _fabric(instance, main)
    cluster = _cluster(instance, fabric, optics, terminals)
    outer, vertices = terminals, nodes
    ground = float(network.ground_terminals) if network is not None else 1.0
    if cluster is not None and fabric is not None:
        outer, vertices = fabric.outer_terminals * cluster.nodes, max(1.0, nodes / cluster.nodes)
    return ShellSpec(
        s, shell.title or s, _geometry(shell, linked, vertices, notes), nodes,
        sum(group.power_mw for group in groups), optics, outer, _distance_km(s, shell, notes), ground,
        linked.to_ground if linked is not None else True, cluster,
        relays=tuple(linked.relays) if linked is not None else None,
        relay_share=linked.relay_share if linked is not None else 0.1,
    )  # fmt: skip


def _distance_km(s: str, shell: Shell, notes: list[str]) -> float:
    """Return the distance of a shell, km: its altitude, or a default of its orbit where none is given."""
    given = shell.earth_distance_km or shell.altitude_km
    if given > 0 or not shell.deep_space:
        return given
    # The schema requires a distance of heliocentric shells, so this one is cislunar.
    notes.append(f"{s}: its distance is not described, the {MOON_KM:,.0f} km of the Moon are assumed")
    return MOON_KM


def _terminals(instance: Instance, group: ShellNodes, notes: list[str]) -> tuple[Optics, int]:
    platform = instance.platforms.get(group.platform)
    hardware = None if platform is None else platform.sized or platform.declared
    terminal = (
        instance.technology.terminals.get(hardware.terminal) if hardware is not None and hardware.terminal else None
    )
    if hardware is None or hardware.terminal is None or terminal is None:
        notes.append(f"{group.platform or 'nodes'}: no laser terminals are described, four of today's are assumed")
        return TODAY, TODAYS_TERMINALS
    if terminal.range_km is None:
        range_km = f"{TODAY.range_km:,.0f} km"
        notes.append(f"{hardware.terminal}: its range is not described, the {range_km} of today's lasers are assumed")
    count = group.terminals if group.terminals is not None else hardware.terminals
    return Optics(hardware.terminal, terminal.rate_gbps, terminal.range_km or TODAY.range_km), count


def _fabric(instance: Instance, group: ShellNodes) -> Fabric | None:
    platform = instance.platforms.get(group.platform)
    fabric_name = platform.declared.fabric if platform is not None and platform.declared is not None else group.fabric
    return (
        instance.network.fabrics.get(fabric_name) if instance.network is not None and fabric_name is not None else None
    )


def _cluster(instance: Instance, fabric: Fabric | None, optics: Optics, terminals: int) -> Cluster | None:
    if fabric is None or fabric.form != "cluster":
        return None
    inner = instance.technology.terminals[fabric.terminal].rate_gbps if fabric.terminal else optics.rate_gbps
    return Cluster(fabric.rows, fabric.columns, inner * max(1, terminals // 4))


def _geometry(shell: Shell, linked: LinkedShell | None, vertices: float, notes: list[str]) -> Walker | None:
    if shell.deep_space:
        return None
    flat = shell.orbit == "inclined" and not shell.inclination_deg
    plane_count = 1 if flat else linked.planes if linked is not None else None
    if plane_count is None:
        notes.append("planes are not described: as many planes as slots in each are assumed when a shell is full")
        plane_count = math.isqrt(math.floor(shell.slots)) if shell.slots is not None and shell.slots >= 1 else None
    planes, slots = nearly_square(max(1, math.floor(vertices)), plane_count)
    if shell.orbit == "dawn_dusk":
        notes.append(f"dawn-dusk planes lie in a band of {DAWN_DUSK_BAND_DEG:g} degrees; the outer two are not linked")
        return dawn_dusk(shell.altitude_km, planes, slots)
    phasing = linked.phasing if linked is not None else 0
    return Walker(shell.altitude_km, shell.inclination_deg or 0.0, planes, slots, phasing)


def lumped(specs: Sequence[ShellSpec], most: int = MAX_VERTICES) -> tuple[ShellSpec, ...]:
    """Return the shells aggregated into lumps until there are at most ``most`` vertices or no shell can be coarser."""
    found = list(specs)
    coarser = {i: _coarser(spec, 2) for i, spec in enumerate(specs)}
    while sum(spec.vertices for spec in found) > most and any(coarser.values()):
        i = max((i for i, spec in coarser.items() if spec is not None), key=lambda i: found[i].vertices)
        found[i] = coarser[i] or found[i]
        coarser[i] = _coarser(specs[i], found[i].lump // specs[i].lump + 1)
    return tuple(found)


def _coarser(spec: ShellSpec, times: int) -> ShellSpec | None:
    """Return the shell aggregated into squares of ``times`` x ``times`` vertices; none if too few would be left."""
    walker = spec.geometry
    if walker is None or min(walker.planes, walker.slots) < MIN_LUMPS * times:
        return None
    coarse = replace(walker, planes=walker.planes // times, slots=walker.slots // times, phasing=0)
    return replace(spec, geometry=coarse, lump=spec.lump * times)
