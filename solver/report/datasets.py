"""Datasets of a picture: rows by name beside the charts, as Altair copies and validates what stands inside a chart.

A picture of a large network has tens of thousands of rows; inside its charts they took nine tenths of the drawing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

Row = Mapping[str, Any]
_collected: ContextVar[dict[str, Sequence[Row]] | None] = ContextVar("_collected", default=None)


@contextmanager
def datasets() -> Iterator[dict[str, Sequence[Row]]]:
    """Collect the rows of all charts made inside, for the ``datasets`` of their specification."""
    import altair as alt

    kept: dict[str, Sequence[Row]] = {}
    token = _collected.set(kept)
    try:
        with alt.data_transformers.enable("default", consolidate_datasets=False, max_rows=None):
            yield kept
    finally:
        _collected.reset(token)


def data(rows: Sequence[Row]) -> Any:
    """Return the data of a chart: the name of a dataset, or the rows themselves where none are collected."""
    import altair as alt

    kept = _collected.get()
    if kept is None:
        return alt.InlineData(values=rows)
    name = f"rows-{len(kept) + 1}"
    kept[name] = rows
    return alt.NamedData(name=name)
