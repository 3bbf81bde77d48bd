"""Assembly of the model: every family in order, then the objective."""

from __future__ import annotations

from dataclasses import dataclass

import pyomo.core as pyo

from formulations.coefficients import Coefficients
from formulations.cuts import Cutting, add_cuts
from formulations.fleet import fleet_by_stock
from formulations.ground import ground_by_queue
from formulations.implicit import ImplicitColumns
from formulations.landings import landings_by_depot
from formulations.launch import launch_by_manifest
from formulations.learning import learning_by_segments
from formulations.lines import lines_by_order
from formulations.lunar import lunar_by_step
from formulations.mass_drivers import drivers_by_count
from formulations.money import ModelVars, money_by_present_value
from formulations.network import network_by_flow
from formulations.presets import PRESETS, Formulation
from formulations.shells import shells_by_count
from formulations.target import target_by_period


@dataclass(frozen=True, slots=True)
class Built:
    """Assembled model with the variables of its families."""

    model: pyo.ConcreteModel
    model_vars: ModelVars

    @property
    def implicit(self) -> ImplicitColumns | None:
        """Columns outside the Pyomo model; ``solver.milp.implicit_columns`` adds them to the compiled matrix."""
        return self.model_vars.nodes.implicit


def assemble(c: Coefficients, formulation: Formulation = PRESETS["tight"]) -> Built:
    """Assemble the Pyomo model of some coefficients in the given formulation."""
    m = pyo.ConcreteModel("kardashev")
    ground = ground_by_queue(m, c)
    landings = landings_by_depot(m, c)
    nodes = formulation.nodes(m, c, ground, landings)
    lines = lines_by_order(m, c, nodes)
    launch = launch_by_manifest(m, c, nodes, landings)
    fleet = fleet_by_stock(m, c, launch, landings)
    drivers = drivers_by_count(m, c, nodes)
    lunar = lunar_by_step(m, c, landings, nodes, drivers)
    shells_by_count(m, c, nodes)
    target = target_by_period(m, c, nodes, ground, launch)
    network = network_by_flow(m, c, nodes, target, ground)
    learning = learning_by_segments(m, c, nodes, launch)
    m.cuts = pyo.Block()
    add_cuts(Cutting(m.cuts, c, nodes, launch, lines, landings), formulation.cuts)
    model_vars = ModelVars(nodes, lines, launch, fleet, ground, target, landings, drivers, lunar, learning, network)
    money_by_present_value(m, c, model_vars)
    return Built(m, model_vars)
