"""Figures of the benchmark from rows and traces: of each run, medians over a family, and ratios of two methods."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from solver.bench.best import BestKnown
from solver.bench.cases import LONG_NAMES
from solver.bench.record import RunRow
from solver.bench.trace import TracePoint, bound_at, gap, objective_at, primal_integral, seconds_to
from solver.milp.solution import Status

TIMES = (10.0, 60.0, 120.0, 300.0, 600.0, 1800.0)
"""Times in seconds at which gaps are reported."""
NEAR = 0.01
SHIFT_SECONDS, SHIFT_GAP = 1.0, 1e-4
"""Shifts of the geometric means, so that differences of hundredths of a second or of a gap do not count."""
COLUMNS = (
    "instance", "method", "seed", "limit_s", "ended",
    *(f"gap_bound_{t:g}s" for t in TIMES), *(f"gap_best_{t:g}s" for t in TIMES), *(f"gap_own_{t:g}s" for t in TIMES),
    "first_plan_s", "seconds_to_1pc", "primal_integral_s", "root_lp_s", "objective", "bound", "bound_kind", "checked",
    "build_s", "build_share", "total_s", "cpu_s", "peak_mb", "rows", "columns", "integers", "hash", "machine", "load",
    "commit", "versions", "finished",
)  # fmt: skip
Cell = str | float | int | bool | None
_SEED = re.compile(r"-seed[0-9]+")
_GROUPS = (("S", r"s-"), ("M", r"m-(?!moon)"), ("M with Moon", r"m-moon"), ("T", r"t-"), ("L", r"l-"), ("XL", r"xl-"))


@dataclass(frozen=True, slots=True)
class MeasuredRun:
    """Finished run with its trace and the best known values of its instance."""

    row: RunRow
    trace: Sequence[TracePoint]
    best: BestKnown

    @property
    def family(self) -> str:
        """Family: label of the instances that differ by the generator's seed alone; tier T is one family."""
        name = _SEED.sub("", self.row.instance)
        return "t" if name.startswith("t-") else name

    @property
    def group(self) -> str:
        """Tier of the instance, or ``reference`` for an instance that no seed draws."""
        drawn = _SEED.search(self.row.instance) is not None
        return next((tier for tier, text in _GROUPS if drawn and re.match(text, self.row.instance)), "reference")

    @property
    def root_lp_seconds(self) -> float | None:
        """Seconds from the matrix to the first bound, which is that of the LP relaxation; None without its trace."""
        first = next((point.seconds for point in self.trace if point.bound is not None), None)
        return None if first is None else max(0.0, first - (self.row.build_seconds or 0.0))

    def known(self, seconds: float) -> bool:
        """Check whether the state at that time is known: the run lasted so long, or had ended with a proof before."""
        return seconds <= self.row.limit_seconds or self.row.ended in (Status.OPTIMAL, Status.INFEASIBLE)

    def gap_at(self, seconds: float, reference: float | None) -> float | None:
        """Compute the gap of the best plan at a time to a reference; None before the first plan or after the run."""
        return gap(objective_at(self.trace, seconds), reference) if self.known(seconds) else None

    def own_gap_at(self, seconds: float) -> float | None:
        """Compute the gap of the best plan to the bound of the same run at that time."""
        return self.gap_at(seconds, bound_at(self.trace, seconds))

    def first_plan_seconds(self) -> float | None:
        """Return the time of the first plan."""
        return next((point.seconds for point in self.trace if point.objective is not None), None)

    def seconds_to_answer(self) -> float | None:
        """Return the time to a plan within 1 % of the best proven bound, or to the proof that there is none."""
        if self.row.ended == Status.INFEASIBLE:
            return self.row.total_seconds
        return seconds_to(self.trace, NEAR, self.best.bound)

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
            "first_plan_s": self.first_plan_seconds(), "seconds_to_1pc": self.seconds_to_answer(),
            "primal_integral_s": primal_integral(self.trace, row.limit_seconds, best.objective),
            "root_lp_s": self.root_lp_seconds,
            "objective": row.objective, "bound": row.bound, "bound_kind": row.bound_kind, "checked": row.checked,
            "build_s": build, "build_share": build / row.total_seconds if build is not None else None,
            "total_s": row.total_seconds, "cpu_s": row.cpu_seconds, "peak_mb": row.peak_mb, "rows": row.rows,
            "columns": row.columns, "integers": row.integers, "hash": row.hash, "machine": row.machine,
            "load": row.load, "commit": row.commit, "versions": row.versions, "finished": row.finished,
        }  # fmt: skip


def medians(measured: Iterable[MeasuredRun]) -> list[dict[str, Cell]]:
    """Return one line for each family and method: medians over its runs with the longest limit.

    A run without a plan counts as worse than any with one, so a median is None where most runs have none. Instances
    that are proven infeasible count as answered, and are left out of gaps.
    """
    groups: dict[tuple[str, str], list[MeasuredRun]] = {}
    for run in measured:
        groups.setdefault((run.family, run.row.method), []).append(run)
    lines = []
    for (family, method), runs in groups.items():
        longest = max(run.row.limit_seconds for run in runs)
        lines.append(_median_line(family, method, [run for run in runs if run.row.limit_seconds == longest]))
    return lines


def median_of(values: Iterable[float | None]) -> float | None:
    """Compute the median, where None is worse than any number; None where the median is None or there is no value."""
    numbers = [math.inf if value is None else value for value in values]
    found = median(numbers) if numbers else math.inf
    return found if math.isfinite(found) else None


def _median_line(family: str, method: str, runs: Sequence[MeasuredRun]) -> dict[str, Cell]:
    feasible = [run for run in runs if run.row.ended != Status.INFEASIBLE]

    def of(figure: Callable[[MeasuredRun], float | None], among: Sequence[MeasuredRun] = feasible) -> float | None:
        return median_of(figure(run) for run in among)

    limit = runs[0].row.limit_seconds
    answers = [run.seconds_to_answer() for run in runs]
    return {
        "family": family,
        "method": method,
        "runs": len(runs),
        "limit_s": limit,
        "with_plan": sum(run.first_plan_seconds() is not None for run in runs),
        "infeasible": len(runs) - len(feasible),
        "answered": sum(seconds is not None and seconds <= limit for seconds in answers),
        **{f"gap_bound_{t:g}s": of(lambda run, t=t: run.gap_at(t, run.best.bound)) for t in TIMES},  # type: ignore[misc]
        "gap_own": of(lambda run: run.own_gap_at(limit)),
        "first_plan_s": of(MeasuredRun.first_plan_seconds),
        "seconds_to_1pc": of(MeasuredRun.seconds_to_answer, runs),
        "root_lp_s": of(lambda run: run.root_lp_seconds, runs),
        "cpu_s": of(lambda run: run.row.cpu_seconds, runs),
        "peak_mb": of(lambda run: run.row.peak_mb, runs),
        "measured": ", ".join(f"{t:g}" for t in TIMES if all(run.known(t) for run in runs)),
    }


def ratios(measured: Sequence[MeasuredRun]) -> list[dict[str, Cell]]:
    """Compute for each tier and baseline how many times worse the baseline is than the search.

    Ratios are shifted geometric means over the instances that both ran: of the seconds to a plan within 1 % of the
    best proven bound (or to the proof that there is none; the limit where neither came), and of the gap to that bound
    at the end of the shorter run (1 without a plan). Above 1 the search is better. A tier's instances with a proof of
    infeasibility have no gap.
    """
    runs = {(run.row.instance, run.row.method): run for run in measured}
    pairs: dict[tuple[str, str], list[tuple[MeasuredRun, MeasuredRun]]] = {}
    for (instance, method), other in runs.items():
        search = runs.get((instance, "search"))
        if method != "search" and search is not None:
            pairs.setdefault((search.group, method), []).append((search, other))
    lines: list[dict[str, Cell]] = []
    for (group, method), both in pairs.items():
        seconds = [[_capped_seconds(run, min(_limits(two))) + SHIFT_SECONDS for run in two] for two in both]
        gaps = [[_end_gap(run, min(_limits(two))) + SHIFT_GAP for run in two] for two in both if _comparable(two)]
        lines.append(
            {
                "group": group,
                "baseline": method,
                "instances": len(both),
                "seconds_ratio": _geometric(other / own for own, other in seconds),
                "gap_ratio": _geometric(other / own for own, other in gaps) if gaps else None,
                "search_better": sum(own < other for own, other in gaps),
                "baseline_better": sum(other < own for own, other in gaps),
            }
        )
    return lines


def _limits(two: Iterable[MeasuredRun]) -> list[float]:
    return [run.row.limit_seconds for run in two]


def _comparable(two: Iterable[MeasuredRun]) -> bool:
    return all(run.row.ended != Status.INFEASIBLE for run in two)


def _capped_seconds(run: MeasuredRun, limit: float) -> float:
    seconds = run.seconds_to_answer()
    return limit if seconds is None else min(seconds, limit)


def _end_gap(run: MeasuredRun, seconds: float) -> float:
    found = run.gap_at(seconds, run.best.bound)
    return 1.0 if found is None else min(max(found, 0.0), 1.0)


def _geometric(values: Iterable[float]) -> float:
    logs = [math.log(value) for value in values]
    return math.exp(sum(logs) / len(logs))


def measured_runs(
    rows: Iterable[RunRow],
    traces: Callable[[RunRow], Sequence[TracePoint]],
    best: Mapping[str, BestKnown],
    commit: str | None = None,
) -> list[MeasuredRun]:
    """Join rows with their traces, for instances with their present hash; the last of repeated runs counts.

    With a commit only its rows count, but for those of the long set, which name their own.
    """
    of_commit = (row for row in rows if commit in (None, row.commit) or row.instance in LONG_NAMES)
    last = {row.key: row for row in of_commit}
    return [
        MeasuredRun(row, traces(row), best[row.instance])
        for row in last.values()
        if row.instance in best and best[row.instance].hash == row.hash
    ]
