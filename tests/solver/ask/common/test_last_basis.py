"""The basis of the last LP starts the next one, with its statuses by name."""

from __future__ import annotations

import threading

from solver.ask.common.last_basis import LastBasis
from solver.milp.limits import Limits
from solver.search.variants.missed_target import least_missed
from tests.solver.small import matrix_of, small


def test_the_next_lp_starts_from_the_last_one() -> None:
    """A shell with another number of slots is an LP of its own, solved to the same share from either start."""
    last = LastBasis()
    first, second = (
        matrix_of(small({"target.milestones": [{"date": "2031-01", "gw": 0.08}], "shells.near.slots": slots}))[1]
        for slots in (5.0, 6.0)
    )
    assert last.basis(first) is None
    least_missed(first, Limits(), threading.Event(), warm=last)
    assert last.basis(second) is not None
    warm, cold = (least_missed(second, Limits(), threading.Event(), warm=start) for start in (last, None))
    assert warm is not None
    assert cold is not None
    assert abs(warm.share - 0.25) < 1e-9
    assert abs(cold.share - 0.25) < 1e-9


def test_an_lp_without_a_basis_leaves_the_last_one() -> None:
    """What ended without a basis is no start."""
    last, (_, matrix) = LastBasis(), matrix_of(small({}))
    least_missed(matrix, Limits(), threading.Event(), warm=last)
    kept = last.last
    last.keep(matrix, None)
    assert last.last is kept is not None
