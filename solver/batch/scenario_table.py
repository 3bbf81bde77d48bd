"""Scenario table: one tidy row for each scenario of a sweep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from solver.batch.record import BatchResult
from solver.batch.sweep import Sweep
from solver.run.stored_run import read_run
from solver.tables import figures_of, state_of
from solver.tables.active_limits import active_limits
from solver.tables.figures import power_by_year
from solver.tables.plan_state import PlanState

if TYPE_CHECKING:
    from pandas import DataFrame


COLUMNS = (
    "status", "objective", "bound", "unit", "gap", "usd_per_w", "flights", "mass_t", "nodes", "power_gw",
    "orbit_share", "moon_share", "active_limits", "conflict", "seconds", "run_dir", "message",
)  # fmt: skip
"""Columns after the levers; then ``gw_YEAR``, the IT power at the end of each calendar year."""


def scenario_table(sweep: Sweep, results: Sequence[BatchResult]) -> DataFrame:
    """Return the table of a sweep: levers, status, cost, bound, gap, figures of the plan, power by year.

    A column of a lever is numeric where all its values are numbers. Cells are empty without a plan.
    """
    from pandas import DataFrame, to_numeric

    rows, powers = [], []
    for values, result in zip(sweep.rows, results, strict=True):
        row, power = _row(result)
        rows.append({**dict(zip(sweep.levers, values, strict=True)), **row})
        powers.append(power)
    years = sorted({year for power in powers for year in power})
    for row, power in zip(rows, powers, strict=True):
        row |= {f"gw_{year}": power.get(year) for year in years}
    frame = DataFrame(rows, columns=[*sweep.levers, *COLUMNS, *(f"gw_{year}" for year in years)])
    for lever in sweep.levers:
        numbers = to_numeric(frame[lever], errors="coerce")
        if not numbers.isna().any():
            frame[lever] = numbers
    return frame


def _row(result: BatchResult) -> tuple[dict[str, Any], Mapping[int, float]]:
    row: dict[str, Any] = {**dict.fromkeys(COLUMNS), "status": result.status, "message": result.message or None}
    if result.run_dir is None:
        return row, {}
    run = read_run(result.run_dir)
    manifest = run.manifest
    row |= {
        "objective": manifest.objective,
        "bound": manifest.bound,
        "unit": manifest.unit,
        "gap": manifest.gap,
        "conflict": "; ".join(dict.fromkeys(f"{r.constraint} {r.place}".strip() for r in manifest.conflict)) or None,
        "seconds": manifest.seconds["total"],
        "run_dir": str(result.run_dir),
    }
    if run.plan is None:
        return row, {}
    state = state_of(run.instance, run.plan)
    return row | _figures(state), power_by_year(state)


def _figures(state: PlanState) -> dict[str, Any]:
    figures = figures_of(state)
    last = state.horizon.periods[-1]
    orbit, ground = state.orbit_gw(last), state.on_ground_gw(last)
    moon_made = state.made_gw("moon", last)
    limits = dict.fromkeys(f"{limit.constraint} {limit.place}".strip() for limit in active_limits(state))
    return {
        "usd_per_w": figures.usd_per_w,
        "flights": figures.flights,
        "mass_t": figures.mass_t,
        "nodes": figures.nodes,
        "power_gw": figures.power_gw,
        "orbit_share": orbit / (orbit + ground) if orbit + ground > 0 else None,
        "moon_share": moon_made / (orbit + ground) if orbit + ground > 0 else None,
        "active_limits": "; ".join(limits) or None,
    }
