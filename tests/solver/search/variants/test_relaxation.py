"""Tests of ``solver.search.variants.relaxation``: which keys are tried together."""

from __future__ import annotations

from solver.instance.schema import Instance
from solver.search.variants.file_relaxations import relaxations
from solver.search.variants.relaxation import Relaxation, joined
from tests.solver.small import DATA, with_changes


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


def test_a_flag_has_two_states_and_no_number_between() -> None:
    """A site that reaches no polar orbit has a relaxation to true, in the words of the file."""
    instance = Instance.model_validate(with_changes(DATA, {"sites.cape.polar": False}))
    (flag,) = [r for r in relaxations(instance, ()) if r.path == "sites.cape.polar"]
    assert (flag.shown(flag.given), flag.shown(flag.loosest)) == ("false", "true")
    assert flag.words(1.0) == "found false, needs true"
    assert flag.on_the_way(0.5) == 1.0
    assert flag.applied(instance, 1.0).sites["cape"].polar
    assert not flag.applied(instance, 0.0).sites["cape"].polar


def test_a_flag_that_forbids_nothing_is_no_relaxation() -> None:
    """Where the site reaches polar orbits, or no shell needs one, the flag is not in the way."""
    south = {
        "sites.cape.polar": False,
        "shells.near": {"orbit": "inclined", "inclination_deg": 30.0, "altitude_km": 650.0},
    }
    for changes in ({}, south):
        instance = Instance.model_validate(with_changes(DATA, changes))
        assert not [r for r in relaxations(instance, ()) if r.path.endswith("polar")]
