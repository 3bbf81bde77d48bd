"""Page of a run in HTML: its plan, the proof of it, the assumptions and their sources."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from solver.errors import KardashevError
from solver.instance.quantities import Quantity
from solver.instance.read import read
from solver.io.files import stored_text
from solver.milp.solution import SearchEvent
from solver.report import number_format
from solver.report.answers import answer_sections
from solver.report.explanation import FILE as EXPLANATION
from solver.report.html_page import details, figure, page, table, text
from solver.report.network_analysis import planned_network
from solver.report.network_chart import network_chart
from solver.report.overview import headline
from solver.report.page_charts import (
    Point,
    cost_bars,
    fleet_points,
    gap_points,
    over_time,
    pad_points,
    shell_points,
    stages,
    waterfall,
)
from solver.report.plot import chart
from solver.report.summary import summary_lines
from solver.run.stored_run import Run
from solver.tables import PlanState, state_of
from solver.tables.active_limits import active_limits
from solver.tables.levelised import levelised_rows

MOST_ASSUMPTIONS = 400
NETWORK_YEARS = 5
"""Years of the network that are analysed for the page; ``kardashev network`` has up to 20."""
PICTURE = "Power by source against the target, launches by vehicle, mass by shell, money by family; growth on the Moon"


def run_page(run: Run) -> str:
    """Return the page of a run."""
    state = None if run.plan is None else state_of(run.instance, run.plan)
    return page(run.instance.name, _sections(run, state))


def _sections(run: Run, state: PlanState | None) -> Iterator[tuple[str, str]]:
    yield "Result", _result(run, state)
    yield "How far to trust it", _trust(run)
    if state is not None:
        yield (
            "Power, launches, mass and money",
            figure(
                chart(run),
                PICTURE,
            ),
        )
        yield "Fleet and pads", _fleet(state)
        yield "From installed to used computing", _waterfall(state)
        yield "Cost", _cost(run, state)
        yield "Shells", _over_time(shell_points(state), "IT power by shell", "GW")
        yield "Network", _network(state)
        yield "Active limits", _limits(run, state)
    yield from answer_sections(run)
    yield "Gap over time", _gap(run)
    yield "Conflict", _conflict(run)
    yield "Assumptions", _assumptions(run)
    yield "Provenance", _provenance(run)


def _result(run: Run, state: PlanState | None) -> str:
    lines = "\n".join([headline(run.instance), *summary_lines(state, run.manifest)])
    return f"<pre>{chr(10).join(text(line) for line in lines.splitlines())}</pre>\n"


def _trust(run: Run) -> str:
    m = run.manifest
    rows: list[tuple[str, Any]] = [
        ("status", m.status),
        ("ended by", m.termination_reason),
        ("objective", _amount(m.objective, m.unit)),
        ("bound", _amount(m.bound, m.unit)),
        ("gap", "" if m.gap is None else number_format.share(m.gap)),
        ("bound proven by", m.bound_kind),
        (
            "plan",
            "checked by the independent checker: no violation" if m.checked else f"{len(m.violations)} violations",
        ),
        ("repeatable", "yes" if m.repeatable else "no: a time limit, an interrupt or threads of the solver took part"),
        *(("warning", warning) for warning in m.warnings),
    ]
    designs = f"{m.designs:,} candidate designs of {m.designs_sized:,} sized"
    scope = f"The bound holds for the {designs}, and for the numbers of the instance."
    return table(("figure", "value"), rows) + f"<p>{text(scope)}</p>\n"


def _fleet(state: PlanState) -> str:
    return _over_time(fleet_points(state), "Fleet by vehicle", "vehicles") + _over_time(
        pad_points(state), "Pads by site", "pads"
    )


def _over_time(points: Sequence[Point], title: str, unit: str, seconds: bool = False) -> str:
    if not points:
        return ""
    heads = ("seconds" if seconds else "year", "name", unit)
    rows = [(f"{at:.2f}", name, float(value)) for at, name, value in points]
    return figure(over_time(points, title, unit, seconds), title, heads, rows)


def _waterfall(state: PlanState) -> str:
    found = stages(state)
    if found is None:
        return ""
    period, unit, rows = found
    title = f"Delivered computing at the end of {period}, {unit}"
    return figure(waterfall(rows, title, unit), title, ("stage", unit, "lost before it"), rows)


def _cost(run: Run, state: PlanState) -> str:
    levelised = run.manifest.levelised_usd_per_w_year
    spec, parts = cost_bars(state, levelised)
    unit = "USD per W and year" if levelised is not None else "MUSD"
    places = [row for row in levelised_rows(state) if row[0] == "place"]
    if not places:
        return figure(spec, "Levelised cost by part", ("part", unit), parts)
    heads = ("by", "place", "share", "levelised", "unit")
    at = {str(row[1]): float(str(row[3])) for row in places}
    halls = sum(value for place, value in at.items() if place in state.instance.ground)
    sums = [("orbit", sum(at.values()) - halls), *([("ground", halls)] if halls else [])]
    by_place = table(("where", str(places[0][4])), sums, "Orbit against ground") + table(heads, places, "By place")
    return figure(spec, "Levelised cost by part", ("part", unit), parts) + by_place


def _network(state: PlanState) -> str:
    if state.network is None:
        return ""
    try:
        network = planned_network(state, most_years=NETWORK_YEARS)
    except KardashevError as error:
        return f"<p>{text(error)}</p>\n"
    return figure(network_chart(network), "Links of the network on a map, at the last milestone")


def _limits(run: Run, state: PlanState) -> str:
    rows = [(x.constraint, x.place, x.first_period, x.last_period, x.periods) for x in active_limits(state)]
    if not rows:
        return "<p>No limit is active.</p>\n"
    return table(("limit", "place", "from", "to", "periods"), rows) + _limit_costs(run)


def _limit_costs(run: Run) -> str:
    """Return what the active limits cost, where ``kardashev explain`` has left its answer in the run directory."""
    try:
        data = json.loads(stored_text(run.path / EXPLANATION))
        rows = [
            (c["key"], c["found"], c["relaxed"], c["unit"], c["dual_saving"], c["least_saving"], c["most_saving"])
            for c in data["limits"]
        ]
    except FileNotFoundError:
        asks = f"kardashev explain {run.path}"
        return f"<p>What they cost is here after <code>{text(asks)}</code> and another report.</p>\n"
    except (OSError, ValueError, KeyError, TypeError) as error:
        return f"<p>{text(run.path / EXPLANATION)}: damaged: {text(error)}; run kardashev explain again</p>\n"
    unit = run.manifest.unit
    heads = ("key", "limit", "relaxed to", "unit", f"saves by duals, {unit}", f"at least, {unit}", f"at most, {unit}")
    return table(heads, rows, "What each limit costs: saving when it is relaxed by about a tenth")


def _gap(run: Run) -> str:
    points = gap_points(_trace(run.path / "trace.csv"))
    return _over_time(points, f"Best plan and bound, {run.manifest.unit}", run.manifest.unit, seconds=True)


def _trace(file: Path) -> list[SearchEvent]:
    """Return the trace of a run; nothing where it is missing or damaged."""
    try:
        with file.open(encoding="utf-8", newline="") as opened:
            rows = list(csv.DictReader(opened))
        return [SearchEvent(float(row["seconds"]), _float(row["objective"]), _float(row["bound"])) for row in rows]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _float(cell: str) -> float | None:
    return float(cell) if cell else None


def _conflict(run: Run) -> str:
    rows = [(reason.constraint, reason.place, reason.text) for reason in run.manifest.conflict]
    return table(("constraint", "place", "what would have to change"), rows) if rows else ""


def _assumptions(run: Run) -> str:
    """Return the numbers with ranges and sources, where the files of the instance are still those of the run."""
    m = run.manifest
    try:
        loaded = read(m.instance, changes=m.changes)
        same = loaded.hash == m.instance_hash
    except (KardashevError, OSError):
        same = False
    if not same:
        gone = "is not there any more, or was changed since the run; the manifest has its numbers, without sources."
        return f"<p>{text(m.instance)} {gone}</p>\n"
    sources: Any = m.resolved.get("sources") or {}
    rows = [
        (".".join(map(str, path)), *map(q.shown, (q.central, q.low, q.high)), _source(q, sources))
        for path, q in loaded.quantities.items()
    ]
    made = "".join(f"<li>--set {text(change)}</li>" for change in m.changes)
    more = f"<p>and {len(rows) - MOST_ASSUMPTIONS:,} more</p>" if len(rows) > MOST_ASSUMPTIONS else ""
    listed = table(("number", "central", "low", "high", "source"), rows[:MOST_ASSUMPTIONS]) + more
    return (f"<ul>{made}</ul>\n" if made else "") + details(f"{len(rows):,} numbers with ranges and sources", listed)


def _source(quantity: Quantity, sources: Any) -> str:
    named = quantity.source or "assumption"
    entry = sources.get(named) if isinstance(sources, dict) else None
    if isinstance(entry, dict):
        named = "; ".join(str(entry[key]) for key in ("title", "url", "date") if entry.get(key)) or named
    elif isinstance(entry, str):
        named = entry
    return f"{named} ({quantity.note})" if quantity.note else named


def _provenance(run: Run) -> str:
    m = run.manifest
    rows: list[tuple[str, Any]] = [
        ("instance", m.instance),
        ("instance hash", m.instance_hash),
        ("run key", m.run_key),
        ("commit", m.commit or "not from a checkout"),
        ("versions", ", ".join(f"{name} {number}" for name, number in m.versions.items())),
        (
            "options",
            ", ".join(f"{name} {value}" for name, value in m.options.model_dump().items() if value is not None),
        ),
        ("machine", ", ".join(m.machine.values())),
        ("seconds", ", ".join(f"{name} {value:.4g}" for name, value in m.seconds.items())),
        ("peak memory, MB", m.peak_memory_mb),
        ("processor time, s", m.cpu_seconds),
        ("finished", m.finished),
    ]
    return table(("figure", "value"), rows)


def _amount(value: float | None, unit: str) -> str:
    return "none" if value is None else f"{value:,.8g} {unit}"
