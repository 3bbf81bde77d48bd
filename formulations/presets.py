"""Named whole formulations: one typed slot for every family that has variants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyomo.environ as pyo

from formulations.bulk import nodes_in_arrays
from formulations.coefficients import Coefficients
from formulations.cuts import CUTS, Cut
from formulations.fleet import FleetDoor, fleet_by_stock
from formulations.ground import GroundDoor, ground_by_queue
from formulations.landings import LandingsDoor, landings_by_depot
from formulations.launch import LaunchDoor, launch_by_manifest
from formulations.lines import LinesDoor, lines_by_order
from formulations.lunar import LunarDoor, lunar_by_step
from formulations.mass_drivers import DriversDoor, drivers_by_count
from formulations.nodes import NodesDoor, nodes_by_vintage


@dataclass(frozen=True, slots=True)
class Formulation:
    """Which variant of each family a model is made of."""

    ground: Callable[[pyo.ConcreteModel, Coefficients], GroundDoor] = ground_by_queue
    landings: Callable[[pyo.ConcreteModel, Coefficients], LandingsDoor] = landings_by_depot
    nodes: Callable[[pyo.ConcreteModel, Coefficients, GroundDoor, LandingsDoor], NodesDoor] = nodes_by_vintage
    lines: Callable[[pyo.ConcreteModel, Coefficients, NodesDoor], LinesDoor] = lines_by_order
    launch: Callable[[pyo.ConcreteModel, Coefficients, NodesDoor, LandingsDoor], LaunchDoor] = launch_by_manifest
    fleet: Callable[[pyo.ConcreteModel, Coefficients, LaunchDoor, LandingsDoor], FleetDoor] = fleet_by_stock
    drivers: Callable[[pyo.ConcreteModel, Coefficients, NodesDoor], DriversDoor] = drivers_by_count
    lunar: Callable[[pyo.ConcreteModel, Coefficients, LandingsDoor, NodesDoor, DriversDoor], LunarDoor] = lunar_by_step
    cuts: tuple[Cut, ...] = CUTS


PRESETS = {"tight": Formulation(), "compact": Formulation(cuts=())}

LARGE = Formulation(nodes=nodes_in_arrays)
"""The rows of ``tight``, with loads and nodes placed in arrays: for models that Pyomo alone would take minutes over."""
