"""Result of a search: incumbent and termination, with the additions of the variants of a search."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from solver.milp.limits import GAP_TOLERANCE, Limits
from solver.milp.matrix import Matrix
from solver.milp.solution import (
    WITHIN_GAP,
    Basis,
    Certificate,
    Incumbent,
    Limit,
    Reason,
    Result,
    Termination,
)
from solver.search.core.state import SearchOptions


@dataclass(frozen=True, slots=True)
class EarliestDate:
    """Earliest date in periods: the first one for which a plan is known, and the first not proven infeasible.

    ``certificate`` is that of the infeasibility of the period before ``bound``, which implies that of all earlier ones.
    """

    period: int
    bound: int
    certificate: Certificate = Certificate.LP_VERIFIED


@dataclass(frozen=True, slots=True)
class SurvivabilityStats:
    """Statistics of a survivable search.

    ``rounds`` counts cut rounds beyond the first, ``rows`` the rows added. ``without`` is the incumbent of the search
    without contingencies; ``seconds`` and ``seconds_without`` are the times of the two searches.
    """

    rounds: int = 0
    rows: int = 0
    without: Incumbent = field(default_factory=Incumbent)
    seconds: float = 0.0
    seconds_without: float = 0.0


@dataclass(frozen=True, slots=True)
class SearchStats:
    """Statistics of a search.

    ``lp_bound`` is the bound of the LP relaxation, ``integers`` counts the columns kept integer, ``price_rounds`` the
    prices tried under learning curves, ``work`` the work done. With ``time_limited`` the clock ended some step early,
    so that another run may differ.
    """

    lp_bound: float = -np.inf
    integers: int = 0
    price_rounds: int = 0
    work: int = 0
    time_limited: bool = False
    warnings: tuple[str, ...] = ()

    def after(self, *earlier: SearchStats) -> SearchStats:
        """Return these statistics with the work of earlier searches added."""
        return replace(
            self,
            work=self.work + sum(stats.work for stats in earlier),
            time_limited=self.time_limited or any(stats.time_limited for stats in earlier),
        )


@dataclass(frozen=True, slots=True)
class SearchResult(Result):
    """Result of a search, in the minimised sense of its matrix.

    ``matrix`` is the one searched where rows were added to the one given, ``basis`` that of the LP relaxation. ``date``
    comes with the search for an earliest date, ``survivability`` with a survivable search.
    """

    stats: SearchStats = field(default_factory=SearchStats)
    basis: Basis | None = None
    matrix: Matrix | None = None
    date: EarliestDate | None = None
    survivability: SurvivabilityStats | None = None


class Search(Protocol):
    """Solution method for a matrix, from a known incumbent and a basis of its LP relaxation where there are such."""

    def __call__(
        self,
        matrix: Matrix,
        options: SearchOptions,
        start: Incumbent | None = None,
        basis: Basis | None = None,
        /,
    ) -> SearchResult:
        """Return the best plan with its bound."""
        ...


def within_gap(incumbent: Incumbent, limits: Limits) -> bool:
    """Return whether a plan is proven within the gap."""
    return incumbent.gap <= limits.gap + GAP_TOLERANCE


def termination_of(
    incumbent: Incumbent, options: SearchOptions, ended: Termination, otherwise: str = "integer counts"
) -> Termination:
    """Return the termination of a search: within the gap, by an interrupt, or that of its last step.

    ``otherwise`` is the detail where that step was within its own gap, or found no better plan, and the gap is open.
    """
    if incumbent.x is not None and within_gap(incumbent, options.limits):
        return WITHIN_GAP
    if incumbent.x is None and ended.reason is Reason.INFEASIBLE:
        return ended
    if options.stopped:
        return Termination.at(Limit.INTERRUPT)
    if ended.reason in (Reason.GAP, Reason.INFEASIBLE):
        return Termination(Reason.EXHAUSTED, detail=otherwise)
    return ended
