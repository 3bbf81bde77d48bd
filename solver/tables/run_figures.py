"""Figures of a plan as one flat row, which the manifest of its run keeps: tables of many runs read no plan."""

from __future__ import annotations

from typing import Any

from solver.tables.active_limits import active_limits
from solver.tables.figures import figures_of, power_by_year
from solver.tables.plan_state import PlanState

FIGURES = (
    "usd_per_w", "flights", "mass_t", "nodes", "power_gw", "orbit_gw", "ground_gw", "orbit_share", "moon_share",
    "active_limits",
)  # fmt: skip
"""Keys of the row; then ``gw_YEAR``, the IT power at the end of each calendar year."""


def run_figures(state: PlanState) -> dict[str, Any]:
    """Return the row of a plan; a share is None without power."""
    figures, last = figures_of(state), state.horizon.periods[-1]
    orbit, ground, moon = state.orbit_gw(last), state.on_ground_gw(last), state.made_gw("moon", last)
    whole = orbit + ground
    limits = dict.fromkeys(f"{limit.constraint} {limit.place}".strip() for limit in active_limits(state))
    return {
        "usd_per_w": figures.usd_per_w,
        "flights": figures.flights,
        "mass_t": figures.mass_t,
        "nodes": figures.nodes,
        "power_gw": figures.power_gw,
        "orbit_gw": orbit,
        "ground_gw": ground,
        "orbit_share": orbit / whole if whole > 0 else None,
        "moon_share": moon / whole if whole > 0 else None,
        "active_limits": "; ".join(limits) or None,
        **{f"gw_{year}": power for year, power in power_by_year(state).items()},
    }
