"""Risk of an instance or a plan: replays under random losses, or one first stage for several scenarios."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from solver.ask.common.journal import FOLDER, Journal, identity_of
from solver.ask.common.question import Question
from solver.ask.risk.recourse import Recourse
from solver.ask.risk.replay_result import REPLAYS, ReplayResult, replayed
from solver.ask.risk.risk_measure import EXPECTED_COST, RiskMeasure
from solver.ask.risk.scenario_file import ScenarioSet
from solver.ask.risk.two_stage import TwoStageSearch
from solver.ask.risk.two_stage_result import ScenarioResult
from solver.errors import KardashevError, StoppedError, UsageError
from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.milp.solution import Status
from solver.plan import Plan
from solver.run.consistency import Run
from solver.run.runner import write_plan

FEWEST, MOST = 10, 1_000_000
"""Replays that can be asked for."""
SCENARIOS = "scenarios"
"""Folder of the run directories of the scenarios, within the one of the question."""


class InfeasibleError(KardashevError):
    """Error of an instance that has no plan at all."""

    exit_code = 1


def replay_of(
    source: Loaded[Instance] | Run,
    question: Question,
    count: int = REPLAYS,
    seed: int = 0,
    recourse: Recourse = Recourse.again,
) -> ReplayResult:
    """Simulate the plan of a run, or of an instance, which is solved first; an error where there is none."""
    require_replays(count)
    instance, plan = _planned(source, question)
    question.on_stage(f"{count:,} replays")
    return replayed(instance, plan, count, seed, recourse, question.on_step, question.stop.is_set)


def scenarios_of(
    problem: ScenarioSet, question: Question, folder: Path | None = None, measure: RiskMeasure | None = None
) -> ScenarioResult:
    """Solve a two-stage problem; its points are kept in a folder, from which a killed one resumes.

    The folder also gets a run directory for the plan of each scenario with the best first stage.
    """
    changes = [(s.name, s.probability, s.loaded.hash) for s in problem.scenarios]
    identity = identity_of(
        problem.expected,
        "two stages",
        {"periods": problem.periods, "scenarios": changes, "gap": question.solve.limits.gap},
    )
    journal = Journal(None if folder is None else folder / FOLDER, identity, question.stop, question.on_stage)
    search = TwoStageSearch(problem, question, journal, measure or EXPECTED_COST)
    found = search.run()
    if folder is None or found.best is None:
        return found
    question.on_stage("writing the plans of the scenarios")
    return replace(found, runs=tuple(map(str, _runs(problem, search.plans(found.best.name), folder / SCENARIOS))))


def _runs(problem: ScenarioSet, plans: Sequence[Plan], folder: Path) -> Iterator[Path]:
    """Write a run directory for the plan of each scenario, and yield it."""
    folder.mkdir(parents=True, exist_ok=True)
    for n, (scenario, plan) in enumerate(zip(problem.scenarios, plans, strict=True)):
        name = re.sub(r"[^A-Za-z0-9_.]+", "-", scenario.name).strip("-.")
        yield write_plan(problem.file, scenario.loaded, plan, folder / f"{n + 1:02d}-{name}".rstrip("-"))


def require_replays(count: int) -> None:
    """Require a number of replays in the range; UsageError otherwise."""
    if not FEWEST <= count <= MOST:
        raise UsageError(f"--replays: found {count:,}, expected {FEWEST} to {MOST:,}")


def _planned(source: Loaded[Instance] | Run, question: Question) -> tuple[Instance, Plan]:
    if isinstance(source, Run):
        instance, plan, status = source.instance, source.plan, source.manifest.status
    else:
        outcome = question.solved(source)
        instance, plan, status = source.instance, outcome.plan, outcome.status
    if plan is not None:
        return instance, plan
    if status is Status.INFEASIBLE:
        raise InfeasibleError(f"{instance.name}: infeasible, so that there is no plan to replay; see kardashev explain")
    raise StoppedError(f"{instance.name}: no plan to replay was found ({status})")
