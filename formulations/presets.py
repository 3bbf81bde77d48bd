"""Named whole formulations: one typed slot for every family that has variants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyomo.environ as pyo

from formulations.coefficients import Coefficients
from formulations.cuts import cumulative_flights, no_cuts
from formulations.fleet import FleetDoor, fleet_by_stock
from formulations.ground import GroundDoor, ground_by_queue
from formulations.launch import LaunchDoor, launch_by_manifest
from formulations.lines import LinesDoor, lines_by_order
from formulations.nodes import NodesDoor, nodes_by_vintage


@dataclass(frozen=True, slots=True)
class Formulation:
    """Which variant of each family a model is made of."""

    ground: Callable[[pyo.ConcreteModel, Coefficients], GroundDoor] = ground_by_queue
    nodes: Callable[[pyo.ConcreteModel, Coefficients, GroundDoor], NodesDoor] = nodes_by_vintage
    lines: Callable[[pyo.ConcreteModel, Coefficients, NodesDoor], LinesDoor] = lines_by_order
    launch: Callable[[pyo.ConcreteModel, Coefficients, NodesDoor], LaunchDoor] = launch_by_manifest
    fleet: Callable[[pyo.ConcreteModel, Coefficients, LaunchDoor], FleetDoor] = fleet_by_stock
    cuts: Callable[[pyo.ConcreteModel, Coefficients, LaunchDoor], None] = cumulative_flights


PRESETS = {"tight": Formulation(), "compact": Formulation(cuts=no_cuts)}
