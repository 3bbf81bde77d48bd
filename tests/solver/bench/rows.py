"""Rows of a benchmark for tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from solver.bench.record import RunRow
from solver.milp.solution import Status

ROW = RunRow(
    instance="s-1-seed1", hash="abc", method="search", seed=0, limit_seconds=60.0, ended=Status.FEASIBLE,
    objective=125.0, bound=90.0, bound_kind="solver", checked=True, rows=10, columns=20, integers=15, build_seconds=0.6,
    total_seconds=60.0, cpu_seconds=59.0, peak_mb=200.0, machine="two processors", load=0.5,
    commit="0123", versions="highspy=1.15.1", finished="2026-11-25T12:00:00+00:00",
)  # fmt: skip


def row(**changed: Any) -> RunRow:
    """A row that differs from ``ROW`` in some figures."""
    return replace(ROW, **changed)
