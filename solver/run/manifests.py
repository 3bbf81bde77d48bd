"""Plan whose loads can be divided over its flights node by node, as a step of a run after the search.

The model measures loads in shares of a flight. Where the shares of several designs add up to the flights of a route and
period, whole nodes may still not be divided over them; then the plan gets another flight.
"""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import replace

from solver.check.manifests import Load, never_packs, packed_flights
from solver.derive import Derived
from solver.derive.extract import nodes_and_flights
from solver.instance.schema import Instance
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Matrix
from solver.milp.solution import Incumbent, Limit, Reason, Status, Termination
from solver.search.core.result import SearchResult
from solver.search.primal.more_flights import Route, with_fewer_nodes, with_more_flights
from solver.search.primal.packing_rows import without_loads
from solver.search.variants.conflict import NO_CONFLICT, Conflict, ConflictingConstraint

ROUNDS = 20
"""Repairs of one plan, at most: a plan with other loads may have others that cannot be divided."""
MOST_EXCLUDED, PACKING_SECONDS = 200, 20.0
"""Solves without loads that cannot be divided, and their time where there is no limit."""


def with_packed_flights(
    result: SearchResult, instance: Instance, derived: Derived, matrix: Matrix, limits: Limits
) -> tuple[SearchResult, Conflict]:
    """Return the result with a plan of which every flight can be loaded; bound and termination are kept.

    Where no repair is found, the model is solved again without the loads that cannot be divided. A result without a
    plan is infeasible, with its conflict, where that proves that there is none.
    """
    fewer = searched = matrix if result.matrix is None else result.matrix
    incumbent = result.incumbent
    for _ in range(ROUNDS):
        if incumbent.x is None or not (needed := unpacked(instance, derived, searched, incumbent.x)):
            return replace(result, incumbent=incumbent), NO_CONFLICT
        fewer = with_fewer_nodes(fewer, incumbent.x, needed)
        repaired = with_more_flights(searched, fewer, incumbent, needed, limits)
        if repaired is incumbent:
            break
        incumbent = repaired
    return _solved_again(replace(result, matrix=searched), instance, derived, limits)


def without_unpacked(
    result: SearchResult, instance: Instance, derived: Derived, matrix: Matrix, limit: Limit
) -> SearchResult:
    """Return the result without a plan that cannot be loaded, for where a limit ended its repair."""
    searched = matrix if result.matrix is None else result.matrix
    if result.x is None or not unpacked(instance, derived, searched, result.x):
        return result
    return replace(result, incumbent=Incumbent(bound=result.bound), termination=Termination.at(limit))


def _solved_again(
    result: SearchResult, instance: Instance, derived: Derived, limits: Limits
) -> tuple[SearchResult, Conflict]:
    """Return the result of the model with packing rows for all loads found that cannot be divided."""
    searched, x = result.matrix, result.x
    assert searched is not None
    assert x is not None
    changed, first, ends = searched, x, time.monotonic() + (limits.seconds or PACKING_SECONDS)
    stuck = Termination(Reason.EXHAUSTED, detail="no plan was found whose flights hold its nodes whole")
    for _ in range(MOST_EXCLUDED):
        never = _never_packed(instance, derived, searched, x)
        with_rows = without_loads(changed, x, never) if never else None
        if with_rows is None or time.monotonic() >= ends:
            break
        changed = with_rows
        found = solve(changed, replace(limits, seconds=max(1.0, ends - time.monotonic())))
        if found.status is Status.INFEASIBLE:
            proven = Termination.infeasible("no plan has flights that hold its nodes whole")
            conflict = _conflict(instance, derived, searched, first)
            return replace(result, incumbent=Incumbent(bound=result.bound), termination=proven), conflict
        if found.x is None:
            break
        x = found.x[: searched.columns]
        if not unpacked(instance, derived, searched, x):
            incumbent = Incumbent(x, searched.value(x), max(result.bound, found.bound), found.certificate)
            return replace(result, incumbent=incumbent), NO_CONFLICT
    return replace(result, incumbent=Incumbent(bound=result.bound), termination=stuck), NO_CONFLICT


def _conflict(instance: Instance, derived: Derived, matrix: Matrix, x: Floats) -> Conflict:
    """Return the conflict of nodes that cannot be divided over the flights of a plan."""
    flights = nodes_and_flights(matrix, x)[1]
    found = []
    for (v, s, t), needed in unpacked(instance, derived, matrix, x).items():
        flown, label = flights.get((v, s, t), 0), derived.horizon.label(t)
        note = f"nodes cannot be divided over {flown} flights node by node: {needed} are needed, or other nodes"
        place = f"{v}, {s}"
        key = f"vehicles.{v}.payload_t.{s}"
        found.append(ConflictingConstraint("launch.fit", place, (label,), "flights", key, flown, needed, note))
    return Conflict(tuple(found), ())


def _never_packed(instance: Instance, derived: Derived, matrix: Matrix, x: Floats) -> list[Route]:
    """Return the routes and periods of which the loads are proven to need more flights than the plan has."""
    flights = nodes_and_flights(matrix, x)[1]
    loads = _loads(instance, derived, matrix, x)
    return [route for route, mixed in loads.items() if len(mixed) > 1 and never_packs(mixed, flights.get(route, 0))]


def unpacked(instance: Instance, derived: Derived, matrix: Matrix, x: Floats) -> dict[Route, int]:
    """Return the flights needed by vehicle, shell and period, where these are more than the flights of the plan."""
    flights = nodes_and_flights(matrix, x)[1]
    loads = _loads(instance, derived, matrix, x)
    needed = {route: packed_flights(mixed, flights.get(route, 0)) for route, mixed in loads.items() if len(mixed) > 1}
    return {route: count for route, count in needed.items() if count > flights.get(route, 0)}


def _loads(instance: Instance, derived: Derived, matrix: Matrix, x: Floats) -> dict[Route, list[Load]]:
    """Return the loads of each route and period."""
    designs = {(d.name, d.shell): d for d in derived.designs}
    loads: dict[Route, list[Load]] = defaultdict(list)
    for (v, k, s, t), count in nodes_and_flights(matrix, x)[0].items():
        vehicle, design = instance.vehicles[v], designs[k, s]
        shares = design.mass_t / vehicle.payload_t[s], design.stowed_m3 / vehicle.volume_m3
        loads[v, s, t].append(Load(count, *shares))
    return loads
