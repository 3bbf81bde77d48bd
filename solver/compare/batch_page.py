"""Page of a batch in HTML: states of its tasks, all runs side by side, objectives with their bounds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from solver.batch.folder import BatchFolder
from solver.batch.run_table import run_dirs
from solver.batch.status import status_of
from solver.compare.scenarios import Scenarios, scenarios
from solver.report.html_page import figure, page, table, text

MOST_RUNS = 60
"""Runs in the picture; the table has all."""


def batch_page(place: Path) -> str:
    """Return the page of a batch, or of the runs below a folder; UsageError where there is none."""
    folder = BatchFolder(place)
    is_batch = (folder.state / "batch.json").is_file()
    if is_batch:
        folder.require()
    status = status_of(folder.results()) if is_batch else None
    lines = "" if status is None else f"<pre>{chr(10).join(text(line) for line in status.lines())}</pre>\n"
    compared = scenarios(run_dirs([place]))
    sections = [
        ("State", lines),
        ("Runs", compared.to_html()),
        ("Objectives and bounds", _picture(compared)),
        ("Tasks without an answer", _failures(folder) if is_batch else ""),
    ]
    return page(f"Batch {place.resolve().name}", sections)


def _picture(compared: Scenarios) -> str:
    import altair as alt

    rows: list[dict[Any, Any]] = compared.table[compared.table["objective"].notna()].to_dict("records")
    if not rows or len({row["unit"] for row in rows}) > 1:
        return ""
    shown = sorted(rows, key=lambda row: float(row["objective"]))[:MOST_RUNS]
    unit = shown[0]["unit"]
    data = [{"run": row["run"], "objective": row["objective"], "bound": row["bound"]} for row in shown]
    base = alt.Chart(alt.InlineData(values=data)).encode(
        y=alt.Y("run:N", title=None, sort=[row["run"] for row in shown])
    )
    scale = alt.Scale(zero=False)
    spans = base.mark_rule(strokeWidth=3, color="#56B4E9").encode(
        x=alt.X("bound:Q", title=f"from bound to objective, {unit}", scale=scale), x2="objective:Q"
    )
    points = base.mark_point(filled=True, color="#0072B2", size=40).encode(x=alt.X("objective:Q", scale=scale))
    spec = (spans + points).properties(width=520, height=max(60, 18 * len(shown)), background="white").to_dict()
    return figure(spec, "Objective of each run, with the span down to its bound")


def _failures(folder: BatchFolder) -> str:
    rows = [
        (result.category.value, str(result.task), result.message, result.host)
        for result in folder.results()
        if result.failed
    ]
    return table(("state", "task", "message", "host"), rows) if rows else ""
