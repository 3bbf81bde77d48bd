"""Survival and occupancy shares by build period and period, evaluated once per age and shared by equal designs."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache

import numpy as np

from formulations.vintages import Floats
from solver.design import vintages
from solver.horizon.periods import PlanningHorizon
from solver.plan import Design

NOTHING = 1e-12
"""Shares of a slot at or below this are set to 0."""
MOST_TABLES = 1_000
"""Tables that are kept from one derivation to the next, some 15 kB each for forty periods."""


class Ages:
    """Tables of shares over the ages of a planning horizon; a row is a build period, a column a period."""

    def __init__(self, horizon: PlanningHorizon) -> None:
        periods = horizon.periods
        self._later = np.triu(np.ones((len(periods), len(periods)), dtype=bool))
        ages = np.array([[horizon.age(q, t) if t >= q else 0.0 for t in periods] for q in periods])
        self._ages, self._which = np.unique(ages, return_inverse=True)
        self._which = self._which.reshape(ages.shape)
        self._tables: dict[Hashable, Floats] = {}

    @classmethod
    @lru_cache(maxsize=4)
    def of(cls, horizon: PlanningHorizon) -> Ages:
        """Return the tables of a horizon, which the derivations of many instances share."""
        return cls(horizon)

    def alive(self, d: Design) -> Floats:
        """Return nodes alive per node placed."""
        return self._table(("alive", *_life(d)), lambda age: vintages.alive(d, age))

    def occupied(self, d: Design) -> Floats:
        """Return slots taken per node placed, active or derelict."""
        return self._table(("occupied", *_life(d), *_death(d)), lambda age: vintages.occupied(d, age), NOTHING)

    def derelict(self, d: Design) -> Floats:
        """Return derelict objects in orbit per node placed."""
        return self._table(("derelict", *_life(d), *_death(d)), lambda age: vintages.derelict(d, age), NOTHING)

    def power_share(self, d: Design, wait_years: float) -> Floats:
        """Return IT power per node placed over that of a new node, deaths included."""
        ageing = (d.array_share, d.array_loss_share_per_year, d.accelerator_failure_share_per_year, d.sunlit_share)
        return self._table(
            ("power", *_life(d), *ageing, wait_years),
            lambda age: vintages.alive(d, age) * vintages.it_share(d, age, wait_years),
        )

    def _table(self, key: Hashable, share: Callable[[float], float], least: float = 0.0) -> Floats:
        if key not in self._tables:
            if len(self._tables) >= MOST_TABLES:
                self._tables.clear()
            values = np.array([share(age) for age in self._ages.tolist()])
            values[values <= least] = 0.0
            table = np.where(self._later, values[self._which], 0.0)
            table.flags.writeable = False
            self._tables[key] = table
            return table
        return self._tables[key]


def _life(d: Design) -> tuple[float, ...]:
    return d.hazard_share_per_year, d.infant_mortality_share, d.life_years


def _death(d: Design) -> tuple[float, ...]:
    return d.decay_years, d.dead_disposal_share, d.disposal_share
