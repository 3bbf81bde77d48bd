"""Demand rows: a row that demands something stands in the model even where no column can serve it.

Such a row has no column, ``0 >= needed``, and no plan meets it: the model is infeasible, with this row as its reason.
"""

from __future__ import annotations

from typing import Any

import pyomo.core as pyo

NOTHING = "nothing"
"""Variable that stands for a sum without terms: the compiler drops its column and keeps its rows."""


def at_least(b: pyo.Block, served: Any, needed: Any) -> Any:
    """Return the row ``served >= needed`` of a block, whatever can serve it."""
    return _difference(b, served, needed) >= 0


def equal(b: pyo.Block, served: Any, needed: Any) -> Any:
    """Return the row ``served == needed`` of a block, whatever can serve it."""
    return _difference(b, served, needed) == 0


def _difference(b: pyo.Block, served: Any, needed: Any) -> Any:
    """Return the difference of both sides; that of two numbers as an expression, for Pyomo refuses a row of numbers."""
    if not (isinstance(served, int | float) and isinstance(needed, int | float)):
        return served - needed
    m = b.model()
    if m.component(NOTHING) is None:
        m.add_component(NOTHING, pyo.Var(bounds=(0, 0)))
    return served + m.component(NOTHING) - needed
