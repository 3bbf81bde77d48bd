"""Trials of developments under learning curves: no plan is dearer than one with another development, or without."""

from __future__ import annotations

import copy
import time
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from solver.instance.read import read
from solver.instance.schema import Instance
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Floats
from solver.milp.solution import Incumbent
from solver.run.solve import build
from solver.search.core.developments import paths, trials
from solver.search.core.state import SearchOptions
from solver.search.variants import learning_curve_search as search
from solver.search.variants.learning_curve_model import LearningCurveModel
from tests.solver.small import derived

TINY = Path(__file__).parents[4] / "instances" / "tiny"
TWO_FLIGHTS = 20 / 0.4854268 * (2**0.4854268 - 1)
"""Two flights of the learner, which alone can carry slabs; a slab needs its development, a cube none."""


@cache
def model(development: float) -> LearningCurveModel:
    """Return the model of two slabs on a vehicle that learns, or three cubes on one that does not, for 20.7."""
    data = copy.deepcopy(read(TINY / "learning_local.yaml").resolved)
    data["horizon"]["periods"] = [{"count": 3, "length": "year"}]
    data["target"]["milestones"] = [{"date": "2033-01", "gw": 0.03}]
    data["vehicles"]["east"]["payload_t"] = {"near": 12}
    data["vehicles"]["west"]["flight_musd"] = 6.9
    slab: dict[str, Any] = {"it_power_kw": 15000, "development_musd": development, "development_years": 1}
    slab["production_line"] = {"mw_per_year": 30, "cost_musd": 0, "lead_years": 1, "max_lines": 1}
    slab["declared"] = {"mass_t": 12, "cost_musd": 0, "life_years": 20}
    data["platforms"]["slab"] = slab
    data["use"]["platforms"] = ["cube", "slab"]
    found = derived(Instance.model_validate(data))
    return LearningCurveModel(build(found)[0], found.coefficients.learning, found.curves)


def _settled(curve_model: LearningCurveModel) -> search._State:
    """Return a state with the plan at which prices settle from the LP."""
    state = search._State(SearchOptions(Limits(gap=0.001)), time.monotonic())
    state._settle(curve_model, state._lp(curve_model.matrix, "LP"))
    return state


def test_a_development_that_prices_settle_at_is_shut() -> None:
    """After two flights slabs look cheap at the price of the next one; without them the plan is cheaper."""
    state = _settled(model(6.0))
    assert state.value == pytest.approx((TWO_FLIGHTS + 6) / 1000)
    state._try_developments(model(6.0))
    assert state.value == pytest.approx(20.7 / 1000)


def test_a_development_that_a_plan_lacks_is_begun() -> None:
    """From three cubes the first flight of the learner looks dear; two slabs with their development are cheaper."""
    curve_model = model(2.0)
    cubes = _cubes(curve_model)
    state = search._State(SearchOptions(Limits(gap=0.001)), time.monotonic())
    state.take_start(curve_model, Incumbent(cubes, curve_model.true_value(cubes)))
    assert state.value == pytest.approx(20.7 / 1000)
    state._try_developments(curve_model)
    assert state.value == pytest.approx((TWO_FLIGHTS + 2) / 1000)


def test_each_development_is_tried_the_other_way() -> None:
    """What a plan begins is shut, what it does not begin is begun, at once or by the last period."""
    matrix = model(2.0).matrix
    (path,) = paths(matrix)
    (trial,) = trials(matrix, _cubes(model(2.0)))
    assert trial.begun
    assert (trial.at_once(matrix).lower[path] == matrix.upper[path]).all()
    assert trial.at_last(matrix).lower[path].sum() == 1
    (back,) = trials(matrix, matrix.upper)
    assert not back.at_once(matrix).upper[path].any()


def _cubes(curve_model: LearningCurveModel) -> Floats:
    (path,) = paths(curve_model.matrix)
    upper = curve_model.matrix.upper.copy()
    upper[path] = 0.0
    shut = curve_model.matrix.with_(upper=upper)
    dear = curve_model.at_tangent_prices(curve_model.path(shut.lower)).with_(upper=upper)
    found = solve(dear, Limits(gap=0.0))
    assert found.x is not None
    return curve_model.with_consistent_experience(found.x)
