"""Rules of time agree with a count of half months, on periods of any lengths in any order."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.horizon.periods import PlanningHorizon
from solver.horizon.ramps import first_use, path_amount, usable
from solver.instance.fields import Path
from tests.solver.horizon.layouts import LAYOUTS, Lengths, horizon_of, spans

HALVES = st.integers(0, 24 * 6)
"""Lags, lives and instants in half months, so that many of them fall on the begin, middle or end of a period."""
TWENTY_FOUR = 24


def month(number: int) -> str:
    """The month that lies so many months after 2030-01."""
    return f"{2030 + number // 12}-{number % 12 + 1:02d}"


@given(LAYOUTS)
def test_periods_follow_each_other_and_their_middles_halve_them(lengths: Lengths) -> None:
    """Begin, middle, end and length are those of the calendar, to the last digit."""
    horizon = horizon_of(lengths)
    for t, (begin, end) in enumerate(spans(lengths)):
        assert (horizon.start(t), horizon.end(t)) == (begin / 12, end / 12)
        assert (horizon.middle(t), horizon.years(t)) == ((begin + end) / 24, (end - begin) / 12)
        assert (horizon.begin_date(t), horizon.date(t)) == (month(begin), month(end))
        for q, (early, late) in enumerate(spans(lengths)[: t + 1]):
            assert horizon.age(q, t) == float(Fraction(2 * end - early - late, TWENTY_FOUR))


@pytest.mark.slow
@given(LAYOUTS, HALVES, st.data())
def test_a_thing_with_a_lag_arrives_in_the_first_period_whose_middle_is_late_enough(
    lengths: Lengths, lag: int, data: st.DataObject
) -> None:
    """Without a lag that is the same period; nothing arrives before it is ordered."""
    horizon, found = horizon_of(lengths), spans(lengths)
    q = data.draw(st.sampled_from(horizon.periods))
    late = [t for t, (begin, end) in enumerate(found) if begin + end >= sum(found[q]) + lag and t >= q]
    assert horizon.arrival(q, lag / TWENTY_FOUR) == min(late, default=len(lengths))


@pytest.mark.slow
@given(LAYOUTS, HALVES, st.integers(1, 24 * 6))
def test_a_thing_serves_at_the_ends_from_its_begin_to_before_its_life_is_over(
    lengths: Lengths, ready: int, life: int
) -> None:
    """Ready at the very end of a period it serves there; at the end of its life it serves no more."""
    expected = [t for t, (_, end) in enumerate(spans(lengths)) if ready <= 2 * end < ready + life]
    assert horizon_of(lengths).served(ready / TWENTY_FOUR, life / TWENTY_FOUR) == expected


@pytest.mark.slow
@given(LAYOUTS, HALVES)
def test_an_instant_at_a_boundary_belongs_to_the_period_that_ends_there(lengths: Lengths, instant: int) -> None:
    """A purchase at the end of a period is one of that period; after the end of the plan there is none."""
    inside = [t for t, (_, end) in enumerate(spans(lengths)) if instant <= 2 * end]
    assert horizon_of(lengths).containing(instant / TWENTY_FOUR) == (inside[0] if inside else None)


@pytest.mark.slow
@given(LAYOUTS, HALVES, st.integers(1, 24 * 6))
def test_a_life_is_over_by_the_middle_of_a_period(lengths: Lengths, ready: int, life: int) -> None:
    """What works within a period must live beyond its middle."""
    horizon = horizon_of(lengths)
    for t, (begin, end) in enumerate(spans(lengths)):
        assert horizon.over_by(t, ready / TWENTY_FOUR, life / TWENTY_FOUR) == (begin + end >= ready + life)


@pytest.mark.slow
@given(LAYOUTS, st.integers(-6, 60), st.integers(0, 72))
def test_a_period_is_one_of_use_when_it_lies_completely_within_the_dates(
    lengths: Lengths, since: int, until: int
) -> None:
    """Begun at the first month of use or later, over at the month from which there is none, or earlier."""
    horizon = horizon_of(lengths)
    dates = (f"{2030 + since // 12}-{since % 12 + 1:02d}", month(until))
    expected = [t for t, (begin, end) in enumerate(spans(lengths)) if since <= begin and end <= until]
    assert usable(horizon, *dates) == expected


@pytest.mark.slow
@given(LAYOUTS, st.integers(0, 60), st.integers(0, 48), st.data())
def test_first_use_waits_for_arrival_and_for_the_first_month_of_use(
    lengths: Lengths, since: int, lag: int, data: st.DataObject
) -> None:
    """An order may come before the first month of use, its use may not."""
    horizon, found = horizon_of(lengths), spans(lengths)
    q = data.draw(st.sampled_from(horizon.periods))
    fine = [
        t for t, (begin, end) in enumerate(found) if t >= q and begin >= since and begin + end >= sum(found[q]) + lag
    ]
    assert first_use(horizon, q, lag / TWENTY_FOUR, month(since)) == min(fine, default=len(lengths))


@given(LAYOUTS, st.integers(0, 60))
def test_a_path_gives_its_rate_at_the_middle_for_the_whole_period(lengths: Lengths, since: int) -> None:
    """A period whose middle lies before the begin of the path holds nothing, any other its length at 2 a year."""
    horizon: PlanningHorizon = horizon_of(lengths)
    path = Path.model_validate({"start_per_year": 2.0, "from": month(since)})
    for t, (begin, end) in enumerate(spans(lengths)):
        expected = 2.0 * (end - begin) / 12 if begin + end >= 2 * since else 0.0
        assert abs(path_amount(horizon, path, t) - expected) < 1e-12
