"""Best known plans and bounds of the instances of the benchmark: ``instances/tiers/best.csv``.

A value belongs to the instance with its hash. When numbers of the catalogue change, what was known before no longer
says anything, and the line goes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from solver.bench.record import Row
from solver.errors import EnvironmentFailure, UsageError
from solver.io import escapes
from solver.io.files import why, write_text
from solver.milp.limits import objective_tolerance


@dataclass(frozen=True, slots=True)
class Best:
    """The cheapest checked plan and the highest bound that any run has found, in MUSD, and by what they were found."""

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


def read_best(path: Path) -> dict[str, Best]:
    """Best known values by instance; none where there is no file yet."""
    try:
        lines = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))) if path.exists() else []
    except OSError as error:
        raise EnvironmentFailure(f"{path}: could not be read: {why(error)}") from error
    try:
        return {best.instance: best for best in map(_best, lines)}
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{path}: found a line that is no best value, expected {', '.join(_NAMES)}") from error


def improved(known: Mapping[str, Best], rows: Sequence[Row]) -> dict[str, Best]:
    """The best of what was known and of the runs; only checked plans count.

    A bound above the cost of a checked plan is false, whoever vouches for it, and is not taken.
    """
    best = dict(known)
    for row in rows:
        now = best.get(row.instance)
        if row.columns and (now is None or now.hash != row.hash):
            now = Best(row.instance, row.hash, row.rows, row.columns, row.integers, None, "", None, "", "")
        if now is not None and now.hash == row.hash:
            best[row.instance] = _with_plan(now, row)
    for row in rows:
        now = best.get(row.instance)
        if now is not None and now.hash == row.hash:
            best[row.instance] = _with_bound(now, row)
    return {name: _believed(value) for name, value in best.items()}


def _with_plan(now: Best, row: Row) -> Best:
    if not row.checked or row.objective is None or (now.objective is not None and row.objective >= now.objective):
        return now
    return replace(now, objective=row.objective, found_by=_by(row))


def _with_bound(now: Best, row: Row) -> Best:
    found = replace(now, bound=row.bound, bound_kind=row.bound_kind, proven_by=_by(row))
    better = row.bound is not None and (now.bound is None or row.bound > now.bound)
    return found if better and _believed(found) is found else now


def _believed(best: Best) -> Best:
    """Without its bound where a plan is cheaper."""
    if (
        best.bound is None
        or best.objective is None
        or best.bound <= best.objective + objective_tolerance(best.objective)
    ):
        return best
    return replace(best, bound=None, bound_kind="", proven_by="")


def _by(row: Row) -> str:
    return f"{row.method}, {row.limit_seconds:g} s, seed {row.seed}"


def write_best(path: Path, best: Mapping[str, Best]) -> None:
    """Write the file; EnvironmentFailure if the disk refuses."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _NAMES, lineterminator="\n")
    writer.writeheader()
    for name in sorted(best):
        writer.writerow({key: "" if value is None else escapes.csv(value) for key, value in asdict(best[name]).items()})
    write_text(path, text.getvalue())


_NAMES = [field.name for field in fields(Best)]


def _best(line: dict[str, str]) -> Best:
    number = {key: float(line[key]) if line[key] else None for key in ("objective", "bound")}
    size = {key: int(line[key]) for key in ("rows", "columns", "integers")}
    return Best(**{**{name: escapes.from_csv(line[name]) for name in _NAMES}, **number, **size})  # type: ignore[arg-type]
