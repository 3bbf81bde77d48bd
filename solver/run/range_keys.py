"""Keys behind coefficients that no solver can be trusted with: those of the file that change them, found by trial."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import scipy.sparse as sp

from solver.derive import Derived, derive
from solver.design.candidates import candidate_designs
from solver.errors import ModelError, RangeError, UsageError
from solver.instance.schema import Instance
from solver.milp.compile import compile_model
from solver.milp.matrix import Matrix
from solver.search.variants.relaxation import Key, changed

SECONDS = 8.0
"""Time for trials."""
SHOWN = 3
"""Most keys that are named, the numbers farthest from one first."""
STEP = 1.5
"""Factor on a number in a trial; counts go up by one."""
BY_NAME = ("vehicles", "sites", "shells", "platforms", "ground")
"""Sections of which the names stand in the indices of rows and columns."""
WITH_FAMILY: Mapping[str, tuple[str, ...]] = {
    "moon": ("landings", "lunar", "mass_drivers", "nodes"),
    "network": ("network",),
    "learning": ("learning",),
    "technology": ("nodes", "launch", "lines", "network", "shells", "target"),
    "supply": ("nodes",),
    "horizon": ("",),
    "candidate_designs": ("nodes",),
}
"""Sections of which the names do not, and the families of rows in which their numbers stand."""


def with_keys(error: RangeError, instance: Instance, derived: Derived) -> RangeError:
    """Return the error with the keys of the file that set its coefficients; the same where none was found in time."""
    ends, found, least = time.monotonic() + SECONDS, list[str](), 0.0
    before = _rows(compile_model(derived.coefficients), error)
    years = derived.horizon.end(derived.horizon.periods[-1])
    sized = [(_size(key, value, years), key, value) for key, value in _numbers(instance, derived, error)]
    for size, key, value in sorted(sized, key=lambda item: -item[0]):
        if time.monotonic() > ends or len(found) == SHOWN or size < least:
            break
        trial = changed(instance, key, lambda given: given + 1 if isinstance(given, int) else given * STEP)
        try:
            after = _rows(compile_model(derive(trial, candidate_designs(trial)).coefficients), error)
        except (ModelError, UsageError, ArithmeticError, ValueError):
            continue
        if after.keys() == before.keys() and any(
            not np.allclose(before[n], after[n], rtol=1e-9, atol=0.0) for n in before
        ):
            found.append(f"{'.'.join(map(str, key))}: found {value:g}")
            least = least or size / 2
    if not found:
        return error
    return RangeError(f"{'; '.join(found)}; too far from the other numbers of the model: {error}", error.entries)


def _size(key: Key, value: float, years: float) -> float:
    """Return how many powers of ten a number lies from one; a yearly change compounds over the horizon."""
    if str(key[-1]).endswith(("growth_share_per_year", "change_share_per_year")):
        return max(abs(math.log10(abs(value))), abs(years * math.log10(1 + value)))
    return abs(math.log10(abs(value)))


def _rows(matrix: Matrix, error: RangeError) -> dict[str, tuple[float, float]]:
    """Return the coefficients of the rows of an error with the bounds of their columns, and their sides, by name.

    The solver is handed scaled numbers, in which all of these count.
    """
    found: dict[str, tuple[float, float]] = {}
    by_row = sp.csr_matrix(matrix.a)
    for row in {row for row, _, _ in error.entries}:
        for i in matrix.rows_of(row.partition("[")[0]).tolist():
            if matrix.row_names[i] == row:
                sides = np.nan_to_num([matrix.row_lower[i], matrix.row_upper[i]])
                found[row] = float(sides[0]), float(sides[1])
                for at in range(by_row.indptr[i], by_row.indptr[i + 1]):
                    j = int(by_row.indices[at])
                    upper = float(np.nan_to_num(matrix.upper[j]))
                    found[f"{row} {matrix.column_names[j]}"] = float(by_row.data[at]), upper
    return found


def _numbers(instance: Instance, derived: Derived, error: RangeError) -> Iterator[tuple[Key, float]]:
    """Yield the numbers of the file that may stand in the coefficients of an error, but prices."""
    text = " ".join(f"{row} {column}" for row, column, _ in error.entries)
    words = set(text.replace("[", " ").replace("]", " ").replace(",", " ").split())
    words |= {design.platform for design in derived.designs if design.name in words}
    families = {row.partition(".")[0] for row, _, _ in error.entries} | {""}
    for section in BY_NAME:
        named: Mapping[str, Any] = getattr(instance, section)
        for name in words & set(named):
            yield from _leaves(named[name].model_dump(), (section, name))
    for section, where in WITH_FAMILY.items():
        part = getattr(instance, section)
        if part is not None and families & set(where):
            yield from _leaves(part.model_dump(), (section,))


def _leaves(data: Any, above: Key) -> Iterator[tuple[Key, float]]:
    inside = data.items() if isinstance(data, Mapping) else enumerate(data) if isinstance(data, list) else ()
    for step, value in inside:
        key = (*above, step)
        if isinstance(value, Mapping | list):
            yield from _leaves(value, key)
        elif isinstance(value, int | float) and not isinstance(value, bool) and value and not _is_price(step):
            yield key, value


def _is_price(step: str | int) -> bool:
    return any(unit in str(step).split("_") for unit in ("musd", "usd"))


__all__ = ["with_keys"]
