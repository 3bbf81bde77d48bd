"""Rendering of a comparison as terminal tables, CSV and Markdown."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from solver.compare import bridge_text
from solver.io import escapes
from solver.report import number_format

if TYPE_CHECKING:
    from pandas import DataFrame
    from rich.console import Group, RenderableType
    from rich.table import Table

    from solver.compare import Comparison
    from solver.compare.bridge import Bridge

MOST_DIFFERENCES = 40
MOST_COLUMNS, MOST_ROWS, MOST_LINES, MOST_VERDICTS = 4, 14, 5, 3
"""Most runs side by side, runs below each other, differences and verdicts on a screen."""
MOST_LINES_BELOW = 2
"""Most differences below a cost bridge."""
_LEFT_OUT = ("status", "usd_per_w", "on the ground", "ground_gw")
"""Figures that are not shown with a cost bridge."""
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
    "ground_gw": "GW on the ground",
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
_SHORT = {
    "status": "Status",
    "objective": "Objective",
    "bound": "Bound",
    "gap": "Gap",
    "levelised_usd_per_w_year": "USD/(W·year)",
    "usd_per_w": "USD/W",
    "milestone_gw": "GW in the end",
    "ground_gw": "on the ground",
    "flights": "Flights",
}


def as_tables(comparison: Comparison, wide: bool = True) -> Group:
    """Return the comparison as one renderable of Rich: all of it, or what fits on a screen."""
    from rich.console import Group
    from rich.text import Text

    if not wide:
        return Group(*_screen(comparison))
    shown: list[RenderableType] = []
    for title, header, rows, note in sections_of(comparison):
        table = _table(title, header, rows, left=title == _DIFFERENCES)
        shown += [table, Text(note), Text("")] if note else [table, Text("")]
    return Group(*shown, *(Text(escapes.line(sentence)) for sentence in comparison.verdicts))


def _screen(comparison: Comparison) -> Iterator[RenderableType]:
    """Yield the figures with a column for each run, or with a row for each of many, then differences and verdicts."""
    from rich.text import Text

    records, labels = _records(comparison.overview), list(comparison.labels)
    bridge = comparison.bridges[0] if len(labels) == 2 and comparison.bridges else None
    hidden = 0
    if len(labels) <= MOST_COLUMNS:
        keys = _SHORT if bridge is None else [key for key in _SHORT if key not in _LEFT_OUT]
        cells = {key: [_cell(key, record) for record in records] for key in keys}
        rows = [[_SHORT[key], *found] for key, found in cells.items() if set(found) != {"-"}]
        yield _table("", ["", *labels], rows)
        most = MOST_LINES if bridge is None else MOST_LINES_BELOW
        yield from () if bridge is None else _bridge(comparison, bridge)
        differing = [[str(value) for value in record.values()] for record in _records(comparison.differences)]
        yield from (Text(""), Text(f"{_DIFFERENCES}, in this order", style="bold")) if differing and not bridge else ()
        for path, *values in differing[:most]:
            yield Text(escapes.line(f"{path}: {' | '.join(values)}"))
        hidden = max(0, len(differing) - most)
    else:
        few = ("status", "objective", "gap")
        ordered = sorted(records, key=lambda record: _order(record["objective"]))
        rows = [[record["run"], *(_cell(key, record) for key in few)] for record in ordered[:MOST_ROWS]]
        yield _table("", ["Run", *(_HEADS[key] for key in few)], rows)
        hidden = len(ordered) - len(rows)
    yield from () if bridge is not None else [Text("")]
    for sentence in comparison.verdicts[:MOST_VERDICTS]:
        yield Text(escapes.line(sentence))
    hidden += max(0, len(comparison.verdicts) - MOST_VERDICTS)
    more = f"{hidden:,} more lines, power by year" if hidden else "Power by year"
    yield Text(f"{more} and every figure: --wide")


def _bridge(comparison: Comparison, bridge: Bridge) -> Iterator[RenderableType]:
    """Yield the bridge between two runs with its largest parts, and the purchases that differ most."""
    from rich.text import Text

    rows = bridge_text.part_rows(bridge, bridge_text.FEW_PARTS)
    yield _table("", [f"Cost bridge, {bridge_text.unit(bridge)}", *bridge_text.header(bridge)[1:]], rows)
    for name, *amounts in bridge_text.built_rows(comparison.built, comparison.labels, bridge_text.FEW_BUILT):
        yield Text(escapes.line(f"{name}: {' | '.join(amounts)}"))


def _cell(key: str, record: Mapping[str, Any]) -> str:
    """Return a figure with its unit: costs as in all reports, GUSD."""
    value, text = record[key], _shown(key, record[key])
    if key not in ("objective", "bound") or text == "-":
        return text
    return number_format.money(value) if record["unit"] == "MUSD" else f"{text} {record['unit']}"


def _order(value: Any) -> float:
    return value if isinstance(value, int | float) and math.isfinite(value) else math.inf


def _table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]], left: bool = False) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for i, head in enumerate(header):
        # A label or path is printed as it is, never read as markup, and folded rather than cut.
        right = not left and i > 0 and head not in ("Status", "Unit")
        table.add_column(Text(escapes.line(head)), justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(escapes.line(cell)) for cell in row))
    return table


def as_markdown(comparison: Comparison) -> str:
    """Return the comparison as a Markdown page."""
    blocks = ["# Comparison of runs"]
    if comparison.verdicts:
        blocks.append("\n".join(f"- {escapes.markdown(sentence)}" for sentence in comparison.verdicts))
    for title, header, rows, note in sections_of(comparison):
        lines = [
            _markdown_row(header),
            f"| {' | '.join(['---'] * len(header))} |",
            *(_markdown_row(row) for row in rows),
        ]
        blocks += [f"## {title}", "\n".join(lines)] + ([escapes.markdown(note)] if note else [])
    return "\n\n".join(blocks) + "\n"


def as_csv(comparison: Comparison) -> str:
    """Return a row for each run: its figures, its power at the end of every year, and what differs by path."""
    from pandas import DataFrame

    rows: list[dict[str, Any]] = [
        {key: _exact(value) for key, value in row.items()} for row in _records(comparison.overview)
    ]
    for row, record in zip(rows, _records(comparison.moon), strict=False):
        row |= {key: _exact(value) for key, value in record.items()}
    for name, frame, key in (("gw_{}", comparison.power, "year"), ("{}", comparison.differences, "path")):
        for record in _records(frame):
            for row, label in zip(rows, comparison.labels, strict=True):
                row[name.format(record[key])] = _exact(record[label])
    cells = [{escapes.csv(key): escapes.csv(cell) for key, cell in row.items()} for row in rows]
    return DataFrame(cells).to_csv(index=False, lineterminator="\n")


_DIFFERENCES = "Differences"


def sections_of(comparison: Comparison) -> list[tuple[str, list[str], list[list[str]], str]]:
    """Return the tables of a comparison, each with its title, heads, rows and a note."""
    overview = [[_shown(key, value) for key, value in record.items()] for record in _records(comparison.overview)]
    sections = [("Runs", [_HEADS[column] for column in comparison.overview.columns], overview, "")]
    labels = list(comparison.labels)
    power = [[_shown("", value) for value in record.values()] for record in _records(comparison.power)]
    if power:
        sections.append(("IT power at year end, GW", ["Year", *labels], power, ""))
    moon = [[_shown(key, value) for key, value in record.items()] for record in _records(comparison.moon)]
    if moon:
        sections.append(("The Moon", [_HEADS[column] for column in comparison.moon.columns], moon, ""))
    for bridge in comparison.bridges:
        sections.append(
            (bridge_text.title(bridge), bridge_text.header(bridge), bridge_text.part_rows(bridge), bridge.note)
        )
    differing_built = bridge_text.built_rows(comparison.built, labels) if len(labels) > 1 else []
    if differing_built:
        sections.append(("Built, where plans differ", ["", *labels], differing_built, ""))
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
