"""Risk of an instance or a plan: replays under random losses, or one first stage for several scenarios."""

from __future__ import annotations

from pathlib import Path

from solver.ask.journal import FOLDER, Journal, identity_of
from solver.ask.question import Question
from solver.ask.recourse import Recourse
from solver.ask.replay_result import REPLAYS, ReplayResult, replayed
from solver.ask.scenario_file import ScenarioSet
from solver.ask.two_stage import TwoStageSearch
from solver.ask.two_stage_result import ScenarioResult
from solver.errors import KardashevError, StoppedError, UsageError
from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.milp.solution import Status
from solver.plan import Plan
from solver.run.consistency import Run

FEWEST, MOST = 10, 1_000_000
"""Replays that can be asked for."""


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
    problem: ScenarioSet, question: Question, folder: Path | None = None, alpha: float = 0.9
) -> ScenarioResult:
    """Solve a two-stage problem; its points are kept in a folder, from which a killed one resumes."""
    if not 0.0 <= alpha < 1.0:
        raise UsageError(f"--alpha: found {alpha:g}, expected a share from 0 to below 1")
    changes = [(s.name, s.probability, s.loaded.hash) for s in problem.scenarios]
    identity = identity_of(
        problem.expected,
        "two stages",
        {"periods": problem.periods, "scenarios": changes, "gap": question.solve.limits.gap},
    )
    journal = Journal(None if folder is None else folder / FOLDER, identity, question.stop, question.on_stage)
    return TwoStageSearch(problem, question, journal, alpha).run()


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
