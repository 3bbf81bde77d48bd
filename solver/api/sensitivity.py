"""Sensitivity of a scenario in Python: bars over the ranges, indices and boxes, as a table for notebooks."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from solver.api.functions import options_of, read
from solver.api.notebook import console_of
from solver.api.scenario import Scenario
from solver.api.shown import Shown
from solver.ask.common.journal import FOLDER, Journal
from solver.ask.common.question import Question
from solver.ask.sensitivity.sensitivity import SensitivityOptions, journal_identity
from solver.ask.sensitivity.sensitivity import sensitivity as measure
from solver.ask.sensitivity.sensitivity_result import Sensitivity
from solver.run.runner import interruptible

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, eq=False)
class SensitivityResult(Shown):
    """Result of ``sensitivity``: ``found`` has bars, indices and boxes; ``table`` has a row for each bar."""

    found: Sensitivity
    _stem = "sensitivity"
    _empty = "a picture needs a plan, and a lever at least"

    @cached_property
    def table(self) -> DataFrame:
        """Lever, values, bounds and plans at both ends, and what each range rests on."""
        from pandas import DataFrame

        rows = [
            {
                "lever": bar.path, "low": bar.low.value, "central": bar.central, "high": bar.high.value,
                "bound_at_low": bar.low.bound, "plan_at_low": bar.low.plan, "bound_at_high": bar.high.bound,
                "plan_at_high": bar.high.plan, "infeasible_at_low": bar.low.infeasible,
                "infeasible_at_high": bar.high.infeasible, "distinguishable": bar.distinguishable,
                "rests_on": str(bar.support), "source": bar.source,
            }
            for bar in self.found.bars
        ]  # fmt: skip
        return DataFrame(rows)

    def summary(self) -> str:
        """Return the lines that the command line prints."""
        from solver.report.sensitivity import sensitivity_lines

        return "\n".join(sensitivity_lines(self.found))

    def to_json(self) -> dict[str, Any]:
        """Return the object of ``kardashev sensitivity --json``."""
        return self.found.to_json()

    def _spec(self) -> dict[str, Any] | None:
        from solver.report.sensitivity_chart import sensitivity_chart

        return sensitivity_chart(self.found)

    def __repr__(self) -> str:
        return f"<Sensitivity {self.found.name}: {len(self.found.bars)} bars of {self.found.levers} levers>"


def sensitivity(
    scenario: Scenario | str | PathLike[str],
    *,
    vary: Sequence[str] = (),
    ranges: Sequence[str] = (),
    count: int = 40,
    top: int = 8,
    morris: int = 0,
    sobol: int = 0,
    outcome: str = "",
    samples: int = 128,
    gap: float = 0.01,
    seconds: float | None = None,
    seed: int = 0,
    jobs: int = 2,
    out: str | PathLike[str] | None = None,
    progress: bool = False,
) -> SensitivityResult:
    """Measure how cost moves over the ranges of a scenario, as ``kardashev sensitivity`` does.

    Processes are started for more than one job: in a script, call it under ``if __name__ == "__main__"``. With ``out``
    answered points are kept in that folder and not solved again. UsageError for an impossible option.
    """
    options = SensitivityOptions(tuple(vary), tuple(ranges), count, top, morris, sobol, outcome, samples, jobs)
    console, stop = console_of(progress, seconds), threading.Event()
    scenario = scenario if isinstance(scenario, Scenario) else read(scenario)
    with interruptible(stop, console):
        asked = Question.shown_on(console, options_of(gap, seconds, seed=seed), stop)
        identity = journal_identity(scenario.loaded, asked)
        journal = Journal(None if out is None else Path(out) / FOLDER, identity, stop, console.stage)
        return SensitivityResult(measure(scenario.loaded, asked, options, journal))
