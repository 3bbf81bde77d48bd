"""Tuned settings by class of instance, from ``tuned.json``, which ``kardashev tune`` writes.

The studies behind the file and their results on other instances are in ``results/tuning/``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from formulations.names import Var
from solver.milp.matrix import Floats, Matrix
from solver.search.core.settings import DEFAULT, FIRST, Settings

FILE = Path(__file__).with_name("tuned.json")
SMALL, MEDIUM = 2_000, 20_000
"""Integer columns up to which a matrix is small, and medium."""


FEW, SOME = 2.0, 20.0
"""Mean flights per period of the LP optimum below which launches are few, and some."""


ROUGH_GAP = 0.003
"""Gap from which a class is a rough one: there the first plan takes most of the time, below it the proof."""


def class_of(matrix: Matrix, x: Floats, gap: float) -> str:
    """Return the class of a matrix with LP optimum ``x`` for a gap: moon where it has lunar columns.

    Else small, medium or large by its integer columns, and few, some or many by its flights: with few flights the bound
    is the difficulty, with many the plan. Each class exists once for rough gaps and once for others.
    """
    return f"{_kind_of(matrix, x)}{'-rough' if gap >= ROUGH_GAP else ''}"


def _kind_of(matrix: Matrix, x: Floats) -> str:
    names = matrix.column_names
    if any(variable.startswith("lunar.") for variable in names.components):
        return "moon"
    integers, flights = int(matrix.integer.sum()), matrix.columns_of(Var.LAUNCH_FLIGHTS)
    mean = float(x[flights].sum()) / max(1, len(np.unique(names.periods[flights])))
    size = "small" if integers <= SMALL else "medium" if integers <= MEDIUM else "large"
    return f"{size}-{'few' if mean < FEW else 'some' if mean < SOME else 'many'}"


def tuned(matrix: Matrix, x: Floats, gap: float) -> Settings:
    """Return the settings of the class of a matrix with LP optimum ``x``, for a gap."""
    return by_class().get(class_of(matrix, x, gap), DEFAULT)


@cache
def by_class() -> Mapping[str, Settings]:
    """Return the settings of all classes that have their own."""
    return {name: settings_of(values) for name, values in json.loads(FILE.read_text(encoding="utf-8")).items()}


def settings_of(values: Mapping[str, Any]) -> Settings:
    """Return settings from their values by name; raise ValueError for an unknown name or a wrong value."""
    default = asdict(DEFAULT)
    for name, value in values.items():
        if name not in default:
            raise ValueError(f"{name}: no such setting, expected one of {', '.join(default)}")
        of = (int, float) if isinstance(default[name], float) else type(default[name])
        if not isinstance(value, of) or isinstance(value, bool):
            raise ValueError(f"{name}: found {value!r}, expected something like {default[name]!r}")
    settings = Settings(**{**default, **values})
    if settings.first not in FIRST:
        raise ValueError(f"first: found {settings.first!r}, expected one of {', '.join(FIRST)}")
    return settings
