"""Plan whose loads can be divided over its flights node by node, as a step of a run after the search.

The model measures loads in shares of a flight. Where the shares of several designs add up to the flights of a route and
period, whole nodes may still not be divided over them; then the plan gets another flight.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from solver.check.manifests import Load, packed_flights
from solver.derive import Derived
from solver.derive.extract import nodes_and_flights
from solver.instance.schema import Instance
from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Matrix
from solver.search.core.result import SearchResult
from solver.search.primal.more_flights import Route, with_fewer_nodes, with_more_flights

ROUNDS = 20
"""Repairs of one plan, at most: a plan with other loads may have others that cannot be divided."""


def with_packed_flights(
    result: SearchResult, instance: Instance, derived: Derived, matrix: Matrix, limits: Limits
) -> SearchResult:
    """Return the result with a plan of which every flight can be loaded; bound and termination are kept."""
    fewer = searched = matrix if result.matrix is None else result.matrix
    incumbent = result.incumbent
    for _ in range(ROUNDS):
        if incumbent.x is None or not (needed := unpacked(instance, derived, searched, incumbent.x)):
            return replace(result, incumbent=incumbent)
        fewer = with_fewer_nodes(fewer, incumbent.x, needed)
        repaired = with_more_flights(searched, fewer, incumbent, needed, limits)
        if repaired is incumbent:
            break
        incumbent = repaired
    return result


def unpacked(instance: Instance, derived: Derived, matrix: Matrix, x: Floats) -> dict[Route, int]:
    """Return the flights needed by vehicle, shell and period, where these are more than the flights of the plan."""
    designs = {(d.name, d.shell): d for d in derived.designs}
    loaded, flights = nodes_and_flights(matrix, x)
    loads: dict[Route, list[Load]] = defaultdict(list)
    for (v, k, s, t), count in loaded.items():
        vehicle, design = instance.vehicles[v], designs[k, s]
        shares = design.mass_t / vehicle.payload_t[s], design.stowed_m3 / vehicle.volume_m3
        loads[v, s, t].append(Load(count, *shares))
    needed = {route: packed_flights(mixed, flights.get(route, 0)) for route, mixed in loads.items() if len(mixed) > 1}
    return {route: count for route, count in needed.items() if count > flights.get(route, 0)}
