"""From an instance to the parts of its network: shells, stations, and what the workloads ask.

With a section ``network`` its planes, relays, fabrics and gateways are taken. What an instance does not say is assumed,
and every assumption is told with the figures: planes and slots about equal in number, a dawn-dusk shell in a band of an
hour of local time, terminals of today's Starlink for a platform without any, the largest cities in place of gateways.
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
UNBOUND_NODES = 1000
"""Nodes drawn in a place whose room is not limited."""
FEWEST_LUMPS = 4
MOST_VERTICES = 40_000
"""Vertices drawn in all; larger shells are drawn in lumps."""


@dataclass(frozen=True, slots=True)
class Living:
    """Nodes of one make in a shell: how many, their IT power, their platform, and how they are linked."""

    nodes: float
    power_mw: float
    platform: str
    terminals: int | None = None
    fabric: str | None = None


def nominal(instance: Instance) -> dict[str, list[Living]]:
    """Return the nodes of the shells in use at nominal size: every slot filled with the first platform in use."""
    name, platform = _first_platform(instance)
    power_mw = platform.it_power_kw / 1000.0 if platform is not None else 0.0
    fabric = instance.candidate_designs.fabric[0] if instance.candidate_designs.fabric else None
    terminals = instance.candidate_designs.terminals[0] if instance.candidate_designs.terminals else None
    found = {}
    for s in instance.use.shells:
        slots = instance.shells[s].slots
        nodes = float(UNBOUND_NODES) if slots is None else float(math.floor(slots))
        if nodes >= 1:
            found[s] = [Living(nodes, nodes * power_mw, name, terminals, fabric)]
    return found


def shells_of(instance: Instance, living: Mapping[str, Sequence[Living]]) -> tuple[tuple[ShellSpec, ...], list[str]]:
    """Return the shells that have nodes, and in words what had to be assumed of them."""
    notes: list[str] = []
    specs = [_shell(instance, s, makes, notes) for s, makes in living.items() if sum(m.nodes for m in makes) >= 1]
    drawn = lumped(specs)
    for spec in drawn:
        if spec.lump > 1:
            notes.append(f"{spec.name}: drawn in squares of {spec.lump} x {spec.lump} vertices")
    return drawn, list(dict.fromkeys(notes))


def stations_of(
    instance: Instance, standing: Mapping[str, float] | None = None
) -> tuple[tuple[Station, ...], list[str]]:
    """Return the gateways with their stations (none: as many as there may be), or the largest cities."""
    network = instance.network
    if network is None or not network.gateways:
        told = "no gateway is described: what the nodes above the largest cities could send down is told instead"
        return cities(), [told]
    found = []
    for name, gateway in network.gateways.items():
        count = float(gateway.max_stations) if standing is None else standing.get(name, float(gateway.initial))
        if count > 0:
            found.append(
                Station(
                    name, gateway.title or name, gateway.latitude_deg, gateway.longitude_deg,
                    count * gateway.rate_gbps, gateway.region, gateway.elevation_deg, gateway.availability_share,
                    count * gateway.rate_gbps,
                )
            )  # fmt: skip
    return tuple(found), [] if standing is not None else ["gateways have as many stations as they may have"]


@cache
def cities(most: int = 20) -> tuple[Station, ...]:
    """Return the largest cities, as stations that take whatever comes."""
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
    """Return the traffic to the ground that the workloads ask for at a date, over IT power; none where none is told."""
    network = instance.network
    if network is None:
        return None
    month = month_number(date)
    asked = sum(share_at(w, month) * w.traffic_gbps_per_mw for w in network.workloads.values())
    # Links may be filled to a share; asking for more of them by as much is the same.
    return asked / network.utilisation_share if asked > 0 else None


def _first_platform(instance: Instance) -> tuple[str, Platform | None]:
    name = next((p for p in instance.use.platforms if instance.platforms[p].made_on == "earth"), "")
    name = name or next(iter(instance.use.platforms), "")
    return name, instance.platforms.get(name)


def _shell(instance: Instance, s: str, makes: Sequence[Living], notes: list[str]) -> ShellSpec:
    shell, network = instance.shells[s], instance.network
    linked = network.shells.get(s) if network is not None else None
    main = max(makes, key=lambda make: make.power_mw)
    if len({(m.platform, m.terminals, m.fabric) for m in makes}) > 1:
        notes.append("in a shell of several makes all nodes are linked as those that have most of its power")
    nodes = sum(make.nodes for make in makes)
    optics, terminals = _terminals(instance, main, notes)
    fabric = _fabric(instance, main)
    cluster = _cluster(instance, fabric, optics, terminals)
    outer, vertices = terminals, nodes
    ground = float(network.ground_terminals) if network is not None else 1.0
    if cluster is not None and fabric is not None:
        outer, vertices = fabric.outer_terminals * cluster.nodes, max(1.0, nodes / cluster.nodes)
    return ShellSpec(
        s, shell.title or s, _geometry(shell, linked, vertices, notes), nodes,
        sum(make.power_mw for make in makes), optics, outer, _distance_km(s, shell, notes), ground,
        linked.to_ground if linked is not None else True, cluster,
        relays=tuple(linked.relays) if linked is not None else None,
        relay_share=linked.relay_share if linked is not None else 0.1,
    )  # fmt: skip


def _distance_km(s: str, shell: Shell, notes: list[str]) -> float:
    """How far away a shell is: its altitude, or what is known of its orbit where nothing is given."""
    given = shell.earth_distance_km or shell.altitude_km
    if given > 0 or not shell.deep_space:
        return given
    # Reading wants a distance of heliocentric places, so this one is cislunar.
    notes.append(f"{s}: its distance is not described, the {MOON_KM:,.0f} km of the Moon are assumed")
    return MOON_KM


def _terminals(instance: Instance, make: Living, notes: list[str]) -> tuple[Optics, int]:
    platform = instance.platforms.get(make.platform)
    kit = None if platform is None else platform.sized or platform.declared
    terminal = instance.technology.terminals.get(kit.terminal) if kit is not None and kit.terminal else None
    if kit is None or kit.terminal is None or terminal is None:
        notes.append(f"{make.platform or 'nodes'}: no laser terminals are described, four of today's are assumed")
        return TODAY, TODAYS_TERMINALS
    if terminal.range_km is None:
        notes.append(
            f"{kit.terminal}: its range is not described, the {TODAY.range_km:,.0f} km of today's lasers are assumed"
        )
    count = make.terminals if make.terminals is not None else kit.terminals
    return Optics(kit.terminal, terminal.rate_gbps, terminal.range_km or TODAY.range_km), count


def _fabric(instance: Instance, make: Living) -> Fabric | None:
    platform = instance.platforms.get(make.platform)
    woven = platform.declared.fabric if platform is not None and platform.declared is not None else make.fabric
    return instance.network.fabrics.get(woven) if instance.network is not None and woven is not None else None


def _cluster(instance: Instance, fabric: Fabric | None, optics: Optics, terminals: int) -> Cluster | None:
    if fabric is None or fabric.form != "cluster":
        return None
    inner = instance.technology.terminals[fabric.terminal].rate_gbps if fabric.terminal else optics.rate_gbps
    return Cluster(fabric.rows, fabric.columns, inner * max(1, terminals // 4))


def _geometry(shell: Shell, linked: LinkedShell | None, vertices: float, notes: list[str]) -> Walker | None:
    if shell.deep_space:
        return None
    flat = shell.orbit == "inclined" and not shell.inclination_deg
    wanted = 1 if flat else linked.planes if linked is not None else None
    if wanted is None:
        notes.append("planes are not described: as many planes as slots in each are assumed when a shell is full")
        wanted = math.isqrt(math.floor(shell.slots)) if shell.slots is not None and shell.slots >= 1 else None
    planes, slots = nearly_square(max(1, math.floor(vertices)), wanted)
    if shell.orbit == "dawn_dusk":
        notes.append(f"dawn-dusk planes lie in a band of {DAWN_DUSK_BAND_DEG:g} degrees; the outer two are not linked")
        return dawn_dusk(shell.altitude_km, planes, slots)
    phasing = linked.phasing if linked is not None else 0
    return Walker(shell.altitude_km, shell.inclination_deg or 0.0, planes, slots, phasing)


def lumped(specs: Sequence[ShellSpec], most: int = MOST_VERTICES) -> tuple[ShellSpec, ...]:
    """Return the shells drawn in lumps until all vertices are few enough, or no shell can be drawn more coarsely."""
    found = list(specs)
    coarser = {i: _coarser(spec, 2) for i, spec in enumerate(specs)}
    while sum(spec.vertices for spec in found) > most and any(coarser.values()):
        i = max((i for i, spec in coarser.items() if spec is not None), key=lambda i: found[i].vertices)
        found[i] = coarser[i] or found[i]
        coarser[i] = _coarser(specs[i], found[i].lump // specs[i].lump + 1)
    return tuple(found)


def _coarser(spec: ShellSpec, times: int) -> ShellSpec | None:
    """The shell in squares of so many times so many of its vertices; none if it would have too few left."""
    walker = spec.geometry
    if walker is None or min(walker.planes, walker.slots) < FEWEST_LUMPS * times:
        return None
    coarse = replace(walker, planes=walker.planes // times, slots=walker.slots // times, phasing=0)
    return replace(spec, geometry=coarse, lump=spec.lump * times)
