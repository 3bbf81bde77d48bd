"""Manifest of a run directory as a typed model, and its part that ``solve --json`` prints."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict

from solver.check.verdict import Violation
from solver.milp.solution import Certificate, Status

FORMAT = 2


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ViolationRecord(_Record):
    """Violation in the JSON of all commands; a number that is not finite is null."""

    constraint: str
    at: tuple[str, ...]
    expected: float | None
    actual: float | None
    unit: str

    @classmethod
    def of(cls, violation: Violation) -> Self:
        """Return the record of a violation."""
        expected, actual = (x if math.isfinite(x) else None for x in (violation.expected, violation.actual))
        constraint, at, unit = violation.constraint, violation.at, violation.unit
        return cls(constraint=constraint, at=at, expected=expected, actual=actual, unit=unit)


class ReasonRecord(_Record):
    """Conflicting constraint of an infeasible instance: the limit of the file at ``key``, and the limit needed.

    Both are numbers in ``unit``, or months. ``periods`` are those that lack something, and ``text`` is the sentence.
    """

    constraint: str
    place: str
    periods: tuple[str, ...]
    unit: str
    key: str
    allows: float | str | None
    needs: float | str | None
    note: str
    text: str


class ShortfallRecord(_Record):
    """Target of one period, and the part of it that can be reached."""

    period: str
    expected: float
    reachable: float


class LearningRecord(_Record):
    """Learning curves of a solve: mode, price iterations, segments by component, largest error of a chord."""

    mode: str
    rounds: int
    segments: dict[str, int]
    chord_error_share: float | None


class SurvivabilityRecord(_Record):
    """Survivability of a solve: cut rounds, rows added, and objective, bound, gap and seconds without it."""

    rounds: int
    rows: int
    objective_without: float | None
    bound_without: float | None
    gap_without: float | None
    seconds_without: float
    seconds: float


class OptionsRecord(_Record):
    """Options of a solve that affect its result."""

    gap: float
    seconds: float | None
    work: int | None
    threads: int
    seed: int
    method: str
    integrality: str
    solver: str = "highs"


class RunSummary(_Record):
    """Summary of a solve: the object of ``solve --json``.

    ``objective`` and ``bound`` are in ``unit``; ``date`` is the end of the period found for an earliest date. The
    bound holds for the ``designs`` kept as candidates of ``designs_sized``; ``at_bounds`` are the variables that reach
    a bound proven by dominance only.
    ``least_budget_musd`` is the budget that a plan for most power must exceed to have any power, where it has none.
    The constraints of ``conflict`` must be relaxed together; with ``any_of`` each alone is enough. Without
    ``minimal`` time ran out, and some of them perhaps need not be relaxed.
    """

    instance: str
    name: str
    run_dir: str | None
    status: Status
    termination_reason: str
    objective: float | None
    bound: float | None
    unit: str
    bound_kind: Certificate
    objective_musd: float | None
    bound_musd: float | None
    gross_present_cost_musd: float | None
    salvage_musd: float | None
    value_musd: float | None = None
    forgone_musd: float | None = None
    gap_musd: float | None = None
    lp_bound: float | None
    gap: float | None
    levelised_usd_per_w_year: float | None = None
    levelised_bound_usd_per_w_year: float | None = None
    levelised_usd_per_kwh: float | None = None
    levelised_usd_per_pflop_hour: float | None = None
    levelised_bound_usd_per_pflop_hour: float | None = None
    levelised_window_usd_per_w_year: float | None = None
    levelised_window_usd_per_pflop_hour: float | None = None
    date: str | None
    checked: bool
    violations: tuple[ViolationRecord, ...]
    unmet: float | None
    conflict: tuple[ReasonRecord, ...]
    any_of: bool = False
    minimal: bool = True
    shortfall: tuple[ShortfallRecord, ...]
    repeatable: bool
    resumed: bool
    rows: int
    columns: int
    integers: int
    conditioning: str
    designs: int = 0
    designs_sized: int = 0
    at_bounds: tuple[str, ...] = ()
    least_budget_musd: float | None = None
    learning: LearningRecord | None
    survivability: SurvivabilityRecord | None
    warnings: tuple[str, ...]
    seconds: dict[str, float]
    seed: int
    versions: dict[str, str]


class Manifest(RunSummary):
    """Manifest of a run: the summary, the resolved instance, the options, the machine.

    ``changes`` are the options ``--set`` in their order. ``machine`` names the host; ``peak_memory_mb`` and
    ``cpu_seconds`` are those of its process so far and of the copy that worked beside it, the memory that both
    share counted once; ``figures`` are those of the plan (``solver.tables.run_figures``). ``digest`` is the SHA-256
    of all other keys; it detects changes to the file.
    """

    format: Literal[2]
    instance_hash: str
    resolved: dict[str, Any]
    changes: tuple[str, ...]
    files: tuple[str, ...]
    options: OptionsRecord
    run_key: str
    commit: str
    machine: dict[str, str]
    peak_memory_mb: float | None = None
    cpu_seconds: float | None = None
    finished: str
    figures: dict[str, int | float | str | None] = {}
    digest: str = ""

    def summary_data(self) -> dict[str, Any]:
        """Return the summary as plain data."""
        return self.model_dump(mode="json", include=set(RunSummary.model_fields))

    def computed_digest(self) -> str:
        """Return the SHA-256 of all given keys but the digest itself: not of those that a later version added."""
        data = json.dumps(self.model_dump(mode="json", exclude={"digest"}, exclude_unset=True), sort_keys=True)
        return hashlib.sha256(data.encode()).hexdigest()

    def sealed(self) -> Self:
        """Return the manifest with every key given, and its digest."""
        given = self.model_validate_json(self.model_dump_json())
        return given.model_copy(update={"digest": given.computed_digest()})
