"""Cost of surviving the failures of an instance, as an outcome reports it."""

from __future__ import annotations

from typing import Any

import numpy as np

from solver.search.core.result import SurvivabilityStats


def survivability_data(stats: SurvivabilityStats, factor: float | None) -> dict[str, Any]:
    """Return the statistics as JSON; ``factor`` leads to the unit of the outcome.

    ``objective_without`` and ``bound_without`` are of the search that need not survive. They are null
    where there is no factor, as for an earliest date: only the cost at one date is known.
    """
    known = stats.without
    has_plan, has_bound = known.objective is not None and factor is not None, bool(np.isfinite(known.bound))
    return {
        "rounds": stats.rounds,
        "rows": stats.rows,
        "objective_without": known.objective * factor if known.objective is not None and factor is not None else None,
        "bound_without": known.bound * factor if has_bound and factor is not None else None,
        "gap_without": known.gap if has_plan and has_bound else None,
        "seconds_without": stats.seconds_without,
        "seconds": stats.seconds,
    }
