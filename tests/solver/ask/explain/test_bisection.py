"""A bisection ends with two efforts near each other, one not enough and one enough, and with what is proven."""

from __future__ import annotations

import pytest

from solver.ask.explain.bisection import Bisection


@pytest.mark.parametrize("needed", [0.0301, 0.7, 5.2, 63.9])
def test_both_ends_close_in(needed: float) -> None:
    """Steps that double and halves find the least effort to within the distance asked."""
    search = Bisection(lambda effort: float(effort >= needed), lambda: True, 0.0, 64.0)
    search.widen(lambda: False)
    search.narrow(lambda low, high: high - low <= 0.01, lambda: False)
    assert search.low < needed <= search.high <= search.low + 0.01
    assert search.proven


@pytest.mark.parametrize("needed", [1.3, 5.2, 40.0])
def test_shares_lead_to_the_effort_needed(needed: float) -> None:
    """Where the share grows evenly, a few guesses put one end on each side; halves alone need more."""

    def trials(step: float) -> int:
        asked: list[float] = []

        def reached(effort: float) -> float:
            asked.append(effort)
            return 0.05 ** (1.0 - effort / needed)

        search = Bisection(reached, lambda: True, 0.0, 64.0, step=step)
        search.widen(lambda: False)
        first = len(asked)
        search.narrow(lambda low, high: high - low <= 0.05, lambda: False)
        assert search.low < needed <= search.high <= search.low + 0.05
        return len(asked) - first

    assert trials(0.045) <= 5
    assert trials(0.0) >= 7


def test_an_effort_that_ran_out_of_time_proves_nothing() -> None:
    """The lower end is proven where the last effort below was; an earlier one without a proof does not matter."""
    proofs = iter([False, True])
    search = Bisection(lambda effort: float(effort >= 3.0), lambda: next(proofs), 0.0, 8.0)
    assert not search.tried(1.0)
    assert not search.proven
    assert not search.tried(2.0)
    assert search.proven


def test_a_late_search_keeps_what_it_has() -> None:
    """Without time the interval stays."""
    search = Bisection(lambda _effort: 1.0, lambda: True, 0.0, 8.0)
    search.widen(lambda: True)
    search.narrow(lambda _low, _high: False, lambda: True)
    assert (search.low, search.high) == (0.0, 8.0)
