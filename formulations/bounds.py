"""Enumeration of bounds and cuts by kind of proof: those that cut no plan off, and those that leave a best plan.

The **Bounds** paragraph of each family has the proofs, in the same words. A question that changes the objective or a row
drops the bounds and cuts that do not hold for it (``without_dominance`` in ``solver.milp.loosened``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from formulations.names import Row, Var


class Proof(StrEnum):
    """Kind of proof of a bound or cut."""

    FEASIBILITY = "feasibility"
    """Implied by rows and integrality: no plan is cut off, whatever the objective."""
    DOMINANCE = "dominance"
    """Leaves a best plan for the objectives of the bound; others are cut off."""


@dataclass(frozen=True, slots=True)
class Bound:
    """Proof of the upper bound of a variable, and the kinds of objective for which a best plan is left."""

    proof: Proof
    objectives: frozenset[str]
    conditions: str = ""


OBJECTIVES = frozenset({"least_cost", "most_value", "most_power", "earliest_date"})
NO_PROFIT = "a purchase costs at least its salvage, and no row asks for a purchase as such"

_SURE = Bound(Proof.FEASIBILITY, OBJECTIVES)
_BOUGHT = Bound(Proof.DOMINANCE, OBJECTIVES, NO_PROFIT)
_SENT = Bound(Proof.DOMINANCE, OBJECTIVES, "traffic and power assigned to workloads cost nothing")

BOUNDS: Mapping[Var, Bound] = MappingProxyType(
    {
        Var.GROUND_BUILT: _SURE,
        Var.LANDINGS_TANKER_FLIGHTS: _SURE,
        Var.LANDINGS_LANDINGS: _SURE,
        Var.LANDINGS_PROPELLANT: _SURE,
        Var.LANDINGS_LANDED: _SURE,
        Var.LANDINGS_IMPORTED: _SURE,
        Var.LANDINGS_ACCELERATORS: _SURE,
        Var.LANDINGS_DEVELOPMENT_STARTED: _SURE,
        Var.LANDINGS_SEED_LANDED: _SURE,
        Var.LANDINGS_SEED_MASS: _SURE,
        Var.NODES_LOADED: _SURE,
        Var.NODES_MASS_DRIVER_LAUNCHED: _BOUGHT,
        Var.NODES_PLACED: _BOUGHT,
        Var.LINES_DEVELOPMENT_STARTED: _SURE,
        Var.LINES_ORDERED: _SURE,
        Var.LAUNCH_FLIGHTS: _SURE,
        Var.LAUNCH_LAUNCHES: _SURE,
        Var.LAUNCH_CARGO: _SURE,
        Var.LAUNCH_PADS_ORDERED: _SURE,
        Var.FLEET_ORDERED: _BOUGHT,
        Var.FLEET_RETIRED: _BOUGHT,
        Var.FLEET_STOCK: _BOUGHT,
        Var.FLEET_STANDING: _BOUGHT,
        Var.NETWORK_ORDERED: _SURE,
        Var.NETWORK_ALIVE: _SURE,
        Var.NETWORK_LINK_CAPACITY: _SURE,
        Var.NETWORK_DOWNLINK_CAPACITY: _SURE,
        Var.NETWORK_SERVES: _SENT,
        Var.NETWORK_SENDS: _SENT,
        Var.NETWORK_RELAYS: _SENT,
        Var.NETWORK_KWORST_THRESHOLD: _SURE,
        Var.NETWORK_KWORST_EXCESS: _SURE,
        Var.LEARNING_EXPERIENCE: _SURE,
        Var.LEARNING_SEGMENT_FILL: _SURE,
        Var.LEARNING_SEGMENT_ACTIVE: _SURE,
        Var.MASS_DRIVERS_ORDERED: _BOUGHT,
        Var.MASS_DRIVERS_BUILT_MASS: _BOUGHT,
        Var.LUNAR_CAPITAL: _BOUGHT,
        Var.LUNAR_INVESTED: _BOUGHT,
        Var.LUNAR_MADE: _BOUGHT,
        Var.LUNAR_MADE_AT_NIGHT: _BOUGHT,
        Var.LUNAR_STORED: _BOUGHT,
        Var.LUNAR_LOCALISED: _BOUGHT,
        Var.LUNAR_UNLOCK_STARTED: _SURE,
        Var.TARGET_UNSERVED: _SURE,
        Var.TARGET_UNMET: Bound(Proof.DOMINANCE, OBJECTIVES, "the price of unmet demand is not negative"),
    }
)
"""Proof of every variable with a finite upper bound."""

CUTS: Mapping[Row, Proof] = MappingProxyType(
    {
        Row.CUTS_FLIGHTS: Proof.FEASIBILITY,
        Row.CUTS_LINES: Proof.FEASIBILITY,
        Row.CUTS_DEVELOPMENTS: Proof.FEASIBILITY,
        Row.CUTS_DELIVERED: Proof.FEASIBILITY,
        Row.CUTS_FLIGHT_ROUNDING: Proof.FEASIBILITY,
        Row.NETWORK_CONTINGENCY: Proof.FEASIBILITY,
    }
)
"""Proof of every cut, of the formulation or of a search; all rest on the rows of the target, and hold while those do."""

BIG_M: Mapping[Row, Var] = MappingProxyType(
    {
        Row.LINES_DEVELOPMENT: Var.LINES_DEVELOPMENT_STARTED,
        Row.LUNAR_LOCALISED_UNLOCK: Var.LUNAR_UNLOCK_STARTED,
    }
)
"""Rows with the bound of another variable as the coefficient of a binary one."""

DEFINITIONS = frozenset({Var.LEARNING_SEGMENT_FILL})
"""Variables whose bound is their meaning, a share of 1, and not a derived number."""
