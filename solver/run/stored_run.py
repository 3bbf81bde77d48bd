"""Stored run: reading of a run directory, and the consistency check of its manifest and plan."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model

from solver.check import Violation, unreadable_plan
from solver.errors import UsageError
from solver.instance.consistency import cross_check
from solver.instance.read import digest
from solver.instance.schema import Instance
from solver.instance.validation_issues import shown, words
from solver.plan import Choices, Decisions, Design, Plan
from solver.run.gap import reported_gap
from solver.run.manifest_schema import FORMAT, Manifest
from solver.run.stored_json import read_object, validated

_MOST = 1e15
_TOLERANCE = 1e-9
CURE = "solve the instance again, or restore the run from a copy"


@dataclass(frozen=True, slots=True)
class Run:
    """Content of a run directory: its manifest, the instance it solved, and its plan if there is one."""

    manifest: Manifest
    instance: Instance
    plan: Plan | None
    path: Path


def read_run(directory: str | Path) -> Run:
    """Read a run directory and validate it; UsageError for a damaged or inconsistent one."""
    run = load_run(directory)
    for violation in contradictions(run):
        raise UsageError(f"{run.path / 'manifest.json'}: {violation}")
    for violation in unreadable_plan(run.instance, run.plan) if run.plan is not None else ():
        raise UsageError(f"{run.path / 'plan.json'}: {violation}; kardashev check lists every violation")
    return run


def load_run(directory: str | Path) -> Run:
    """Read a run directory for the checker; UsageError with file, key, actual and expected value if it is damaged."""
    path = Path(directory)
    if not path.is_dir():
        raise UsageError(f"{path}: no such run directory")
    manifest = _manifest(path / "manifest.json")
    return Run(manifest, _instance(path, manifest), _plan(path, manifest), path)


def contradictions(run: Run) -> Iterator[Violation]:
    """Yield the keys of a manifest that contradict the plan, the instance or the rest of the file."""
    manifest, plan = run.manifest, run.plan
    if digest(manifest.resolved) != manifest.instance_hash:
        yield Violation("manifest.instance_hash", (), math.nan, math.nan, "it is not the hash of resolved")
    if plan is not None:
        yield from _claim_issues(manifest, plan, run.instance.objective.kind)
    if manifest.computed_digest() != manifest.digest:
        yield Violation("manifest.digest", (), math.nan, math.nan, "the file was changed after the run wrote it")


def _claim_issues(manifest: Manifest, plan: Plan, kind: str) -> Iterator[Violation]:
    actual, expected, bound = manifest.objective, plan.claims.objective, manifest.bound
    if not _same(actual, expected):
        yield Violation("manifest.objective", (), expected, _number(actual), manifest.unit)
    if bound is not None and (bound - expected) * (-1 if kind == "most_power" else 1) > _TOLERANCE * abs(expected):
        yield Violation("manifest.bound", (), expected, bound, manifest.unit)
    gap = None if bound is None else reported_gap(kind, expected, bound)
    if not _same(manifest.gap, gap):
        yield Violation("manifest.gap", (), _number(gap), _number(manifest.gap), "")


def _same(a: float | None, b: float | None) -> bool:
    return a == b or (a is not None and b is not None and math.isclose(a, b, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE))


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _manifest(file: Path) -> Manifest:
    data = read_object(file, f"{file.parent} is not a run directory, or not a complete one", CURE)
    if data.get("format") != FORMAT or data["format"] is True:
        raise UsageError(
            f"{file}: format: found {shown(data.get('format'))}, expected {FORMAT}; "
            "runs of other versions are not read: solve it again"
        )
    return validated(Manifest, data, file, CURE)


def _instance(path: Path, manifest: Manifest) -> Instance:
    file = path / "manifest.json"
    instance = validated(Instance, manifest.resolved, file, CURE, ("resolved",))
    for where, message in cross_check(instance):
        raise UsageError(f"{file}: {words(('resolved', *where))}: {message}")
    return instance


def _model_of(kind: type, **other: Any) -> Any:
    """Return a pydantic model with the fields of a dataclass, all of them required."""
    fields: dict[str, Any] = {name: (of, ...) for name, of in {**get_type_hints(kind), **other}.items()}
    return create_model(kind.__name__, __config__=ConfigDict(extra="forbid"), **fields)


class _Claims(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    objective: float
    cost_musd: float
    salvage_musd: float
    factor: float
    first_period: int
    delivered: list[float]
    ledger: list[tuple[str, str, int, float, float]]


Amount = Annotated[float, Field(ge=-_MOST, le=_MOST)]


class _PlanFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    designs: list[_model_of(Design, choices=_model_of(Choices) | None)]  # type: ignore[valid-type]
    decisions: dict[str, list[list[str | Amount]]]
    claims: _Claims


def _plan(path: Path, manifest: Manifest) -> Plan | None:
    file = path / "plan.json"
    if not file.exists():
        if manifest.objective is not None:
            raise UsageError(f"{file}: missing, although the run found a plan")
        return None
    data = read_object(file, "", CURE)
    validated(_PlanFile, data, file, CURE)
    for name in Decisions.__dataclass_fields__.keys() ^ data["decisions"].keys():
        problem = (
            "missing; expected a list of records" if name in Decisions.__dataclass_fields__ else "no such decision"
        )
        raise UsageError(f"{file}: {words(('decisions', name))}: {problem}")
    try:
        return Plan.from_json(data)
    except (TypeError, IndexError) as error:
        raise UsageError(f"{file}: damaged: not a plan of this version ({error})") from error
