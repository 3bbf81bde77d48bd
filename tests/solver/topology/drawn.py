"""Small shells and stations for the tests of the topology."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from solver.topology.graph import Graph, build
from solver.topology.spec import Optics, ShellSpec, Station
from solver.topology.walker import Walker, dawn_dusk

LASER = Optics("laser", 100.0, 20_000.0)


def shell(name: str = "low", planes: int = 6, slots: int = 8, **changes: Any) -> ShellSpec:
    """A closed shell at 2,500 km and 53 degrees, a node of 1 MW in each place, four lasers each."""
    walker = Walker(2500.0, 53.0, planes, slots)
    return replace(ShellSpec(name, name.title(), walker, float(walker.count), float(walker.count), LASER, 4), **changes)


def terminator(name: str = "dusk", planes: int = 5, slots: int = 12, altitude_km: float = 800.0) -> ShellSpec:
    """An open dawn-dusk shell of the same nodes."""
    walker = dawn_dusk(altitude_km, planes, slots)
    return ShellSpec(name, name.title(), walker, float(walker.count), float(walker.count), LASER, 4)


def station(name: str, latitude_deg: float, longitude_deg: float, rate_gbps: float = 1000.0, **changes: Any) -> Station:
    """A station that sees down to five degrees."""
    made = Station(name, name.title(), latitude_deg, longitude_deg, rate_gbps, region=name, elevation_deg=5.0)
    return replace(made, **changes)


FOUR = (
    station("tokyo", 35.7, 139.7),
    station("delhi", 28.7, 77.2, region="asia"),
    station("lagos", 6.5, 3.4),
    station("lima", -12.0, -77.0),
)


def two_shells() -> Graph:
    """A closed and an open shell, joined by what the open one has to spare, over four stations."""
    return build((shell(terminals=5), terminator()), FOUR)
