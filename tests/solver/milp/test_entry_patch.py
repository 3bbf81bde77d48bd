"""A model patched in known entries is the model built for them, entry by entry; all else is built anew."""

from __future__ import annotations

import pytest

from solver.ask.sensitivity.ranges import ranged_levers, with_values
from solver.derive import derive
from solver.design.candidates import resized, selected_designs
from solver.milp.compile import compile_model
from solver.milp.entry_patch import _differing, patched
from solver.milp.tightening import tightened
from tests.pipeline import yearly_gigawatt
from tests.solver.milp.test_cost_patch import assert_same, derived

LEVERS = [
    ("ground", "platforms.cube.declared.mass_t=3", "launch.nodes_per_flight"),
    ("ground", "vehicles.lorry.payload_t.near=20", "launch.payload_kt"),
]
OTHERS = [
    ("ground", "shells.near.slots=3"),
    ("ground", "sites.cape.licence_flights_per_year=5"),
    ("ground", "vehicles.lorry.flights_per_year.start_per_year=3"),
    ("fleet", "sites.cape.licence_flights_per_year=5"),
    ("moon_seed", "platforms.cube.declared.mass_t=3"),
    ("one_flight", "vehicles.big.payload_t.near=3"),
]


def patched_and_built(name: str, change: str) -> tuple[set[str], bool]:
    """The coefficients that a change moves, and whether they were patched; patched and built are the same."""
    old, new = derived(name).coefficients, derived(name, change).coefficients
    found = patched(compile_model(old), old, new)
    if found is not None:
        built = compile_model(new)
        assert_same(found, built)
        assert_same(tightened(found), tightened(built))
    return {name for name, _ in _differing(old, new)}, found is not None


@pytest.mark.parametrize(("name", "change", "moved"), LEVERS)
def test_patched_equals_rebuilt(name: str, change: str, moved: str) -> None:
    """A lever of bounds, sides or nodes per flight gives the same matrix patched and built, tightened or not."""
    changed, done = patched_and_built(name, change)
    assert moved in changed
    assert done


@pytest.mark.parametrize(("name", "change"), OTHERS)
def test_other_coefficients_are_built_anew(name: str, change: str) -> None:
    """Dates, structure, a first limit, and coefficients that stand in more than one kind of entry are not patched."""
    assert not patched_and_built(name, change)[1]


@pytest.mark.slow
def test_levers_of_every_key_of_the_gigawatt_are_patched_as_they_are_built() -> None:
    """With years as periods and two shells, a range of each key gives the matrix that is built for its farther end."""
    loaded = yearly_gigawatt()
    designs = selected_designs(loaded.instance)[0]
    moved: set[str] = set()
    old = derive(loaded.instance, designs).coefficients
    before = compile_model(old)
    of_key = {lever.path.rpartition(".")[2]: lever for lever in ranged_levers(loaded)}
    for lever in of_key.values():
        instance = with_values(loaded.instance, lever.values(0.0))
        new = derive(instance, tuple(resized(instance, d) or d for d in designs)).coefficients
        found = patched(before, old, new)
        if found is not None and new != old:
            assert_same(found, compile_model(new))
            moved |= {name for name, _ in _differing(old, new)}
    assert {"nodes.max_loaded", "launch.nodes_per_flight", "shells.slots"} <= moved, moved


def test_an_entry_with_another_value_is_not_patched() -> None:
    """An entry that the old coefficients do not explain stops the patch."""
    old, new = derived("ground").coefficients, derived("ground", LEVERS[0][1]).coefficients
    matrix = compile_model(old)
    assert patched(matrix, old, new) is not None
    assert patched(matrix.with_(upper=matrix.upper + 1.0, row_upper=matrix.row_upper + 1.0), old, new) is None
