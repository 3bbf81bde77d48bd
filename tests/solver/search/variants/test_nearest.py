"""The number needed is the nearest that is enough, found in few trials, and never one that is not enough."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from solver.search.variants.deletion import irreducible
from solver.search.variants.nearest import nearest
from solver.search.variants.relaxation import Relaxation, number

REACHES: dict[str, Callable[[float, float], float]] = {
    "power": lambda x, needed: (x / needed) ** 1.5,
    "step": lambda x, needed: 2.0 if x >= needed else 0.5,
    "unknown": lambda x, needed: float(x >= needed),
    "saturating": lambda x, needed: min(x / needed, 1.0),
    "noisy": lambda x, needed: round(x / needed, 1) if x < 0.9 * needed else x / needed,
}


def relaxation(given: float, loosest: float, integer: bool = False) -> Relaxation:
    """A relaxation of a limit between two numbers."""
    return Relaxation("c", "", "a.b", (("a", "b"),), "t", given, loosest, number, integer=integer)


@pytest.mark.parametrize("kind", REACHES)
@pytest.mark.parametrize("needed", [0.02, 1.0, 7.34, 40.0, 56789.0])
def test_a_number_is_enough_and_near(kind: str, needed: float) -> None:
    """From 0.01 up to a million: enough, and at most half a per cent above the least number that is."""
    trials = list[float]()

    def reach(x: float) -> float:
        trials.append(x)
        return REACHES[kind](x, needed)

    found = nearest(relaxation(0.01, 1e6), reach, lambda: False)
    assert needed <= found <= 1.005 * needed
    assert len(trials) <= (16 if kind == "power" else 40)


@pytest.mark.parametrize("kind", REACHES)
@pytest.mark.parametrize("needed", [1.0, 2.0, 17.0, 9999.0])
def test_a_count_is_exact(kind: str, needed: float) -> None:
    """Of counts from 0 to 10,000 the least that is enough is found."""
    found = nearest(relaxation(0, 10_000, integer=True), lambda x: REACHES[kind](x, needed), lambda: False)
    assert found == needed


def test_lower_limits_are_relaxed_downwards() -> None:
    """Days at a pad: 12.5 or less are enough, from 300."""
    found = nearest(relaxation(300.0, 0.0), lambda x: 12.5 / max(x, 1e-9), lambda: False)
    assert found == 12.5


def test_the_deletion_filter_leaves_an_irreducible_part() -> None:
    """Of 29 items three are needed together; they are left, in fewer trials than one for each item and level."""
    trials = list[int]()

    def enough(items: object) -> bool:
        trials.append(1)
        return {3, 17, 18} <= set(items)  # type: ignore[call-overload]

    assert irreducible(range(29), enough, lambda: False) == ([3, 17, 18], True)
    assert len(trials) <= 29
    assert irreducible(range(29), enough, lambda: True) == (list(range(29)), False)
