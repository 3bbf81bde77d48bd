"""What a run says of itself: the manifest of its directory and the object that ``solve --json`` prints."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.run.solve import Options, Outcome

DISTRIBUTIONS = ("kardashev", "pyomo", "highspy", "numpy", "scipy", "pandas", "pydantic")
ROOT = Path(__file__).parents[3]


@cache
def versions() -> dict[str, str]:
    """Versions of this program, of Python and of what it stands on."""
    found = {"python": platform.python_version()}
    for name in DISTRIBUTIONS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def options_data(options: Options) -> dict[str, Any]:
    """The options that decide what comes out."""
    limits = options.limits
    return {
        "gap": limits.gap,
        "seconds": limits.seconds,
        "work": limits.work,
        "threads": limits.threads,
        "seed": limits.seed,
        "method": options.method,
        "integrality": options.integrality,
    }


def run_key(loaded: Loaded[Instance], options: Options) -> str:
    """Hash of the resolved instance, the options and the versions of program and solver: equal keys, equal question."""
    asked = {
        "instance": loaded.hash,
        "name": loaded.instance.name,
        "options": options_data(options),
        "versions": {name: versions()[name] for name in ("kardashev", "highspy", "pyomo")},
    }
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:12]


@cache
def commit() -> str:
    """The commit of a source checkout, with ``+`` when files were changed; empty outside one."""
    if not (ROOT / ".git").exists():
        return ""
    try:
        head = _git("rev-parse", "--short=12", "HEAD")
        return head + ("+" if head and _git("status", "--porcelain", "--", "solver", "formulations") else "")
    except OSError:
        return ""


def summary_data(outcome: Outcome, path: str, run_dir: str | None) -> dict[str, Any]:
    """The object of ``solve --json``: plain data, with null where there is no number.

    ``kardashev`` is there only for a plan that may use the Moon.
    """
    data, instance = _facts(outcome, path, run_dir), outcome.loaded.instance
    if outcome.plan is not None and instance.use.moon:
        from solver.tables import state_of
        from solver.tables.kardashev import headline_data

        data["kardashev"] = headline_data(state_of(instance, outcome.plan))
    return data


def _facts(outcome: Outcome, path: str, run_dir: str | None) -> dict[str, Any]:
    cost = outcome.unit == "MUSD"
    return {
        "instance": path,
        "name": outcome.loaded.instance.name,
        "run_dir": run_dir,
        "status": outcome.status,
        "why": outcome.why,
        "objective": outcome.objective,
        "bound": outcome.bound,
        "unit": outcome.unit,
        "bound_kind": outcome.bound_kind,
        "objective_musd": outcome.objective if cost else None,
        "bound_musd": outcome.bound if cost else None,
        "cost_musd": outcome.plan.claims.cost_musd if outcome.plan else None,
        "salvage_musd": outcome.plan.claims.salvage_musd if outcome.plan else None,
        "lp_bound": outcome.lp_bound,
        "gap": outcome.gap,
        "checked": outcome.checked,
        "violations": [str(violation) for violation in outcome.violations],
        "unmet": sum(outcome.plan.decisions.unmet.values()) if outcome.plan else None,
        "reason": [
            {"rule": r.rule, "place": r.place, "period": r.period, "allowed": r.allowed, "needed": r.needed}
            for r in outcome.reasons
        ],
        "shortfall": [{"period": s.period, "wanted": s.wanted, "reachable": s.reachable} for s in outcome.shortfall],
        "repeatable": outcome.repeatable,
        "resumed": outcome.resumed,
        "rows": outcome.rows,
        "columns": outcome.columns,
        "integers": outcome.integers,
        "ranges": outcome.ranges,
        "learning": asdict(outcome.learning) if outcome.learning is not None else None,
        "survived": asdict(outcome.survived) if outcome.survived is not None else None,
        "warnings": list(outcome.warnings),
        "seconds": {name: round(value, 4) for name, value in outcome.seconds.items()},
        "seed": outcome.options.limits.seed,
        "versions": versions(),
    }


def manifest(outcome: Outcome, path: str, run_dir: str) -> dict[str, Any]:
    """What ``manifest.json`` holds: the summary, the resolved instance, the options, the machine."""
    loaded = outcome.loaded
    return {
        "format": 2,
        # Not what is worked out from the plan: a fault in that must not cost the plan.
        **_facts(outcome, _utf8(path), _utf8(run_dir)),
        "instance_hash": loaded.hash,
        "resolved": loaded.resolved,
        "files": [_utf8(str(file)) for file in loaded.files],
        "options": options_data(outcome.options),
        "run_key": run_key(loaded, outcome.options),
        "commit": commit(),
        "machine": {"system": platform.system(), "processor": platform.machine(), "python": sys.version.split()[0]},
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _utf8(path: str) -> str:
    """A path as text that a UTF-8 file can hold: names in another encoding come with ``\\udce9`` for such a letter."""
    return path.encode("utf-8", "backslashreplace").decode("utf-8")


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=10, check=False).stdout.strip()
