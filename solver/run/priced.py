"""Evaluation of a given plan: its decisions are kept, all that follows from them is computed again.

Designs are sized again, and cost and deliveries come from the instance at hand, so that a plan of one scenario can be
priced under another.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from solver.check import Violation, check, unreadable_plan
from solver.derive import derive
from solver.derive.extract import claims_of
from solver.design.candidates import resized, selected_designs
from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.io.files import plain
from solver.milp.solution import Incumbent, Reason, Termination
from solver.plan import Claims, Design, Plan
from solver.run.gap import Conversion
from solver.run.outcome import Options, Outcome, Stopwatch
from solver.run.statistics import ModelSize
from solver.run.stored_run import read_plan
from solver.search.core.result import SearchResult
from solver.search.variants.conflict import NO_CONFLICT

GIVEN = Termination(Reason.EXHAUSTED, detail="plan given, no search")


def priced(loaded: Loaded[Instance], file: Path, on_stage: Callable[[str], None]) -> Outcome:
    """Price and check a plan of ``plan.json``, or of a run directory, for an instance; there is no bound.

    UsageError for a damaged file. A plan that names what the instance does not have keeps the claims of its file.
    """
    watch = Stopwatch(time.monotonic())
    given, _ = read_plan(file / "plan.json" if file.is_dir() else file)
    watch.lap("read")
    on_stage("sizing the designs of the plan")
    return priced_plan(loaded, given, watch)


def priced_plan(loaded: Loaded[Instance], given: Plan, watch: Stopwatch | None = None) -> Outcome:
    """Price and check a plan for an instance; there is no bound."""
    watch = watch or Stopwatch(time.monotonic())
    plan, violations = _priced(loaded.instance, given)
    watch.lap("check")
    objective = plan.claims.objective
    return Outcome(
        loaded=loaded, options=Options(method=f"plan {_digest(given)}"),
        result=SearchResult(GIVEN, Incumbent(np.empty(0), objective)), to_unit=Conversion(1.0), plan=plan,
        violations=violations, objective=objective, bound=None,
        gap=None, conflict=NO_CONFLICT, size=ModelSize(), seconds=watch.seconds(),
        designs=len(plan.designs), designs_sized=len(plan.designs),
    )  # fmt: skip


def _priced(instance: Instance, given: Plan) -> tuple[Plan, tuple[Violation, ...]]:
    claims = Claims(0.0, 0.0, 0.0, given.claims.factor, given.claims.first_period, (), ())
    plan = Plan(tuple(_sized(instance, old) for old in given.designs), given.decisions, claims)
    unreadable = unreadable_plan(instance, plan)
    if unreadable:
        return given, tuple(unreadable)
    kept = {(d.name, d.shell): d for d in (*selected_designs(instance)[0], *plan.designs)}
    derived = derive(instance, tuple(kept.values()))
    claims = claims_of(instance, derived, plan.designs, plan.decisions, claims.factor, claims.first_period)
    plan = replace(plan, claims=claims)
    return plan, tuple(check(instance, plan))


def _sized(instance: Instance, old: Design) -> Design:
    """Size a design for the instance; the same where the instance has no such platform, shell or choice."""
    known = instance.platforms.get(old.platform)
    if known is None or old.shell not in instance.shells or (known.declared is None) != (old.choices is not None):
        return old
    return resized(instance, old) or old


def _digest(plan: Plan) -> str:
    text = json.dumps(plan.to_json()["decisions"], default=plain, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
