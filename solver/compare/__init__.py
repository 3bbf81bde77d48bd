"""Comparison of runs: cost, delivery, differences, and whether a difference is larger than the gaps."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from solver.compare.bridge import Bridge, bridge_of
from solver.compare.bridge_text import steps_of
from solver.compare.built import built_rows
from solver.compare.differences import differences
from solver.compare.html import as_html
from solver.compare.render import as_csv, as_markdown, as_tables
from solver.compare.verdicts import verdicts
from solver.errors import UsageError
from solver.report import number_format
from solver.report.compare_chart import compare_chart
from solver.report.plot import USUAL, rendered
from solver.report.style import Style
from solver.run.stored_run import Run
from solver.tables import PlanState, figures_of, state_of
from solver.tables.figures import power_by_year
from solver.tables.kardashev import headline_data

if TYPE_CHECKING:
    from pandas import DataFrame
    from rich.console import Group

__all__ = ["Bridge", "Comparison", "compare"]

_KEY = re.compile(r"[0-9a-f]{8,64}")
"""Name of a run directory that is the key of the run."""
_OVERVIEW = [
    "run",
    "status",
    "objective",
    "unit",
    "bound",
    "gap",
    "levelised_usd_per_w_year",
    "usd_per_w",
    "gross_present_cost_musd",
    "salvage_musd",
    "milestone_gw",
    "ground_gw",
    "flights",
    "nodes",
    "mass_t",
]
_TEXT = {"run", "status", "unit"}
_MOON = [
    "run",
    "first_seed",
    "plant_t",
    "doubling_years",
    "mass_drivers",
    "import_share",
    "moon_exceeds_earth",
    "kardashev_index",
]
_MOON_TEXT = {"run", "first_seed", "moon_exceeds_earth"}


@dataclass(frozen=True, slots=True, repr=False)
class Comparison:
    """Comparison of several runs.

    ``overview`` has a row for each run; ``power`` a row for each year, with the IT power (GW) of each run at its end;
    ``moon`` a row for each run, and none where no run may use the Moon; ``differences`` a row for each path of the
    instance or option whose value differs between runs; ``verdicts`` a sentence for each pair; ``built`` a row for each
    purchase and year; ``bridges`` are those from the first run to every other. ``labels`` are names of directories or
    instances.
    """

    labels: tuple[str, ...]
    overview: DataFrame
    power: DataFrame
    moon: DataFrame
    differences: DataFrame
    verdicts: tuple[str, ...]
    built: DataFrame
    bridges: tuple[Bridge, ...] = ()
    runs: tuple[Run, ...] = ()

    def to_rich(self, wide: bool = True) -> Group:
        """Return tables for a terminal: all, with at most 40 differences, or what fits on a screen."""
        return as_tables(self, wide)

    def to_csv(self) -> str:
        """Return a table with a row for each run, and every difference."""
        return as_csv(self)

    def to_markdown(self) -> str:
        """Return a page with the tables and the verdicts; at most 40 differences."""
        return as_markdown(self)

    def to_json(self) -> dict[str, Any]:
        """Return the object of ``compare --json``."""
        frames = ("overview", "power", "moon", "differences", "built")
        tables = {name: getattr(self, name).to_dict("records") for name in frames}
        return {"verdicts": list(self.verdicts), "bridges": [b.to_json() for b in self.bridges], **tables}

    def to_html(self) -> str:
        """Return a page with figures, bridges, purchases by year and pictures, that needs no network."""
        return as_html(self)

    def chart(self, style: Style = USUAL, panels: Sequence[str] = ()) -> dict[str, Any]:
        """Return the Vega-Lite specification of the picture; UsageError where no run has a plan."""
        bridge = self.bridges[0] if len(self.labels) == 2 and self.bridges else None
        return compare_chart(self.runs, self.labels, style, panels, None if bridge is None else steps_of(bridge))

    def __repr__(self) -> str:
        return f"<Comparison of {number_format.listed(self.labels)}: {'; '.join(self.verdicts[:3]) or 'one run'}>"

    def _repr_html_(self) -> str:
        table = self.overview.set_index("run").T.to_html(float_format=number_format.number, na_rep="-")
        sentences = "".join(f"<p>{escape(sentence)}</p>" for sentence in self.verdicts)
        drawn = any(run.plan is not None for run in self.runs)
        return table + sentences + (rendered(self.chart(), "svg").decode() if drawn else "")


def compare(runs: Sequence[Run]) -> Comparison:
    """Compare runs as read from their directories; UsageError without a run, or if one is named twice."""
    if not runs:
        raise UsageError("nothing to compare: expected at least one run directory")
    labels = _labels(runs)
    states = [state_of(run.instance, run.plan) if run.plan is not None else None for run in runs]
    rows = [_overview(run, label, state) for run, label, state in zip(runs, labels, states, strict=True)]
    return Comparison(
        tuple(labels),
        _frame(_OVERVIEW, rows, _TEXT),
        _frame(["year", *labels], _power_rows(states), {"year"}),
        _frame(_MOON, _moon_rows(labels, states), _MOON_TEXT),
        _frame(["path", *labels], differences([run.manifest for run in runs]), {"path", *labels}),
        tuple(verdicts(runs, labels)),
        _frame(["what", "year", *labels], built_rows(states), {"what", "year"}),
        _bridges(runs, labels),
        tuple(runs),
    )


def _bridges(runs: Sequence[Run], labels: Sequence[str]) -> tuple[Bridge, ...]:
    """Return the bridges from the first run with a plan to every other."""
    planned = [(run, label) for run, label in zip(runs, labels, strict=True) if run.plan is not None]
    found = (bridge_of(planned[0][0], run, (planned[0][1], label)) for run, label in planned[1:])
    return tuple(bridge for bridge in found if bridge is not None)


def _labels(runs: Sequence[Run]) -> list[str]:
    """Return the shortest ends of the paths that distinguish the runs; a number where they have the same name.

    A run that lies below its key, a hash, has the name of its instance and the values set in place of it.
    """
    if len({run.path.resolve() for run in runs}) < len(runs):
        raise UsageError("a run directory is named twice; expected different runs")
    parts = [_parts(run) for run in runs]
    lengths = [1] * len(parts)
    while True:
        labels = ["/".join(part[-length:]) for part, length in zip(parts, lengths, strict=True)]
        longer = [
            min(n + (labels.count(label) > 1), len(part)) for n, label, part in zip(lengths, labels, parts, strict=True)
        ]
        if longer == lengths:
            break
        lengths = longer
    counts = [labels[: i + 1].count(label) for i, label in enumerate(labels)]
    again = [(parts[i][-1], counts[i]) if labels.count(label) > 1 else (label, 1) for i, label in enumerate(labels)]
    return [name if count == 1 else f"{name} ({count})" for name, count in again]


def _parts(run: Run) -> tuple[str, ...]:
    *folders, last = run.path.resolve().parts
    if not _KEY.fullmatch(last):
        return (*folders, last)
    changes = " ".join(change.replace("/", "_") for change in run.manifest.changes)
    return (*folders[:-1], f"{Path(run.manifest.instance).stem.rpartition(':')[2]} {changes}".strip())


def _overview(run: Run, label: str, state: PlanState | None) -> tuple[Any, ...]:
    manifest = run.manifest
    status: str = manifest.status
    if run.plan is not None and not manifest.checked:
        status += ", check failed" if manifest.violations else ", not checked"
    head = (
        label,
        status,
        manifest.objective,
        manifest.unit,
        manifest.bound,
        manifest.gap,
        manifest.levelised_usd_per_w_year,
    )
    if state is None:
        return (*head, *[None] * (len(_OVERVIEW) - len(head)))
    figures = figures_of(state)
    return (
        *head,
        figures.usd_per_w,
        figures.present_musd,
        figures.salvage_musd,
        figures.power_gw,
        state.on_ground_gw(figures.milestone),
        figures.flights,
        figures.nodes,
        figures.mass_t,
    )


def _moon_rows(labels: Sequence[str], states: Sequence[PlanState | None]) -> list[tuple[Any, ...]]:
    if not any(state is not None and state.lunar is not None for state in states):
        return []
    rows = []
    for label, state in zip(labels, states, strict=True):
        data = headline_data(state) if state is not None else {}
        # The index exists without the Moon too.
        used = bool(data.get("moon_used"))
        texts = [data.get(key) or "never" if used else "-" for key in ("first_seed", "moon_exceeds_earth")]
        numbers = {key: data.get(key) if used or key == "kardashev_index" else None for key in _MOON}
        row = {**numbers, "run": label, "first_seed": texts[0], "moon_exceeds_earth": texts[1]}
        rows.append(tuple(row[key] for key in _MOON))
    return rows


def _power_rows(states: Sequence[PlanState | None]) -> list[tuple[Any, ...]]:
    by_run = [power_by_year(state) if state is not None else {} for state in states]
    years = sorted({year for table in by_run for year in table})
    return [(str(year), *(table.get(year) for table in by_run)) for year in years]


def _frame(columns: Sequence[str], rows: Sequence[tuple[Any, ...]], text: set[str]) -> DataFrame:
    from pandas import DataFrame

    frame = DataFrame(list(rows), columns=list(columns))
    return frame.astype({column: "str" if column in text else "float64" for column in columns})
