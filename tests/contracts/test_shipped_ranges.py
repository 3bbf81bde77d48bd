"""Every instance that is shipped gives the solver numbers it can be trusted with."""

from __future__ import annotations

import numpy as np
import pytest

from solver.milp.conditioning import check_ranges, ranges
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.milp.scaling import as_handed_over
from tests.pipeline import INSTANCES, shipped

pytestmark = pytest.mark.slow

FOLDERS = ("claims", "reference", "tiny")
SHIPPED = sorted(f"{folder}/{path.stem}" for folder in FOLDERS for path in (INSTANCES / folder).glob("*.yaml"))


def test_every_kind_of_instance_is_looked_at() -> None:
    """The three folders of instances are found, with the references among them."""
    assert {name.partition("/")[0] for name in SHIPPED} == set(FOLDERS)
    assert {"reference/gigawatt", "reference/first-gigawatt", "reference/hundred-gigawatt"} <= set(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_numbers_handed_over_are_within_reach(name: str) -> None:
    """After scaling, coefficients lie at most 1e7 apart, sides at most at 1e6; neither we nor HiGHS complain."""
    matrix = shipped(name)[1]
    seen = as_handed_over(matrix)
    assert check_ranges(seen) == []
    measured = ranges(seen)
    assert measured.matrix.ratio <= 1e7
    assert measured.rhs.largest <= 1e6
    assert complaints(matrix) == []


def test_a_matrix_handed_over_with_wild_numbers_is_complained_of() -> None:
    """The complaints that the test above finds none of are there to be heard."""
    matrix = shipped("tiny/fleet")[1]
    cost = matrix.cost.copy()
    spent = np.flatnonzero(cost)
    cost[spent[0]] *= 1e-9
    cost[spent[1]] *= 1e9
    assert any("cost" in text for text in complaints(matrix.with_(cost=cost)))


def complaints(matrix: Matrix) -> list[str]:
    """Warnings of HiGHS about the data of a model it is given, before anything is solved."""
    return solve(matrix, Limits(seconds=0.01), options={"presolve": "off", "simplex_iteration_limit": 0}).warnings
