"""Options of a change are accepted by the files as they are printed, in every case of their ranges."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver.ask.explain.active_levers import levers_behind, relaxed, times_of
from solver.ask.explain.applicable import is_valid, levers_of, options_for
from solver.ask.explain.levers import MOST_EFFORT, applied
from solver.design.candidates import selected_designs
from solver.instance.read import read
from solver.search.variants.file_relaxations import relaxations
from tests.solver.command import TINY

REFERENCE = TINY.parent / "reference"
LINKED = ("sites.", "moon.doubling", "moon.commodities.metal", "moon.landers", "vehicles.starship_v4.payload_t")
"""Keys that the rules of the format tie to others, or that have a range of their own."""


def test_a_range_that_forbids_a_change_is_set_as_well() -> None:
    """A pad at a site of which the low case has no room needs the room that it has in the case asked for."""
    loaded = read(REFERENCE / "first-gigawatt.yaml")
    sites = loaded.instance.sites
    site = sites["offshore"].model_copy(update={"pads": 1})
    after = loaded.instance.model_copy(update={"sites": {**sites, "offshore": site}})
    room = sites["offshore"].max_pads
    assert options_for(loaded, after) == ("sites.offshore.pads=1", f"sites.offshore.max_pads={room}")


def test_a_change_against_a_rule_has_no_options() -> None:
    """More pads than a site has room for are no change that the file accepts."""
    loaded = read(TINY / "one_flight.yaml")
    name, site = next(iter(loaded.instance.sites.items()))
    more = site.model_copy(update={"pads": site.max_pads + 1})
    after = loaded.instance.model_copy(update={"sites": {**loaded.instance.sites, name: more}})
    assert not is_valid(after)
    assert options_for(loaded, after) is None


@pytest.mark.slow
@pytest.mark.parametrize("name", ["first-gigawatt", "kardashev"])
def test_every_key_can_be_set_as_far_as_its_lever_goes(name: str) -> None:
    """Options give the changed instance, near the file and at the loosest that the rules allow."""
    path = REFERENCE / f"{name}.yaml"
    loaded = read(path)
    groups = [[r] for r in relaxations(loaded.instance, selected_designs(loaded.instance)[0])]
    levers = levers_of(loaded, [group for group in groups if group[0].path.startswith(LINKED)], {})
    assert len(levers) > 5
    for lever in levers:
        for effort in (0.3, MOST_EFFORT):
            after = applied(loaded.instance, [lever], [lever.at(effort)])
            options = options_for(loaded, after)
            assert options is not None, lever.path
            assert read(Path(path), changes=options).instance == after


def test_options_follow_those_that_were_given() -> None:
    """A change of a key that was set by an option takes its place."""
    path = REFERENCE / "first-gigawatt.yaml"
    loaded = read(path, changes=("vehicles.starship_v4.pad_days=5",))
    vehicle = loaded.instance.vehicles["starship_v4"].model_copy(update={"pad_days": 2.0})
    after = loaded.instance.model_copy(update={"vehicles": {**loaded.instance.vehicles, "starship_v4": vehicle}})
    assert options_for(loaded, after) == ("vehicles.starship_v4.pad_days=2.0",)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gigawatt", "terawatt-network"])
def test_every_tenth_is_accepted_by_the_file(name: str) -> None:
    """Whatever key is relaxed by a tenth, its options are read without a fault and give the same instance."""
    path = REFERENCE / f"{name}.yaml"
    loaded = read(path)
    places = {(r.constraint, r.place) for r in relaxations(loaded.instance, ())}
    levers = {lever.path: lever for lever in (*levers_behind(loaded.instance, places), *times_of(loaded.instance))}
    assert len(levers) > 40
    for lever in levers.values():
        after = relaxed(loaded.instance, lever)
        options = options_for(loaded, after)
        assert options is not None, lever.path
        assert read(path, changes=options).instance == after, lever.path
