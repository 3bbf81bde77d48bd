"""Results of the benchmark as CSV and as a Markdown page."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from solver.bench import targets
from solver.bench.best import BestKnown
from solver.bench.figures import COLUMNS, TIMES, Cell, MeasuredRun, medians, ratios
from solver.bench.targets import Target
from solver.bench.trace import gap
from solver.io import escapes
from solver.io.files import write_text

LEGEND = """\
Each run is a separate process with one thread, at most as many at a time as there are cores: {command}.
{origin}
`gap` is (plan - best proven bound) / plan at that time from the start of the program, the bound being the best that
any run has proven; `own` uses the bound of the run itself. `-`: no plan by then; blank: not run that long. `answered`
counts plans within 1 % of the best proven bound and proofs that there is none, and `to 1 %` is the time of that.
Figures are medians over the instances of a family, drawn from several seeds; a run without a plan counts as the worst.
`root LP` is the time of the first bound after building. The result of a run without a trace of its plans counts from
its limit on.
"""
RATIOS = """\
How many times worse than the search: shifted geometric means over instances of the seconds to 1 % or to a proof of
infeasibility (shift 1 s; the limit where neither came) and of the gap at the limit (shift 0.01 %; 100 % without a
plan); below 1 the search is worse.
"""


def csv_text(measured: Sequence[MeasuredRun]) -> str:
    """Return the CSV text with one line for each run."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for run in measured:
        writer.writerow({key: escapes.csv(_plain(value)) for key, value in run.figures().items()})
    return text.getvalue()


def _plain(value: Cell) -> object:
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else value


def markdown(measured: Sequence[MeasuredRun], best: Iterable[BestKnown], command: str) -> str:
    """Return the page: ratios to the baselines, medians by family, targets, best known values."""
    against, aims = ratio_table(measured), target_table(measured)
    tables = [
        f"{RATIOS}\n{against}" if against else "",
        median_table(measured),
        f"Targets of the search:\n\n{aims}" if aims else "",
        best_table(best),
    ]
    legend = LEGEND.format(command=f"`{command}`", origin=_origin(measured))
    return "\n".join([legend, *(table for table in tables if table)])


def ratio_table(measured: Sequence[MeasuredRun]) -> str:
    """Return the table of ratios of each baseline to the search; empty without a baseline."""
    heads = ["tier", "against", "instances", "seconds to 1 %, ratio", "gap, ratio", "search better", "baseline better"]
    lines = [
        [
            str(line["group"]), str(line["baseline"]), str(line["instances"]), _number(line["seconds_ratio"]),
            _number(line["gap_ratio"]), str(line["search_better"]), str(line["baseline_better"]),
        ]
        for line in ratios(measured)
    ]  # fmt: skip
    return _table(heads, lines) if lines else ""


def median_table(measured: Sequence[MeasuredRun]) -> str:
    """Return the table of medians by family and method."""
    heads = ["family", "method", "runs", "limit, s", "with a plan", "infeasible", "answered"]
    heads += [f"gap {t:g} s" for t in TIMES]
    heads += ["own", "first plan, s", "to 1 %, s", "root LP, s", "processor, s", "peak, MB"]
    return _table(heads, (_cells(line) for line in medians(measured)))


def target_table(measured: Sequence[MeasuredRun]) -> str:
    """Return the table of targets and what the search reaches; empty where no target's runs are recorded."""
    heads = ["family", "after", "target", "reached", "runs", "met"]
    lines = [
        [
            target.family, f"{target.time:g} {'root LPs' if target.of_root_lp else 's'}", _asked(target),
            str(figures["reached"]) if target.count is not None else _percent(figures["reached"]),
            str(figures["runs"]), "yes" if figures["met"] else "no",
        ]
        for target, figures in targets.rows(measured)
    ]  # fmt: skip
    return _table(heads, lines) if lines else ""


def best_table(best: Iterable[BestKnown]) -> str:
    """Return the table of sizes, best known plans and bounds, with the runs that found them."""
    heads = [
        "instance",
        "rows",
        "columns",
        "integers",
        "best plan, MUSD",
        "found by",
        "bound, MUSD",
        "proven by",
        "gap",
    ]
    lines = []
    for b in best:
        proven = f"{b.proven_by} ({b.bound_kind})" if b.proven_by else ""
        cells = [b.instance, f"{b.rows:,}", f"{b.columns:,}", f"{b.integers:,}", _money(b.objective), b.found_by]
        lines.append([*cells, _money(b.bound), proven, _percent(gap(b.objective, b.bound))])
    return _table(heads, lines)


def insert_into_page(page: Path, mark: str, table: str) -> None:
    """Insert a table between its two marks on a page; a page without them stays unchanged."""
    begin, end = f"<!-- {mark} -->", f"<!-- end of {mark} -->"
    text = page.read_text(encoding="utf-8") if page.is_file() else ""
    if begin in text and end in text:
        write_text(page, f"{text.partition(begin)[0]}{begin}\n{table}{end}{text.partition(end)[2]}")


def _origin(measured: Sequence[MeasuredRun]) -> str:
    """Name commits, machines and the range of loads, as far as rows have them."""
    commits = ", ".join(dict.fromkeys(run.row.commit for run in measured if run.row.commit))
    machines = "; ".join(dict.fromkeys(run.row.machine for run in measured))
    loads = [run.row.load for run in measured]
    said = f"Commit {commits}. " if commits else ""
    return f"{said}Machine: {machines}. Load when a run began: {min(loads):g} to {max(loads):g}."


def _asked(target: Target) -> str:
    aim = "a plan" if math.isinf(target.share) else _percent(target.share)
    return aim if target.count is None else f"{aim} on {target.count}"


def _cells(line: Mapping[str, Any]) -> list[str]:
    measured = str(line["measured"]).split(", ")
    gaps = [_percent(line[f"gap_bound_{t:g}s"]) if f"{t:g}" in measured else "" for t in TIMES]
    return [
        line["family"], line["method"], str(line["runs"]), f"{line['limit_s']:g}", str(line["with_plan"]),
        str(line["infeasible"]), str(line["answered"]), *gaps, _percent(line["gap_own"]),
        *(_number(line[key]) for key in ("first_plan_s", "seconds_to_1pc", "root_lp_s", "cpu_s", "peak_mb")),
    ]  # fmt: skip


def _table(heads: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    return "\n".join([_line(heads), "| --- " * len(heads) + "|", *map(_line, lines)]) + "\n"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(escapes.markdown(cell) for cell in cells)} |"


def _percent(share: Cell) -> str:
    return f"{100 * share:.2g} %" if isinstance(share, float) else "-"


def _number(value: Cell) -> str:
    if not isinstance(value, float):
        return "-"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def _money(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"
