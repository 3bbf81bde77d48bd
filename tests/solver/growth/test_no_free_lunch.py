"""Growth is never for free: clocks, lags, seeds, robots and assembly each hold it as they should, in the real model.

What a step builds works from the first step whose middle lies a lag later, for all of that step. With steps of h a lag
L so acts as one of ceil(L / h) h - h / 2: where h divides L, growth is too fast by a part that halves with h (17 % of
the rate where h = L = 1 year and productivity is 0.6), never too slow.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from results.tools.growth_model import FREE, Grown, Periods, factory, grow, instance, moon, seed, years
from solver.derive import derive
from solver.design.candidates import candidate_designs
from solver.horizon.substeps import SubPeriods, calendar_lag
from tests.solver.growth.rates import growth_per_year

pytestmark = pytest.mark.slow

PER_YEAR = {"year": 1, "half_year": 2, "quarter": 4, "month": 12}
CLOCKS: dict[str, Periods] = {
    "quarters": [(40, "quarter")],
    "mixed": [(16, "quarter"), (6, "year")],
    "three kinds": [(8, "quarter"), (4, "half_year"), (6, "year")],
}


def one(periods: Periods, productivity: float, lag_years: float, doubling_years: float | None = None) -> Grown:
    """One factory without decay, grown from a seed that works a quarter after it lands."""
    section = moon(
        {"factory": factory(productivity, lag_years)},
        seed=seed(100.0, {"factory": 1.0}, 0.25),
        doubling_years=doubling_years or max(1.0, lag_years),
    )
    return grow(instance(periods, section))


def pace(length: str, productivity: float, lag_years: float) -> float:
    """Growth a year about the eighth of eleven years, with periods of one length."""
    n = PER_YEAR[length]
    grown = one([(11 * n, length)], productivity, lag_years)
    assert grown.steps is not None
    plant, middle = grown.plant_t(), grown.steps.middle
    about = [u for u in plant if 7.4 < middle(u) < 8.6]
    first, last = about[0], about[-1]
    return math.log(plant[last] / plant[first]) / (middle(last) - middle(first))


def stepwise(length: str, productivity: float, lag_years: float) -> float:
    """Growth a year by hand: x^m = x^(m-1) + productivity h, with m steps of h in a lag."""
    n = PER_YEAR[length]
    m = math.ceil(lag_years * n - 1e-6)
    x = 1.0 + productivity / n
    for _ in range(500):
        x -= (x**m - x ** (m - 1) - productivity / n) / (m * x ** (m - 1) - (m - 1) * x ** (m - 2))
    return n * math.log(x)


def limit(productivity: float, lag_years: float) -> float:
    """Growth a year with steps without length."""
    found = instance(years(2), moon({"factory": factory(productivity, lag_years)})).moon
    assert found is not None
    return growth_per_year(found)


def too_fast(productivity: float, lag_years: float, *lengths: str) -> dict[str, float]:
    """By what share of the rate each clock is too fast; every one must be as fast as its closed form says."""
    found = {}
    for length in lengths:
        rate = pace(length, productivity, lag_years)
        assert rate == pytest.approx(stepwise(length, productivity, lag_years), rel=2e-3)
        found[length] = rate / limit(productivity, lag_years) - 1
    return found


def test_refined_steps_converge_from_above() -> None:
    """Where steps divide the lag, halving them never speeds growth up, and halves the error: 17, 7.8, 3.7, 1.2 %."""
    over = too_fast(0.6, 1.0, *PER_YEAR)
    assert over["year"] == pytest.approx(0.170, abs=2e-3)
    assert 0.4 < over["half_year"] / over["year"] < 0.55
    assert 0.4 < over["quarter"] / over["half_year"] < 0.55
    assert 0.3 < over["month"] / over["quarter"] < 0.36
    assert 0 < over["month"] < 0.0125


def test_two_steps_in_a_lag_are_too_fast_by_half_as_much() -> None:
    """A lag of two years in yearly steps is a lag of one in half-years: 7.8 % too fast, then 3.7 %."""
    over = too_fast(0.3, 2.0, "year", "half_year")
    assert over["year"] == pytest.approx(0.078, abs=1e-3)
    assert over["half_year"] == pytest.approx(0.037, abs=1e-3)


def test_lag_that_no_step_divides_is_rounded_up() -> None:
    """A lag of 1 1/3 years lasts 2 in yearly steps and 1 1/2 in quarters: 4.4 and 1.2 % slower than the limit."""
    over = too_fast(0.6, 4 / 3, "year", "quarter")
    assert over["year"] == pytest.approx(-0.044, abs=2e-3)
    assert over["quarter"] == pytest.approx(-0.012, abs=2e-3)


@pytest.mark.parametrize("lag_years", [0.25, 0.5, 1.0])
def test_no_clock_beats_the_batch(lag_years: float) -> None:
    """Years are cut into steps of the lag, and so grow by one batch a lag, 1 + productivity lag: as fast as any can."""
    batch = math.log1p(0.6 * lag_years) / lag_years
    assert pace("year", 0.6, lag_years) == pytest.approx(batch, rel=1e-6)


@pytest.mark.parametrize(("steps", "length"), [(2, "half_year"), (4, "quarter")])
def test_steps_per_lag_cut_years_as_shorter_periods_do(steps: int, length: str) -> None:
    """Years with 2 or 4 steps in a lag of a year grow as half-years or quarters do, nearer to continuous time."""
    start = seed(100.0, {"factory": 1.0}, 0.25)
    section = moon({"factory": factory(0.6, 1.0)}, seed=start, doubling_years=1.0, steps_per_lag=steps)
    plant = grow(instance(years(11), section)).plant_t()
    later = sorted(plant)[-2 * steps :]
    rate = math.log(plant[later[-1]] / plant[later[0]]) / (len(later) - 1) * steps
    assert rate == pytest.approx(stepwise(length, 0.6, 1.0), rel=5e-3)
    assert rate < pace("year", 0.6, 1.0) * (1 - 0.05)


def plant_at(grown: Grown, year: float) -> float:
    """Plant at a date, geometric between the middles of steps."""
    assert grown.steps is not None
    plant = grown.plant_t()
    middles = [grown.steps.middle(u) for u in sorted(plant)]
    return float(np.exp(np.interp(year, middles, [math.log(plant[u]) for u in sorted(plant)])))


@pytest.mark.parametrize(
    ("lag_years", "mixed", "within", "three_kinds"),
    [(0.25, 0.0, 1e-9, 0.0), (0.5, 0.183, 2e-3, 0.249), (1.0, 0.401, 2e-3, 0.399), (2.0, 0.060, 2e-3, 0.028)],
)
def test_quarters_that_turn_into_years(lag_years: float, mixed: float, within: float, three_kinds: float) -> None:
    """After nine years plant is within 40 % of that of quarters throughout, which is 0.8 years of its growth.

    It is the same to the digit where years are cut into quarters too (lag of a quarter), and most apart where the step
    after the seam is the lag itself (a year): the clock's error of 13 % of the rate (0.47 for 0.417) over five years
    makes 32 %, the seam itself another 6 %.
    """
    plant = {name: plant_at(one(periods, 0.6, lag_years), 9.25) for name, periods in CLOCKS.items()}
    assert plant["mixed"] / plant["quarters"] - 1 == pytest.approx(mixed, abs=within)
    assert plant["three kinds"] / plant["quarters"] - 1 == pytest.approx(three_kinds, abs=2e-3)


@pytest.mark.parametrize("horizon", CLOCKS)
@pytest.mark.parametrize("illumination_share", [1.0, 0.7])
@pytest.mark.parametrize("lag_years", [0.25, 0.4, 1.0, 1.7])
def test_lag_is_respected_across_the_seam(lag_years: float, illumination_share: float, horizon: str) -> None:
    """No plant works before its calendar lag is over, middle to middle, nor a whole step later; each works once."""
    section = moon(
        {"factory": factory(1.0, lag_years)},
        illumination_share=illumination_share,
        doubling_years=lag_years / illumination_share,
    )
    found = instance(CLOCKS[horizon], section)
    assert found.moon is not None
    given = derive(found, candidate_designs(found))
    steps = SubPeriods.of_moon(given.horizon, found.moon)
    due = calendar_lag(found.moon, lag_years)
    assert due == pytest.approx(lag_years / illumination_share)
    pairs = [(w, u) for (_, u), built in given.coefficients.lunar.ready.items() for w in built]
    assert len({w for w, _ in pairs}) == len(pairs) > 0
    for w, u in pairs:
        assert u == next(v for v in range(w + 1, u + 1) if steps.middle(v) - steps.middle(w) >= due - 1e-5)


def test_nothing_grows_before_the_seed_works() -> None:
    """Seed landed at the start with a lag of 2.5 years: until then no plant, product or building, for all the cargo."""
    section = moon(
        {"factory": factory(1.0, 0.5, imported_share=0.1)}, seed=seed(100.0, {"factory": 1.0}, 2.5), doubling_years=0.5
    )
    grown = grow(instance([(24, "quarter")], section), FREE)
    for word in ("lunar.capital", "lunar.invested", "lunar.made"):
        assert {int(index[-1]) for index, mass_t in grown.of(word).items() if mass_t > 1e-6}.isdisjoint(range(10))
    plant = grown.plant_t()
    assert min(plant) == 10
    assert plant[10] == plant[11] == pytest.approx(100.0)
    assert plant[12] > 100.0


@pytest.mark.parametrize("horizon", ["quarters", "three kinds"])
@pytest.mark.parametrize("doubling_years", [0.5, 1.0, 3.0])
def test_robots_bound_growth(doubling_years: float, horizon: str) -> None:
    """With a hundred t made by a t of plant, it doubles once in each doubling time after its first lag: no more."""
    grown = one(CLOCKS[horizon], 100.0, 0.25, doubling_years)
    assert grown.steps is not None
    plant = grown.plant_t()
    first = grown.steps.middle(min(plant))
    for u, mass_t in plant.items():
        grown_t = 100.0 * 2.0 ** ((grown.steps.middle(u) - first) / doubling_years)
        assert mass_t <= grown_t * (1 + 1e-6)
    assert plant[max(plant)] == pytest.approx(grown_t, rel=1e-6)


def assembled(mix: dict[str, float], yard_t_per_t_year: float = 2.0) -> Grown:
    """Works and a yard that share the seed, with all the imports anybody wants."""
    yard = {
        "does": "assemble",
        "productivity_t_per_t_year": yard_t_per_t_year,
        "bill": {"parts": 1.0},
        "lag_years": 1.0,
    }
    section = moon({"works": factory(1.0, 1.0), "yard": yard}, seed=seed(100.0, mix))
    return grow(instance(years(10), section), FREE, robots=False)


def test_imports_alone_do_not_grow_without_assembly() -> None:
    """A seed of works and no yard stays what it is, though parts and imports are plentiful."""
    grown = assembled({"works": 1.0})
    assert grown.total_t("lunar.invested") == pytest.approx(0.0, abs=1e-6)
    assert list(grown.plant_t().values()) == pytest.approx([100.0] * 9)


@pytest.mark.parametrize("yard_t_per_t_year", [0.5, 1.5])
def test_imports_grow_no_faster_than_assembly(yard_t_per_t_year: float) -> None:
    """A seed that is all yard grows on imports alone, by what its yard can put together and not more."""
    plant = assembled({"yard": 1.0}, yard_t_per_t_year).plant_t()
    assert plant[max(plant)] == pytest.approx(100.0 * (1 + yard_t_per_t_year) ** (max(plant) - min(plant)), rel=1e-6)


def test_where_nothing_assembles_robots_alone_hold_imports_back() -> None:
    """Without any activity that assembles, imports become plant at the pace of robots: a file should have one."""
    made, bought = (one_without_yard(productivity) for productivity in (1.0, 1e-6))
    assert bought == pytest.approx(made, rel=1e-6)
    assert bought == pytest.approx(100.0 * 2.0**8, rel=1e-6)


def one_without_yard(productivity: float) -> float:
    """Plant after nine years of a factory that may import its own parts."""
    plant = grow(instance(years(10), moon({"factory": factory(productivity, 1.0)})), FREE).plant_t()
    return plant[max(plant)]
