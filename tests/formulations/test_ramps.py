"""Ramps keep both rules of a growing rate, in quarters, in years, and in quarters followed by years."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pyomo.environ as pyo
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formulations import ramps
from formulations.coefficients import Ramp
from solver.derive.context import Context, max_in_window
from solver.derive.units import MODEL_UNITS
from solver.horizon.periods import PlanningHorizon
from solver.instance.fields import Growth
from solver.instance.schema import Horizon, PeriodGroup
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import compile_matrix
from tests.formulations.everything import instance_of

MONTHS = {"quarter": 3, "half_year": 6, "year": 12}
QUARTERS_THEN_YEARS = (("quarter", 8), ("year", 3))
LAYOUTS = (
    QUARTERS_THEN_YEARS,
    (("quarter", 6), ("year", 2)),
    (("half_year", 3), ("year", 2)),
    (("quarter", 10),),
    (("year", 5),),
)


def context(layout: Sequence[tuple[str, int]]) -> Context:
    """What derives ramps, on a horizon of the given groups of periods."""
    groups = [PeriodGroup.model_validate({"length": length, "count": count}) for length, count in layout]
    return Context(
        instance_of("everything"), PlanningHorizon.of(Horizon(start="2027-01", periods=groups)), (), MODEL_UNITS
    )


def growth(start: float, share: float = 0.0, ceiling: float | None = None) -> Growth:
    """A ramp as a file gives it."""
    return Growth(start_per_year=start, growth_share_per_year=share, ceiling_per_year=ceiling)


def schedules(ramp: Ramp, periods: int) -> pyo.ConcreteModel:
    """The rows of a ramp as the model writes them, over amounts by period."""
    m = pyo.ConcreteModel()
    m.amount = pyo.Var(range(periods), domain=pyo.NonNegativeReals)
    capped = [h for _, h in ramps.capped([("", h) for h in ramp.windows], {"": ramp})]
    m.cap = pyo.Constraint(capped, rule=lambda m, h: ramps.cap(ramp, lambda q: m.amount[q], h))
    m.growth = pyo.Constraint(list(ramp.windows), rule=lambda m, h: ramps.growth(ramp, lambda q: m.amount[q], h))
    return m


def allows(ramp: Ramp, amounts: Sequence[float]) -> tuple[bool, bool]:
    """Whether amounts by period keep the rows of a ramp: the cap, and the growth."""
    m = schedules(ramp, len(amounts))
    m.amount.set_values(dict(enumerate(amounts)))
    return tuple(  # type: ignore[return-value]
        all(pyo.value(row.body) <= pyo.value(row.upper) + 1e-9 for row in rows.values()) for rows in (m.cap, m.growth)
    )


def test_the_cap_grows_from_the_first_use_up_to_the_ceiling() -> None:
    """A start of 10 a year that doubles: flat until the first use, then by the years since, at most 45, whole."""
    ramp = context(QUARTERS_THEN_YEARS).ramp(growth(10.0, 1.0, 45.0), first=4)
    assert [ramp.cap[t] for t in range(11)] == [10] * 8 + [20, 40, 45]


def test_a_year_that_begins_with_the_first_use_holds_the_start() -> None:
    """In years, n years after the first use a year holds the start grown n times, rounded down to whole counts."""
    ramp = context((("year", 5),)).ramp(growth(10.0, 0.5), first=1)
    assert [ramp.cap[t] for t in range(5)] == [10, 10, 15, 22, 33]


def test_a_ramp_without_a_ceiling_ends_in_no_cap_instead_of_an_invented_one() -> None:
    """Where it has grown beyond every count there is no row; before, its right-hand side is its own rate."""
    ramp = context((("year", 60),)).ramp(growth(10.0, 9.0), first=0)
    assert [ramp.cap[t] for t in (0, 7, 12, 59)] == [10, 10.0**8, math.inf, math.inf]
    assert len(schedules(ramp, 60).cap) == sum(math.isfinite(cap) for cap in ramp.cap.values()) < 60


def test_practice_before_the_start_is_the_year_before_and_fills_the_first_windows() -> None:
    """With 4 a year until the start, doubling and one more: the first year holds 9, and its first quarter 6 of them."""
    growing = Growth(start_per_year=1.0, growth_share_per_year=1.0, practised_per_year=4.0)
    quarters, years = context((("quarter", 4),)).ramp(growing, first=0), context((("year", 2),)).ramp(growing, first=0)
    assert [years.cap[t] for t in range(2)] == [9, 18]
    assert [years.start[t] for t in range(2)] == [9.0, 1.0]
    assert [quarters.cap[t] for t in range(4)] == [6, 7, 8, 9]
    assert allows(years, [9.0, 19.0]) == (False, True)
    assert allows(quarters, [6.0, 1.0, 1.0, 1.0]) == (True, True)
    assert allows(quarters, [7.0, 0.0, 0.0, 0.0])[0] is False


def test_whole_counts_below_one_a_period_stay_possible() -> None:
    """One a year may happen in any single quarter, but twice in twelve months never, across new year neither."""
    ramp = context((("quarter", 8),)).ramp(growth(1.0), first=0)
    for amounts in ([0, 0, 1, 0, 0, 0, 1, 0], [1, 0, 0, 0, 1, 0, 0, 0]):
        assert allows(ramp, amounts) == (True, True)
    assert allows(ramp, [0, 0, 1, 0, 0, 1, 0, 0])[0] is False


def test_a_rate_never_practised_cannot_be_jumped_to() -> None:
    """After idle quarters the first year may hold the start and no more, though the cap alone would let it."""
    ramp = context(QUARTERS_THEN_YEARS).ramp(growth(4.0, 1.0), first=0)
    idle = [0.0] * 8
    assert allows(ramp, [*idle, 4.0, 12.0, 0.0]) == (True, True)
    assert allows(ramp, [*idle, 5.0, 0.0, 0.0]) == (True, False)


def test_what_quarters_practised_counts_for_the_first_year() -> None:
    """A year after quarters may hold the start and twice what the last four of them held together."""
    ramp = context(QUARTERS_THEN_YEARS).ramp(growth(4.0, 1.0), first=0)
    quarters = [0.0] * 4 + [1.0] * 4
    assert allows(ramp, [*quarters, 12.0, 0.0, 0.0]) == (True, True)
    assert allows(ramp, [*quarters, 12.5, 0.0, 0.0]) == (True, False)


def test_a_file_gives_the_rows_of_its_ramp() -> None:
    """The derived ramp of a vehicle starts with its first flight, half a year into the plan."""
    x = Context(instance_of("everything"), PlanningHorizon.of(instance_of("everything").horizon), (), MODEL_UNITS)
    vehicle = instance_of("everything").vehicles["big"]
    assert vehicle.flights_per_year is not None
    ramp = x.ramp(vehicle.flights_per_year, x.flying("big")[0])
    assert [ramp.cap[t] for t in range(1, 5)] == [20, 24, 36, 40]
    assert (set(ramp.start.values()), ramp.factor) == ({20.0}, 1.5)


def test_a_year_whose_year_before_begins_with_a_quarter_is_limited_too() -> None:
    """A burst in the first of four quarters is soon behind: fifteen months later no twelve months may hold 20 again."""
    ramp = context((("quarter", 8), ("year", 2))).ramp(growth(10.0), first=0)
    burst = [0.0] * 4 + [10.0, 0.0, 0.0, 0.0]
    assert allows(ramp, [*burst, 20.0, 0.0])[1] is True
    assert allows(ramp, [*burst, 20.0, 20.0])[1] is False


LENGTHS = {"month": 1, **MONTHS}
ANY_LAYOUT = st.lists(st.tuples(st.sampled_from(sorted(LENGTHS)), st.integers(1, 5)), min_size=1, max_size=4)


class Stream:
    """Amounts of periods spread evenly over their months, after a steady practice before the plan."""

    def __init__(self, lengths: Sequence[int], amounts: Sequence[Fraction], practised: int) -> None:
        self.before = Fraction(practised, 12)
        self.months = [amount / months for amount, months in zip(amounts, lengths, strict=True) for _ in range(months)]

    def year_to(self, end: int) -> Fraction:
        """Amount of the twelve months that end with a month."""
        months = [self.before if i < 0 else self.months[i] for i in range(end - 12, end)]
        return sum(months, Fraction(0))


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(ANY_LAYOUT, st.data())
def test_the_growth_rows_hold_exactly_when_any_twelve_months_hold(
    layout: list[tuple[str, int]], data: st.DataObject
) -> None:
    """Over periods of any lengths in any order the rows are those of a monthly stream, and hold in every month."""
    start, share = data.draw(st.integers(1, 6)), data.draw(st.sampled_from([0.0, 0.5, 1.0]))
    practised = data.draw(st.sampled_from([0, 0, 3]))
    lengths = [LENGTHS[length] for length, count in layout for _ in range(count)]
    largest = data.draw(st.sampled_from([1, 2, 4, 8]))
    amounts = data.draw(st.lists(st.integers(0, largest), min_size=len(lengths), max_size=len(lengths)))
    stream = Stream(lengths, [Fraction(n) for n in amounts], practised)
    grown = all(
        stream.year_to(end) <= start + Fraction(1 + share) * stream.year_to(end - 12) + Fraction(1, 10**9)
        for end in range(1, sum(lengths) + 1)
    )
    growing = Growth(start_per_year=start, growth_share_per_year=share, practised_per_year=practised)
    assert allows(context(layout).ramp(growing, first=0), amounts)[1] == grown


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(ANY_LAYOUT, st.data())
def test_the_path_holds_where_twelve_months_begin_or_end_with_a_period(
    layout: list[tuple[str, int]], data: st.DataObject
) -> None:
    """Counted in months, a schedule keeps the path of a file at these instants exactly when it keeps the rows."""
    start, share = data.draw(st.integers(1, 6)), data.draw(st.sampled_from([0.0, 0.5, 1.0]))
    ceiling = data.draw(st.sampled_from([None, 8.0]))
    lengths = [LENGTHS[length] for length, count in layout for _ in range(count)]
    amounts = data.draw(st.lists(st.integers(0, 4), min_size=len(lengths), max_size=len(lengths)))
    stream, edges = Stream(lengths, [Fraction(n) for n in amounts], 0), {0, *itertools.accumulate(lengths)}
    capped = True
    for end in range(1, sum(lengths) + 1):
        if end in edges or end - 12 in edges:
            reachable = start * (1 + share) ** (max(0, end - 12) / 12)
            capped &= stream.year_to(end) <= min(reachable, ceiling or reachable) + 1e-9
    assert allows(context(layout).ramp(growth(start, share, ceiling), first=0), amounts)[0] == capped


@pytest.mark.slow
@pytest.mark.parametrize("layout", [*LAYOUTS, (("month", 5), ("year", 2), ("quarter", 3), ("half_year", 3))])
@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_licence_holds_in_every_twelve_months(layout: Sequence[tuple[str, int]], share: float) -> None:
    """The most that the rows of a constant limit let any twelve months hold is the limit, for every month."""
    x, lengths = context(layout), [LENGTHS[length] for length, count in layout for _ in range(count)]
    ramp, months = x.ramp(growth(4.0, share, 4.0), first=0), [t for t, n in enumerate(lengths) for _ in range(n)]
    m = schedules(ramp, len(lengths))
    m.growth.deactivate()
    m.most = pyo.Objective(expr=sum(m.amount.values()))
    matrix = compile_matrix(m)
    period_of = [matrix.column_names.indices[j][0] for j in range(matrix.columns)]
    for end in range(12, len(months) + 1):
        year = Counter(months[end - 12 : end])
        cost = np.array([-year[t] / lengths[t] for t in period_of])
        solution = solve(matrix.with_(cost=cost), Limits(gap=0.0))
        assert solution.objective == pytest.approx(-4.0, abs=1e-6)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_bounds_from_a_ramp_cut_off_no_schedule(layout: Sequence[tuple[str, int]], share: float) -> None:
    """The bound that variables get from a ramp is no less than the most that its rows let any window hold."""
    x = context(layout)
    ramp = x.ramp(growth(3.0, share, 20.0), first=0)
    bound = max_in_window(ramp, x.horizon.periods)
    for t in x.horizon.periods:
        m = schedules(ramp, len(x.horizon.periods))
        m.most = pyo.Objective(expr=sum(part * m.amount[q] for q, part in ramp.window[t].items()), sense=pyo.maximize)
        solution = solve(compile_matrix(m), Limits(gap=0.0))
        assert solution.objective is not None
        assert 0 < -solution.objective <= bound[t] + 1e-6
