"""Bracket of a repair: efforts that are not enough, and efforts that are, near each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from solver.ask.explain.levers import Lever

Efforts = tuple[float, ...]
Decide = Callable[[Sequence[Lever], Sequence[float]], bool | None]
"""Test whether some efforts are enough: None where that is not proven in time."""


@dataclass(frozen=True, slots=True)
class Bracket:
    """Efforts of some levers that are not enough, and efforts that are, near each other.

    ``proven``: no plan exists at the lower ones; with ``each`` none exists with a single one of them lowered.
    ``first`` is the effort beyond the higher ones with which a plan is tried first.
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    proven: bool
    each: bool
    first: float = 0.0


CHOSEN = Bracket((0.0,), (1.0,), True, True)
"""Bracket of a choice, which is taken or not."""


def all_below(levers: Sequence[Lever], high: Sequence[float], share: float, decide: Decide) -> tuple[Efforts, Efforts]:
    """Return efforts all of which are a share below others and not enough, and these others, which are.

    Where the first share is still enough it is doubled. Without a proof the lower ones are none, as in the file.
    """
    last = tuple(high)
    low = tuple(lever.below(effort, share) for lever, effort in zip(levers, last, strict=True))
    while any(low):
        enough = decide(levers, low)
        if enough is False:
            return low, last
        if enough is None:
            break
        last, share = low, 2 * share
        low = tuple(lever.below(effort, share) for lever, effort in zip(levers, last, strict=True))
    return (0.0,) * len(last), last


def each_below(levers: Sequence[Lever], high: Sequence[float], share: float, decide: Decide) -> Efforts | None:
    """Return efforts a share below some that are enough, of which each alone is proven not to be; None where not."""
    low = tuple(lever.below(effort, share) for lever, effort in zip(levers, high, strict=True))
    short = (decide(levers, [*high[:n], effort, *high[n + 1 :]]) is False for n, effort in enumerate(low))
    return low if all(short) else None
