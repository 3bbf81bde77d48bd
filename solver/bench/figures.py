"""Figures of the benchmark from rows and traces: one line for each run, and medians over seeds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from solver.bench.best import BestKnown
from solver.bench.record import RunRow
from solver.bench.trace import TracePoint, bound_at, gap, objective_at, primal_integral, seconds_to
from solver.milp.solution import Status
from solver.tiers.tight import names

TIMES = (10.0, 60.0, 120.0, 300.0, 600.0, 1800.0)
"""Times in seconds at which gaps are reported."""
NEAR = 0.01
COLUMNS = (
    "instance", "method", "seed", "limit_s", "ended",
    *(f"gap_bound_{t:g}s" for t in TIMES), *(f"gap_best_{t:g}s" for t in TIMES), *(f"gap_own_{t:g}s" for t in TIMES),
    "seconds_to_1pc", "primal_integral_s", "objective", "bound", "bound_kind", "checked", "build_s", "build_share",
    "total_s", "peak_mb", "rows", "columns", "integers", "hash", "commit", "versions", "finished",
)  # fmt: skip
GAP_TARGETS = (
    ("s-1-seed1", 60.0, 0.01), ("s-10-seed1", 60.0, 0.01), ("s-100-seed1", 60.0, 0.01),
    ("m-1-seed1", 60.0, 0.03), ("m-1-seed1", 600.0, 0.01),
    ("m-10-seed1", 60.0, 0.01), ("m-10-seed1", 300.0, 0.005),
    ("m-100-seed1", 60.0, 0.01), ("m-100-seed1", 300.0, 0.005),
    ("m-moon-seed1", 120.0, 0.02), ("m-moon-seed1", 600.0, 0.01),
    ("l-moon-seed1", 600.0, 0.02), ("l-moon-seed1", 1800.0, 0.01),
    ("xl-1-seed1", 1800.0, 0.05), ("xl-10-seed1", 1800.0, 0.05), ("xl-100-seed1", 1800.0, 0.05),
    ("terawatt", 300.0, 0.01), ("kardashev", 600.0, 0.02),
    *((name, 60.0, 0.01) for name in names(seed=1, feasible=True)),
)  # fmt: skip
"""Gaps to the best proven bound required of the search: instance, seconds, share."""
Cell = str | float | int | bool | None


@dataclass(frozen=True, slots=True)
class MeasuredRun:
    """Finished run with its trace and the best known values of its instance."""

    row: RunRow
    trace: Sequence[TracePoint]
    best: BestKnown

    def known(self, seconds: float) -> bool:
        """Check whether the state at that time is known: the run lasted so long, or had ended with a proof before."""
        return seconds <= self.row.limit_seconds or self.row.ended in (Status.OPTIMAL, Status.INFEASIBLE)

    def gap_at(self, seconds: float, reference: float | None) -> float | None:
        """Compute the gap of the best plan at a time to a reference; None before the first plan or after the run."""
        return gap(objective_at(self.trace, seconds), reference) if self.known(seconds) else None

    def own_gap_at(self, seconds: float) -> float | None:
        """Compute the gap of the best plan to the bound of the same run at that time."""
        return self.gap_at(seconds, bound_at(self.trace, seconds))

    def figures(self) -> dict[str, Cell]:
        """Return the table line of the run; a figure that was not measured is None."""
        row, best = self.row, self.best
        build = row.build_seconds
        return {
            "instance": row.instance, "method": row.method, "seed": row.seed, "limit_s": row.limit_seconds,
            "ended": row.ended,
            **{f"gap_bound_{t:g}s": self.gap_at(t, best.bound) for t in TIMES},
            **{f"gap_best_{t:g}s": self.gap_at(t, best.objective) for t in TIMES},
            **{f"gap_own_{t:g}s": self.own_gap_at(t) for t in TIMES},
            "seconds_to_1pc": seconds_to(self.trace, NEAR, best.bound),
            "primal_integral_s": primal_integral(self.trace, row.limit_seconds, best.objective),
            "objective": row.objective, "bound": row.bound, "bound_kind": row.bound_kind, "checked": row.checked,
            "build_s": build, "build_share": build / row.total_seconds if build is not None else None,
            "total_s": row.total_seconds, "peak_mb": row.peak_mb, "rows": row.rows, "columns": row.columns,
            "integers": row.integers, "hash": row.hash, "commit": row.commit, "versions": row.versions,
            "finished": row.finished,
        }  # fmt: skip


def medians(measured: Iterable[MeasuredRun]) -> list[dict[str, Cell]]:
    """Return one line for each instance and method: medians over seeds of the runs with the longest limit.

    A run without a plan counts as worse than any with one, so a median is None where most seeds have none.
    """
    groups: dict[tuple[str, str], list[MeasuredRun]] = {}
    for run in measured:
        groups.setdefault((run.row.instance, run.row.method), []).append(run)
    lines = []
    for (instance, method), runs in groups.items():
        longest = max(run.row.limit_seconds for run in runs)
        lines.append(_median_line(instance, method, [run for run in runs if run.row.limit_seconds == longest]))
    return lines


def median_of(values: Iterable[float | None]) -> float | None:
    """Compute the median, where None is worse than any number; None where the median is None."""
    found = median(math.inf if value is None else value for value in values)
    return found if math.isfinite(found) else None


def _median_line(instance: str, method: str, runs: Sequence[MeasuredRun]) -> dict[str, Cell]:
    def of(figure: Callable[[MeasuredRun], float | None]) -> float | None:
        return median_of(figure(run) for run in runs)

    limit = runs[0].row.limit_seconds
    return {
        "instance": instance,
        "method": method,
        "seeds": len(runs),
        "limit_s": limit,
        **{f"gap_bound_{t:g}s": of(lambda run, t=t: run.gap_at(t, run.best.bound)) for t in TIMES},  # type: ignore[misc]
        "gap_best": of(lambda run: run.gap_at(limit, run.best.objective)),
        "gap_own": of(lambda run: run.own_gap_at(limit)),
        "seconds_to_1pc": of(lambda run: seconds_to(run.trace, NEAR, run.best.bound)),
        "primal_integral_s": of(lambda run: primal_integral(run.trace, limit, run.best.objective)),
        "build_share": of(lambda run: run.row.build_seconds and run.row.build_seconds / run.row.total_seconds),
        "total_s": of(lambda run: run.row.total_seconds),
        "peak_mb": of(lambda run: run.row.peak_mb),
        "measured": ", ".join(f"{t:g}" for t in TIMES if all(run.known(t) for run in runs)),
    }


def measured_runs(
    rows: Iterable[RunRow], traces: Callable[[RunRow], Sequence[TracePoint]], best: Mapping[str, BestKnown]
) -> list[MeasuredRun]:
    """Join rows with their traces, for instances with their present hash; the last of repeated runs counts."""
    last = {row.key: row for row in rows}
    return [
        MeasuredRun(row, traces(row), best[row.instance])
        for row in last.values()
        if row.instance in best and best[row.instance].hash == row.hash
    ]
