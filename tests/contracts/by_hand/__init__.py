"""The optimum of every tiny instance by plain arithmetic or enumeration, without any part of the engine.

One function per file of ``instances/tiny``, with the numbers of the file written out again. Costs are in MUSD; a year's
payments fall in its middle, ``at(0.05, 1.5)`` is what one paid after 1.5 years is worth at 5 % a year. Each returns the
optimum as the file states it: MUSD, a factor, or a date; infinity where there is no plan. What an enumeration leaves
out is said where it is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from tests.contracts.by_hand import industry, learning, moon, network, nodes, transport

_OPTIMA: dict[str, Callable[[], float | str]] = {
    "one_flight": nodes.one_flight,
    "whole_flights": nodes.integer_flights,
    "volume": nodes.volume,
    "replacement": nodes.replacement,
    "shells": nodes.shells,
    "slot_area": nodes.slot_area,
    "transfer": nodes.transfer,
    "losses": nodes.losses,
    "serviced": nodes.serviced,
    "derelicts": nodes.derelicts,
    "object_years": nodes.object_years,
    "licence_years": nodes.licence_years,
    "compute": nodes.compute,
    "unmet": nodes.unmet,
    "value": nodes.value,
    "fleet": transport.fleet,
    "expendable": transport.expendable,
    "fleet_ramp": transport.fleet_ramp,
    "launch_ramp": transport.launch_ramp,
    "pads": transport.pads,
    "polar": transport.polar,
    "refuelled": transport.refuelled,
    "quarters": transport.quarters,
    "licence_in_quarters": transport.licence_in_quarters,
    "tonnage": transport.tonnage,
    "earliest": transport.earliest,
    "too_slow": transport.too_slow,
    "development": industry.development,
    "line_ramp": industry.line_ramp,
    "ground": industry.ground,
    "ground_supply": industry.ground_supply,
    "supply": industry.supply,
    "budget": industry.budget,
    "learning_flights": learning.learning_flights,
    "learning_nodes": learning.learning_nodes,
    "learning_local": learning.learning_local,
    "delivered": network.delivered,
    "network_gateways": network.gateways,
    "network_worst": network.worst,
    "network_workloads": network.workloads,
    "network_low_bisection": network.low_bisection,
    "network_relays": network.relays,
    "network_survive": network.survive,
    "moon_seed": moon.seed,
    "moon_light": moon.light,
    "moon_idle": moon.idle,
    "moon_depot": moon.depot,
    "moon_tanks": moon.tanks,
    "moon_returned": moon.returned,
    "moon_expended": moon.expended,
    "moon_unlock": moon.unlock,
    "moon_unlock_chain": moon.unlock_chain,
    "moon_drivers": moon.drivers,
    "moon_night": moon.night,
    "moon_growth": moon.growth,
    "moon_late": moon.late,
    "moon_accelerators": moon.accelerators,
    "moon_transfer": moon.transfer,
    "moon_generations": moon.generations,
    "moon_too_large": moon.too_large,
    "moon_earliest": moon.earliest,
}
BY_HAND = {name: cache(optimum) for name, optimum in _OPTIMA.items()}
"""Optima by the name of the instance, each found once."""
