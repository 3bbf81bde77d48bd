"""Money: present value of what is spent and of what is left, and the objective.

Decides   nothing
Given     spent and salvage of one unit of every decision, discounted
Takes     every decision of every family
Says
  budget    total spent <= budget_gusd                                                               most_power only
Gives     spent, salvage (expressions); the objective: spent - salvage, or the factor on the target
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyomo.environ as pyo

from formulations.coefficients import Coefficients, Cost
from formulations.fleet import FleetDoor
from formulations.ground import GroundDoor
from formulations.landings import LandingsDoor
from formulations.launch import LaunchDoor
from formulations.learning import LearningDoor
from formulations.lines import LinesDoor
from formulations.lunar import LunarDoor
from formulations.mass_drivers import DriversDoor
from formulations.network import NetworkDoor
from formulations.nodes import NodesDoor
from formulations.target import TargetDoor


@dataclass(frozen=True, slots=True)
class Doors:
    """All families whose decisions cost money."""

    nodes: NodesDoor
    lines: LinesDoor
    launch: LaunchDoor
    fleet: FleetDoor
    ground: GroundDoor
    target: TargetDoor
    landings: LandingsDoor
    drivers: DriversDoor
    lunar: LunarDoor
    learning: LearningDoor
    network: NetworkDoor


def money_by_present_value(m: pyo.ConcreteModel, c: Coefficients, doors: Doors) -> None:
    """Write spent, salvage and the objective."""
    b = m.money = pyo.Block()
    b.spent = pyo.Expression(expr=pyo.quicksum(_terms(c, doors, "spent")))
    b.salvage = pyo.Expression(expr=pyo.quicksum(_terms(c, doors, "salvage")))
    if c.target.budget_gusd is not None:
        b.budget = pyo.Constraint(expr=b.spent <= c.target.budget_gusd)
    if doors.target.factor is not None:
        b.objective = pyo.Objective(expr=doors.target.factor, sense=pyo.maximize)
    else:
        b.objective = pyo.Objective(expr=b.spent - b.salvage, sense=pyo.minimize)


def _terms(c: Coefficients, doors: Doors, kind: str) -> Iterator[object]:
    priced: list[tuple[Cost, pyo.Var]] = [
        (c.lines.cost, doors.lines.ordered),
        (c.lines.opened_cost, doors.lines.opened),
        (c.launch.flight_cost, doors.launch.flights),
        (c.launch.pad_cost, doors.launch.pads_ordered),
        (c.launch.order_cost, doors.fleet.ordered),
        (c.launch.fleet_cost, doors.fleet.stock),
        (c.launch.retired_cost, doors.fleet.retired),
        (c.ground.cost, doors.ground.built),
        (c.landing.tanker_cost, doors.landings.tankers),
        (c.landing.landing_cost, doors.landings.landings),
        (c.landing.import_cost, doors.landings.imported),
        (c.landing.seed_cost, doors.landings.seeded),
        (c.landing.begin_cost, doors.landings.begins),
        (c.nodes.thrown_cost, doors.nodes.thrown),
        (c.drivers.cost, doors.drivers.ordered),
        (c.lunar.unlock_cost, doors.lunar.unlocks),
        (c.network.cost, doors.network.ordered),
        (c.learning.fill_cost, doors.learning.fill),
        (c.learning.experience_cost, doors.learning.experience),
    ]
    yield doors.nodes.spent if kind == "spent" else doors.nodes.salvage
    for cost, variable in priced:
        unit = cost.spent if kind == "spent" else cost.salvage
        yield from (value * variable[index] for index, value in unit.items() if value != 0.0)
    if kind == "spent":
        yield c.learning.fixed_gusd
        yield from (
            price * doors.target.unmet[t] for t, price in c.target.unmet_gusd.items() if t in doors.target.unmet
        )
