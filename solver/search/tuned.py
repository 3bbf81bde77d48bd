"""Settings by class of instance, from ``tuned.json``, which ``kardashev tune`` writes; a class not in it has none.

The studies behind the file and what they showed on other instances are in ``results/tuning/``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from solver.matrix import Matrix
from solver.search.settings import DEFAULT, FIRST, Settings

FILE = Path(__file__).with_name("tuned.json")
SMALL, MEDIUM = 2_000, 20_000
"""Whole columns up to which a matrix is small, and medium."""


def class_of(matrix: Matrix) -> str:
    """The class of a matrix: moon where it has lunar columns; else small, medium or large by its whole columns."""
    if any(word.startswith("lunar.") for word in matrix.column_names.words):
        return "moon"
    whole = int(matrix.integer.sum())
    return "small" if whole <= SMALL else "medium" if whole <= MEDIUM else "large"


def tuned(matrix: Matrix) -> Settings:
    """The settings of the class of a matrix."""
    return by_class().get(class_of(matrix), DEFAULT)


@cache
def by_class() -> Mapping[str, Settings]:
    """The settings of all classes that have their own."""
    return {name: settings_of(values) for name, values in json.loads(FILE.read_text(encoding="utf-8")).items()}


def settings_of(values: Mapping[str, Any]) -> Settings:
    """Settings from their values by name; ValueError for a name or a value that is none of theirs."""
    default = asdict(DEFAULT)
    for name, value in values.items():
        if name not in default:
            raise ValueError(f"{name}: no such setting, wanted one of {', '.join(default)}")
        of = (int, float) if isinstance(default[name], float) else type(default[name])
        if not isinstance(value, of) or isinstance(value, bool):
            raise ValueError(f"{name}: found {value!r}, wanted something like {default[name]!r}")
    settings = Settings(**{**default, **values})
    if settings.first not in FIRST:
        raise ValueError(f"first: found {settings.first!r}, wanted one of {', '.join(FIRST)}")
    return settings
