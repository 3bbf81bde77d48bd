"""Indexed variables and rows in Pyomo; those without an index share one empty set, as few instances use all families."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pyomo.core as pyo


def columns(*index: Sequence[Any], **options: Any) -> pyo.Var:
    """Return a variable for each index, or for each combination of several."""
    return pyo.Var(*index, **options) if all(index) else pyo.Var(pyo.EmptySet)


def rows(index: Sequence[Any], rule: Callable[..., object]) -> pyo.Constraint:
    """Return a constraint for each index."""
    return pyo.Constraint(index, rule=rule) if index else pyo.Constraint(pyo.EmptySet)
