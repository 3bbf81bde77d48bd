"""Rendering of a comparison as terminal tables, CSV and Markdown."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from solver.io import escapes
from solver.report import number_format

if TYPE_CHECKING:
    from pandas import DataFrame
    from rich.console import Group, RenderableType

    from solver.compare import Comparison

MOST_DIFFERENCES = 40
_HEADS = {
    "run": "Run",
    "status": "Status",
    "objective": "Objective",
    "unit": "Unit",
    "bound": "Bound",
    "gap": "Gap",
    "levelised_usd_per_w_year": "Levelised, USD/(W·year)",
    "usd_per_w": "USD/W of capacity",
    "gross_present_cost_musd": "Gross present cost, MUSD",
    "salvage_musd": "Salvage, MUSD",
    "milestone_gw": "GW at last milestone",
    "flights": "Flights",
    "nodes": "Nodes",
    "mass_t": "Mass, t",
    "first_seed": "First seed",
    "plant_t": "Plant, t",
    "doubling_years": "Doubling, years",
    "mass_drivers": "Mass drivers",
    "import_share": "Imports",
    "moon_exceeds_earth": "Overtakes Earth",
    "kardashev_index": "K of IT power",
}


def as_tables(comparison: Comparison) -> Group:
    """Return the comparison as one renderable of Rich."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    shown: list[RenderableType] = []
    for title, header, rows, note in _sections(comparison):
        table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
        for i, head in enumerate(header):
            # A label or path is printed as it is, never read as markup, and folded rather than cut.
            right = title != _DIFFERENCES and i > 0 and head not in ("Status", "Unit")
            table.add_column(Text(escapes.line(head)), justify="right" if right else "left", overflow="fold")
        for row in rows:
            table.add_row(*(Text(escapes.line(cell)) for cell in row))
        shown += [table, Text(note), Text("")] if note else [table, Text("")]
    return Group(*shown, *(Text(escapes.line(sentence)) for sentence in comparison.verdicts))


def as_markdown(comparison: Comparison) -> str:
    """Return the comparison as a Markdown page."""
    blocks = ["# Comparison of runs"]
    if comparison.verdicts:
        blocks.append("\n".join(f"- {escapes.markdown(sentence)}" for sentence in comparison.verdicts))
    for title, header, rows, note in _sections(comparison):
        lines = [
            _markdown_row(header),
            f"| {' | '.join(['---'] * len(header))} |",
            *(_markdown_row(row) for row in rows),
        ]
        blocks += [f"## {title}", "\n".join(lines)] + ([escapes.markdown(note)] if note else [])
    return "\n\n".join(blocks) + "\n"


def as_csv(comparison: Comparison) -> str:
    """Return the comparison as one tidy table with the columns table, row, run and value."""
    from pandas import DataFrame

    rows: list[tuple[str, str, str, str]] = []
    for record in _records(comparison.overview):
        rows += [("overview", key, record["run"], _exact(value)) for key, value in record.items() if key != "run"]
    for record in _records(comparison.moon):
        rows += [("moon", key, record["run"], _exact(value)) for key, value in record.items() if key != "run"]
    for name, frame, key in (
        ("it_power_gw", comparison.power, "year"),
        ("differences", comparison.differences, "path"),
    ):
        for record in _records(frame):
            rows += [(name, record[key], label, _exact(record[label])) for label in comparison.labels]
    rows += [("verdicts", "", "", sentence) for sentence in comparison.verdicts]
    cells = [tuple(escapes.csv(cell) for cell in row) for row in rows]
    return DataFrame(cells, columns=["table", "row", "run", "value"]).to_csv(index=False, lineterminator="\n")


_DIFFERENCES = "Differences"


def _sections(comparison: Comparison) -> list[tuple[str, list[str], list[list[str]], str]]:
    overview = [[_shown(key, value) for key, value in record.items()] for record in _records(comparison.overview)]
    sections = [("Runs", [_HEADS[column] for column in comparison.overview.columns], overview, "")]
    labels = list(comparison.labels)
    power = [[_shown("", value) for value in record.values()] for record in _records(comparison.power)]
    if power:
        sections.append(("IT power at year end, GW", ["Year", *labels], power, ""))
    moon = [[_shown(key, value) for key, value in record.items()] for record in _records(comparison.moon)]
    if moon:
        sections.append(("The Moon", [_HEADS[column] for column in comparison.moon.columns], moon, ""))
    differing = [[str(value) for value in record.values()] for record in _records(comparison.differences)]
    rest = len(differing) - MOST_DIFFERENCES
    note = f"and {rest:,} more" if rest > 0 else ""
    if len(labels) > 1:
        none = "" if differing else "nothing: the same instance and options"
        sections.append((_DIFFERENCES, ["Path", *labels], differing[:MOST_DIFFERENCES], note or none))
    return sections


def _records(frame: DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in record.items()} for record in frame.to_dict("records")]


def _shown(key: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None or math.isnan(value):
        return "-"
    if key in ("gap", "import_share"):
        return number_format.share(value)
    if key in ("flights", "nodes", "mass_drivers"):
        return f"{value:,.0f}"
    return f"{value:,.1f}" if key in ("objective", "bound") and abs(value) >= 100 else number_format.number(value)


def _exact(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if math.isnan(value) else f"{value:.10g}"


def _markdown_row(cells: list[str]) -> str:
    return f"| {' | '.join(escapes.markdown(cell) for cell in cells)} |"
