"""Every instance that is shipped gives the solver numbers it can be trusted with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from solver.derive import derive
from solver.design.sizing import candidate_designs
from solver.instance.read import read
from solver.milp.conditioning import ranges
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.milp.scaling import as_handed_over
from solver.run.solve import build

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parents[2] / "instances"
SHIPPED = sorted(p for folder in ("claims", "reference", "tiny") for p in (FOLDER / folder).glob("*.yaml"))


def test_every_kind_of_instance_is_looked_at() -> None:
    """The three folders of instances are found, with the references among them."""
    assert {path.parent.name for path in SHIPPED} == {"claims", "reference", "tiny"}
    assert {"gigawatt", "first-gigawatt", "hundred-gigawatt"} <= {path.stem for path in SHIPPED}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_numbers_handed_over_are_within_reach(path: Path) -> None:
    """After scaling, coefficients lie at most 1e7 apart, sides at most at 1e6; neither we nor HiGHS complain."""
    instance = read(path).instance
    matrix, warnings = build(derive(instance, candidate_designs(instance)))
    assert warnings == []
    seen = as_handed_over(matrix)
    measured = ranges(seen)
    assert measured.matrix.ratio <= 1e7
    assert measured.rhs.largest <= 1e6
    assert complaints(matrix) == []


def test_a_matrix_handed_over_with_wild_numbers_is_complained_of() -> None:
    """The complaints that the test above finds none of are there to be heard."""
    instance = read(FOLDER / "tiny" / "fleet.yaml").instance
    matrix, _ = build(derive(instance, candidate_designs(instance)))
    cost = matrix.cost.copy()
    spent = np.flatnonzero(cost)
    cost[spent[0]] *= 1e-9
    cost[spent[1]] *= 1e9
    assert any("cost" in text for text in complaints(matrix.with_(cost=cost)))


def complaints(matrix: Matrix) -> list[str]:
    """Warnings of HiGHS about the data of a model it is given, before anything is solved."""
    return solve(matrix, Limits(seconds=0.01), options={"presolve": "off", "simplex_iteration_limit": 0}).warnings
