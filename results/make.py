"""Make the committed tables and pictures: solve the reference instances and the claims, and write what came out.

``make tables`` or ``python results/make.py``. Runs that are there already under ``results/runs`` are taken as they are.
No time limit is set and one thread is used, so that the same code gives the same tables on any machine.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from solver.batch.local import Result, run_all
from solver.files import write_text
from solver.limits import Limits
from solver.report.plot import plot_run
from solver.rundir import Run, read_run
from solver.solve import Options
from solver.tables import figures_of, state_of, write_tables
from solver.tables import tables as tables_of

ROOT = Path(__file__).parent.parent
TABLES = ROOT / "results" / "tables"
PICTURED = "gigawatt"
COLUMNS = (
    "instance", "status", "objective", "bound", "unit", "bound_kind", "gap", "cost_gusd", "salvage_gusd", "usd_per_w",
    "flights", "mass_kt", "nodes", "kg_per_kw", "checked", "reason",
)  # fmt: skip


def main() -> None:
    """Solve, then write ``reference`` and ``claims`` as CSV and Markdown, and the picture of the README."""
    for group in ("reference", "claims"):
        files = sorted((ROOT / "instances" / group).glob("*.yaml"))
        results = run_all(files, Options(Limits()), jobs=2, on_result=lambda result: None)
        rows = [_row(result) for result in results]
        write_text(TABLES / f"{group}.csv", _csv(rows))
        write_text(TABLES / f"{group}.md", _markdown(rows))
        for result in results:
            if result.path.stem == PICTURED and result.run_dir is not None:
                _show(read_run(result.run_dir))


def _show(run: Run) -> None:
    """The pictures and the tables by period of the run that the README shows."""
    assert run.plan is not None
    plot_run(run, TABLES / f"{PICTURED}.svg", "svg")
    plot_run(run, TABLES / f"{PICTURED}.png", "png")
    frames = tables_of(run.instance, run.plan)
    write_tables({name: frames[name] for name in ("power", "money_by_family", "designs")}, TABLES / PICTURED)


def _row(result: Result) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(COLUMNS, "")
    row |= {"instance": result.path.stem, "status": result.status}
    if result.run_dir is None:
        return row
    run = read_run(result.run_dir)
    for key in ("objective", "bound", "unit", "bound_kind", "gap", "checked"):
        value = run.manifest[key]
        row[key] = "" if value is None else f"{value:.6g}" if isinstance(value, float) else value
    row["reason"] = "; ".join(dict.fromkeys(f"{r['rule']} {r['place']}".strip() for r in run.manifest["reason"]))
    if run.plan is None:
        return {**row, "bound_kind": "", "checked": ""}
    figures = figures_of(state_of(run.instance, run.plan), run.plan)
    return row | {
        "cost_gusd": f"{figures.present_musd / 1000:.5g}",
        "salvage_gusd": f"{figures.salvage_musd / 1000:.5g}",
        "usd_per_w": "" if figures.usd_per_w is None else f"{figures.usd_per_w:.4g}",
        "flights": figures.flights,
        "mass_kt": f"{figures.mass_t / 1000:.5g}",
        "nodes": figures.nodes,
        "kg_per_kw": "" if figures.kg_per_kw is None else f"{figures.kg_per_kw:.4g}",
    }


def _csv(rows: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _markdown(rows: list[dict[str, Any]]) -> str:
    shown = [column for column in COLUMNS if column not in ("bound_kind", "salvage_gusd")]
    lines = ["| " + " | ".join(shown) + " |", "|" + " --- |" * len(shown)]
    lines += ["| " + " | ".join(str(row[column]) for column in shown) + " |" for row in rows]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
