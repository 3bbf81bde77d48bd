"""Rates of the links of one node: bisection bandwidth, traffic within the shell, and traffic to the ground."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from solver.instance.hardware import Terminal
from solver.instance.links import down_km, is_band, slots_per_plane
from solver.instance.network import Fabric, Network
from solver.instance.schema import Instance
from solver.physics.link import rate_at_distance_gbps
from solver.physics.mesh import band_bisection_links, torus_bisection_links
from solver.plan import Design

WAYS = 4
"""Directions of a grid; terminals are divided evenly among them, and the remainder serves none."""


@dataclass(frozen=True, slots=True)
class NodeLinks:
    """Rates of the links of one new node, each way, before any utilisation.
    ``bisection_gbps_per_mw``: bisection bandwidth of its fabric or grid, per MW of IT power; ``crosslink_gbps``: of
    its links within the shell, each counted once for its two ends; ``ground_gbps``: of its terminals to the ground.
    """

    bisection_gbps_per_mw: float
    crosslink_gbps: float
    ground_gbps: float


@dataclass(frozen=True, slots=True)
class _Fitted:
    own: Terminal
    own_count: int
    inner: Terminal | None
    inner_count: int
    fabric: Fabric | None


def node_links(instance: Instance, design: Design) -> NodeLinks:
    """Return the rates of the links of a node; 0 if the instance has no network or the node no terminal."""
    network = instance.network
    fitted = _fitted(instance, network, design) if network is not None else None
    if network is None or fitted is None:
        return NodeLinks(0.0, 0.0, 0.0)
    down = _rate_gbps(fitted.own, down_km(instance, design.shell))
    return NodeLinks(
        bisection_gbps_per_mw=_bisection_gbps(instance, network, design.shell, fitted) / (design.power_kw / 1000),
        crosslink_gbps=fitted.own_count / 2 * fitted.own.rate_gbps,
        ground_gbps=network.ground_terminals * down,
    )


def _rate_gbps(terminal: Terminal, km: float) -> float:
    if terminal.range_km is None:
        return terminal.rate_gbps
    return rate_at_distance_gbps(km, terminal.rate_gbps, terminal.range_km, terminal.rate_gbps)


def _fitted(instance: Instance, network: Network, design: Design) -> _Fitted | None:
    platform, terminals = instance.platforms[design.platform], instance.technology.terminals
    if platform.declared is not None:
        name, count, fabric_name = platform.declared.terminal, platform.declared.terminals, platform.declared.fabric
    else:
        assert platform.sized is not None
        assert design.choices is not None
        name, fabric_name = platform.sized.terminal, design.choices.fabric
        count = platform.sized.terminals if design.choices.terminals is None else design.choices.terminals
    if name is None:
        return None
    fabric = network.fabrics[fabric_name] if fabric_name is not None else None
    if fabric is None or fabric.form == "grid":
        return _Fitted(terminals[name], count, None, 0, None)
    return _Fitted(terminals[name], fabric.outer_terminals, terminals[fabric.terminal or name], count, fabric)


def _bisection_gbps(instance: Instance, network: Network, shell: str, fitted: _Fitted) -> float:
    """Return the bisection bandwidth per node: of a cluster by its rows and columns, of a grid by its shell."""
    bisection_links: Callable[[int, int], int] = torus_bisection_links
    if fitted.fabric is not None and fitted.inner is not None:
        rows, columns = fitted.fabric.rows, fitted.fabric.columns
        terminal, count = fitted.inner, fitted.inner_count
    else:
        along = slots_per_plane(instance.shells[shell], network.shells[shell])
        if along is None:
            return 0.0
        rows, columns = network.shells[shell].planes, along
        terminal, count = fitted.own, fitted.own_count
        bisection_links = band_bisection_links if is_band(instance.shells[shell]) else bisection_links
    links = bisection_links(rows, columns) * (count // WAYS)
    return links * terminal.rate_gbps / (rows * columns)
