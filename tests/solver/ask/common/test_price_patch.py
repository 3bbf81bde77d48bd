"""A model patched for another price is the model built for it, entry by entry; what is no price is never patched."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np
import pytest

from solver.ask.common.model import Model
from solver.ask.common.price_patch import PRICES, PricePatch, _in_order_of, is_key_of
from solver.instance.read import read

TINY = Path(__file__).parents[4] / "instances" / "tiny"
LOW, MIDDLE, HIGH = 1.0, 37.0, 90.0
LEVERS = [
    ("ground", "vehicles.lorry.flight_musd"),
    ("pads", "sites.east.pad_musd"),
    ("ground", "platforms.cube.declared.cost_musd"),
    ("ground", "ground.valley.facility_usd_per_w"),
    ("ground", "ground.valley.it_usd_per_w"),
    ("ground", "ground.valley.power_usd_per_kwh"),
    ("ground", "ground.valley.water_usd_per_m3"),
    ("fleet", "vehicles.shuttle.fleet.build_musd"),
    ("development", "platforms.big.development_musd"),
    ("development", "platforms.big.production_line.cost_musd"),
    ("serviced", "platforms.kept.serviced.cost_usd_per_w_year"),
    ("unmet", "target.unmet_penalty_musd"),
    ("network_gateways", "network.gateways.dish.cost_musd"),
    ("moon_seed", "moon.development_musd"),
    ("moon_seed", "moon.operations_musd_per_year"),
    ("moon_seed", "moon.node_operations_usd_per_w_year"),
    ("moon_seed", "moon.landers.stays.lander_musd"),
    ("moon_seed", "moon.commodities.metal.import_usd_per_kg"),
    ("moon_seed", "moon.mass_driver.cost_musd"),
    ("moon_seed", "moon.seed.usd_per_kg"),
    ("moon_seed", "shells.swarm.from_moon.cost_usd_per_kg"),
    ("moon_unlock", "moon.commodities.metal.unlocks.0.cost_musd"),
]


def model(name: str, *changes: str) -> Model:
    """The model of a tiny instance with values set."""
    return Model.of(read(TINY / f"{name}.yaml", changes=changes), 0.01)


def entries_differ(name: str, path: str) -> str:
    """The first array in which the patched model differs from the built one; empty where none does."""
    low, high, built = (model(name, f"{path}={value}") for value in (LOW, HIGH, MIDDLE))
    patch = PricePatch.of(path, low, high, (LOW, HIGH))
    if patch is None:
        return "no patch"
    patched = patch.at(built.loaded, MIDDLE, 0.01)
    other = _in_order_of(patched.matrix, built.matrix)
    if other is None:
        return "names"
    if abs(patched.matrix.a - other.a).max() > 0:
        return "coefficients"
    for field in ("row_lower", "row_upper", "lower", "upper", "integer"):
        if not np.array_equal(getattr(patched.matrix, field), getattr(other, field)):
            return field
    same = np.allclose(patched.matrix.cost, other.cost, rtol=1e-12, atol=1e-13)
    offset = np.isclose(patched.matrix.cost_offset, other.cost_offset, rtol=1e-12, atol=1e-13)
    moved = not np.allclose(low.matrix.cost, patched.matrix.cost)
    return "" if same and offset and moved else "cost" if moved else "the price moves nothing"


def test_a_patched_flight_price_is_the_built_one() -> None:
    """The price of a flight enters the objective alone."""
    assert entries_differ(*LEVERS[0]) == ""


@pytest.mark.slow
@pytest.mark.parametrize(("name", "path"), LEVERS[1:])
def test_patched_equals_rebuilt(name: str, path: str) -> None:
    """Every kind of price gives the same matrix patched and built: coefficients, sides, derived bounds and costs."""
    assert entries_differ(name, path) == ""


def test_every_kind_of_price_is_tried() -> None:
    """Each pattern of a price has a lever among those of this file."""
    assert [pattern for pattern in PRICES if not any(fnmatchcase(path, pattern) for _, path in LEVERS)] == []


@pytest.mark.parametrize(
    ("name", "path", "ends"),
    [
        ("ground", "vehicles.lorry.payload_t.near", (20, 50)),
        ("ground", "ground.valley.queue_gw.start_per_year", (0.05, 0.06)),
        ("ground", "ground.valley.pue", (1.1, 1.3)),
    ],
)
def test_what_is_no_price_is_built_anew(name: str, path: str, ends: tuple[float, float]) -> None:
    """Physics and limits change rows, bounds or other coefficients: there is no patch."""
    low, high = (model(name, f"{path}={value}") for value in ends)
    assert PricePatch.of(path, low, high, ends) is None


def test_prices_that_learn_are_built_anew() -> None:
    """Under learning curves the price of a component is in the rows of the curve."""
    path = "vehicles.east.flight_musd"
    low, high = (model("learning_flights", f"{path}={value}") for value in (20, 40))
    assert PricePatch.of(path, low, high, (20, 40)) is None


def test_a_star_stands_for_one_name() -> None:
    """A part of a lunar activity is no lander."""
    assert is_key_of("moon.landers.stays.lander_musd", PRICES)
    assert not is_key_of("moon.landers.stays.more.lander_musd", PRICES)
    assert not is_key_of("technology.arrays.thin.cost_usd_per_w", PRICES)
