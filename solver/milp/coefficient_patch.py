"""Patch of single coefficients of a compiled model: those of fleets, pads and lines, and the cuts.

Each of these numbers of the instance stands in known entries. An entry is changed only where it has the value that the
old number gives it; else, or where rows or terms are gained or lost, there is no patch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from formulations.coefficients import Coefficients, Cuts, Ramp
from formulations.names import Row, Var
from solver.milp.matrix import Floats, Matrix
from solver.milp.names import Names

Place = tuple[Row, tuple[Any, ...], Var, tuple[Any, ...]]
Entries = dict[Place, float]
"""Coefficients by row and column."""
CutRows = Mapping[int, tuple[float, Mapping[Any, float]]]
"""Lower side and coefficients of the rows of a cut, by period."""


def replace_coefficients(matrix: Matrix, data: Floats, name: str, old: Coefficients, new: Coefficients) -> bool:
    """Replace the entries of one group of coefficients in the data of a matrix; return whether all were found."""
    if old.launch.stays or new.launch.stays or old.landing.landings or new.landing.landings:
        return False
    group, _, field = name.partition(".")
    before, after = getattr(getattr(old, group), field), getattr(getattr(new, group), field)
    if before.keys() != after.keys():
        return False
    things = {key if isinstance(key, str) else key[0] for key, value in before.items() if value != after[key]}
    was, becomes = COEFFICIENTS[name](old, things), COEFFICIENTS[name](new, things)
    if was.keys() != becomes.keys():
        return False
    starts, rows = matrix.a.indptr, matrix.a.indices
    for place, value in was.items():
        row, column = matrix.find_row(place[0], *place[1]), matrix.find_column(place[2], *place[3])
        if row is None or column is None:
            return False
        at = starts[column] + np.flatnonzero(rows[starts[column] : starts[column + 1]] == row)
        if at.size != 1 or data[at[0]] != value:
            return False
        data[at[0]] = becomes[place]
    return True


def with_cuts(matrix: Matrix, old: Cuts, new: Cuts) -> Matrix | None:
    """Return the matrix with the cuts on lines and developments of others; None where the old ones do not stand."""
    if old.latest_moon_development or new.latest_moon_development:
        return None
    found: Matrix | None = matrix
    for row, variable, cuts_of in CUTS:
        if found is not None and cuts_of(old) != cuts_of(new):
            found = _recut(found, row, variable, cuts_of(old), cuts_of(new))
    return found


def _recut(matrix: Matrix, row: Row, variable: Var, old: CutRows, new: CutRows) -> Matrix | None:
    """Return the matrix with other rows in place of those of one cut, which stand together."""
    at = matrix.rows_of(row)
    if not (at.size and old and new):
        return None
    was, becomes = _block(matrix, variable, old), _block(matrix, variable, new)
    if was is None or becomes is None:
        return None
    first, end = int(at[0]), int(at[0]) + len(old)
    a = sp.csr_matrix(matrix.a)
    stands = np.array_equal(at, np.arange(first, end)) and abs(a[first:end] - was).max() == 0.0
    if not stands or [matrix.row_names.indices[r] for r in at] != [(t,) for t in old]:
        return None
    sides = np.array([side for side, _ in new.values()])
    if not np.array_equal(matrix.row_lower[at], [side for side, _ in old.values()]):
        return None
    names = Names.of_pairs([(row, (t,)) for t in new])
    before, after = np.arange(first), np.arange(end, matrix.rows)
    return replace(
        matrix,
        a=sp.csc_matrix(sp.vstack([a[:first], becomes, a[end:]], format="csc")),
        row_lower=np.concatenate([matrix.row_lower[:first], sides, matrix.row_lower[end:]]),
        row_upper=np.concatenate([matrix.row_upper[:first], np.full(len(new), np.inf), matrix.row_upper[end:]]),
        row_names=Names.joined(matrix.row_names.take(before), names, matrix.row_names.take(after)),
    )


def _block(matrix: Matrix, variable: Var, cuts: CutRows) -> sp.csr_matrix | None:
    """Return the coefficients of the rows of a cut; None where a row has no term, or a column is missing."""
    entries: list[tuple[int, int, float]] = []
    for n, (_, terms) in enumerate(cuts.values()):
        for index, value in terms.items():
            column = matrix.find_column(variable, *index)
            if column is None:
                return None
            entries.append((n, column, value))
        if not any(terms.values()):
            return None
    rows, columns, values = (np.array(part) for part in zip(*entries, strict=True))
    found: sp.csr_matrix = sp.csr_matrix((values, (rows, columns)), shape=(len(cuts), matrix.columns))
    found.eliminate_zeros()
    return found


def _flights(c: Coefficients, vehicles: set[str]) -> Iterator[tuple[str, int, tuple[Any, ...], float]]:
    """Yield vehicle, period, index and launches of each flight of some vehicles."""
    return ((v, t, (v, s, t), float(c.launch.flights_each[v, s])) for v, s, t in c.launch.routes if v in vehicles)


def _life_left(c: Coefficients, vehicles: set[str]) -> Entries:
    """Return the lives that vehicles bought have left at the end; a vehicle that flies once has no such row."""
    return {
        (Row.FLEET_FLIGHTS_LEFT, (v,), Var.FLEET_STANDING, (v, q)): left
        for (v, q), left in c.launch.life_left.items()
        if v in vehicles and c.launch.reuse_flights[v] > 1
    }


def _worn(c: Coefficients, vehicles: set[str]) -> Entries:
    """Return the shares of a life that flights take until the end of each period, and of all."""
    found: Entries = {}
    valued = {v for v, _ in c.launch.life_left}
    for v, q, flight, each in _flights(c, {v for v in vehicles if c.launch.reuse_flights.get(v, 1) > 1}):
        share = c.launch.wear_share[v] * each
        found |= {(Row.FLEET_WEAR, (v, t), Var.LAUNCH_FLIGHTS, flight): share for t in c.time.periods if t >= q}
        if v in valued:
            found[Row.FLEET_FLIGHTS_LEFT, (v,), Var.LAUNCH_FLIGHTS, flight] = share
    return found


def _lost(c: Coefficients, vehicles: set[str]) -> Entries:
    """Return the share of flights that are lost, and of those that end an expendable vehicle."""
    found: Entries = {}
    for v, t, flight, each in _flights(c, vehicles & set(c.launch.owned)):
        found[Row.FLEET_BALANCE, (v, t), Var.LAUNCH_FLIGHTS, flight] = c.launch.loss_share[v] * each
        if c.launch.reuse_flights[v] <= 1:
            found[Row.FLEET_WEAR, (v, t), Var.LAUNCH_FLIGHTS, flight] = -((1 - c.launch.loss_share[v]) * each)
    return found


def _grown(c: Coefficients, vehicles: set[str]) -> Entries:
    """Return the growth of flights on those of the year before, of each window that is compared with it."""
    flights: dict[tuple[str, int], list[tuple[tuple[Any, ...], float]]] = {}
    for v, t, flight, each in _flights(c, vehicles):
        flights.setdefault((v, t), []).append((flight, each))
    return {
        (Row.LAUNCH_GROWTH, (v, h), Var.LAUNCH_FLIGHTS, flight): -(ramp.factor * (share * each))
        for v, ramp in c.launch.ramp.items()
        for h, before in ramp.before.items()
        if (v, ramp.windows[h]) in flights and np.isfinite(ramp.start[h])
        for q, share in before.items()
        for flight, each in flights.get((v, q), ())
    }


def _busy_pads(c: Coefficients, vehicles: set[str]) -> Entries:
    """Return the days that a launch of some vehicles keeps a pad busy."""
    launches = ((v, l, t) for v, l, t in c.launch.launches if v in vehicles)
    return {(Row.LAUNCH_PADS, i[1:], Var.LAUNCH_LAUNCHES, i): c.launch.pad_days[i[0]] for i in launches}


def _turned_around(c: Coefficients, vehicles: set[str]) -> Entries:
    """Return the flights of a vehicle in each period, of those that fly more than once."""
    return {
        (Row.FLEET_TURNAROUND, (v, t), Var.FLEET_STOCK, (v, t)): -flights
        for (v, t), flights in c.launch.flights_per_vehicle.items()
        if v in vehicles and c.launch.reuse_flights[v] > 1
    }


def _ordered(
    row: Row, variable: Var, ramp: Mapping[str, Ramp], orders: Iterable[tuple[str, int]], things: set[str]
) -> Entries:
    """Return the growth of orders on those of the year before, of each window that is compared with it."""
    known = set(orders)
    last = {(thing, t) for thing, t in known if thing in ramp}
    return {
        (row, (thing, h), variable, (thing, q)): -(ramp[thing].factor * share)
        for thing in things & ramp.keys()
        for h, before in ramp[thing].before.items()
        if (thing, ramp[thing].windows[h]) in last and np.isfinite(ramp[thing].start[h])
        for q, share in before.items()
        if (thing, q) in known
    }


def _developed(c: Coefficients, platforms: set[str]) -> Entries:
    """Return the most lines of an order, which wait for a development."""
    begins = c.lines.latest_development
    return {
        (Row.LINES_DEVELOPMENT, (p, t), Var.LINES_DEVELOPMENT_STARTED, (p, begins[p, t])): -float(most)
        for (p, t), most in c.lines.max_ordered.items()
        if p in platforms
    }


def _made(c: Coefficients, platforms: set[str]) -> Entries:
    """Return the output of lines in each period in which nodes of their platform can be loaded."""
    loaded = {(c.nodes.platform[k], t) for _, k, _, t in c.nodes.loads}
    return {
        (Row.LINES_OUTPUT, (p, t), Var.LINES_ORDERED, (p, q)): -(c.lines.gw_per_year[p] * c.time.years[t])
        for (p, t), ready in c.lines.ready.items()
        if p in platforms and (p, t) in loaded
        for q in ready
    }


COEFFICIENTS: Mapping[str, Callable[[Coefficients, set[str]], Entries]] = {
    "launch.flights_per_vehicle": _turned_around,
    "launch.life_left": _life_left,
    "launch.wear_share": _worn,
    "launch.loss_share": _lost,
    "launch.pad_days": _busy_pads,
    "launch.production": lambda c, of: _ordered(
        Row.FLEET_GROWTH, Var.FLEET_ORDERED, c.launch.production, c.launch.orders, of
    ),
    "launch.ramp": _grown,
    "lines.gw_per_year": _made,
    "lines.max_ordered": _developed,
    "lines.ramp": lambda c, of: _ordered(Row.LINES_GROWTH, Var.LINES_ORDERED, c.lines.ramp, c.lines.orders, of),
}
"""Coefficients that stand in single entries."""
CUTS: tuple[tuple[Row, Var, Callable[[Cuts], CutRows]], ...] = (
    (Row.CUTS_LINES, Var.LINES_ORDERED, lambda c: {t: (side, c.line_counts[t]) for t, side in c.lines_by.items()}),
    (
        Row.CUTS_DEVELOPMENTS,
        Var.LINES_DEVELOPMENT_STARTED,
        lambda c: {t: (1.0, shares) for t, shares in c.development_shares.items()},
    ),
)
"""Cuts whose rows follow from their coefficients alone."""
