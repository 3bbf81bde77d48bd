"""Comparison of many runs: a row for each, with its differences from the base as heads, and the best marked.

Only manifests are read, so that a thousand runs take seconds.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from solver.batch.run_table import quick_manifest, row_of
from solver.errors import UsageError
from solver.io import escapes
from solver.report import number_format
from solver.run.gap import CLOSED_SHARE, GROWS

if TYPE_CHECKING:
    from pandas import DataFrame
    from rich.table import Table

FIGURES = ("levelised_usd_per_w_year", "flights", "mass_t", "power_gw", "orbit_share", "moon_share")
MOST_HEADS, MOST_LEVERS = 6, 40
"""Differences that are columns on a terminal and a page, the most frequent ones; none of them where there are more than
40, as between unrelated instances. CSV has all."""
MOST_ROWS = 40
"""Runs on a terminal: the base, the best ones and the first of the others. Files have all."""
_NOT_COMPARED = frozenset({"name", "description", "sources", "optimum", "claim"})
_HEADS = {
    "run": "Run", "status": "Status", "objective": "Objective", "bound": "Bound", "gap": "Gap", "unit": "Unit",
    "levelised_usd_per_w_year": "USD/(W·year)", "flights": "Flights", "mass_t": "Mass, t", "power_gw": "GW",
    "orbit_share": "Orbit", "moon_share": "Moon-made", "verdict": "Against the best",
}  # fmt: skip
_SHARES = ("gap", "orbit_share", "moon_share")
BEST, ALIKE = "best", "not distinguishable"


@dataclass(frozen=True, slots=True)
class Scenarios:
    """Compared runs: ``table`` has a row for each; ``levers`` are the paths that differ from the base, by frequency."""

    table: DataFrame
    levers: tuple[str, ...]
    base: str

    def to_csv(self) -> str:
        """Return all columns."""
        safe = self.table.map(escapes.csv)
        return str(safe.to_csv(index=False, lineterminator="\n"))

    def to_rich(self, most: int = MOST_ROWS) -> Table:
        """Return a table of so many runs for a terminal."""
        from rich.table import Table
        from rich.text import Text

        rows = list(self._rows())
        kept = sorted(range(len(rows)), key=lambda i: (i > 0 and not rows[i][0], i))[:most]
        note = f"; {len(rows) - len(kept):,} more runs in the files" if len(rows) > len(kept) else ""
        table = Table(title=self._title() + note, title_justify="left", title_style="bold", box=None, pad_edge=False)
        for head in self._heads():
            table.add_column(Text(escapes.line(head)), overflow="fold")
        for best, row in (rows[i] for i in sorted(kept)):
            table.add_row(*(Text(escapes.line(cell)) for cell in row), style="bold" if best else "")
        return table

    def to_markdown(self) -> str:
        """Return a page with the table; the best rows are bold."""
        heads = self._heads()
        lines = [f"| {' | '.join(map(escapes.markdown, heads))} |", f"|{' --- |' * len(heads)}"]
        for best, row in self._rows():
            cells = [f"**{escapes.markdown(cell)}**" if best and cell else escapes.markdown(cell) for cell in row]
            lines.append(f"| {' | '.join(cells)} |")
        return f"# {escapes.markdown(self._title())}\n\n" + "\n".join(lines) + "\n"

    def to_html(self) -> str:
        """Return the table as part of a page; the best rows are marked by their class and by words."""
        heads = "".join(f'<th scope="col">{_html(head)}</th>' for head in self._heads())
        rows = "".join(
            f"<tr{' class=best' if best else ''}>{''.join(f'<td>{_html(cell)}</td>' for cell in row)}</tr>\n"
            for best, row in self._rows()
        )
        top = f"<caption>{_html(self._title())}</caption><thead><tr>{heads}</tr></thead>"
        return f'<div class="wide" tabindex="0"><table>{top}<tbody>\n{rows}</tbody></table></div>\n'

    def _title(self) -> str:
        count = len(self.table)
        more = len(self.levers) - len(self._heads_shown())
        note = f"; {more:,} more differences in the CSV" if more > 0 else ""
        return f"{count:,} runs against {self.base}{note}"

    def _heads_shown(self) -> tuple[str, ...]:
        return self.levers[:MOST_HEADS] if len(self.levers) <= MOST_LEVERS else ()

    def _shown(self) -> list[str]:
        return ["run", *self._heads_shown(), *(c for c in _HEADS if c != "run" and self.table[c].notna().any())]

    def _heads(self) -> list[str]:
        return [_HEADS.get(column, column) for column in self._shown()]

    def _rows(self) -> Iterator[tuple[bool, list[str]]]:
        columns = self._shown()
        for row in self.table.to_dict("records"):
            yield row["verdict"] == BEST, [_cell(column, row[column]) for column in columns]


def scenarios(directories: Sequence[Path]) -> Scenarios:
    """Compare runs with the first of them as base; UsageError, with each of them, for damaged runs or none at all."""
    from pandas import DataFrame

    if not directories:
        raise UsageError("nothing to compare: expected at least one run directory")
    manifests, rows, problems = [], [], []
    for directory in directories:
        try:
            manifest = quick_manifest(directory)
            rows.append(row_of(manifest, directory))
            manifests.append(manifest)
        except UsageError as error:
            problems.append(str(error))
    if problems:
        raise UsageError("\n".join(problems))
    base = _compared(manifests[0])
    changes = [dict(_changes(base, _compared(manifest))) for manifest in manifests]
    levers = tuple(path for path, _ in Counter(path for change in changes for path in change).most_common())
    values = {path: _value(base, path) for path in levers}
    verdicts = _verdicts(manifests, rows)
    labels = _labels(directories)
    data = [
        {
            "run": label, **{path: _text(change.get(path, values[path])) for path in levers},
            **{key: row.get(key) for key in _HEADS if key not in ("run", "verdict")}, "verdict": verdict,
        }
        for label, change, row, verdict in zip(labels, changes, rows, verdicts, strict=True)
    ]  # fmt: skip
    columns = ["run", *levers, *(key for key in _HEADS if key != "run")]
    return Scenarios(DataFrame(data, columns=columns), levers, labels[0])


def _verdicts(manifests: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return for each run whether it is best, not distinguishable from the best by its bound, or how far it is."""
    kinds = [(manifest["resolved"].get("objective") or {}).get("kind", "least_cost") for manifest in manifests]
    senses = [-1.0 if kind in GROWS else 1.0 for kind in kinds]
    valid = [
        row["objective"] is not None and bool(manifest.get("checked"))
        for row, manifest in zip(rows, manifests, strict=True)
    ]
    best: dict[str, float] = {}
    for kind, sense, row, known in zip(kinds, senses, rows, valid, strict=True):
        if known:
            best[kind] = min(best.get(kind, math.inf), sense * row["objective"])
    return [
        _verdict(sense * row["objective"], None if row["bound"] is None else sense * row["bound"], best[kind], kind)
        if known
        else "no checked plan"
        for kind, sense, row, known in zip(kinds, senses, rows, valid, strict=True)
    ]


def _verdict(objective: float, bound: float | None, best: float, kind: str) -> str:
    close = CLOSED_SHARE * abs(best) + 1e-6 * abs(best)
    if objective - best <= close:
        return BEST
    if bound is None or bound <= best + close:
        return ALIKE
    if kind == "earliest_date":
        return f"{objective - best:g} periods later"
    if kind == "most_value":
        return f"{number_format.money(objective - best)} less"
    word = "less" if kind == "most_power" else "dearer"
    return f"{number_format.share((objective - best) / abs(best))} {word}" if best else word


def _compared(manifest: Mapping[str, Any]) -> dict[str, Any]:
    instance = {key: value for key, value in manifest["resolved"].items() if key not in _NOT_COMPARED}
    return {**instance, "options": manifest["options"]}


def _changes(base: Any, other: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the values that differ from the base, each with its path."""
    if base == other:
        return
    if all(isinstance(data, Mapping) or data is None for data in (base, other)):
        one, two = base or {}, other or {}
        for key in dict.fromkeys((*one, *two)):
            yield from _changes(one.get(key), two.get(key), f"{path}.{key}" if path else str(key))
    elif isinstance(base, list) and isinstance(other, list) and len(base) == len(other):
        for i, (first, second) in enumerate(zip(base, other, strict=True)):
            yield from _changes(first, second, f"{path}[{i}]")
    else:
        yield path, other


def _value(data: Any, path: str) -> Any:
    for part in path.replace("[", ".").replace("]", "").split("."):
        if isinstance(data, list):
            data = data[int(part)] if part.isdecimal() and int(part) < len(data) else None
        else:
            data = data.get(part) if isinstance(data, Mapping) else None
    return data


def _labels(directories: Sequence[Path]) -> list[str]:
    """Return the last two parts of each path, name and key; whole paths where these do not distinguish the runs."""
    short = ["/".join(directory.parts[-2:]) for directory in directories]
    return short if len(set(short)) == len(short) else [str(directory) for directory in directories]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.10g}"
    return "-" if value in (None, [], {}) else str(value)


def _cell(column: str, value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, str):
        return value
    return number_format.share(value) if column in _SHARES else number_format.number(float(value))


def _html(text: str) -> str:
    return escape(escapes.line(text))
