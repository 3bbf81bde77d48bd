"""A model patched in nodes, cuts and single coefficients is the model built for them, entry by entry."""

from __future__ import annotations

from dataclasses import replace

import pytest

from formulations.coefficients import Coefficients
from solver.ask.sensitivity.ranges import ranged_levers, with_values
from solver.derive import derive
from solver.design.candidates import selected_designs
from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.milp.coefficient_patch import with_cuts
from solver.milp.compile import compile_model
from solver.milp.node_patch import PatchableModel
from tests.pipeline import yearly_gigawatt
from tests.solver.milp.test_cost_patch import assert_same, derived

LEVERS = [
    # Other designs, by mass, by number and by ageing, with the cuts that follow from what they deliver.
    ("technology.arrays.flexible_wing.specific_power_w_per_kg", 1.0),
    ("technology.accelerators.gb300_stripped.dose_limit_rad", 1.0),
    ("technology.buses.large_node.hazard_share_per_year", 1.0),
    ("technology.accelerators.gb300_stripped.failure_share_per_year", 0.0),
    # Losses, wear that becomes nothing, growth, lives left, and a salvage value gained.
    ("vehicles.starship_v4.loss_share", 1.0),
    ("vehicles.starship_v3.fleet.reuse_flights", 1.0),
    ("vehicles.starship_v3.flights_per_year.growth_share_per_year", 0.0),
    ("vehicles.starship_v4.fleet.build_musd", 1.0),
    ("sites.offshore.pad_life_years", 0.0),
    # Days on a pad and between flights, ramps of vehicles and of lines made, and the output of a line.
    ("vehicles.starship_v3.pad_days", 0.0),
    ("vehicles.starship_v4.fleet.turnaround_days", 0.0),
    ("vehicles.starship_v3.fleet.production_per_year.start_per_year", 0.0),
    ("vehicles.starship_v4.fleet.production_per_year.growth_share_per_year", 0.0),
    ("vehicles.starship_v4.fleet.production_per_year.ceiling_per_year", 0.0),
    ("platforms.node_120kw.production_line.lines_per_year.start_per_year", 0.0),
    ("platforms.node_1mw.production_line.lines_per_year.growth_share_per_year", 0.0),
    ("platforms.node_120kw.production_line.lines_per_year.ceiling_per_year", 1.0),
    ("platforms.node_1mw.production_line.mw_per_year", 1.0),
]
REBUILT = [
    ("vehicles.starship_v4.available_from", 1.0),
    ("sites.starbase.pad_lead_years", 1.0),
    ("platforms.node_1mw.production_line.lead_years", 1.0),
]


@pytest.fixture(scope="module")
def gigawatt() -> tuple[Loaded[Instance], PatchableModel]:
    """The gigawatt in years with two shells and few designs, and its model."""
    loaded = yearly_gigawatt()
    return loaded, PatchableModel.of(coefficients(loaded.instance))


def coefficients(instance: Instance) -> Coefficients:
    """The coefficients of an instance with the candidate designs that are chosen for it."""
    return derive(instance, selected_designs(instance)[0]).coefficients


def at_end(loaded: Loaded[Instance], path: str, share: float) -> Coefficients:
    """The coefficients with one lever at a share of its range."""
    (lever,) = (lever for lever in ranged_levers(loaded) if lever.path == path)
    return coefficients(with_values(loaded.instance, lever.values(share)))


def test_the_base_is_the_model_as_it_is_built(gigawatt: tuple[Loaded[Instance], PatchableModel]) -> None:
    """The matrix of the patchable model, and that patched for its own coefficients, are those of the compiler."""
    model = gigawatt[1]
    built = compile_model(model.coefficients)
    assert_same(model.matrix, built)
    again = model._with_nodes(model.coefficients)
    assert again is not None
    assert_same(again, built)


@pytest.mark.parametrize(("path", "share"), LEVERS)
def test_patched_equals_rebuilt(gigawatt: tuple[Loaded[Instance], PatchableModel], path: str, share: float) -> None:
    """Nodes, cuts and coefficients of fleets are patched to what the compiler builds."""
    loaded, model = gigawatt
    new = at_end(loaded, path, share)
    found = model.patched(new)
    assert found is not None
    assert new != model.coefficients
    assert_same(found, compile_model(new))


@pytest.mark.parametrize(("path", "share"), REBUILT)
def test_dates_and_structure_are_built_anew(
    gigawatt: tuple[Loaded[Instance], PatchableModel], path: str, share: float
) -> None:
    """Where routes, pads or orders are gained or lost there is no patch."""
    assert gigawatt[1].patched(at_end(*gigawatt[:1], path, share)) is None


def test_a_sum_that_is_gained_or_lost_is_not_patched(gigawatt: tuple[Loaded[Instance], PatchableModel]) -> None:
    """Without the loads to one shell its sums are missing, and with them rows."""
    model = gigawatt[1]
    nodes = model.coefficients.nodes
    fewer = replace(nodes, loads=tuple(load for load in nodes.loads if load[2] != "leo_53_550"))
    assert model.patched(replace(model.coefficients, nodes=fewer)) is None


def test_cuts_with_other_values_are_not_patched(gigawatt: tuple[Loaded[Instance], PatchableModel]) -> None:
    """Rows that the old cuts do not explain stop the patch."""
    loaded, model = gigawatt
    new = at_end(loaded, "technology.buses.large_node.hazard_share_per_year", 1.0).cuts
    old = model.coefficients.cuts
    assert with_cuts(model.matrix, old, new) is not None
    wrong = {t: side + 1.0 for t, side in old.lines_by.items()}
    assert with_cuts(model.matrix, replace(old, lines_by=wrong), new) is None


def test_nodes_made_on_the_moon_are_built_anew() -> None:
    """Their launch by mass driver stays in the modelling language, so that there is no patch."""
    old = derived("moon_drivers").coefficients
    assert old.nodes.driver_routes
    heavier = {column: 2.0 * gw for column, gw in old.nodes.gw.items()}
    assert PatchableModel.of(old).patched(replace(old, nodes=replace(old.nodes, gw=heavier))) is None
