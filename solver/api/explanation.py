"""Explanation of a scenario or result from Python: why there is no plan, or what holds a plan back."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from solver.api.functions import options_of, read
from solver.api.notebook import console_of
from solver.api.result import Result
from solver.api.scenario import Scenario
from solver.api.shown import Shown
from solver.ask.common.question import Question
from solver.ask.explain.explain import Explanation, explain_run
from solver.ask.explain.explain import explain as explain_loaded
from solver.ask.explain.limit_cost import LimitCost
from solver.ask.explain.repair import Repair
from solver.milp.solution import Status
from solver.run.runner import interruptible
from solver.search.variants.conflict import Conflict

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, eq=False)
class ExplanationResult(Shown):
    """Result of ``kardashev.explain``: the conflict with its repairs, or the costs of the limits of a plan."""

    found: Explanation
    source: str
    _stem = "explanation"

    @property
    def status(self) -> Status:
        """Status of the solve that is explained."""
        return self.found.status

    @property
    def conflict(self) -> Conflict:
        """Constraints in conflict; none where there is a plan."""
        return self.found.conflict

    @property
    def repairs(self) -> tuple[Repair, ...]:
        """Combinations of changed keys that make a plan possible, each tried."""
        return self.found.repairs

    @property
    def limits(self) -> tuple[LimitCost, ...]:
        """Costs of the active limits of a plan, the dearest first."""
        return self.found.limits

    @property
    def table(self) -> DataFrame:
        """Table of the changes of all repairs, or of the costs of the limits of a plan, as a pandas frame."""
        from pandas import DataFrame

        data = self.to_json()
        repaired = [
            {"repair": n + 1, **change, "proven": repair["proven"], "plan_musd": repair["plan_musd"]}
            for n, repair in enumerate(data["repairs"])
            for change in repair["changes"]
        ]
        # The months of a date stand in columns of their own.
        limits = [{**cost, **(cost["date"] or {})} for cost in data["limits"]]
        return DataFrame(repaired or [{key: value for key, value in cost.items() if key != "date"} for cost in limits])

    def summary(self) -> str:
        """Return the lines that the command line prints."""
        from solver.report.explanation import explanation_lines

        return "\n".join(line.text for line in explanation_lines(self.found, self.source))

    def to_json(self) -> dict[str, Any]:
        """Return the object of ``kardashev explain --json``."""
        return self.found.to_json()

    def _spec(self) -> dict[str, Any] | None:
        return None

    def __repr__(self) -> str:
        return f"<Explanation {self.found.name}: {self.status}, {len(self.repairs)} repairs, {len(self.limits)} limits>"


def explain(
    scenario: Scenario | Result | str | PathLike[str],
    *,
    gap: float = 0.01,
    seconds: float = 60.0,
    out: str | PathLike[str] | None = None,
    progress: bool = False,
) -> ExplanationResult:
    """Explain why a scenario has no plan and which changes of its keys are enough, or what the limits of a plan cost.

    A result is explained without solving it again. With ``out`` answered points are kept in that folder and not solved
    again. InstanceError for a bad file, UsageError for an impossible option.
    """
    console, stop = console_of(progress, seconds), threading.Event()
    folder = None if out is None else Path(out)
    with interruptible(stop, console):
        asked = Question.shown_on(console, options_of(gap, seconds), stop)
        if isinstance(scenario, Result):
            return ExplanationResult(explain_run(scenario.run, asked, folder), scenario.manifest.instance)
        scenario = scenario if isinstance(scenario, Scenario) else read(scenario)
        return ExplanationResult(explain_loaded(scenario.loaded, asked, folder), scenario.path)
