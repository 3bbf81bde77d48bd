"""Manifest of a run, made from its outcome."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from solver import __version__
from solver.horizon.periods import PlanningHorizon
from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.io.files import finite, plain
from solver.io.forked import beside_mb
from solver.io.machine import cpu_seconds, host, peak_mb
from solver.plan import missed
from solver.run.manifest_schema import FORMAT, Manifest, OptionsRecord, ViolationRecord
from solver.run.solve import Options, Outcome
from solver.tables.levelised import levelised_of

DISTRIBUTIONS = ("pyomo", "highspy", "numpy", "scipy", "pandas", "pydantic")
ROOT = Path(__file__).parents[2]


@cache
def versions() -> dict[str, str]:
    """Return the versions of this program, of Python and of the packages that affect the result."""
    found = {"python": platform.python_version(), "kardashev": __version__}
    for name in DISTRIBUTIONS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def options_data(options: Options) -> dict[str, Any]:
    """Return the options that affect the result, in the types of the manifest: 30 seconds are 30.0 seconds."""
    limits = options.limits
    return OptionsRecord(
        gap=limits.gap,
        seconds=limits.seconds,
        work=limits.work,
        threads=limits.threads,
        seed=limits.seed,
        method=options.method,
        integrality=options.integrality,
        solver=options.solver,
    ).model_dump()


def run_key(loaded: Loaded[Instance], options: Options) -> str:
    """Return a hash of instance, options and versions of program and solver: equal keys mean the same solve."""
    return key_of(loaded.hash, loaded.instance.name, options_data(options), versions())


def key_of(instance_hash: str, name: str, options: Mapping[str, Any], versions: Mapping[str, str]) -> str:
    """Return the key of a run from the data of its manifest."""
    identity = {
        "instance": instance_hash,
        "name": name,
        "options": dict(options),
        "versions": {name: versions.get(name, "") for name in ("kardashev", "highspy", "pyomo")},
    }
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:12]


@cache
def commit() -> str:
    """Return the commit of a source checkout, with ``+`` when files were changed; empty outside one."""
    if not (ROOT / ".git").exists():
        return ""
    try:
        head = _git("rev-parse", "--short=12", "HEAD")
        return head + ("+" if head and _git("status", "--porcelain", "--", "solver", "formulations") else "")
    except OSError:
        return ""


def manifest(outcome: Outcome, path: str, run_dir: str) -> Manifest:
    """Return the manifest of an outcome: the summary, the resolved instance, the options, the machine."""
    loaded, plan, cost = outcome.loaded, outcome.plan, outcome.unit == "MUSD"
    levelised = levelised_of(loaded.instance, plan, outcome.bound, outcome.least_net_musd)
    data = {
        "format": FORMAT,
        "instance": _utf8(path),
        "name": loaded.instance.name,
        "run_dir": _utf8(run_dir),
        "status": outcome.status,
        "termination_reason": str(outcome.termination),
        "objective": outcome.objective,
        "bound": outcome.bound,
        "unit": outcome.unit,
        "bound_kind": outcome.certificate,
        "objective_musd": outcome.objective if cost else None,
        "bound_musd": outcome.bound if cost else None,
        "gross_present_cost_musd": plan.claims.cost_musd if plan else None,
        "salvage_musd": plan.claims.salvage_musd if plan else None,
        "value_musd": plan.claims.value_musd if plan and loaded.instance.market else None,
        "forgone_musd": plan.claims.forgone_musd if plan and loaded.instance.market else None,
        "gap_musd": outcome.gap_musd,
        "lp_bound": outcome.lp_bound,
        "gap": outcome.gap,
        **{f"levelised_{name}": value for name, value in asdict(levelised).items()},
        "date": _date(outcome),
        "checked": outcome.checked,
        "violations": [ViolationRecord.of(violation).model_dump() for violation in outcome.violations],
        "unmet": missed(plan) if plan else None,
        "conflict": [{**asdict(reason), "text": reason.text} for reason in outcome.reasons],
        "any_of": outcome.conflict.any_of,
        "minimal": outcome.conflict.minimal,
        "shortfall": [asdict(shortfall) for shortfall in outcome.shortfall],
        "repeatable": outcome.repeatable,
        "resumed": outcome.resumed,
        "rows": outcome.size.rows,
        "columns": outcome.size.columns,
        "integers": outcome.size.integers,
        "conditioning": outcome.size.ranges,
        "designs": outcome.designs,
        "designs_sized": outcome.designs_sized,
        "at_bounds": outcome.at_bounds,
        "least_budget_musd": outcome.least_budget_musd,
        "learning": asdict(outcome.learning) if outcome.learning is not None else None,
        "survivability": outcome.survivability,
        "warnings": outcome.result.stats.warnings,
        "seconds": {name: round(value, 4) for name, value in outcome.seconds.items()},
        "seed": outcome.options.limits.seed,
        "versions": versions(),
        "instance_hash": loaded.hash,
        "resolved": loaded.resolved,
        "changes": loaded.changes,
        "files": [_utf8(str(file)) for file in loaded.files],
        "options": options_data(outcome.options),
        "run_key": run_key(loaded, outcome.options),
        "commit": commit(),
        "machine": {
            "system": platform.system(),
            "processor": platform.machine(),
            "python": sys.version.split()[0],
            "host": host(),
        },
        "peak_memory_mb": round(peak_mb() + beside_mb(), 1),
        "cpu_seconds": cpu_seconds(),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    return Manifest.model_validate_json(json.dumps(finite(data), default=plain))


def _date(outcome: Outcome) -> str | None:
    """Return the month in which the period of an earliest date ends."""
    instance = outcome.loaded.instance
    if outcome.objective is None or instance.objective.kind != "earliest_date":
        return None
    return PlanningHorizon.of(instance.horizon).date(round(outcome.objective))


def _utf8(path: str) -> str:
    """Return a path as text that a UTF-8 file can hold: a byte of another encoding becomes ``\\udce9``."""
    return path.encode("utf-8", "backslashreplace").decode("utf-8")


def _git(*arguments: str) -> str:
    # Without locks: a killed solve must not leave one in the checkout.
    command = ["git", "--no-optional-locks", "-C", str(ROOT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=10, check=False).stdout.strip()
