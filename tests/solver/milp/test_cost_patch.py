"""A model patched for other costs is the model built for them, entry by entry; other coefficients are not patched."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from formulations.coefficients import Cost
from formulations.names import Var
from solver.derive import Derived, derive
from solver.design.candidates import selected_designs
from solver.instance.read import read
from solver.milp.compile import compile_model
from solver.milp.cost_patch import _costs, repriced
from solver.milp.matrix import Matrix
from solver.milp.tightening import tightened
from tests.solver.ask.common.test_price_patch import LEVERS

TINY = Path(__file__).parents[3] / "instances" / "tiny"
OTHER_LEVERS = [
    ("ground", "horizon.discount_share_per_year", 0.03),
    ("fleet", "horizon.discount_share_per_year", 0.03),
]
"""Levers of costs that are no prices of one decision."""
PRICED = tuple(path.rpartition(".")[2] for _, path in LEVERS)


def derived(name: str, *changes: str) -> Derived:
    """The coefficients of a tiny instance with values set."""
    instance = read(TINY / f"{name}.yaml", changes=changes).instance
    return derive(instance, selected_designs(instance)[0])


def patched_and_built(name: str, change: str, from_: str = "") -> tuple[Matrix | None, Matrix, Matrix]:
    """The matrix patched for a change, built for it, and built before it."""
    old, new = (derived(name, *filter(None, [text])).coefficients for text in (from_, change))
    before, built = (tightened(compile_model(c)) for c in (old, new))
    return repriced(before, old, new), built, before


def assert_same(patched: Matrix, built: Matrix) -> None:
    """Names, coefficients, sides and bounds are equal, and costs to the last digits."""
    assert patched.column_names == built.column_names
    assert patched.row_names == built.row_names
    assert abs(patched.a - built.a).max() == 0.0
    for field in ("row_lower", "row_upper", "lower", "upper", "integer", "cost_offset"):
        assert np.array_equal(getattr(patched, field), getattr(built, field)), field
    assert np.allclose(patched.cost, built.cost, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("ground", "vehicles.lorry.flight_musd=37"),
        ("fleet", "horizon.discount_share_per_year=0.03"),
        *(
            pytest.param(name, f"{path}=37", marks=pytest.mark.slow)
            for name, path in LEVERS[1:]
            if path != "target.unmet_penalty_musd"
        ),
        *(pytest.param(name, f"{path}={value}", marks=pytest.mark.slow) for name, path, value in OTHER_LEVERS),
    ],
)
def test_patched_equals_rebuilt(name: str, change: str) -> None:
    """A lever of costs gives the same matrix patched and built, derived bounds included, and moves the objective."""
    path = change.partition("=")[0]
    patched, built, before = patched_and_built(name, change, f"{path}=1" if path.endswith(PRICED) else "")
    assert patched is not None
    assert_same(patched, built)
    assert not np.allclose(before.cost, built.cost)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("ground", "vehicles.lorry.payload_t.near=20"),
        ("ground", "ground.valley.queue_gw.start_per_year=0.06"),
        ("unmet", "target.unmet_penalty_musd=37"),
        ("learning_flights", "vehicles.east.flight_musd=20"),
        ("ground", "vehicles.lorry.flight_musd=0"),
    ],
)
def test_other_coefficients_are_built_anew(name: str, change: str) -> None:
    """Physics, limits, prices that learn, and decisions that lose their cost change more than the objective."""
    patched, _, _ = patched_and_built(name, change)
    assert patched is None


def test_every_cost_of_the_coefficients_is_patched() -> None:
    """Each cost of a family is the cost of one variable; those of learning curves alone are never patched."""
    c = derived("moon_seed").coefficients
    held = [getattr(part, name) for part in map(c.__getattribute__, c.__slots__) for name in part.__slots__]
    costs = [one for one in held if isinstance(one, Cost)]
    listed = dict(_costs(c))
    assert len(costs) == len(listed) - 1 + 2
    assert Var.TARGET_UNMET in listed
