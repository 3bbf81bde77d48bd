"""The page on the Moon: its shares by the room in low orbits are those of the table, which are those of the model."""

from __future__ import annotations

from pathlib import Path

import pytest

from results.tools.moon_share import HEAD, ROOMS, TABLE, row

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs" / "moon.md"
LINES = [tuple(cell.strip() for cell in line.strip("| \n").split(" | ")) for line in TABLE.read_text().splitlines()]


def test_the_page_has_the_table() -> None:
    """Page and table are written together, with a line for each room."""
    assert TABLE.read_text(encoding="utf-8") in PAGE.read_text(encoding="utf-8")
    assert LINES[0] == HEAD
    assert [line[0] for line in LINES[2:]] == [room.name for room in ROOMS]


def test_the_moon_makes_less_where_the_orbit_class_is_the_limit() -> None:
    """86 % of the power at the end where 240,000 slots are the only limit, in place of 99 % beside four shells."""
    name = "the class of 240,000 alone"
    found = row(next(room for room in ROOMS if room.name == name))
    assert float(found[1]) == pytest.approx(15.98, abs=0.01)
    assert float(found[2]) == pytest.approx(86.4, abs=0.3)
    recorded = next(line for line in LINES if line[0] == name)
    assert float(recorded[2]) == pytest.approx(float(found[2]), abs=0.3)
    four = next(line for line in LINES if line[0] == ROOMS[0].name)
    assert float(four[2]) == pytest.approx(99.2, abs=0.3)
