"""Purchases of a plan and the present price of one unit of each, by variable and index."""

from __future__ import annotations

from collections.abc import Mapping

from formulations.coefficients import Coefficients
from formulations.names import Var


def purchase_prices(c: Coefficients, *, network: bool = True) -> Mapping[str, Mapping[tuple[object, ...], float]]:
    """Return the present price of one unit of each purchase, by variable and index; cargo is paid by its flight."""
    prices: dict[str, Mapping[tuple[object, ...], float]] = {
        Var.FLEET_ORDERED: c.launch.order_cost.spent,
        Var.LAUNCH_PADS_ORDERED: c.launch.pad_cost.spent,
        Var.LINES_ORDERED: c.lines.cost.spent,
        Var.LINES_DEVELOPMENT_STARTED: c.lines.development_cost.spent,
        Var.MASS_DRIVERS_ORDERED: c.drivers.cost.spent,
        Var.GROUND_BUILT: c.ground.cost.spent,
        Var.LUNAR_UNLOCK_STARTED: c.lunar.unlock_cost.spent,
        Var.LAUNCH_FLIGHTS: c.launch.flight_cost.spent,
        Var.LAUNCH_CARGO: {},
        Var.LANDINGS_TANKER_FLIGHTS: c.landing.tanker_cost.spent,
        Var.LANDINGS_LANDINGS: c.landing.landing_cost.spent,
        Var.LANDINGS_IMPORTED: c.landing.import_cost.spent,
        Var.LANDINGS_DEVELOPMENT_STARTED: c.landing.development_cost.spent,
    }
    return {**prices, Var.NETWORK_ORDERED: c.network.cost.spent} if network else prices
