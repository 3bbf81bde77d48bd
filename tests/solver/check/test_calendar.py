"""Two writings of time agree: the checker's in half months and fractions, and the model's in years."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.check.calendar import Calendar
from solver.check.substeps import Steps
from solver.check.windows import Months, ends_within
from solver.horizon.periods import PlanningHorizon
from solver.horizon.substeps import SubPeriods
from solver.instance.schema import Horizon
from tests.solver.check.moon_plan import moon

GROUPS = st.lists(
    st.fixed_dictionaries(
        {"count": st.integers(1, 5), "length": st.sampled_from(["month", "quarter", "half_year", "year"])}
    ),
    min_size=1,
    max_size=4,
)
LAGS = st.one_of(st.floats(0.0, 4.0), st.integers(0, 96).map(lambda halves: halves / 24))


def horizon(groups: list[dict[str, Any]], start: str = "2030-04", rate: float = 0.07) -> Horizon:
    """A horizon of mixed lengths."""
    return Horizon.model_validate({"start": start, "periods": groups, "discount_share_per_year": rate})


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(GROUPS, LAGS)
def test_instants_and_lags_are_those_of_the_model(groups: list[dict[str, Any]], lag: float) -> None:
    """Labels, instants, ages, discounting, dates and arrivals agree for any lengths of periods and any lag."""
    mine, model = Calendar.of(horizon(groups)), PlanningHorizon.of(horizon(groups))
    assert tuple(mine.periods) == model.periods
    for t in model.periods:
        assert mine.label(t) == model.label(t)
        assert mine.end_month(t) == model.ends_month[t]
        instants = (mine.start(t), mine.middle(t), mine.end(t), mine.years(t), mine.age(0, t))
        assert instants == pytest.approx(
            (model.start(t), model.middle(t), model.end(t), model.years(t), model.age(0, t))
        )
        assert mine.discount(mine.middle(t)) == pytest.approx(model.discount(model.middle(t)))
        assert mine.arrival(t, lag) == model.arrival(t, lag)
    assert mine.year_of("2031-02") == model.year_of("2031-02")


@pytest.mark.parametrize(
    ("lag", "ready"), [(0, 1), (0.25, 2), (0.75, 2), (0.76, 3), (1.25, 3), (1.26, 4), (1.7, 5), (9, 6)]
)
def test_lags_by_hand(lag: float, ready: int) -> None:
    """From the middle of 2031 half years lie 0.75 and 1.25 years ahead, quarters 1.625 and 1.875."""
    groups = [{"count": 2, "length": "year"}, {"count": 2, "length": "half_year"}, {"count": 2, "length": "quarter"}]
    assert Calendar.of(horizon(groups, "2030-01")).arrival(1, lag) == ready


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(GROUPS, st.integers(1, 3), st.floats(0.3, 3.0), st.booleans())
def test_steps_are_those_of_the_model(groups: list[dict[str, Any]], parts: int, doubling: float, night: bool) -> None:
    """Cuts, middles and labels of the steps of the lunar plant agree."""
    given_plant = moon()[0].moon
    assert given_plant is not None
    plant = given_plant.model_copy(update={"steps_per_lag": parts, "doubling_years": doubling})
    plant = plant.model_copy(update={"illumination_share": 0.5}) if night else plant
    mine = Steps.of(Calendar.of(horizon(groups)), plant)
    model = SubPeriods.of_moon(PlanningHorizon.of(horizon(groups)), plant)
    assert mine.cuts == model.cuts
    assert list(mine.middles()) == pytest.approx([model.middle(u) for u in model.steps])
    for u in model.steps:
        assert (mine.label(u), mine.period(u), mine.share(u)) == (model.label(u), model.period(u), model.share(u))
    assert [mine.within(t) for t in mine.calendar.periods] == [model.within(t) for t in model.horizon.periods]


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(GROUPS, st.floats(0.0, 30.0), st.data())
def test_twelve_months_are_an_integral(groups: list[dict[str, Any]], practised: float, data: st.DataObject) -> None:
    """The sum over twelve months is the integral of the rate of each moment, in the plan and before it."""
    calendar = Calendar.of(horizon(groups))
    amounts = {t: float(data.draw(st.integers(0, 9))) for t in calendar.periods}
    months = Months.of(calendar, amounts, practised)

    def rate(month: int) -> float:
        """Amount of one month, counted from the start; before it what was practised."""
        if month < 0:
            return practised / 12
        t = next(t for t in calendar.periods if calendar.edges[t] <= 2 * month < calendar.edges[t + 1])
        return amounts[t] / (calendar.years(t) * 12)

    for t in calendar.periods:
        for end in ends_within(calendar, t):
            whole = math.fsum(rate(month) for month in range(end - 12, end))
            assert months.year_to(end) == pytest.approx(whole)
            assert months.year_to(end - 12) == pytest.approx(math.fsum(rate(m) for m in range(end - 24, end - 12)))
