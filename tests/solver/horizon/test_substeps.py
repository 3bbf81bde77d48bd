"""Sub-periods of the lunar plant agree with a count of their middles, on periods of any lengths in any order."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.horizon.substeps import SubPeriods
from tests.solver.horizon.layouts import LAYOUTS, Lengths, horizon_of, spans


@pytest.mark.slow
@given(LAYOUTS, st.integers(1, 30), st.integers(1, 60))
def test_steps_cut_each_period_equally_and_lags_run_between_their_middles(
    lengths: Lengths, longest: int, lag: int
) -> None:
    """The fewest equal steps within a length; product works from the first later step whose middle is late enough."""
    steps = SubPeriods.of(horizon_of(lengths), longest / 12)
    cut = [
        (t, begin + Fraction((2 * i + 1) * (end - begin), 2 * parts), Fraction(end - begin, parts))
        for t, (begin, end) in enumerate(spans(lengths))
        for parts in [-(-(end - begin) // longest)]
        for i in range(parts)
    ]
    assert len(steps.steps) == len(cut)
    for u, (t, middle, length) in enumerate(cut):
        assert steps.period(u) == t
        assert steps.middle(u) == pytest.approx(float(middle / 12))
        assert steps.years(u) == pytest.approx(float(length / 12))
        late = [w for w, (_, other, _) in enumerate(cut) if w > u and other >= middle + lag]
        assert steps.arrival(u, lag / 12) == min(late, default=len(cut))
