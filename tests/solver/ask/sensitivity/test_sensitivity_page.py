"""The committed table of what moves the levelised cost most: its levers exist, with the support of the catalogue."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver.ask.sensitivity.ranges import RangedLever, Support, ranged_levers
from solver.instance.read import read
from tests.pipeline import INSTANCES

TABLE = Path(__file__).parents[4] / "results" / "tables" / "sensitivity.md"
WEAK = (Support.ASSUMPTION, Support.GENERAL, Support.RELAY)


@pytest.fixture(scope="module")
def levers() -> dict[str, RangedLever]:
    """The levers of the gigawatt by path."""
    return {lever.path: lever for lever in ranged_levers(read(INSTANCES / "reference" / "gigawatt.yaml"))}


def rows() -> list[list[str]]:
    """The cells of the table."""
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.slow
def test_rows_are_levers_with_the_support_of_the_catalogue(levers: dict[str, RangedLever]) -> None:
    """Thirty different levers, with the ranges, the support and the sources that the catalogue has now."""
    assert len({row[0] for row in rows()}) == len(rows()) == 30
    for path, *values, support, source in (row[:4] + row[-2:] for row in rows()):
        lever = levers[path]
        assert values == [v if isinstance(v, str) else f"{v:g}" for v in lever.shown], path
        assert (support, source) == (lever.support, lever.source), path


def test_at_most_five_rest_on_less_than_a_source() -> None:
    """Assumptions, general knowledge and weak relays are at most five of thirty, and the table counts them."""
    supports = [row[-2] for row in rows()]
    soft, relayed = sum(s in WEAK[:2] for s in supports), supports.count(Support.RELAY)
    assert soft + relayed <= 5
    assert f"{soft} of these 30 rest on an assumption or on general knowledge" in TABLE.read_text(encoding="utf-8")
