"""Stored run: reading of a run directory, and the consistency check of its manifest and plan."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model

from solver.check import check, unreadable_plan
from solver.errors import UsageError
from solver.instance.consistency import cross_check
from solver.instance.schema import Instance
from solver.instance.validation_issues import shown, words
from solver.plan import Choices, Decisions, Design, Plan
from solver.run.consistency import Run, alarm, contradictions
from solver.run.manifest_schema import FORMAT, Manifest
from solver.run.stored_json import digest_of, read_object, validated

__all__ = ["CURE", "Run", "load_run", "read_plan", "read_run"]

_MOST = 1e15
CURE = "solve the instance again, or restore the run from a copy"


def read_run(directory: str | Path) -> Run:
    """Read a run directory and validate it; a plan called checked is checked again.

    UsageError for a damaged or inconsistent run, ContradictionError for a bound better than its checked plan.
    """
    run = load_run(directory)
    alarm(run)
    for violation in contradictions(run):
        name = "plan.json" if violation.constraint.startswith("plan.") else "manifest.json"
        raise UsageError(f"{run.path / name}: {violation}; {CURE}")
    if run.plan is None:
        return run
    for violation in unreadable_plan(run.instance, run.plan):
        raise UsageError(f"{run.path / 'plan.json'}: {violation}; kardashev check lists every violation")
    for violation in check(run.instance, run.plan) if run.manifest.checked else ():
        raise UsageError(
            f"{run.path / 'plan.json'}: {violation}, although the manifest calls it checked; "
            "kardashev check lists every violation"
        )
    return run


def load_run(directory: str | Path) -> Run:
    """Read a run directory for the checker; UsageError with file, key, actual and expected value if it is damaged."""
    path = Path(directory)
    if not path.is_dir():
        kind = "a file, expected a run directory" if path.is_file() else "no such run directory"
        raise UsageError(f"{path}: {kind}")
    manifest = _manifest(path / "manifest.json")
    instance = _instance(path, manifest)
    plan, intact = _plan(path, manifest)
    return Run(manifest, instance, plan, path, intact)


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
    value_musd: float = 0.0
    forgone_musd: float = 0.0


Amount = Annotated[float, Field(ge=-_MOST, le=_MOST)]


class _PlanFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    designs: list[_model_of(Design, choices=_model_of(Choices) | None)]  # type: ignore[valid-type]
    decisions: dict[str, list[list[str | Amount]]]
    claims: _Claims
    digest: str


def _plan(path: Path, manifest: Manifest) -> tuple[Plan | None, bool]:
    """Return the plan of a run, and whether its digest holds."""
    file = path / "plan.json"
    if not file.exists():
        if manifest.objective is not None:
            raise UsageError(f"{file}: missing, although the run found a plan; {CURE}")
        return None, True
    return read_plan(file)


def read_plan(file: Path) -> tuple[Plan, bool]:
    """Read the file of a plan, and return the plan and whether its digest holds; UsageError for a damaged one."""
    data = read_object(file, "expected the plan of a run, plan.json", CURE)
    validated(_PlanFile, data, file, CURE)
    for name in Decisions.__dataclass_fields__.keys() ^ data["decisions"].keys():
        problem = (
            "missing; expected a list of records" if name in Decisions.__dataclass_fields__ else "no such decision"
        )
        raise UsageError(f"{file}: {words(('decisions', name))}: {problem}")
    try:
        plan = Plan.from_json(data)
    except (TypeError, IndexError) as error:
        raise UsageError(f"{file}: damaged: not a plan of this version ({error}); {CURE}") from error
    for name, records in data["decisions"].items():
        if len(records) > len(getattr(plan.decisions, name)):
            raise UsageError(f"{file}: damaged: {words(('decisions', name))}: two records for one place; {CURE}")
    return plan, data["digest"] == digest_of(data)
