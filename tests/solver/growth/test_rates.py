"""Growth rates and plant sums of ``solver.derive.lunar_growth``: closed forms, and the pace of the solved model.

The model's clock puts to work in a whole step what was built in a whole step, so a lag L, rounded up to whole steps of
length h, acts as one of L - h/2. Its pace is that of ``growth_per_year`` for this shorter lag within 1 %.
"""

from __future__ import annotations

import math
from typing import Any

import pytest

from results.tools.growth_model import VITAMINS, factory, grow, instance, moon, moon_of, seed
from solver.derive.lunar_growth import plant_per_kw, plant_per_product, plant_per_stream
from solver.instance.moon import Moon
from tests.solver.growth.rates import growth_per_year

HOURS_PER_YEAR = 8766.0


def works(makes: str, productivity: float, **changes: Any) -> dict[str, Any]:
    """An activity that makes one commodity, all of parts."""
    return {**factory(productivity, 1.0, **changes), "makes": makes}


def power(kw_per_t: float, **changes: Any) -> dict[str, Any]:
    """An activity that delivers power, all of parts."""
    return {"does": "power", "power_kw_per_t": kw_per_t, "bill": {"parts": 1.0}, "lag_years": 1.0, **changes}


def yard(productivity: float, **changes: Any) -> dict[str, Any]:
    """An activity that assembles, all of parts."""
    made = {"does": "assemble", "productivity_t_per_t_year": productivity, "bill": {"parts": 1.0}, "lag_years": 1.0}
    return {**made, **changes}


def with_all(*names: str) -> dict[str, dict[str, float]]:
    """Commodities by name."""
    return {j: {"import_usd_per_kg": 0.0} for j in names}


def root(plant: float, lag_years: float, decay_share: float = 0.0) -> float:
    """The rate at which g + decay = exp(-g lag) / plant, by Newton's method."""
    rate, decay = 0.5 / plant, -math.log1p(-decay_share)
    for _ in range(50):
        made = math.exp(-rate * lag_years) / plant
        rate -= (rate + decay - made) / (1 + lag_years * made)
    return rate


@pytest.mark.parametrize("lag_years", [0.25, 1.0, 3.0])
@pytest.mark.parametrize("decay_share", [0.0, 0.1])
@pytest.mark.parametrize("productivity", [0.2, 1.0, 5.0])
def test_one_activity(productivity: float, decay_share: float, lag_years: float) -> None:
    """Rate + decay = exp(-rate lag) productivity, to ten digits."""
    one = moon_of({"works": factory(productivity, lag_years, decay_share_per_year=decay_share)})
    rate = growth_per_year(one)
    assert rate == pytest.approx(root(1 / productivity, lag_years, decay_share), abs=1e-10)
    assert rate - math.log1p(-decay_share) == pytest.approx(math.exp(-rate * lag_years) * productivity, rel=1e-9)


def test_plant_that_decays_faster_than_it_makes_shrinks() -> None:
    """With a tenth of its mass a year and half of it lost, plant shrinks: the rate is below zero and still the root."""
    rate = growth_per_year(moon_of({"works": factory(0.1, 1.0, decay_share_per_year=0.5)}))
    assert -math.log(2) < rate < 0
    assert rate == pytest.approx(root(10.0, 1.0, 0.5), abs=1e-10)


def test_light_availability_and_imports() -> None:
    """Half a year of light halves what is made and doubles the lag; imports and availability scale what is made."""
    plant = {"works": factory(1.0, 1.0, imported_share=0.2, availability_share=0.8)}
    always, half = moon_of(plant), moon_of(plant, illumination_share=0.5, doubling_years=2.0)
    assert plant_per_stream(always) == pytest.approx({"parts": 1 / 0.8, "vitamins": 0.0})
    assert growth_per_year(always) == pytest.approx(root(0.8 / 0.8, 1.0), abs=1e-10)
    assert growth_per_year(half) == pytest.approx(root(0.8 / 0.4, 2.0), abs=1e-10)


def test_power_stored_works_through_the_night() -> None:
    """With storage the night is at work and the lag is not stretched; power is still made by day alone."""
    plant = {"works": factory(1.0, 1.0, energy_kwh_per_kg=10.0), "panels": power(20.0)}
    cells = {"does": "storage", "power_kw_per_t": 10.0, "bill": {"parts": 1.0}, "lag_years": 1.0}
    stored = moon_of({**plant, "cells": cells}, illumination_share=0.5)
    dark = moon_of(plant, illumination_share=0.5, doubling_years=2.0)
    per_kw = 1 / (20.0 * 0.5)
    assert plant_per_kw(stored) == plant_per_kw(dark) == pytest.approx(per_kw)
    assert plant_per_stream(stored)["parts"] == pytest.approx(1.0 + 10_000 / HOURS_PER_YEAR * per_kw)
    assert plant_per_stream(dark)["parts"] == pytest.approx(2.0 + 10_000 / HOURS_PER_YEAR * per_kw)


def test_feed_chain_adds_up() -> None:
    """Five t of ore for a t of parts, two of sand for a t of ore: plant is summed along the chain."""
    chain = {
        "works": works("parts", 4.0, feed={"ore": 5.0}),
        "mine": works("ore", 20.0, feed={"sand": 2.0}),
        "digger": works("sand", 100.0),
    }
    found = moon_of(chain, commodities=with_all("parts", "ore", "sand"))
    sand, ore = 1 / 100, 1 / 20 + 2 / 100
    assert plant_per_stream(found) == pytest.approx({"sand": sand, "ore": ore, "parts": 1 / 4 + 5 * ore})
    assert growth_per_year(found) == pytest.approx(root(0.25 + 5 * ore, 1.0), abs=1e-10)


@pytest.mark.parametrize("fed", [0.2, 0.9])
def test_feed_on_itself_is_a_geometric_series(fed: float) -> None:
    """A t of parts that uses up 0.2 (0.9) t of parts takes 1 / 0.8 (10) times the plant."""
    found = moon_of({"works": factory(2.0, 1.0, feed={"parts": fed})})
    assert plant_per_stream(found)["parts"] == pytest.approx(0.5 / (1 - fed), rel=1e-7)


def test_what_eats_more_than_it_makes_never_grows() -> None:
    """A t of parts that uses up a t of parts takes plant without end, and its growth is none."""
    found = moon_of({"works": factory(2.0, 1.0, feed={"parts": 1.0})})
    assert plant_per_stream(found)["parts"] == math.inf
    assert growth_per_year(found) == 0.0


def test_two_activities_share_the_plant() -> None:
    """Works of 4 t and a yard of 8 t a year for each t of it: 1/4 + 1/8 t of plant, so p = 8/3."""
    found = moon_of({"works": works("parts", 4.0), "yard": yard(8.0)})
    assert plant_per_product(found, {"parts": 1.0}) == pytest.approx(1 / 4 + 1 / 8)
    assert growth_per_year(found) == pytest.approx(root(3 / 8, 1.0), abs=1e-10)
    fed = moon_of({"works": works("parts", 4.0), "yard": yard(8.0, feed={"parts": 0.1})})
    assert plant_per_product(fed, {"parts": 1.0}) == pytest.approx(1.1 / 4 + 1 / 8)


def test_the_better_of_two_ways() -> None:
    """Where two activities make one commodity, or power, or assemble, the one that takes less plant counts."""
    two = {"old": works("parts", 1.0), "new": works("parts", 4.0), "slow": yard(2.0), "quick": yard(8.0)}
    found = moon_of({**two, "weak": power(5.0), "strong": power(50.0)})
    assert plant_per_stream(found)["parts"] == pytest.approx(1 / 4)
    assert plant_per_product(found, {"parts": 1.0}) == pytest.approx(1 / 4 + 1 / 8)
    assert plant_per_kw(found) == pytest.approx(1 / 50)


def test_infinite_where_nothing_has_to_be_made() -> None:
    """Plant all of imports, and none to put it together, takes no plant: no bound on growth."""
    bought = {"works": {**factory(1.0, 1.0), "bill": {"vitamins": 1.0}}}
    found = moon_of(bought, commodities=with_all("parts", "vitamins"))
    assert plant_per_product(found, {"vitamins": 1.0}) == 0.0
    assert growth_per_year(found) == math.inf


SINGLE = {"works": factory(0.8, 1.0, 0.1, decay_share_per_year=0.05, availability_share=0.9)}
POWERED = {"works": factory(1.2, 1.0, energy_kwh_per_kg=100.0), "panels": power(50.0)}
CHAIN = {
    "works": works("parts", 4.0, feed={"ore": 5.0}, energy_kwh_per_kg=20.0, decay_share_per_year=0.03),
    "mine": works("ore", 20.0, energy_kwh_per_kg=1.0, decay_share_per_year=0.03),
    "yard": yard(8.0, energy_kwh_per_kg=2.0, decay_share_per_year=0.03),
    "panels": power(50.0, decay_share_per_year=0.03),
}


def shortened(found: Moon, lag_years: float) -> Moon:
    """The same industry where everything takes another lag of the calendar."""
    data = found.model_dump()
    for activity in data["activities"].values():
        activity["lag_years"] = lag_years * found.illumination_share
    return Moon.model_validate(data)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("activities", "illumination_share", "error_share"),
    [
        (SINGLE, 1.0, 0.049), (SINGLE, 0.75, -0.006),
        (POWERED, 1.0, 0.046), (POWERED, 0.75, -0.011),
        (CHAIN, 1.0, 0.058), (CHAIN, 0.75, -0.012),
    ],
    ids=["single", "single by day", "powered", "powered by day", "chain", "chain by day"],
)  # fmt: skip
def test_solved_plant_grows_at_that_rate(
    activities: dict[str, dict[str, Any]], illumination_share: float, error_share: float
) -> None:
    """Over the middle years the solved plant in quarters grows 4.6 to 5.8 % faster than the rate for a lag of a year.

    With a night the lag of 1 1/3 years is rounded up to 1 1/2, and growth is 0.6 to 1.2 % slower.
    """
    mix = dict.fromkeys(activities, 1 / len(activities))
    section = moon(
        activities, seed=seed(100.0, mix), commodities=with_all("parts", "vitamins", "ore"),
        illumination_share=illumination_share, doubling_years=1 / illumination_share,
    )  # fmt: skip
    found = instance([(52, "quarter")], section)
    assert found.moon is not None
    plant = grow(found, VITAMINS, robots=False).plant_t()
    pace = math.log(plant[39] / plant[31]) / 2
    assert pace / growth_per_year(found.moon) - 1 == pytest.approx(error_share, abs=2e-3)
    rounded = math.ceil(4 / illumination_share - 1e-6) / 4
    assert pace == pytest.approx(growth_per_year(shortened(found.moon, rounded - 1 / 8)), rel=0.01)
