"""Make the committed tables and pictures: solve the reference instances and the claims, and write what came out.

``make tables`` or ``python results/make.py``. Runs that are there already under ``results/runs`` are taken as they are.
One thread, ten minutes for a reference and three for a claim: what ends by its gap before repeats exactly, the rest
shows its true gap.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from solver.batch.folder import HIDDEN
from solver.batch.local import run_all
from solver.batch.record import BatchResult
from solver.batch.tasks import Task
from solver.io import escapes
from solver.io.files import write_text
from solver.io.terminal import drawn
from solver.milp.limits import Limits
from solver.report.network_analysis import planned_network
from solver.report.network_chart import plot_network
from solver.report.network_text import network_table
from solver.report.overview import headline
from solver.report.plot import plot_run
from solver.report.summary import summary_lines
from solver.run.runner import RUNS
from solver.run.solve import Options
from solver.run.stored_run import Run, read_run
from solver.tables import PlanState, figures_of, state_of, table_texts, write_tables

ROOT = Path(__file__).parents[1]
TABLES = ROOT / "results" / "tables"
PAGES = {
    "run": ROOT / "README.md",
    "network": ROOT / "docs" / "network.md",
    "survival": ROOT / "docs" / "network.md",
    "reference": ROOT / "docs" / "results.md",
    "claims": ROOT / "docs" / "results.md",
}
"""Page that holds each of the figures in words."""
PICTURED = {
    "gigawatt": ("power", "money_by_family", "designs"),
    "terawatt": ("kardashev",),
    "kardashev": ("kardashev",),
}
"""Instances whose pictures and tables by period are committed."""
SHOWN = "gigawatt"
SECONDS = {"reference": 600.0, "claims": 180.0}
GAPS = {"kardashev": 0.02, "thousand-terawatt-per-year": 0.05}
"""Gaps asked of the largest instances; of all others one percent."""
COLUMNS = (
    "instance", "status", "objective", "bound", "unit", "bound_kind", "gap", "cost_gusd", "salvage_gusd",
    "levelised_usd_per_w_year", "usd_per_w",
    "flights", "mass_kt", "nodes", "kg_per_kw", "checked", "reason",
)  # fmt: skip


SURVIVAL = ("instance", "without_gusd", "gap_without", "with_gusd", "gap", "more_gusd", "rounds", "rows")
"""What surviving failures costs: plans that need not and plans that must, with the gaps of both."""
IN_PAGE = (
    "instance",
    "status",
    "cost_gusd",
    "gap",
    "levelised_usd_per_w_year",
    "usd_per_w",
    "flights",
    "mass_kt",
    "reason",
)
CALLED = {
    "cost_gusd": "spent, GUSD",
    "levelised_usd_per_w_year": "levelised, USD/(W year)",
    "usd_per_w": "USD/W of capacity",
    "mass_kt": "mass, kt",
    "reason": "forbidden by",
    "without_gusd": "cost without, GUSD",
    "gap_without": "its gap",
    "with_gusd": "cost with, GUSD",
    "more_gusd": "more, GUSD",
    "rounds": "more rounds",
    "rows": "rows added",
}


def main() -> None:
    """Solve, then write ``reference`` and ``claims`` as CSV and Markdown, the picture, and the figures of the pages."""
    for group in ("reference", "claims"):
        files = sorted((ROOT / "instances" / group).glob("*.yaml"))
        # The seconds of the tables are those of one solve: nothing goes on from an earlier one.
        shutil.rmtree(RUNS / HIDDEN / "checkpoints", ignore_errors=True)
        results = [
            result
            for gap in sorted({_gap(path) for path in files})
            for result in run_all(
                Task.of(path for path in files if _gap(path) == gap),
                Options(Limits(seconds=SECONDS[group], gap=gap)),
                jobs=2,
                on_result=lambda _result: None,
            )
        ]
        rows = [_row(result) for result in results]
        write_text(TABLES / f"{group}.csv", _csv(rows, COLUMNS))
        write_text(TABLES / f"{group}.md", _markdown(rows, COLUMNS))
        _into_page(group, _markdown(rows, IN_PAGE))
        survived = [row for result in results if (row := _survival(result)) is not None]
        if survived:
            write_text(TABLES / "survival.csv", _csv(survived, SURVIVAL))
            _into_page("survival", _markdown(survived, SURVIVAL))
        for result in results:
            if result.path.stem in PICTURED and result.run_dir is not None:
                _show(result.path.stem, read_run(result.run_dir))


def _gap(path: Path) -> float:
    """Gap that is asked of an instance."""
    return GAPS.get(path.stem, 0.01)


def _show(name: str, run: Run) -> None:
    """The pictures and the tables by period of a run, and what the pages say of it."""
    if run.plan is None:
        return
    plot_run(run, TABLES / f"{name}.png", "png")
    state = state_of(run.instance, run.plan)
    texts = table_texts(state)
    write_tables({table: texts[table] for table in PICTURED[name]}, TABLES / name)
    if name == SHOWN:
        summary = [headline(run.instance), *summary_lines(state, run.manifest)]
        command = f"$ kardashev solve instances/reference/{name}.yaml"
        _into_page("run", _fenced([command, *summary]))
        _show_network(state, name)


def _show_network(state: PlanState, name: str) -> None:
    """The picture of a plan's network, and what the pages say of it: all that the command prints but its notes."""
    report = planned_network(state)
    plot_network(report, TABLES / f"{name}-network.png", "png")
    table = drawn(network_table(replace(report, notes=()))).splitlines()
    lines = ["$ kardashev network RUN_DIR", *(line.rstrip() for line in table)]
    _into_page("network", _fenced(lines))


def _row(result: BatchResult) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(COLUMNS, "")
    row |= {"instance": result.path.stem, "status": result.status}
    if result.run_dir is None:
        return row
    run = read_run(result.run_dir)
    for key in ("objective", "bound", "unit", "bound_kind", "gap", "levelised_usd_per_w_year", "checked"):
        value = getattr(run.manifest, key)
        row[key] = "" if value is None else f"{value:.6g}" if isinstance(value, float) else value
    row["reason"] = "; ".join(dict.fromkeys(f"{r.constraint} {r.place}".strip() for r in run.manifest.conflict))
    if run.plan is None:
        return {**row, "bound_kind": "", "checked": ""}
    figures = figures_of(state_of(run.instance, run.plan))
    return row | {
        "cost_gusd": f"{figures.present_musd / 1000:.5g}",
        "salvage_gusd": f"{figures.salvage_musd / 1000:.5g}",
        "usd_per_w": "" if figures.usd_per_w is None else f"{figures.usd_per_w:.4g}",
        "flights": figures.flights,
        "mass_kt": f"{figures.mass_t / 1000:.5g}",
        "nodes": figures.nodes,
        "kg_per_kw": "" if figures.kg_per_kw is None else f"{figures.kg_per_kw:.4g}",
    }


def _survival(result: BatchResult) -> dict[str, Any] | None:
    """Cost without and with surviving failures, for a plan of least cost that has to."""
    run = read_run(result.run_dir) if result.run_dir is not None else None
    stats = run.manifest.survivability if run is not None else None
    if (
        run is None
        or run.plan is None
        or stats is None
        or stats.objective_without is None
        or run.manifest.unit != "MUSD"
    ):
        return None
    more = round(run.plan.claims.objective - stats.objective_without, 3)
    return {
        "instance": result.path.stem,
        "without_gusd": f"{stats.objective_without / 1000:.5g}",
        "gap_without": f"{stats.gap_without:.6g}",
        "with_gusd": f"{run.plan.claims.objective / 1000:.5g}",
        "gap": "" if run.manifest.gap is None else f"{run.manifest.gap:.6g}",
        "more_gusd": f"{more / 1000 + 0.0:.3g}",
        "rounds": stats.rounds,
        "rows": stats.rows,
    }


def _csv(rows: list[dict[str, Any]], columns: Sequence[str]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: escapes.csv(value) for key, value in row.items()} for row in rows)
    return out.getvalue()


def _markdown(rows: list[dict[str, Any]], columns: Sequence[str]) -> str:
    lines = ["| " + " | ".join(CALLED.get(column, column) for column in columns) + " |", "|" + " --- |" * len(columns)]
    return "\n".join([*lines, *("| " + " | ".join(_cell(row, c) for c in columns) + " |" for row in rows)]) + "\n"


def _cell(row: dict[str, Any], column: str) -> str:
    if column.startswith("gap") and row[column] != "":
        return f"{100 * float(row[column]):.2g} %"
    return escapes.markdown(row[column])


def _fenced(lines: Sequence[str]) -> str:
    """Lines as a block of code, which no text of a file can end."""
    shown = [escapes.line(line).replace("```", "` ` `") for line in lines]
    return "\n".join(["```", *shown, "```", ""])


def _into_page(name: str, text: str) -> None:
    """Put a text between the two comments of that name in its page."""
    file = PAGES[name]
    page = file.read_text(encoding="utf-8")
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    head, _, rest = page.partition(begin)
    _, found, tail = rest.partition(end)
    if not found:
        raise SystemExit(f"{file}: the comments {begin.strip()} and {end} are missing")
    write_text(file, f"{head}{begin}{text}{found}{tail}")


if __name__ == "__main__":
    main()
