"""Options of a changed instance are accepted by the file that they are for, and give the changed instance."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver.ask.explain.active_levers import levers_behind, relaxed, times_of
from solver.ask.explain.file_options import options_between
from solver.instance.read import read
from solver.search.variants.file_relaxations import relaxations

REFERENCE = Path(__file__).parents[4] / "instances" / "reference"


def test_a_value_beyond_the_low_case_pins_its_limit() -> None:
    """The low case has no room for a pad at sea: an option for one names the room of the central case too."""
    loaded = read(REFERENCE / "gigawatt.yaml")
    (pads, *_) = levers_behind(loaded.instance, [("launch.pads", "offshore")])
    assert options_between(loaded, relaxed(loaded.instance, pads)) == [
        "sites.offshore.max_pads=20", "sites.offshore.pads=1",
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gigawatt", "first-gigawatt", "terawatt-network"])
def test_every_tenth_is_accepted_by_the_file(name: str) -> None:
    """Whatever key is relaxed by a tenth, its options are read without a fault and give the same instance."""
    path = REFERENCE / f"{name}.yaml"
    loaded = read(path)
    places = {(r.constraint, r.place) for r in relaxations(loaded.instance, ())}
    levers = {lever.path: lever for lever in (*levers_behind(loaded.instance, places), *times_of(loaded.instance))}
    assert len(levers) > 40
    for lever in levers.values():
        after = relaxed(loaded.instance, lever)
        assert read(path, changes=options_between(loaded, after)).instance == after, lever.path
