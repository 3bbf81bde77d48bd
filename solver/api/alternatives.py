"""Alternatives of a scenario in Python: near-optimal plans, claims about all of them, and a table for notebooks."""

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
from solver.ask.alternatives.alternatives import Alternatives, AlternativesOptions, journal_identity
from solver.ask.alternatives.alternatives import alternatives as find_alternatives
from solver.ask.common.journal import FOLDER, Journal
from solver.ask.common.question import Question
from solver.report.number_format import counted
from solver.run.runner import interruptible

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, eq=False)
class AlternativesResult(Shown):
    """Result of ``alternatives``: ``found`` has plans, claims and choices; ``table`` has a row for each plan."""

    found: Alternatives
    _stem = "alternatives"
    _empty = "a picture needs plans that could differ"

    @cached_property
    def table(self) -> DataFrame:
        """Method, objective, distance to the nearest earlier plan, and every feature of each plan."""
        from pandas import DataFrame

        rows = [
            {"method": plan.method, "objective": plan.objective, "nearest": plan.nearest, **plan.shares}
            for plan in self.found.plans
        ]
        return DataFrame(rows)

    def summary(self) -> str:
        """Return the lines that the command line prints."""
        from solver.report.alternatives import alternatives_lines

        return "\n".join(alternatives_lines(self.found))

    def to_json(self) -> dict[str, Any]:
        """Return the object of ``kardashev alternatives --json``."""
        return self.found.to_json()

    def _spec(self) -> dict[str, Any] | None:
        from solver.report.alternatives_chart import alternatives_chart

        return alternatives_chart(self.found)

    def __repr__(self) -> str:
        plans, claims = counted(len(self.found.plans), "plan"), counted(len(self.found.claims), "claim")
        return f"<Alternatives {self.found.name}: {plans}, {claims}>"


def alternatives(
    scenario: Scenario | str | PathLike[str],
    *,
    within: float = 0.03,
    count: int = 10,
    claims: Sequence[str] = (),
    gap: float = 0.01,
    seconds: float | None = None,
    seed: int = 0,
    jobs: int = 2,
    out: str | PathLike[str] | None = None,
    progress: bool = False,
) -> AlternativesResult:
    """Find plans within a share of the best one that differ most, as ``kardashev alternatives`` does.

    Without ``seconds`` it ends after the time of eight solves, and 50 s at least. With ``out`` answered points are kept
    in that folder and not solved again. UsageError for an impossible option.
    """
    options, console, stop = (
        AlternativesOptions(within, count, tuple(claims), jobs),
        console_of(progress, seconds),
        threading.Event(),
    )
    scenario = scenario if isinstance(scenario, Scenario) else read(scenario)
    with interruptible(stop, console):
        asked = Question.shown_on(console, options_of(gap, seconds, seed=seed), stop)
        identity = journal_identity(scenario.loaded, asked, options)
        journal = Journal(None if out is None else Path(out) / FOLDER, identity, stop, console.stage)
        return AlternativesResult(find_alternatives(scenario.loaded, asked, options, journal))
