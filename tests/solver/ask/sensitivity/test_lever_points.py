"""Points of a sensitivity take no shortcut that changes an answer."""

from __future__ import annotations

from solver.ask.sensitivity.lever_points import Evaluator
from solver.ask.sensitivity.ranges import ranged_levers, with_values
from solver.design.candidates import selected_designs
from solver.instance.read import read
from tests.pipeline import INSTANCES


def test_designs_are_kept_only_where_nothing_changes_them() -> None:
    """For a lever of each key the kept candidate designs are those that are selected for it."""
    loaded = read(
        INSTANCES / "reference" / "gigawatt.yaml",
        changes=["use.shells=[dawn_dusk_650, leo_53_550]", "candidate_designs.max_designs=6"],
    )
    evaluator, kept = Evaluator(loaded), 0
    for lever in {lever.path.rpartition(".")[2]: lever for lever in ranged_levers(loaded)}.values():
        instance = with_values(loaded.instance, lever.values(1.0))
        found = evaluator._selected(instance)
        assert found == selected_designs(instance)[0], lever.path
        kept += found is evaluator.selected
    assert kept > 10
