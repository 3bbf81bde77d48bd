"""Growth over many orders of magnitude with a known optimum: a seed is flown up, multiplies, and meets a demand."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp

from solver.milp.matrix import Matrix
from tests.named import named

PERIODS, LATE = 60, 50
"""Periods in all, and the first in which something is asked for."""
DISCOUNT = 0.97
THROUGHPUT = 1580.0
"""What one mass driver throws in a period."""
DRIVER_MASS = 1e-3
"""What a mass driver takes from the capital built in its period."""
FLIGHT, OPENING, DRIVER = 0.2, 5.0, 7.0
"""Prices before discount."""


@dataclass
class _Rows:
    """A matrix in the making: columns and rows in the order they were named."""

    columns: list[tuple[str, float, float, bool]] = field(default_factory=list)
    rows: list[tuple[str, float, float]] = field(default_factory=list)
    entries: list[tuple[int, int, float]] = field(default_factory=list)

    def column(self, name: str, upper: float, cost: float = 0.0, whole: bool = False) -> int:
        self.columns.append((name, upper, cost, whole))
        return len(self.columns) - 1

    def row(self, name: str, terms: list[tuple[int, float]], lower: float, upper: float) -> None:
        self.entries += [(len(self.rows), j, value) for j, value in terms]
        self.rows.append((name, lower, upper))

    def matrix(self) -> Matrix:
        i, j, value = zip(*self.entries, strict=True)
        names, upper, cost, whole = zip(*self.columns, strict=True)
        rows, row_lower, row_upper = zip(*self.rows, strict=True)
        return Matrix(
            a=sp.csc_matrix((value, (i, j)), shape=(len(rows), len(names))),
            row_lower=np.array(row_lower),
            row_upper=np.array(row_upper),
            cost=np.array(cost),
            cost_offset=0.0,
            sign=1,
            lower=np.zeros(len(names)),
            upper=np.array(upper),
            integer=np.array(whole),
            row_names=named(rows),
            column_names=named(names),
        )


def growing_lp(growth: float, demand: float, price: float, loose: float = 20.0) -> tuple[Matrix, float]:
    """Capital that may grow by a share each period until it meets the demand; seeds are cheapest at once."""
    seed = demand / (1 + growth) ** LATE
    rows = _Rows()
    capital, built, late = _capital(rows, growth, seed, demand, loose)
    for t, s in enumerate(capital):
        seeds = rows.column(f"seeds[{t}]", min(loose * seed * (1 + growth) ** t, 1.0), DISCOUNT**t * price)
        _grow(rows, t, capital, built, seeds, growth, [])
        if t >= LATE:
            rows.row(f"make[{t}]", [(late[t - LATE], 1.0), (s, -1.0)], -np.inf, 0.0)
            rows.row(f"demand[{t}]", [(late[t - LATE], 1.0)], demand, np.inf)
    return rows.matrix(), price * seed


def growing_mip(growth: float, demand: float, payload: float, loose: float = 20.0) -> tuple[Matrix, float]:
    """The same with whole flights, an opening before the first of them, and whole mass drivers for the demand."""
    seed = demand / (1 + growth) ** LATE
    rows = _Rows()
    capital, built, late = _capital(rows, growth, seed, demand, loose)
    drivers, opened = [], []
    before = -1
    for t, s in enumerate(capital):
        size = loose * seed * (1 + growth) ** t
        most = min(size, 50 * payload)
        seeds = rows.column(f"seeds[{t}]", most)
        flights = rows.column(f"flights[{t}]", 50.0, DISCOUNT**t * FLIGHT, whole=True)
        opened.append(rows.column(f"opened[{t}]", 1.0, DISCOUNT**t * OPENING, whole=True))
        drivers.append(
            rows.column(f"drivers[{t}]", math.floor(min(5e3, growth * size / 1e-3)), DISCOUNT**t * DRIVER, whole=True)
        )
        standing = rows.column(f"standing[{t}]", 5e3)
        _grow(rows, t, capital, built, seeds, growth, [(drivers[t], DRIVER_MASS)])
        rows.row(f"lift[{t}]", [(seeds, 1.0), (flights, -payload)], -np.inf, 0.0)
        rows.row(f"open[{t}]", [(seeds, 1.0), *((o, -most) for o in opened)], -np.inf, 0.0)
        carried = [(before, -1.0)] if t else []
        rows.row(f"stand[{t}]", [(standing, 1.0), (drivers[t], -1.0), *carried], 0.0, 0.0)
        before = standing
        if t >= LATE:
            rows.row(f"make[{t}]", [(late[t - LATE], 1.0), (s, -1.0)], -np.inf, 0.0)
            rows.row(f"demand[{t}]", [(late[t - LATE], 1.0)], demand, np.inf)
            rows.row(f"throw[{t}]", [(late[t - LATE], 1.0), (standing, -THROUGHPUT)], -np.inf, 0.0)
    best = _cheapest_start(demand / payload, 1 + growth) + DISCOUNT**LATE * DRIVER * math.ceil(demand / THROUGHPUT)
    return rows.matrix(), best


def _capital(
    rows: _Rows, growth: float, seed: float, demand: float, loose: float
) -> tuple[list[int], list[int], list[int]]:
    """Columns of stock and of what is built in each period, and of what is made in the late ones."""
    size = [loose * seed * (1 + growth) ** t for t in range(PERIODS)]
    capital = [rows.column(f"capital[{t}]", size[t]) for t in range(PERIODS)]
    built = [rows.column(f"built[{t}]", growth * size[t]) for t in range(PERIODS)]
    late = [rows.column(f"made[{t}]", max(2 * demand, size[t])) for t in range(LATE, PERIODS)]
    return capital, built, late


def _grow(
    rows: _Rows,
    t: int,
    capital: list[int],
    built: list[int],
    seeds: int,
    growth: float,
    taken: list[tuple[int, float]],
) -> None:
    earlier = [(capital[t - 1], -1.0), (built[t - 1], -1.0)] if t else []
    rows.row(f"stock[{t}]", [(capital[t], 1.0), (seeds, -1.0), *earlier], 0.0, 0.0)
    rows.row(f"grow[{t}]", [(built[t], 1.0), (capital[t], -growth), *taken], -np.inf, 0.0)


def _cheapest_start(payloads: float, factor: float) -> float:
    """Brute force over the opening and the whole flights of the periods after it; payloads are those due when late."""

    def flights(t: int, left: float, depth: int) -> float:
        if left <= 1e-12 * payloads:
            return 0.0
        if t > LATE or depth == 0:
            return math.inf
        worth = factor ** (LATE - t)
        enough = math.ceil(left / worth - 1e-12)
        tried = {min(50, max(0, enough - k)) for k in range(3)} | {0}
        return min(DISCOUNT**t * FLIGHT * n + flights(t + 1, left - n * worth, depth - 1) for n in tried)

    return min(DISCOUNT**t * OPENING + flights(t, payloads, 6) for t in range(LATE + 1))
