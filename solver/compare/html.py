"""Comparison of a few runs as one HTML page: figures, cost bridges, purchases by year, differences and pictures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from solver.compare import bridge_text
from solver.compare.bridge import Bridge
from solver.compare.render import sections_of
from solver.report.html_page import figure, page, table, text

if TYPE_CHECKING:
    from solver.compare import Comparison


def as_html(comparison: Comparison) -> str:
    """Return the comparison as a page that needs no network."""
    return page("Comparison of runs", _sections(comparison))


def _sections(comparison: Comparison) -> Iterator[tuple[str, str]]:
    yield "Verdicts", "".join(f"<p>{text(sentence)}</p>\n" for sentence in comparison.verdicts)
    tables = {
        title: table(header, rows) + f"<p>{text(note)}</p>" for title, header, rows, note in sections_of(comparison)
    }
    yield "Runs", tables.pop("Runs")
    yield "Cost bridges", "".join(_bridge(bridge) for bridge in comparison.bridges)
    built = bridge_text.built_rows(comparison.built, comparison.labels)
    yield "Built, where plans differ", table(["", *comparison.labels], built) if built else ""
    if any(run.plan is not None for run in comparison.runs):
        yield "Pictures", figure(comparison.chart(), "Comparison of runs")
    yield from tables.items()


def _bridge(bridge: Bridge) -> str:
    return table(bridge_text.header(bridge), bridge_text.part_rows(bridge), bridge_text.title(bridge)) + (
        f"<p>{text(bridge.note)}</p>" if bridge.note else ""
    )
