"""Tests of ``solver.search.variants.relaxation``: which keys are tried together."""

from __future__ import annotations

from solver.instance.schema import Instance
from solver.search.variants.relaxation import Relaxation, joined


def _dated(path: str) -> Relaxation:
    def make(instance: Instance, _number: float) -> Instance:
        return instance

    return Relaxation("lunar.availability", "", path, (tuple(path.split(".")),), "", 10, 0, make)


def test_keys_of_one_kind_have_equally_long_paths() -> None:
    """A date of the Moon and one of its commodities are kinds of their own; those of two commodities join in a star."""
    moon, metal = _dated("moon.available_from"), _dated("moon.commodities.metal.available_from")
    assert moon.kind != metal.kind
    silicon = _dated("moon.commodities.silicon.available_from")
    assert metal.kind == silicon.kind
    assert joined([metal, silicon]).path == "moon.commodities.*.available_from"
