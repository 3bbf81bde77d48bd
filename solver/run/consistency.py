"""Consistency of a stored run: every figure that follows from plan, instance or options is computed again.

Digests find damage. A forger seals a file again, so nothing is taken from it that can be computed: objective, cost,
salvage, gap, date, hash and key of the run, and the tables. A bound cannot be derived from a plan, so it is only held
against it: a bound better than a checked plan is an alarm.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from solver.check import Violation
from solver.errors import ContradictionError
from solver.horizon.periods import PlanningHorizon
from solver.instance.read import digest
from solver.instance.schema import Instance
from solver.milp.limits import GAP_TOLERANCE
from solver.milp.solution import Status
from solver.plan import Plan, missed
from solver.run.gap import UNITS, Gap, alarm_text
from solver.run.manifest import key_of
from solver.run.manifest_schema import Manifest
from solver.tables.levelised import levelised_of

_TOLERANCE = 1e-9
_NEEDS_PLAN = (Status.OPTIMAL, Status.FEASIBLE)
_WITHOUT_PLAN = (Status.INFEASIBLE, Status.NO_PLAN, Status.UNBOUNDED)


@dataclass(frozen=True, slots=True)
class Run:
    """Content of a run directory: its manifest, the instance it solved, and its plan if there is one.

    ``intact`` is False where the digest of the plan does not hold.
    """

    manifest: Manifest
    instance: Instance
    plan: Plan | None
    path: Path
    intact: bool = True


def contradictions(run: Run) -> Iterator[Violation]:
    """Yield the keys of a manifest that contradict the plan, the instance or the rest of the file."""
    manifest = run.manifest
    if digest(manifest.resolved) != manifest.instance_hash:
        yield _text("instance_hash", "it is not the hash of resolved")
    yield from _numbers(run)
    yield from _texts(run)
    if manifest.computed_digest() != manifest.digest:
        yield _text("digest", "the file was changed after the run wrote it")
    if run.plan is not None and not run.intact:
        yield Violation("plan.digest", (), math.nan, math.nan, "the file was changed after the run wrote it")


def alarm(run: Run) -> None:
    """Raise ContradictionError where the bound of a run is better than its plan, and its files are intact."""
    manifest, plan = run.manifest, run.plan
    if plan is None or manifest.bound is None or manifest.computed_digest() != manifest.digest:
        return
    gap = Gap.of(run.instance.objective.kind, plan.claims, manifest.bound)
    if gap.contradiction and manifest.checked:
        raise ContradictionError(f"{run.path}: {alarm_text(gap, UNITS[gap.kind])}")


def table_violations(run: Run) -> Iterator[Violation]:
    """Yield the tables of a run that are missing or differ from those of its plan."""
    from solver.tables import state_of, table_texts

    if run.plan is None:
        return
    for name, text in table_texts(state_of(run.instance, run.plan)).items():
        file = Path("tables") / f"{name}.csv"
        content, expected = _content(run.path / file, len(text.encode()) + 1), text.encode()
        if content is None:
            yield Violation("tables.missing", (str(file),), math.nan, math.nan, "the table is missing")
        elif content != expected:
            yield Violation("tables.differs", (str(file),), math.nan, math.nan, "it is not the table of the plan")


def _content(file: Path, most: int) -> bytes | None:
    """Return the first bytes of a file; None where it is none: devices and pipes have no end."""
    try:
        if not file.is_file():
            return None
        with file.open("rb") as opened:
            return opened.read(most)
    except OSError:
        return None


def _numbers(run: Run) -> Iterator[Violation]:
    """Yield the numbers of a manifest that differ from those of the plan."""
    manifest, plan, kind = run.manifest, run.plan, run.instance.objective.kind
    objective = None if plan is None else plan.claims.objective
    bound, unit = manifest.bound, UNITS[kind]
    gap = None if plan is None or bound is None else Gap.of(kind, plan.claims, bound)
    if gap is not None and gap.open < -gap.tolerance:
        yield Violation("manifest.bound", (), gap.objective, gap.bound, unit)
    cost = unit == "MUSD"
    expected: dict[str, tuple[float | None, float | None, str]] = {
        "objective": (manifest.objective, objective, unit),
        "gap": (manifest.gap, None if gap is None else gap.share, ""),
        "objective_musd": (manifest.objective_musd, objective if cost else None, "MUSD"),
        "bound_musd": (manifest.bound_musd, bound if cost else None, "MUSD"),
        "gross_present_cost_musd": (
            manifest.gross_present_cost_musd,
            None if plan is None else plan.claims.cost_musd,
            "MUSD",
        ),
        "salvage_musd": (manifest.salvage_musd, None if plan is None else plan.claims.salvage_musd, "MUSD"),
        "value_musd": (manifest.value_musd, _of_market(run, "value_musd"), "MUSD"),
        "forgone_musd": (manifest.forgone_musd, _of_market(run, "forgone_musd"), "MUSD"),
        "gap_musd": (manifest.gap_musd, gap.musd if gap is not None and cost else None, "MUSD"),
        "unmet": (manifest.unmet, _unmet(plan), ""),
        "seed": (manifest.seed, manifest.options.seed, ""),
    }
    for name, value in asdict(levelised_of(run.instance, plan, bound)).items():
        actual = getattr(manifest, f"levelised_{name}")
        right = value if kind == "least_cost" or not name.startswith("bound") else actual
        expected[f"levelised_{name}"] = (actual, right, "USD")
    if kind != "least_cost":
        yield from _levelised_bounds(manifest)
    for key, (actual, right, of) in expected.items():
        if not _same(actual, right):
            yield Violation(f"manifest.{key}", (), _number(right), _number(actual), of)


def _levelised_bounds(manifest: Manifest) -> Iterator[Violation]:
    """Yield the bounds of the levelised cost that lie above it."""
    for of in ("usd_per_w_year", "usd_per_pflop_hour"):
        least, value = getattr(manifest, f"levelised_bound_{of}"), getattr(manifest, f"levelised_{of}")
        if least is not None and (value is None or least > value + 1e-6 * abs(value)):
            yield Violation(f"manifest.levelised_bound_{of}", (), _number(value), least, "USD")


def _texts(run: Run) -> Iterator[Violation]:
    """Yield the texts of a manifest that differ from those that follow from plan, instance and options."""
    manifest, plan, instance = run.manifest, run.plan, run.instance
    period = None if plan is None or instance.objective.kind != "earliest_date" else plan.claims.first_period
    horizon = PlanningHorizon.of(instance.horizon)
    date = horizon.date(period) if period is not None and period in horizon.periods else None
    right: dict[str, tuple[Any, Any]] = {
        "unit": (manifest.unit, UNITS[instance.objective.kind]),
        "name": (manifest.name, instance.name),
        "date": (manifest.date, date),
        "checked": (manifest.checked, plan is not None and not manifest.violations),
        "run_key": (manifest.run_key, _key(manifest)),
    }
    for key, (actual, expected) in right.items():
        if actual != expected:
            yield _text(key, f"found {actual}, expected {expected}")
    yield from _status_issues(manifest, plan)


def _status_issues(manifest: Manifest, plan: Plan | None) -> Iterator[Violation]:
    status = manifest.status
    if plan is None and status in _NEEDS_PLAN:
        yield _text("status", f"found {status}, but the run has no plan")
    if plan is not None and status in _WITHOUT_PLAN:
        yield _text("status", f"found {status}, but the run has a plan")
    if status is Status.OPTIMAL and not (
        manifest.gap is not None and manifest.gap <= manifest.options.gap + GAP_TOLERANCE
    ):
        yield _text("status", f"found optimal, but the gap is not within {manifest.options.gap:g}")


def _key(manifest: Manifest) -> str:
    return key_of(manifest.instance_hash, manifest.name, manifest.options.model_dump(), manifest.versions)


def _unmet(plan: Plan | None) -> float | None:
    return None if plan is None else missed(plan)


def _of_market(run: Run, name: str) -> float | None:
    """Return an amount that the plan claims of the market; None without a market."""
    return getattr(run.plan.claims, name) if run.plan is not None and run.instance.market else None


def _text(key: str, message: str) -> Violation:
    return Violation(f"manifest.{key}", (), math.nan, math.nan, message)


def _same(a: float | None, b: float | None) -> bool:
    return a == b or (a is not None and b is not None and math.isclose(a, b, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE))


def _number(value: float | None) -> float:
    return math.nan if value is None else value
