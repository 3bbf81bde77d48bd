"""Patch of a compiled model whose coefficients differ in costs alone: its objective, entry by entry.

A lever of prices, discounts or salvage leaves every row, side and bound as it is. Then the costs of the decisions are
those of the coefficients, and the model is not built again. Where any other coefficient differs, where prices learn, or
where a decision gains or loses its cost, and with it perhaps its column, there is no patch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

import numpy as np

from formulations.coefficients import Coefficients, Cost
from formulations.names import Var
from solver.milp.matrix import Matrix

LEAST_COST = "least_cost"
Key = tuple[object, ...]


def repriced(matrix: Matrix, old: Coefficients, new: Coefficients, only_costs: bool = True) -> Matrix | None:
    """Return the matrix of other coefficients from that of old ones; None where more than the costs differ.

    Without ``only_costs`` all other entries of the matrix are those of the new coefficients already.
    """
    target, learns = new.target, new.learning.start_gusd
    if (
        target.objective != LEAST_COST
        or target.unserved_gusd
        or learns
        or (only_costs and not _same_but_costs(old, new))
    ):
        return None
    cost = np.zeros(matrix.columns)
    for (variable, before), (_, after) in zip(_costs(old), _costs(new), strict=True):
        spent, salvage = _nonzero(after.spent), _nonzero(after.salvage)
        # A decision that is paid for stands in the objective whether it has a salvage value or not.
        alone = (salvage.keys() ^ _nonzero(before.salvage).keys()) - spent.keys()
        if spent.keys() != _nonzero(before.spent).keys() or alone:
            return None
        for index in spent | salvage:
            at = matrix.find_column(variable, *index)  # type: ignore[arg-type]
            if at is None:
                return None
            cost[at] += spent.get(index, 0.0) - salvage.get(index, 0.0)
    return matrix.with_(cost=cost)


def _same_but_costs(old: object, new: object) -> bool:
    """Return whether two groups of coefficients are equal in everything but their costs."""
    for field in fields(old):  # type: ignore[arg-type]
        a, b = getattr(old, field.name), getattr(new, field.name)
        if isinstance(a, Cost):
            continue
        if not (_same_but_costs(a, b) if is_dataclass(a) else a == b):
            return False
    return True


def _nonzero(unit: Mapping[Key, float]) -> dict[Key, float]:
    return {index if isinstance(index, tuple) else (index,): value for index, value in unit.items() if value != 0.0}


def _costs(c: Coefficients) -> Iterator[tuple[Var, Cost]]:
    """Yield the variable and the cost of every decision, prices of unmet demand included."""
    yield Var.NODES_LOADED, c.nodes.cost
    yield Var.NODES_PLACED, c.nodes.placed_cost
    yield Var.NODES_MASS_DRIVER_LAUNCHED, c.nodes.launched_cost
    yield Var.LINES_ORDERED, c.lines.cost
    yield Var.LINES_DEVELOPMENT_STARTED, c.lines.development_cost
    yield Var.LAUNCH_FLIGHTS, c.launch.flight_cost
    yield Var.LAUNCH_PADS_ORDERED, c.launch.pad_cost
    yield Var.FLEET_ORDERED, c.launch.order_cost
    yield Var.FLEET_STANDING, c.launch.standing_cost
    yield Var.GROUND_BUILT, c.ground.cost
    yield Var.LANDINGS_TANKER_FLIGHTS, c.landing.tanker_cost
    yield Var.LANDINGS_LANDINGS, c.landing.landing_cost
    yield Var.LANDINGS_IMPORTED, c.landing.import_cost
    yield Var.LANDINGS_SEED_MASS, c.landing.seed_cost
    yield Var.LANDINGS_DEVELOPMENT_STARTED, c.landing.development_cost
    yield Var.MASS_DRIVERS_ORDERED, c.drivers.cost
    yield Var.LUNAR_UNLOCK_STARTED, c.lunar.unlock_cost
    yield Var.NETWORK_ORDERED, c.network.cost
    unmet: dict[Key, float] = {(t,): price for t, price in c.target.unmet_gusd.items() if c.target.demand[t] > 0}
    yield Var.TARGET_UNMET, Cost(unmet)
