"""Command ``kardashev risk``: replays of a plan under random losses, or one first stage for several scenarios."""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any

import typer

from solver.ask.risk.recourse import Recourse
from solver.ask.risk.risk_measure import LEVEL, WHOLE, Criterion, RiskMeasure, require_scenarios
from solver.cli.asking import Answer, asking
from solver.cli.explain import Source
from solver.cli.options import (
    Changes,
    Gap,
    Integrality,
    Json,
    Method,
    Seconds,
    Seed,
    ThemeOption,
    Width,
    changes_of,
    gap_share,
    solve_options,
)
from solver.errors import UsageError
from solver.report.style import FULL_WIDTH, Style, Theme

if TYPE_CHECKING:
    from collections.abc import Iterable

    from solver.ask.common.question import Question
    from solver.ask.risk.replay_result import ReplayResult
    from solver.ask.risk.two_stage_result import ScenarioResult

Scenarios = Annotated[
    Path | None, typer.Option(metavar="FILE", help="scenarios with probabilities: find one first stage for all of them")
]
Replays = Annotated[int, typer.Option(metavar="N", help="replays of the plan")]
RecourseOption = Annotated[Recourse, typer.Option(help="again: losses are flown again where limits allow")]
Alpha = Annotated[float, typer.Option(parser=gap_share, metavar="SHARE", help="level of the CVaR of the scenarios")]
CriterionOption = Annotated[Criterion, typer.Option(help="of the first stage: expected cost, or CVaR by its weight")]
Weight = Annotated[
    float, typer.Option(parser=gap_share, metavar="SHARE", help="of the CVaR in cvar; the rest is the expected cost")
]
Out = Annotated[Path | None, typer.Option(help="folder of risk.json and risk.svg; default results/runs/NAME/risk")]


def risk(
    source: Source,
    scenarios: Scenarios = None,
    replays: Replays = 10_000,
    recourse: RecourseOption = Recourse.again,
    alpha: Alpha = LEVEL,
    criterion: CriterionOption = Criterion.expected,
    weight: Weight = WHOLE,
    changes: Changes = None,
    gap: Gap = 0.02,
    seconds: Seconds = None,
    seed: Seed = 0,
    out: Out = None,
    theme: ThemeOption = Theme.light,
    width: Width = FULL_WIDTH,
    as_json: Json = False,
) -> None:
    """Simulate a plan under losses, or plan for scenarios.

    In a replay launches fail, vehicles stand after a loss, and nodes die at random: it has the chance of the target by
    year. With --scenarios it has the first stage of least expected cost or CVaR, and what information is worth.
    """
    began = monotonic()
    from solver.ask.common.question import answer_folder
    from solver.ask.risk.two_stage import SECONDS

    if scenarios is None:
        require_scenarios(criterion, alpha, weight)
    options = solve_options(gap, seconds or SECONDS, None, 1, 0, Method.auto, Integrality.auto)
    folder = answer_folder(out, source, "risk")
    with asking(options, began, as_json) as question:
        given = changes_of(changes)
        found = (
            _replayed(source, given, question, replays, seed, recourse)
            if scenarios is None
            else _planned(source, scenarios, given, question, folder, RiskMeasure.of(criterion, alpha, weight))
        )
    picture, lines, code = _shown(found, gap, Style(theme, width))
    answer = Answer("risk", found.to_json(), list(lines), picture)
    answer.print(folder, [*answer.write(folder, source, given), *_runs(found)], as_json)
    raise typer.Exit(code)


def _runs(answer: ReplayResult | ScenarioResult) -> list[Path]:
    """Return the run directories of an answer."""
    return [Path(run) for run in getattr(answer, "runs", ())]


def _replayed(
    source: Path, changes: list[str], question: Question, count: int, seed: int, recourse: Recourse
) -> ReplayResult:
    from solver.ask.risk.risk import replay_of, require_replays
    from solver.instance.read import read
    from solver.run.stored_run import read_run

    require_replays(count)
    if source.is_dir() and changes:
        raise UsageError("--set: found with a run directory, expected an instance file")
    found = read_run(source) if source.is_dir() else read(source, changes=changes)
    return replay_of(found, question, count, seed, recourse)


def _planned(
    source: Path, scenarios: Path, changes: list[str], question: Question, folder: Path, measure: RiskMeasure
) -> ScenarioResult:
    from solver.ask.risk.risk import scenarios_of
    from solver.ask.risk.scenario_file import read_scenarios

    if source.is_dir():
        raise UsageError("--scenarios: found with a run directory, expected an instance file")
    return scenarios_of(read_scenarios(source, scenarios, tuple(changes)), question, folder, measure)


def _shown(
    answer: ReplayResult | ScenarioResult, gap: float, style: Style
) -> tuple[dict[str, Any] | None, Iterable[str], int]:
    """Return picture, lines and exit code of an answer."""
    from solver.ask.risk.replay_result import ReplayResult
    from solver.report.fan_chart import fan_chart
    from solver.report.risk_text import replay_lines, scenario_lines
    from solver.report.scenario_chart import scenario_chart

    if isinstance(answer, ReplayResult):
        return fan_chart(answer, style), replay_lines(answer), 0
    lines = list(scenario_lines(answer))
    if answer.best is None:
        infeasible = any(cost.infeasible for cost in answer.alone)
        return None, lines, 1 if infeasible else 4
    closed = answer.gap is not None and answer.gap <= gap + 1e-9
    return scenario_chart(answer, style), lines, 0 if closed else 3
