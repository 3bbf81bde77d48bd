"""What surviving the failures of an instance took and cost, as an outcome reports it."""

from __future__ import annotations

from dataclasses import dataclass

from solver.instance.schema import Instance
from solver.search.engine.search import gap_of
from solver.search.variants.survivable_search import CutLoop


@dataclass(frozen=True, slots=True)
class SurvivabilityStats:
    """What surviving the failures took: rounds of search beyond the first, rows added, and what plans cost without it.

    ``without`` and ``without_bound`` are of the search that did not ask for it, in the unit of the outcome (none for an
    earliest date: only the cost at one date is known), ``gap_without`` is their gap. ``seconds`` are of the search that
    asks for it, ``seconds_without`` of the other.
    """

    rounds: int
    rows: int
    without: float | None
    without_bound: float | None
    gap_without: float | None
    seconds_without: float
    seconds: float


def survived(loop: CutLoop, instance: Instance, factor: float) -> SurvivabilityStats:
    """What a row loop tells, in the unit of the outcome: ``factor`` leads there from the sense of the matrix."""
    told = loop.told
    if instance.objective.kind == "earliest_date":
        return SurvivabilityStats(told.rounds, told.rows, None, None, None, told.seconds_without, told.seconds)
    without = None if told.without is None else told.without * factor
    bound = told.without_bound * factor if abs(told.without_bound) < 1e300 else None
    gap = None if without is None or bound is None else gap_of(without, bound)
    return SurvivabilityStats(told.rounds, told.rows, without, bound, gap, told.seconds_without, told.seconds)
