"""Table of runs: one tidy row for each run, from manifests alone."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic_core import from_json

from solver.batch.folder import BatchFolder
from solver.errors import UsageError
from solver.io import escapes
from solver.io.files import os_error_text, stored_text, write_text
from solver.run.directory import is_run
from solver.run.manifest_schema import FORMAT
from solver.tables.binary import write_parquet_file
from solver.tables.run_figures import FIGURES

if TYPE_CHECKING:
    from pandas import DataFrame

_TOP = (
    "run_dir", "name", "instance", "status", "objective", "bound", "unit", "gap", "bound_kind", "checked",
    "levelised_usd_per_w_year", "levelised_usd_per_pflop_hour", "gross_present_cost_musd", "salvage_musd", "date",
)  # fmt: skip
_END = ("conflict", "seconds", "rows", "columns", "host", "peak_memory_mb", "cpu_seconds", "run_key", "finished")
COLUMNS = (*_TOP, *FIGURES, *_END)
"""Columns of every row; then ``gw_YEAR``, the IT power at the end of each calendar year."""


def run_dirs(paths: Iterable[Path]) -> list[Path]:
    """Return the run directories that paths mean: themselves, the runs of a batch, or all runs below a folder.

    UsageError, with every problem, for a path without a run.
    """
    found: list[Path] = []
    problems = []
    for path in paths:
        runs = [path] if is_run(path) else _of_batch(path) or _below(path)
        found += runs
        if not runs:
            problems.append(f"{path}: {'holds no run' if path.is_dir() else 'no such run directory or batch'}")
    if problems:
        raise UsageError("\n".join(problems))
    return list(dict.fromkeys(found))


def run_table(directories: Iterable[Path]) -> DataFrame:
    """Return the table of runs; UsageError, with each of them, for damaged manifests."""
    from pandas import DataFrame

    rows, problems = [], []
    for directory in directories:
        try:
            rows.append(row_of(quick_manifest(directory), directory))
        except UsageError as error:
            problems.append(str(error))
    if problems:
        raise UsageError("\n".join(problems))
    years = sorted({key for row in rows for key in row if key.startswith("gw_")})
    return DataFrame(rows, columns=[*COLUMNS, *years])


def write_table(table: DataFrame, file: Path) -> None:
    """Write a table as CSV, or as Parquet where the name ends so; EnvironmentFailure on an error."""
    if file.suffix == ".parquet":
        write_parquet_file(table, file)
        return
    texts = table.select_dtypes(exclude="number").columns
    safe = table.assign(**{name: [_cell(value) for value in table[name]] for name in texts})
    write_text(file, safe.to_csv(index=False, lineterminator="\n"))


def quick_manifest(directory: Path) -> dict[str, Any]:
    """Return the manifest of a run as plain data, without the checks of ``read_run``; UsageError for a damaged one."""
    file = directory / "manifest.json"
    try:
        data = from_json(stored_text(file))
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {os_error_text(error)}") from error
    except ValueError as error:
        raise UsageError(f"{file}: damaged or half-written: {error}; solve the instance again") from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise UsageError(f"{file}: not a manifest of format {FORMAT}; solve the instance again")
    return data


def row_of(manifest: Mapping[str, Any], directory: Path) -> dict[str, Any]:
    """Return the row of a run; UsageError where a key of the manifest is missing."""
    try:
        row = {key: manifest.get(key) for key in COLUMNS} | dict(manifest.get("figures") or {})
        reasons = (f"{reason['constraint']} {reason['place']}".strip() for reason in manifest["conflict"])
        return row | {
            "run_dir": str(directory),
            "conflict": "; ".join(dict.fromkeys(reasons)) or None,
            "seconds": manifest["seconds"]["total"],
            "host": manifest["machine"].get("host"),
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{directory / 'manifest.json'}: damaged: {error}; solve the instance again") from error


def _of_batch(path: Path) -> list[Path]:
    place = BatchFolder(path)
    if not (place.state / "batch.json").is_file():
        return []
    place.require()
    return [result.run_dir for result in place.results() if result.run_dir is not None and is_run(result.run_dir)]


def _below(path: Path) -> list[Path]:
    """Return the runs below a folder; not looked for within runs, and not in hidden folders."""
    found = []
    for folder, below, files in os.walk(path):
        if "manifest.json" in files:
            found.append(Path(folder))
            below.clear()
        below[:] = sorted(name for name in below if not name.startswith("."))
    return found


def _cell(value: Any) -> Any:
    return escapes.csv(value) if isinstance(value, str) else value
