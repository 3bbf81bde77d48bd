"""Patch of a compiled model whose coefficients differ in known entries: costs, bounds, sides, and single entries.

Each coefficient that is patched stands in one kind of entry. An entry is changed only where it has the value that the
old coefficients give it. Where any other coefficient differs, where an index is gained or lost, or where an entry is
another one, there is no patch, and the model is built anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from formulations.coefficients import Coefficients, Cost, Ramp
from formulations.names import Row, Var
from solver.milp.coefficient_patch import COEFFICIENTS, replace_coefficients
from solver.milp.cost_patch import repriced
from solver.milp.matrix import Floats, Matrix

Entries = dict[tuple[str, tuple[Any, ...]], float]
"""Values by component and index."""


def patched(matrix: Matrix, old: Coefficients, new: Coefficients) -> Matrix | None:
    """Return the compiled matrix of other coefficients from that of old ones; None where they are no known entries.

    The matrix is as compiled: its coefficients are tightened afterwards.
    """
    changed = dict(_differing(old, new))
    for name in _standing_nowhere(old, new):
        changed.pop(name, None)
    if not changed.keys() <= {*UPPER_BOUNDS, *UPPER_SIDES, *COEFFICIENTS, FILLED}:
        return None
    if (new.nodes.driver_routes or matrix.columns_of(Var.NETWORK_SERVES).size or new.launch.flies_cargo) and new != old:
        return repriced(matrix, old, new)
    if any(name in changed and not _same_but_sides(of(old), of(new)) for name, (of, _, _) in RAMPS.items()):
        return None
    if any(_limited(old, name) != _limited(new, name) for name in changed if name in UPPER_SIDES):
        return None
    upper, row_upper, a = matrix.upper.copy(), matrix.row_upper.copy(), matrix.a.copy()
    for name in changed:
        # The growth of a ramp is a coefficient, and the rest of it are sides.
        done = (name not in COEFFICIENTS or replace_coefficients(matrix, a.data, name, old, new)) and (
            _replaced(upper, matrix.find_column, UPPER_BOUNDS[name](old), UPPER_BOUNDS[name](new))
            if name in UPPER_BOUNDS
            else _replaced(row_upper, matrix.find_row, UPPER_SIDES[name](old, matrix), UPPER_SIDES[name](new, matrix))
            if name in UPPER_SIDES
            else name in COEFFICIENTS or _filled(matrix, a.data, old, new)
        )
        if not done:
            return None
    a.eliminate_zeros()
    return repriced(replace(matrix, upper=upper, row_upper=row_upper, a=a), old, new, only_costs=False)


def _standing_nowhere(old: Coefficients, new: Coefficients) -> Iterator[str]:
    """Yield coefficients that stand in no entry: those of cargo where none is flown, and lives of what is reused."""
    if not (old.launch.flies_cargo or new.launch.flies_cargo):
        yield from (PAYLOAD, "launch.arrives_share")
    if {v for v, n in old.launch.reuse_flights.items() if n > 1} == {
        v for v, n in new.launch.reuse_flights.items() if n > 1
    }:
        yield "launch.reuse_flights"


def _differing(old: object, new: object, group: str = "") -> Iterator[tuple[str, None]]:
    """Yield the names of the coefficients that differ, but for costs."""
    for field in fields(old):  # type: ignore[arg-type]
        a, b = getattr(old, field.name), getattr(new, field.name)
        if isinstance(a, Cost):
            continue
        if is_dataclass(a):
            yield from _differing(a, b, f"{group}{field.name}.")
        elif a != b:
            yield f"{group}{field.name}", None


def _replaced(values: Floats, find: Callable[..., int | None], old: Entries, new: Entries) -> bool:
    """Replace old values by new ones where these stand; return whether all old ones were found."""
    if old.keys() != new.keys():
        return False
    for (component, index), value in old.items():
        at = find(component, *index)
        if at is None or values[at] != value:
            return False
        values[at] = new[component, index]
    return True


def _filled(matrix: Matrix, data: Floats, old: Coefficients, new: Coefficients) -> bool:
    """Replace the share of a flight that each load fills; return whether all old shares were found."""
    before, after = old.launch.nodes_per_flight, new.launch.nodes_per_flight
    if before.keys() != after.keys():
        return False
    starts, rows = matrix.a.indptr, matrix.a.indices
    for v, k, s, t in old.nodes.loads:
        column, row = matrix.find_column(Var.NODES_LOADED, v, k, s, t), matrix.find_row(Row.LAUNCH_LIFT, v, s, t)
        if column is None or row is None:
            return False
        at = starts[column] + np.flatnonzero(rows[starts[column] : starts[column + 1]] == row)
        if at.size != 1 or data[at[0]] != 1.0 / before[v, k, s]:
            return False
        data[at[0]] = 1.0 / after[v, k, s]
    return True


def _limited(c: Coefficients, name: str) -> set[Any]:
    """Return the keys with a finite side: a row without one is not compiled."""
    group, _, field = name.partition(".")
    of: Mapping[Any, Any] = getattr(getattr(c, group), field)
    if name not in RAMPS:
        return {key for key, side in of.items() if np.isfinite(side)}
    sides = (
        (v, kind, h, side) for v, r in of.items() for kind in ("cap", "start") for h, side in getattr(r, kind).items()
    )
    return {(v, kind, h) for v, kind, h, side in sides if np.isfinite(side)}


def _same_but_sides(old: Mapping[str, Ramp], new: Mapping[str, Ramp]) -> bool:
    """Return whether ramps differ in caps, starts and growth alone, which are sides and coefficients of rows."""
    return old.keys() == new.keys() and all(
        replace(new[v], cap=r.cap, start=r.start, factor=r.factor) == r for v, r in old.items()
    )


def _ramped(name: str, c: Coefficients, matrix: Matrix) -> Entries:
    """Return the sides of the rows of the ramps of one kind."""
    of, cap, growth = RAMPS[name]
    ramps, indices = of(c), matrix.row_names.indices
    capped = ((v, h) for v, h in (indices[at] for at in matrix.rows_of(cap).tolist()))
    grown = ((v, h) for v, h in (indices[at] for at in matrix.rows_of(growth).tolist()))
    return {
        **{(cap, (v, h)): ramps[v].cap.get(h, np.inf) for v, h in capped},
        **{(growth, (v, h)): ramps[v].start[h] for v, h in grown},
    }


def _vehicles(c: Coefficients) -> Entries:
    """Return the bounds of orders of vehicles, of those standing at the end, and of the stock that they can make."""
    found: Entries = {(Var.FLEET_ORDERED, order): c.launch.max_ordered[order] for order in c.launch.orders}
    found |= {(Var.FLEET_STANDING, order): c.launch.max_ordered[order] for order in c.launch.life_left}
    for v in c.launch.owned:
        most = c.launch.initial[v] + sum(c.launch.max_ordered[o] for o in c.launch.orders if o[0] == v)
        found |= {(var, (v, t)): most for var in (Var.FLEET_RETIRED, Var.FLEET_STOCK) for t in c.time.periods}
    return found


def _loaded(c: Coefficients) -> Entries:
    """Return the bounds of loads, and those of the nodes placed from them."""
    found: Entries = {(Var.NODES_LOADED, load): c.nodes.max_loaded[load] for load in c.nodes.loads}
    placed: dict[tuple[Any, ...], list[float]] = {}
    for load in c.nodes.loads:
        placed.setdefault(load[1:], []).append(c.nodes.arrives_share[load[0]] * c.nodes.max_loaded[load])
    return {**found, **{(Var.NODES_PLACED, index): sum(parts) for index, parts in placed.items()}}


def _sides(row: Row, matrix: Matrix, of: Mapping[Any, float], key: Callable[[tuple[Any, ...]], Any]) -> Entries:
    """Return the sides of the rows of a component that stand in a matrix."""
    indices = matrix.row_names.indices
    rows = (tuple(indices[at]) for at in matrix.rows_of(row).tolist())
    return {(row, index): of[key(index)] for index in rows}


UPPER_BOUNDS: Mapping[str, Callable[[Coefficients], Entries]] = {
    "nodes.max_loaded": _loaded,
    "launch.max_flights": lambda c: {(Var.LAUNCH_FLIGHTS, i): c.launch.max_flights[i] for i in c.launch.routes},
    "launch.max_ordered": _vehicles,
    "launch.max_flown": lambda c: {
        (Var.LAUNCH_LAUNCHES, (v, l, t)): c.launch.max_flown[v, t] for v, l, t in c.launch.launches
    },
    "lines.max_ordered": lambda c: {(Var.LINES_ORDERED, order): c.lines.max_ordered[order] for order in c.lines.orders},
}
"""Coefficients that are upper bounds of columns."""
RAMPS: Mapping[str, tuple[Callable[[Coefficients], Mapping[str, Ramp]], Row, Row]] = {
    "launch.ramp": (lambda c: c.launch.ramp, Row.LAUNCH_CADENCE, Row.LAUNCH_GROWTH),
    "launch.production": (lambda c: c.launch.production, Row.FLEET_CAP, Row.FLEET_GROWTH),
    "lines.ramp": (lambda c: c.lines.ramp, Row.LINES_CAP, Row.LINES_GROWTH),
}
"""Ramps, with the rows of their caps and of their growth."""
UPPER_SIDES: Mapping[str, Callable[[Coefficients, Matrix], Entries]] = {
    "shells.slots": lambda c, m: _sides(Row.SHELLS_SLOTS, m, c.shells.slots, lambda i: i[0]),
    "launch.licence": lambda c, m: _sides(Row.LAUNCH_LICENCE, m, c.launch.licence, lambda i: i),
    **{name: partial(_ramped, name) for name in RAMPS},
    "launch.max_subannual": lambda c, m: _sides(Row.LAUNCH_SUBANNUAL_RATE, m, c.launch.max_subannual, lambda i: i),
    "lines.max_lines": lambda c, m: _sides(Row.LINES_MAX_LINES, m, c.lines.max_lines, lambda i: i[0]),
    "shells.regime_slots": lambda c, m: _sides(Row.SHELLS_REGIME, m, c.shells.regime_slots, lambda i: i[0]),
    "supply.accelerators_gw": lambda c, m: _sides(Row.NODES_SUPPLY, m, c.supply.accelerators_gw, lambda i: i[0]),
}
"""Coefficients that are upper sides of rows."""
FILLED, PAYLOAD = "launch.nodes_per_flight", "launch.payload_kt"
"""Coefficients of loads, by which each fills a part of a flight, and of cargo, which stands nowhere where none is."""
