"""Coefficients of landings."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from formulations.coefficients import Coefficients
from solver.derive import derive
from solver.design.candidates import candidate_designs
from solver.instance.read import read
from solver.instance.schema import Instance

FILE = Path(__file__).parents[3] / "instances" / "tiny" / "moon_seed.yaml"


def coefficients(min_t: float) -> Coefficients:
    """Those of the tiny instance with a seed of one mass."""
    data: dict[str, Any] = copy.deepcopy(read(FILE).resolved)
    data["moon"]["seed"] |= {"min_t": min_t, "max_t": min_t}
    instance = Instance.model_validate(data)
    return derive(instance, candidate_designs(instance)).coefficients


def test_a_seed_that_no_period_can_land_is_none() -> None:
    """A seed as large as all that can land in a period may land then; one larger may not, and no plant can grow."""
    landing = coefficients(60.0).landing
    max_t = max(
        sum(landing.landed_kt[d] * count for (d, q), count in landing.max_landings.items() if q == t) * 1000
        for t in landing.latest_development
    )
    assert coefficients(max_t).landing.latest_development
    beyond = coefficients(max_t * 1.001)
    assert beyond.landing.latest_development == {}
    assert beyond.landing.development_periods == ()
    assert beyond.lunar.max_capital == {}
    assert beyond.landing.landings


@pytest.mark.parametrize("min_t", [60.0, 120.0])
def test_seeds_that_fit_are_left_alone(min_t: float) -> None:
    """Seeds well below what lands keep all their periods."""
    assert coefficients(min_t).landing.latest_development == coefficients(1.0).landing.latest_development
