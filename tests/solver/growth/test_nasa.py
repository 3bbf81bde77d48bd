"""NASA's replicating lunar factory (CP-2255): 100 t that make 100 t in a working year, and so copy themselves.

The published growth is by batches: a seed gathers its product for a working year, and at the end of it a copy begins to
work. Without power at night a working year takes two of the calendar, and so does a batch.

In the model plant is built as its parts are made and works one lag after; a step of the clock is a batch. Where the
step is the lag (one year, power at night) that is the published batch to the digit. Where the lag is two years, periods
of at most one year cut it into two steps: what is made in the first of the two years waits two years from its middle,
as what is made in the second does, where the published batch lets both begin together, one year on average after they
were made. So the yearly clock has x^2 = x + 1/2, 36.6 % a year instead of 41.4 %: 292 seeds at year 20 instead
of 512, or 1.8 years late. Steps of two years give the published number back.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from formulations.coefficients import Lunar, SubPeriodSets
from results.tools.growth import nasa
from results.tools.growth_model import (
    LIMITS,
    SEED_ONLY,
    Grown,
    derive_growth,
    factory,
    grow,
    instance,
    moon,
    most_plant,
    seed,
    years,
)
from solver.check import check
from solver.derive import derive
from solver.derive.extract import extract
from solver.design.candidates import candidate_designs
from solver.instance.schema import Instance
from solver.milp.highs import solve

SEED_T = 100.0


def with_storage() -> Instance:
    """The same factory at a site with half a year of night: 1.7 MW through it from panels and cells in the seed.

    Of the 100 t, which is all that is published, 20 t are panels and 10 t cells here.
    """
    hours, works_t, panels_t, cells_t, mean_kw = 8766.0, 70.0, 20.0, 10.0, 1700.0
    activities: dict[str, dict[str, Any]] = {
        "works": factory(SEED_T / works_t, 1.0, energy_kwh_per_kg=mean_kw * hours / (SEED_T * 1000)),
        "panels": {
            "does": "power",
            "power_kw_per_t": mean_kw / 0.5 / panels_t,
            "bill": {"parts": 1.0},
            "lag_years": 1.0,
        },
        "cells": {"does": "storage", "power_kw_per_t": mean_kw / cells_t, "bill": {"parts": 1.0}, "lag_years": 1.0},
    }
    mix = {"works": works_t / SEED_T, "panels": panels_t / SEED_T, "cells": cells_t / SEED_T}
    return instance(years(21), moon(activities, seed=seed(SEED_T, mix), illumination_share=0.5))


@pytest.mark.parametrize("robots", [True, False])
@pytest.mark.parametrize("site", ["in the light", "power stored"])
def test_published_seeds_with_power_at_night(site: str, robots: bool) -> None:
    """512 seeds at year 10 and 524,288 at year 20 exactly, with or without robots that double plant in a year."""
    plant = grow(nasa(1.0) if site == "in the light" else with_storage(), robots=robots).plant_t()
    seeds = {u: mass_t / SEED_T for u, mass_t in plant.items()}
    assert min(seeds) == 1
    assert seeds[10] == pytest.approx(512, rel=1e-9)
    assert seeds[20] == pytest.approx(524_288, rel=1e-9)


@pytest.mark.parametrize(("name", "seed_t"), [("panels", 120.0), ("cells", 110.0)])
def test_half_the_panels_or_half_the_cells_hold_growth_back(name: str, seed_t: float) -> None:
    """Power is not for free: at half its output 120 (110) t make what 100 t made, so a year adds 1/1.2 (1/1.1)."""
    data = with_storage().model_dump(by_alias=True)
    data["moon"]["activities"][name]["power_kw_per_t"] /= 2
    plant = grow(Instance.model_validate(data)).plant_t()
    assert plant[2] / plant[1] < 1 + SEED_T / seed_t
    assert [plant[u + 1] / plant[u] for u in range(2, 20)] == pytest.approx([1 + SEED_T / seed_t] * 18, rel=1e-6)


def test_checker_agrees() -> None:
    """The independent checker finds nothing wrong with the plan that copies the seed for twenty years."""
    found = with_storage()
    derived = derive_growth(found)
    matrix, _ = most_plant(derived.coefficients, SEED_ONLY)
    whole = solve(matrix, LIMITS)
    assert whole.x is not None
    plan = extract(found, derived, matrix, whole.x)
    assert sum(plan.decisions.invested_t.values()) == pytest.approx(524_287 * SEED_T, rel=1e-6)
    assert check(found, plan) == []


@pytest.mark.parametrize(("robots", "seeds"), [(True, 291.9), (False, 295.5)])
def test_without_power_at_night_yearly_steps_fall_behind_the_batch(robots: bool, seeds: float) -> None:
    """Yearly steps give 292 seeds at calendar year 20, 43 % below 2^9; 295.5 where robots need not double evenly."""
    plant = grow(nasa(1.0, illumination_share=0.5), robots=robots).plant_t()
    assert plant[20] / SEED_T == pytest.approx(seeds, abs=0.1)
    assert 1 - plant[20] / SEED_T / 2**9 == pytest.approx(0.43, abs=0.01)


def test_yearly_steps_are_the_closed_form_of_their_lag() -> None:
    """295.5 is (x^20 - y^20) / (x - y) of the roots of x^2 = x + 1/2: 1.76 years behind the published batch."""
    x, y = (1 + math.sqrt(3)) / 2, (1 - math.sqrt(3)) / 2
    plant = grow(nasa(1.0, illumination_share=0.5), robots=False).plant_t()
    assert plant[20] / SEED_T == pytest.approx((x**20 - y**20) / (x - y), rel=1e-9)
    assert math.log(2**9 / (plant[20] / SEED_T)) / math.log(x) == pytest.approx(1.76, abs=0.01)


def batches(count: int) -> Lunar:
    """The factory without power at night, by hand, in steps of two calendar years; kt."""
    seed_kt, work_years, step_years = SEED_T / 1000, 0.5, 2.0
    at_work = range(1, count)
    return Lunar(
        activities=("factory",),
        commodities=("parts",),
        steps=SubPeriodSets(
            {t: (t,) for t in range(count)}, {t: t for t in range(count)}, dict.fromkeys(range(count), 1.0)
        ),
        max_capital={u: seed_kt * 2.0**u for u in at_work},
        kept_share={("factory", u): 1.0 for u in at_work},
        investments=tuple(("factory", u) for u in at_work[:-1]),
        max_invested={("factory", u): seed_kt * 2.0**u for u in at_work[:-1]},
        ready={("factory", u): (u - 1,) for u in at_work[1:]},
        seeds_ready={1: (0,)},
        mix={"factory": 1.0},
        growth=dict.fromkeys(at_work, 2.0),
        makes={"factory": "parts"},
        day={("factory", u): 1.0 * work_years * step_years for u in at_work},
        energy={"factory": 0.0},
        bill={("factory", "parts"): 1.0},
        max_need={("parts", u): seed_kt * 2.0**u for u in at_work},
        max_stored={("parts", u): seed_kt * 2.0**u for u in at_work},
    )


def test_without_power_at_night_steps_of_two_years_are_the_published_batch() -> None:
    """2^9 seeds at calendar year 20 and 2^4 at year 10 exactly, from the same rows with steps of two years."""
    found = instance(years(11), moon({"factory": factory(1.0, 1.0)}))
    around = derive(found, candidate_designs(found)).coefficients
    seeds = Grown(*most_plant(replace(around, lunar=batches(11)), SEED_ONLY)).plant_t()
    at_year = {2 * batch: mass_t / SEED_T for batch, mass_t in seeds.items()}
    assert at_year[10] == pytest.approx(2**4, rel=1e-9)
    assert at_year[20] == pytest.approx(2**9, rel=1e-9)
