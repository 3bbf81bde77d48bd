"""The bandit over trials of developments: what gained most comes first, and one seed gives one order."""

from __future__ import annotations

import numpy as np

from solver.search.core.developments import FULL_GAIN, Bandit, Trial

A, B, C = (Trial(np.array([first, first + 1]), begun) for first, begun in ((0, False), (2, True), (4, True)))


def _keys(order: list[Trial]) -> list[tuple[int, bool]]:
    return [trial.key for trial in order]


def test_trials_without_a_score_keep_the_order_given() -> None:
    """Before anything is known the dearest developments are shut first, as the caller has sorted them."""
    assert _keys(Bandit(3).order([B, A, C])) == [B.key, A.key, C.key]


def test_what_gained_most_comes_first_and_what_was_never_tried_before_it() -> None:
    """After one try each the gains decide; a third trial that has none comes before both."""
    bandit = Bandit()
    bandit.record(A, 0.0)
    bandit.record(B, FULL_GAIN)
    assert _keys(bandit.order([A, B])) == [B.key, A.key]
    assert _keys(bandit.order([A, B, C])) == [C.key, B.key, A.key]


def test_a_trial_that_was_tried_often_in_vain_gives_way() -> None:
    """Ten tries without a gain leave less uncertainty than one; gains and losses beyond the full one count as that."""
    bandit = Bandit()
    for _ in range(10):
        bandit.record(A, -5.0)
    bandit.record(B, 0.0)
    assert _keys(bandit.order([A, B])) == [B.key, A.key]
    bandit.record(C, 50.0)
    assert bandit.gains[C.key] == 1.0
    assert bandit.gains[A.key] == 0.0


def test_equal_scores_are_drawn_from_the_seed() -> None:
    """The same seed draws the same order; over some seeds both orders occur."""

    def order(seed: int) -> tuple[tuple[int, bool], ...]:
        bandit = Bandit(seed)
        bandit.record(A, 0.01)
        bandit.record(B, 0.01)
        return tuple(_keys(bandit.order([A, B])))

    assert order(1) == order(1)
    assert len({order(seed) for seed in range(10)}) == 2
