"""Boxes of ranges in which an outcome holds, by peeling (PRIM, Friedman and Fisher 1999).

The packages for it are a copyleft one and a workbench of many packages, both too much for a page of peeling.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from solver.ask.sensitivity.ranges import RangedLever
from solver.errors import UsageError
from solver.milp.matrix import Bools, Floats
from solver.search.variants.plan_features import EARTH, MOON, Group

PEEL, LEAST_SHARE, DENSE, MOST_BOXES = 0.1, 0.05, 0.95, 3
"""Part peeled at a time, least share of the samples in a box, density at which peeling ends, and boxes at most."""
_OUTCOME = re.compile(r"\s*(orbit|moon|cost|plan)\s*(?:([<>])\s*([0-9.eE+-]+))?\s*")
EXPECTED = "expected orbit>SHARE, moon>SHARE, cost<MUSD or plan, such as orbit>0.5"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Yes/no question about a point: share built in orbit or on the Moon, cost by its bound, or if a plan exists."""

    kind: str
    below: bool
    limit: float

    def holds(self, data: Mapping[str, Any]) -> bool | None:
        """Return whether it holds at a point of the LP relaxation; None where that is not known."""
        if self.kind == "plan":
            return not data["infeasible"]
        if data["infeasible"] or data["bound"] is None:
            return False
        value = data["bound"] if self.kind == "cost" else self._share(data["shares"])
        return bool(value < self.limit if self.below else value > self.limit)

    def _share(self, shares: Mapping[str, float]) -> float:
        made = (
            [f"{Group.PLACES}.{MOON}"] if self.kind == "moon" else [f"{Group.PLACES}.{EARTH}", f"{Group.PLACES}.{MOON}"]
        )
        return sum(shares.get(key, 0.0) for key in made)


@dataclass(frozen=True, slots=True)
class Box:
    """Box: the limits of the levers that bound it, the share of its samples with the outcome, and of all those in it.

    ``limits`` maps a lever to the least and the most value of its first quantity.
    """

    limits: Mapping[str, tuple[float | str, float | str]]
    density: float
    coverage: float
    samples: int


def outcome_of(text: str) -> Outcome:
    """Return the outcome of an option; UsageError for anything else."""
    match = _OUTCOME.fullmatch(text)
    try:
        limit = float(match[3]) if match is not None and match[3] else 0.0
    except ValueError:
        match = None
    if match is None or (match[1] != "plan") != bool(match[2]):
        raise UsageError(f"--outcome: found {text!r}, {EXPECTED}")
    return Outcome(match[1], match[2] == "<", limit)


def boxes(levers: Sequence[RangedLever], samples: Floats, holds: Sequence[bool | None]) -> tuple[Box, ...]:
    """Return the boxes of an outcome, the densest part first; none where it holds everywhere or nowhere."""
    known = np.array([value is not None for value in holds])
    points, yes = samples[known], np.array([bool(value) for value in holds])[known]
    found: list[Box] = []
    left = np.ones(len(points), dtype=bool)
    while len(found) < MOST_BOXES and yes[left].any() and not yes.all():
        low, high = _peeled(points, yes, left)
        inside = left & np.all((points >= low) & (points <= high), axis=1)
        if yes[inside].mean() <= yes.mean():
            break
        limits = {
            lever.path: (_shown(lever, low[n]), _shown(lever, high[n]))
            for n, lever in enumerate(levers)
            if low[n] > 0.0 or high[n] < 1.0
        }
        share = float(yes[inside].sum() / yes.sum())
        found.append(Box(limits, float(yes[inside].mean()), share, int(inside.sum())))
        left &= ~inside
    return tuple(found)


def _shown(lever: RangedLever, share: float) -> float | str:
    first = lever.quantities[0][1]
    return first.shown(first.at(share))


def _peeled(points: Floats, yes: Bools, left: Bools) -> tuple[Floats, Floats]:
    """Return the limits of a box, peeled from one side at a time to where the outcome is densest."""
    low, high = np.zeros(points.shape[1]), np.ones(points.shape[1])
    inside = left.copy()
    while yes[inside].mean() < DENSE and inside.sum() * (1 - PEEL) >= LEAST_SHARE * len(points):
        best, choice = yes[inside].mean(), None
        for n in range(points.shape[1]):
            for side, cut in (("low", PEEL), ("high", 1 - PEEL)):
                at = float(np.quantile(points[inside, n], cut))
                kept = inside & (points[:, n] >= at if side == "low" else points[:, n] <= at)
                if kept.sum() and kept.sum() < inside.sum() and yes[kept].mean() >= best:
                    best, choice = yes[kept].mean(), (n, side, at, kept)
        if choice is None:
            break
        n, side, at, inside = choice
        (low if side == "low" else high)[n] = at
    return low, high
