"""Chords under learning curves: published errors, the bound they make, and cuts that err evenly."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.physics.chords import chord_error_share, even_cuts, worst_share
from solver.physics.learning import Curve

CURVES = st.builds(
    Curve,
    st.floats(1.0, 1e4),
    st.floats(0.0, 0.6),
    st.sampled_from([0.0, 0.1, 0.5, 1.0]),
)


@pytest.mark.parametrize(
    ("decades", "segments", "error_percent"), [(5, 8, 5.4), (5, 16, 1.4), (5, 32, 0.4), (3, 8, 2.0), (3, 16, 0.5)]
)
def test_errors_of_equal_doublings_at_20_percent(decades: int, segments: int, error_percent: float) -> None:
    """Of all that was ever paid, chords over equal doublings leave out the shares that are known for them."""
    curve = Curve(1.0, 0.2)
    cuts = [float(cut) for cut in np.geomspace(1.0, 10.0**decades, segments + 1)]
    assert 100 * worst_share(curve, cuts, curve.history()) == pytest.approx(error_percent, abs=0.06)


def test_equal_doublings_err_more_against_what_the_plan_pays() -> None:
    """Counted from the start of the plan, as many even cuts err by less than a tenth of it."""
    curve = Curve(1.0, 0.2)
    doublings = [float(cut) for cut in np.geomspace(1.0, 1e3, 17)]
    cuts = even_cuts(curve, 1e3, 0.0, 16)
    assert len(cuts) - 1 <= 16
    assert worst_share(curve, cuts) < worst_share(curve, doublings) / 7


@settings(deadline=None)
@given(CURVES, st.floats(1.001, 1e4), st.floats(0.0, 1.0))
def test_a_chord_is_below_its_curve_by_no_more_than_it_says(curve: Curve, times: float, part: float) -> None:
    """Anywhere between its ends a chord costs at most what the curve does, and at least that less the error."""
    high = curve.start * times
    x = curve.start + part * (high - curve.start)
    chord = curve.spend(high) * part
    true = curve.spend(x)
    assert chord <= true * (1 + 1e-9) + 1e-9
    assert chord >= true * (1 - chord_error_share(curve, curve.start, high)) - 1e-6 * true - 1e-9


@pytest.mark.slow
@settings(deadline=None)
@given(CURVES, st.floats(1.1, 1e4), st.floats(0.001, 0.05))
def test_even_cuts_keep_their_share(curve: Curve, times: float, share: float) -> None:
    """Cuts run from the start to the end, rise, and no chord between two errs by more than the limit."""
    high = curve.start * times
    cuts = even_cuts(curve, high, share, 1000)
    assert (cuts[0], cuts[-1]) == (curve.start, high)
    assert all(low < up for low, up in pairwise(cuts))
    assert worst_share(curve, cuts) <= share * (1 + 1e-6) + 1e-9


def test_cuts_beyond_the_most_raise_the_share_instead() -> None:
    """If the share would need too many segments, there are no more than allowed, with a larger error."""
    curve = Curve(10.0, 0.2)
    cuts = even_cuts(curve, 1e4, 1e-6, 12)
    assert 2 <= len(cuts) - 1 <= 12
    assert 1e-6 < worst_share(curve, cuts) < 0.05


def test_beyond_the_floor_one_segment_is_exact() -> None:
    """A price that falls no further needs one chord however far it goes."""
    curve = Curve(10.0, 0.2, 0.5)
    cuts = even_cuts(curve, 1e6, 0.001, 1000)
    assert cuts[-2] == pytest.approx(curve.floor_reached)
    assert chord_error_share(curve, cuts[-2], cuts[-1]) == pytest.approx(0.0, abs=1e-12)


def test_nothing_to_cut() -> None:
    """A curve on which nothing can be bought has its start alone, and no error."""
    curve = Curve(10.0, 0.2)
    assert even_cuts(curve, 10.0, 0.01, 8) == (10.0,)
    assert worst_share(curve, (10.0,)) == 0.0
    assert math.isfinite(chord_error_share(curve, 10.0, 10.0001))


def test_a_chord_over_next_to_nothing_is_exact() -> None:
    """Purchases of 150 on an experience of 1e12 change no price that a double can hold."""
    curve = Curve(1e12, 0.25)
    assert chord_error_share(curve, 1e12, 1e12 + 1e-4) == 0.0
    assert even_cuts(curve, 1e12 + 150.0, 0.0, 64) == (1e12, 1e12 + 150.0)
