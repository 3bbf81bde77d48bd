"""Risk of a plan or a scenario: replays under random losses, or one first stage for several futures."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from solver.api.functions import options_of, read
from solver.api.notebook import console_of
from solver.api.result import Result
from solver.api.scenario import Scenario
from solver.api.shown import Shown
from solver.ask.common.question import Question
from solver.ask.risk.recourse import Recourse
from solver.ask.risk.replay_result import REPLAYS, ReplayResult
from solver.ask.risk.risk import replay_of, scenarios_of
from solver.ask.risk.risk_measure import LEVEL, WHOLE, RiskMeasure, require_scenarios
from solver.ask.risk.scenario_file import read_scenarios
from solver.ask.risk.two_stage import GAP, SECONDS
from solver.ask.risk.two_stage_result import ScenarioResult
from solver.errors import UsageError
from solver.run.runner import interruptible


@dataclass(frozen=True, eq=False)
class Risk(Shown):
    """Result of a question of risk: ``answer`` has its figures, typed; it shows itself in notebooks."""

    answer: ReplayResult | ScenarioResult
    _stem = "risk"
    _empty = "no first stage has a plan in every scenario, so there is nothing to draw"

    def summary(self) -> str:
        """Return the lines that the command line prints."""
        return "\n".join(self._lines())

    def to_json(self) -> dict[str, Any]:
        """Return the object of ``kardashev risk --json``."""
        return self.answer.to_json()

    def _lines(self) -> Iterator[str]:
        from solver.report.risk_text import replay_lines, scenario_lines

        answer = self.answer
        return replay_lines(answer) if isinstance(answer, ReplayResult) else scenario_lines(answer)

    def _spec(self) -> dict[str, Any] | None:
        from solver.report.fan_chart import fan_chart
        from solver.report.scenario_chart import scenario_chart

        if isinstance(self.answer, ReplayResult):
            return fan_chart(self.answer)
        return None if self.answer.best is None else scenario_chart(self.answer)

    def __repr__(self) -> str:
        return f"<Risk {next(iter(self._lines()))}>"


def risk(
    scenario: Scenario | Result | str | PathLike[str],
    *,
    scenarios: str | PathLike[str] | None = None,
    replays: int = REPLAYS,
    recourse: str = "again",
    seed: int = 0,
    alpha: float = LEVEL,
    criterion: str = "expected",
    weight: float = WHOLE,
    gap: float = GAP,
    seconds: float = SECONDS,
    folder: str | PathLike[str] | None = None,
    progress: bool = False,
) -> Risk:
    """Simulate the plan of a scenario or result under random losses, or plan for the scenarios of a file.

    The ``criterion`` of scenarios is ``expected`` or ``cvar``: ``weight`` of it is the CVaR, the rest expected cost.
    With ``folder`` their points are kept there, from which a call that was killed goes on, and a run directory of each
    plan.
    InstanceError for a bad file, UsageError for an impossible option or a scenario without a plan.
    """
    if recourse not in list(Recourse):
        raise UsageError(f"recourse: found {recourse!r}, expected {', '.join(Recourse)}")
    measure = RiskMeasure.of(criterion, alpha, weight)
    if scenarios is None:
        require_scenarios(criterion, alpha, weight)
    console, stop = console_of(progress, seconds), threading.Event()
    with interruptible(stop, console):
        question = Question.shown_on(console, options_of(gap, seconds), stop)
        if scenarios is not None:
            if isinstance(scenario, Result):
                raise UsageError("scenarios: found with a result, expected an instance file")
            given = scenario if isinstance(scenario, Scenario) else read(scenario)
            problem = read_scenarios(given.path, Path(scenarios), given.given)
            return Risk(scenarios_of(problem, question, None if folder is None else Path(folder), measure))
        if isinstance(scenario, Result):
            return Risk(replay_of(scenario.run, question, replays, seed, Recourse(recourse)))
        given = scenario if isinstance(scenario, Scenario) else read(scenario)
        return Risk(replay_of(given.loaded, question, replays, seed, Recourse(recourse)))
