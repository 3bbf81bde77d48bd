"""Results of the benchmark as CSV, as a Markdown page, and as a chart of gaps over time."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from solver.bench.best import BestKnown
from solver.bench.figures import COLUMNS, GAP_TARGETS, TIMES, Cell, MeasuredRun, median_of, medians
from solver.bench.trace import gap
from solver.io import escapes
from solver.io.files import write_text

SHOWN_GAP = (1e-4, 1.0)
"""Gap axis of the chart; smaller and larger gaps are drawn at its ends."""
LEGEND = """\
Each run is a separate process with one thread, at most as many at a time as there are cores: {command}.
`gap` is (plan - best proven bound) / plan at that time from the start of the program, the bound being the best that
any run has proven; `to best known` uses the best known plan instead, `own` the bound of the run itself. `-`: no plan by
then; blank: not run that long. `to 1 %` is the time at which the plan is within 1 % of the best proven bound. The
primal integral is seconds times gap to the best known plan, 1 before the first plan. Medians over the seeds; a run
without a plan counts as the worst. The result of a run without a trace of its plans counts from its limit on.
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
    """Return the page: medians by instance and method, gap targets, best known values."""
    heads = ["instance", "method", "seeds", "limit, s", *(f"gap {t:g} s" for t in TIMES)]
    heads += ["to best known", "own", "to 1 %, s", "primal integral, s", "build", "total, s", "peak, MB"]
    lines = [_line(heads), "| --- " * len(heads) + "|"]
    lines += [_line(_cells(line)) for line in medians(measured)]
    targets = target_table(measured)
    tables = ["\n".join(lines) + "\n", f"Gap targets of the search:\n\n{targets}" if targets else "", best_table(best)]
    return "\n".join([LEGEND.format(command=f"`{command}`"), *(table for table in tables if table)])


def target_table(measured: Sequence[MeasuredRun]) -> str:
    """Return the table of gap targets and gaps reached by the search: medians over the seeds that ran so long."""
    heads = ["instance", "after, s", "target", "reached", "seeds", "met"]
    lines = [_line(heads), "| --- " * len(heads) + "|"]
    for instance, seconds, share in GAP_TARGETS:
        runs = [m for m in measured if (m.row.instance, m.row.method) == (instance, "search") and m.known(seconds)]
        if runs:
            reached_gap = median_of(run.gap_at(seconds, run.best.bound) for run in runs)
            met = "yes" if reached_gap is not None and reached_gap <= share else "no"
            cells = [instance, f"{seconds:g}", _percent(share), _percent(reached_gap), str(len(runs)), met]
            lines.append(_line(cells))
    return "\n".join(lines) + "\n" if len(lines) > 2 else ""


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
    lines = [_line(heads), "| --- " * len(heads) + "|"]
    for b in best:
        proven = f"{b.proven_by} ({b.bound_kind})" if b.proven_by else ""
        cells = [b.instance, f"{b.rows:,}", f"{b.columns:,}", f"{b.integers:,}", _money(b.objective), b.found_by]
        lines.append(_line([*cells, _money(b.bound), proven, _percent(gap(b.objective, b.bound))]))
    return "\n".join(lines) + "\n"


def insert_into_page(page: Path, table: str) -> None:
    """Insert the table of best known values between its two marks on a page; a page without them stays unchanged."""
    begin, end = "<!-- best -->", "<!-- end of best -->"
    text = page.read_text(encoding="utf-8") if page.is_file() else ""
    if begin in text and end in text:
        write_text(page, f"{text.partition(begin)[0]}{begin}\n{table}{end}{text.partition(end)[2]}")


def _cells(line: Mapping[str, Any]) -> list[str]:
    measured = str(line["measured"]).split(", ")
    gaps = [_percent(line[f"gap_bound_{t:g}s"]) if f"{t:g}" in measured else "" for t in TIMES]
    return [
        line["instance"], line["method"], str(line["seeds"]), f"{line['limit_s']:g}", *gaps, _percent(line["gap_best"]),
        _percent(line["gap_own"]), _number(line["seconds_to_1pc"]), _number(line["primal_integral_s"]),
        _percent(line["build_share"]), _number(line["total_s"]), _number(line["peak_mb"]),
    ]  # fmt: skip


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(escapes.markdown(cell) for cell in cells)} |"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.2g} %"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def _money(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"


def picture(measured: Sequence[MeasuredRun]) -> dict[str, Any]:
    """Draw the gaps to the best proven bound over time in Vega-Lite: a panel per instance, a line per run."""
    import altair as alt
    import pandas as pd

    names = list(dict.fromkeys(run.row.instance for run in measured))
    data = pd.DataFrame([entry for run in measured for entry in _steps(run)])
    lines = (
        alt.Chart(data)
        .mark_line(interpolate="step-after", strokeWidth=1.5)
        .encode(
            x=alt.X("seconds:Q", title="seconds from the start", scale=alt.Scale(type="log", domainMin=1, nice=False)),
            y=alt.Y(
                "gap:Q",
                title="gap to the best bound",
                scale=alt.Scale(type="log", domain=list(SHOWN_GAP)),
                axis=alt.Axis(format="~%", values=[1e-4, 1e-3, 1e-2, 1e-1, 1]),
            ),
            color=alt.Color("method:N", title=None, sort=["search", "exact", "scip"]),
            detail="seed:N",
        )
        .properties(width=230, height=170)
    )
    chart = lines.facet(facet=alt.Facet("instance:N", title=None, sort=names), columns=3).resolve_scale(x="independent")
    return dict(json.loads(chart.to_json(validate=False)))


def _steps(run: MeasuredRun) -> list[dict[str, Cell]]:
    """Return the points of a run's line: 100 % before the first plan, then every better plan, to the limit."""
    line: dict[str, Cell] = {"instance": run.row.instance, "method": run.row.method, "seed": run.row.seed}
    corners, best = [{**line, "seconds": 1.0, "gap": 1.0}], float("inf")
    for point in run.trace:
        if point.objective is None or point.objective >= best:
            continue
        best = point.objective
        corners.append({**line, "seconds": max(1.0, point.seconds), "gap": _shown(gap(best, run.best.bound))})
    return [*corners, {**line, "seconds": run.row.limit_seconds, "gap": corners[-1]["gap"]}]


def _shown(share: float | None) -> float:
    return 1.0 if share is None else min(max(share, SHOWN_GAP[0]), SHOWN_GAP[1])
