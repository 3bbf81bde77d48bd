"""Scenario table: one tidy row for each scenario of a sweep."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from solver.batch.record import BatchResult
from solver.batch.run_table import quick_manifest, row_of
from solver.batch.sweep import Sweep
from solver.tables.run_figures import FIGURES

if TYPE_CHECKING:
    from pandas import DataFrame


COLUMNS = (
    "status", "objective", "bound", "unit", "gap", "levelised_usd_per_w_year",
    "levelised_usd_per_pflop_hour", *FIGURES, "conflict", "seconds", "peak_memory_mb", "run_dir", "message",
)  # fmt: skip
"""Columns after the levers; then ``gw_YEAR``, the IT power at the end of each calendar year."""


def scenario_table(sweep: Sweep, results: Sequence[BatchResult]) -> DataFrame:
    """Return the table of a sweep: levers, status, cost, bound, gap, figures of the plan, power by year.

    A column of a lever is numeric where all its values are numbers. Cells are empty without a plan.
    """
    from pandas import DataFrame, to_numeric

    rows = [
        {**dict(zip(sweep.levers, values, strict=True)), **_row(result)}
        for values, result in zip(sweep.rows, results, strict=True)
    ]
    years = sorted({key for row in rows for key in row if key.startswith("gw_")})
    frame = DataFrame(rows, columns=[*sweep.levers, *COLUMNS, *years])
    for lever in sweep.levers:
        numbers = to_numeric(frame[lever], errors="coerce")
        if not numbers.isna().any():
            frame[lever] = numbers
    return frame


def _row(result: BatchResult) -> dict[str, Any]:
    row: dict[str, Any] = {"status": result.status, "message": result.message or None}
    if result.run_dir is None:
        return row
    return {**row_of(quick_manifest(result.run_dir), result.run_dir), **row}
