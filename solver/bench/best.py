"""Best known plans and bounds of the benchmark instances: ``instances/tiers/best.csv``.

A value belongs to the instance with its hash. When numbers of the catalogue change, the hash changes, earlier values
are void and their line is dropped.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from solver.bench.record import RunRow
from solver.errors import EnvironmentFailure, UsageError
from solver.io import escapes
from solver.io.files import os_error_text, write_text
from solver.milp.limits import objective_tolerance
from solver.run.gap import Gap, alarm_text


@dataclass(frozen=True, slots=True)
class BestKnown:
    """Best known values of an instance: the cheapest checked plan and the highest bound, in MUSD, with their runs."""

    instance: str
    hash: str
    rows: int
    columns: int
    integers: int
    objective: float | None
    found_by: str
    bound: float | None
    bound_kind: str
    proven_by: str


def read_best(path: Path) -> dict[str, BestKnown]:
    """Read the best known values by instance; none where there is no file yet."""
    try:
        records = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))) if path.exists() else []
    except OSError as error:
        raise EnvironmentFailure(f"{path}: could not be read: {os_error_text(error)}") from error
    try:
        return {best.instance: best for best in map(_best, records)}
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{path}: found an invalid line, expected columns {', '.join(_NAMES)}") from error


def update_best(known: Mapping[str, BestKnown], rows: Sequence[RunRow]) -> dict[str, BestKnown]:
    """Update the best known values by runs; only checked plans count.

    A bound above the cost of a checked plan is false, whatever its certificate, and is not taken.
    """
    best = dict(known)
    for row in rows:
        current = best.get(row.instance)
        if row.columns and (current is None or current.hash != row.hash):
            current = BestKnown(row.instance, row.hash, row.rows, row.columns, row.integers, None, "", None, "", "")
        if current is not None and current.hash == row.hash:
            best[row.instance] = _with_plan(current, row)
    for row in rows:
        current = best.get(row.instance)
        if current is not None and current.hash == row.hash:
            best[row.instance] = _with_bound(current, row)
    return {name: _consistent(value) for name, value in best.items()}


def _with_plan(current: BestKnown, row: RunRow) -> BestKnown:
    if (
        not row.checked
        or row.objective is None
        or (current.objective is not None and row.objective >= current.objective)
    ):
        return current
    return replace(current, objective=row.objective, found_by=_origin(row))


def _with_bound(current: BestKnown, row: RunRow) -> BestKnown:
    improved_bound = replace(current, bound=row.bound, bound_kind=row.bound_kind, proven_by=_origin(row))
    better = row.bound is not None and (current.bound is None or row.bound > current.bound)
    return improved_bound if better and _consistent(improved_bound) is improved_bound else current


def _consistent(best: BestKnown) -> BestKnown:
    """Drop the bound where it lies above the plan; ``contradictions`` names it."""
    if (
        best.bound is None
        or best.objective is None
        or best.bound <= best.objective + objective_tolerance(best.objective)
    ):
        return best
    return replace(best, bound=None, bound_kind="", proven_by="")


def contradictions(known: Mapping[str, BestKnown], rows: Sequence[RunRow]) -> list[str]:
    """Return an alarm for every instance with a bound above the cost of a checked plan."""
    found = []
    for name, best in update_best(known, rows).items():
        if best.objective is None:
            continue
        of = [(row.bound, _origin(row)) for row in rows if (row.instance, row.hash) == (name, best.hash)]
        earlier = known.get(name)
        if earlier is not None and earlier.hash == best.hash:
            of.append((earlier.bound, earlier.proven_by))
        for bound, origin in of:
            gap = None if bound is None else Gap("least_cost", best.objective, bound)
            if gap is not None and gap.contradiction:
                found.append(f"{name}: {alarm_text(gap, 'MUSD')} ({origin}; {best.found_by})")
    return found


def _origin(row: RunRow) -> str:
    return f"{row.method}, {row.limit_seconds:g} s, seed {row.seed}"


def write_best(path: Path, best: Mapping[str, BestKnown]) -> None:
    """Write the file; EnvironmentFailure if it cannot be written."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _NAMES, lineterminator="\n")
    writer.writeheader()
    for name in sorted(best):
        writer.writerow({key: "" if value is None else escapes.csv(value) for key, value in asdict(best[name]).items()})
    write_text(path, text.getvalue())


_NAMES = [field.name for field in fields(BestKnown)]


def _best(record: dict[str, str]) -> BestKnown:
    number = {key: float(record[key]) if record[key] else None for key in ("objective", "bound")}
    size = {key: int(record[key]) for key in ("rows", "columns", "integers")}
    texts = {name: escapes.from_csv(record[name]) for name in _NAMES}
    return BestKnown(**{**texts, **number, **size})  # type: ignore[arg-type]
