"""Numbers that no solver can be trusted with are refused by the key of the file that sets them, not by a row alone."""

from __future__ import annotations

from typing import Any

import pytest

from solver.errors import RangeError
from solver.run.solve import build
from tests.solver.small import LINE, derived, small


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        (
            {"platforms.cube.production_line": {**LINE, "mw_per_year": 1e9}, "platforms.cube.it_power_kw": 0.01},
            "platforms.cube.production_line.mw_per_year: found 1e+09",
        ),
        (
            {"platforms.cube.declared.hazard_share_per_year": 1e-9, "shells.near.max_derelicts": 1e12},
            "platforms.cube.declared.hazard_share_per_year: found 1e-09",
        ),
    ],
    ids=["output of a line", "hazard"],
)  # fmt: skip
def test_numbers_too_far_apart_are_refused_by_their_key(changes: dict[str, Any], named: str) -> None:
    """Numbers of which each is possible by itself: the key that makes a coefficient too small is named."""
    instance = small(changes)
    with pytest.raises(RangeError) as caught:
        build(derived(instance), instance=instance)
    assert named in str(caught.value)
