"""Every instance that is shipped gives the solver numbers it can be trusted with."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver.derive import derive
from solver.instance.read import read
from solver.ranges import check_ranges, ranges
from solver.scaling import as_handed_over
from solver.sizing import menu
from solver.solve import build

FOLDER = Path(__file__).parents[2] / "instances"
SHIPPED = sorted(p for folder in ("claims", "reference", "tiny") for p in (FOLDER / folder).glob("*.yaml"))


def test_every_kind_of_instance_is_looked_at() -> None:
    """The three folders of instances are found, with the references among them."""
    assert {path.parent.name for path in SHIPPED} == {"claims", "reference", "tiny"}
    assert {"gigawatt", "first-gigawatt", "hundred-gigawatt"} <= {path.stem for path in SHIPPED}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_numbers_handed_over_are_within_reach(path: Path) -> None:
    """After scaling, coefficients lie at most 1e7 apart, sides at most at 1e6, and nothing but a wide row is warned of.

    In the largest instances one mass driver, a whole machine, stands in a row with the plant of all.
    """
    instance = read(path).instance
    matrix, warnings = build(derive(instance, menu(instance)))
    assert all(warning.startswith("row drivers.mass") for warning in warnings)
    seen = as_handed_over(matrix)
    measured = ranges(seen)
    assert measured.matrix.ratio <= 1e7
    assert measured.rhs.largest <= 1e6
    assert check_ranges(seen) == warnings
