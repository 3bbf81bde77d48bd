"""Named whole formulations: one typed slot for every family that has variants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyomo.environ as pyo

from formulations.bulk import nodes_in_arrays
from formulations.coefficients import Coefficients
from formulations.cuts import CUTS, Cut
from formulations.fleet import FleetVars, fleet_by_stock
from formulations.ground import GroundVars, ground_by_queue
from formulations.landings import LandingVars, landings_by_depot
from formulations.launch import LaunchVars, launch_by_manifest
from formulations.lines import LineVars, lines_by_order
from formulations.lunar import LunarVars, lunar_by_step
from formulations.mass_drivers import MassDriverVars, drivers_by_count
from formulations.nodes import NodeVars, nodes_by_vintage


@dataclass(frozen=True, slots=True)
class Formulation:
    """Which variant of each family a model is made of."""

    ground: Callable[[pyo.ConcreteModel, Coefficients], GroundVars] = ground_by_queue
    landings: Callable[[pyo.ConcreteModel, Coefficients], LandingVars] = landings_by_depot
    nodes: Callable[[pyo.ConcreteModel, Coefficients, GroundVars, LandingVars], NodeVars] = nodes_by_vintage
    lines: Callable[[pyo.ConcreteModel, Coefficients, NodeVars], LineVars] = lines_by_order
    launch: Callable[[pyo.ConcreteModel, Coefficients, NodeVars, LandingVars], LaunchVars] = launch_by_manifest
    fleet: Callable[[pyo.ConcreteModel, Coefficients, LaunchVars, LandingVars], FleetVars] = fleet_by_stock
    drivers: Callable[[pyo.ConcreteModel, Coefficients, NodeVars], MassDriverVars] = drivers_by_count
    lunar: Callable[[pyo.ConcreteModel, Coefficients, LandingVars, NodeVars, MassDriverVars], LunarVars] = lunar_by_step
    cuts: tuple[Cut, ...] = CUTS


PRESETS = {"tight": Formulation(), "compact": Formulation(cuts=())}

LARGE = Formulation(nodes=nodes_in_arrays)
"""The rows of ``tight``, with loads and nodes placed in arrays: for models that Pyomo alone would take minutes over."""
