"""Names of rows and columns for small matrices written by hand."""

from __future__ import annotations

from collections.abc import Iterable

from solver.milp.names import Index, Names


def named(texts: Iterable[str]) -> Names:
    """Names from plain printed ones, such as ``launch.flights[a,0]``: digits are periods, nothing is quoted."""
    return Names.of_pairs(map(_pair, texts))


def _pair(text: str) -> tuple[str, Index]:
    component, _, inside = text.partition("[")
    parts = inside.removesuffix("]").split(",") if inside else []
    return component, tuple(int(part) if part.isdigit() else part for part in parts)
