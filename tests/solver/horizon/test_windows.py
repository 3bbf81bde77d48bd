"""The windows that have rows suffice for any twelve months, found by counting every month."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from solver.horizon.windows import YEAR, Shares, windows
from tests.solver.horizon.layouts import LAYOUTS, Lengths, horizon_of, spans

AMOUNTS = st.lists(st.integers(0, 9), min_size=40, max_size=40)
PRACTISED = st.sampled_from([0.0, 1.0, 6.0])


def _by_month(lengths: Lengths, amounts: list[int], practised: float) -> list[float]:
    """What is done in each month, spread evenly over its period; two years before the plan come first."""
    spread = [amounts[t] / (end - begin) for t, (begin, end) in enumerate(spans(lengths)) for _ in range(end - begin)]
    return [practised / YEAR] * (2 * YEAR) + spread


def _total(amounts: list[int], shares: Shares, practised: float, history_years: float) -> float:
    return sum(amounts[t] * share for t, share in shares.items()) + practised * history_years


@settings(max_examples=30)
@given(LAYOUTS, AMOUNTS, PRACTISED)
def test_a_constant_limit_holds_in_any_twelve_months(lengths: Lengths, amounts: list[int], practised: float) -> None:
    """The fullest window with a row is the fullest of all that end within the plan."""
    done = _by_month(lengths, amounts, practised)
    rows = [
        _total(amounts, w.within, practised, w.history_years)
        for w in windows(horizon_of(lengths)).values()
        if not w.reads_before
    ]
    fullest = max(sum(done[end - YEAR : end]) for end in range(2 * YEAR + 1, len(done) + 1))
    assert max(*rows, practised) >= fullest - 1e-9
    assert max(rows) <= max(fullest, practised) + 1e-9


@settings(max_examples=30)
@given(LAYOUTS, AMOUNTS, PRACTISED, st.sampled_from([1.0, 1.5]))
def test_growth_holds_from_any_twelve_months_to_the_next(
    lengths: Lengths, amounts: list[int], practised: float, factor: float
) -> None:
    """Where no row grows by more than a factor and a step, no twelve months of the calendar do."""
    done = _by_month(lengths, amounts, practised)
    rows = [
        _total(amounts, w.within, practised, w.history_years)
        - factor * _total(amounts, w.before, practised, w.history_before_years)
        for w in windows(horizon_of(lengths)).values()
    ]
    steps = [
        sum(done[end - YEAR : end]) - factor * sum(done[end - 2 * YEAR : end - YEAR])
        for end in range(2 * YEAR + 1, len(done) + 1)
    ]
    assert max(*rows, practised * (1 - factor)) >= max(steps) - 1e-9
