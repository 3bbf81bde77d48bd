"""Money: present value of costs and of salvage, and the objective.

Variables   nothing
Parameters  cost and salvage of one unit of every decision, discounted; unserved_gusd[w,t]
Uses        every decision of every family
Constraints
  budget    total spent <= budget_gusd                                                              most_power, least_levelised, most_value
Exports     spent, salvage (expressions); the objective: spent - salvage (least_cost, and least_levelised beside a factor, which a search
            weights), that and the value forgone, sum unserved_gusd[w,t] unserved[w,t] (most_value), or the factor on the target
Bounds      none: the family has no columns
Salvage     only of what was bought and stands: a share of the present price of at most 1, by years left (straight_line) or by
            discounted service after the horizon over that of the whole life (delivered). An idle purchase never pays
Source      net present cost with salvage value at the horizon, as in energy-system models
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyomo.core as pyo

from formulations.coefficients import Coefficients, Cost
from formulations.fleet import FleetVars
from formulations.ground import GroundVars
from formulations.landings import LandingVars
from formulations.launch import LaunchVars
from formulations.learning import LearningVars
from formulations.lines import LineVars
from formulations.lunar import LunarVars
from formulations.mass_drivers import MassDriverVars
from formulations.network import NetworkVars
from formulations.nodes import NodeVars
from formulations.target import TargetVars


@dataclass(frozen=True, slots=True)
class ModelVars:
    """Variables of all families that have a cost."""

    nodes: NodeVars
    lines: LineVars
    launch: LaunchVars
    fleet: FleetVars
    ground: GroundVars
    target: TargetVars
    landings: LandingVars
    drivers: MassDriverVars
    lunar: LunarVars
    learning: LearningVars
    network: NetworkVars


def money_by_present_value(m: pyo.ConcreteModel, c: Coefficients, model_vars: ModelVars) -> None:
    """Add cost (``spent``), salvage and the objective."""
    b = m.money = pyo.Block()
    b.spent = pyo.Expression(expr=pyo.quicksum(_terms(c, model_vars, "spent")))
    b.salvage = pyo.Expression(expr=pyo.quicksum(_terms(c, model_vars, "salvage")))
    if c.target.budget_gusd is not None:
        b.budget = pyo.Constraint(expr=b.spent <= c.target.budget_gusd)
    if c.target.objective == "most_power":
        b.objective = pyo.Objective(expr=model_vars.target.factor, sense=pyo.maximize)
    else:
        forgone = pyo.quicksum(value * model_vars.target.unserved[i] for i, value in c.target.unserved_gusd.items())
        b.objective = pyo.Objective(expr=b.spent - b.salvage + forgone, sense=pyo.minimize)


def _terms(c: Coefficients, model_vars: ModelVars, kind: str) -> Iterator[object]:
    priced: list[tuple[Cost, pyo.Var]] = [
        (c.lines.cost, model_vars.lines.ordered),
        (c.lines.development_cost, model_vars.lines.development_started),
        (c.launch.flight_cost, model_vars.launch.flights),
        (c.launch.pad_cost, model_vars.launch.pads_ordered),
        (c.launch.order_cost, model_vars.fleet.ordered),
        (c.launch.standing_cost, model_vars.fleet.standing),
        (c.ground.cost, model_vars.ground.built),
        (c.landing.tanker_cost, model_vars.landings.tanker_flights),
        (c.landing.landing_cost, model_vars.landings.landings),
        (c.landing.import_cost, model_vars.landings.imported),
        (c.landing.seed_cost, model_vars.landings.seed_mass),
        (c.landing.development_cost, model_vars.landings.development_started),
        (c.nodes.launched_cost, model_vars.nodes.mass_driver_launched),
        (c.drivers.cost, model_vars.drivers.ordered),
        (c.lunar.unlock_cost, model_vars.lunar.unlock_started),
        (c.network.cost, model_vars.network.ordered),
        (c.learning.fill_cost, model_vars.learning.segment_fill),
        (c.learning.experience_cost, model_vars.learning.experience),
    ]
    yield model_vars.nodes.spent if kind == "spent" else model_vars.nodes.salvage
    for cost, variable in priced:
        unit = cost.spent if kind == "spent" else cost.salvage
        yield from (value * variable[index] for index, value in unit.items() if value != 0.0)
    if kind == "spent":
        yield c.learning.fixed_gusd
        yield from (
            price * model_vars.target.unmet[t]
            for t, price in c.target.unmet_gusd.items()
            if t in model_vars.target.unmet
        )
