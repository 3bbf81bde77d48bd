"""Break-even of a lever from Python: where the answer to a yes/no question on the best plan turns."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING, Any

from solver.api.functions import options_of, read
from solver.api.notebook import console_of
from solver.api.scenario import Scenario
from solver.api.shown import Shown, variant_of
from solver.ask.breakeven.breakeven import break_even
from solver.ask.breakeven.breakeven_result import BreakEven, Point, Verdict
from solver.ask.breakeven.criterion import Criterion
from solver.ask.breakeven.side import Interval
from solver.ask.common.lever_range import LeverRange
from solver.ask.common.question import Question, answer_folder
from solver.run.runner import interruptible

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, eq=False)
class BreakEvenResult(Shown):
    """Result of ``kardashev.breakeven``: intervals of the lever with the proven answer, and the solved points."""

    answer: BreakEven
    _stem = "breakeven"

    @property
    def verdict(self) -> Verdict:
        """Verdict over the range: always, never, turns or open."""
        return self.answer.verdict

    @property
    def intervals(self) -> tuple[Interval, ...]:
        """Intervals of the range with their answers."""
        return self.answer.intervals

    @property
    def points(self) -> tuple[Point, ...]:
        """Solved values, each with plan and bound of both sides."""
        return self.answer.points

    @property
    def next(self) -> BreakEvenResult | None:
        """Break-even of the price that stands in the way where the answer never turns; None without one."""
        return None if self.answer.next is None else BreakEvenResult(self.answer.next)

    @property
    def table(self) -> DataFrame:
        """Solved values as a pandas frame, costs in MUSD."""
        from pandas import DataFrame

        rows = []
        for point in self.points:
            row: dict[str, Any] = {"value": point.value, "answer": point.answer.value}
            for name, side in (("yes", point.yes), ("no", point.no)):
                figures = {} if side is None else side.figures()
                row |= {f"{name}_plan": figures.get("objective"), f"{name}_bound": figures.get("bound")}
            rows.append(row)
        return DataFrame(rows)

    def summary(self) -> str:
        """Return the lines that the command line prints."""
        from solver.report.breakeven import breakeven_lines

        return "\n".join(breakeven_lines(self.answer))

    def to_json(self) -> dict[str, Any]:
        """Return the object of ``kardashev breakeven --json``."""
        return self.answer.to_json()

    def _spec(self) -> dict[str, Any] | None:
        from solver.report.breakeven import breakeven_chart

        return breakeven_chart(self.answer)

    def __repr__(self) -> str:
        return f"<BreakEven {self.answer.criterion.text} over {self.answer.lever.path}: {self.verdict.value}>"


def breakeven(
    scenario: Scenario | str | PathLike[str],
    lever: str,
    low: float | str,
    high: float | str,
    when: str,
    *,
    gap: float = 0.01,
    seconds: float | None = None,
    out: str | PathLike[str] | None = None,
    progress: bool = False,
) -> BreakEvenResult:
    """Find where the answer to a question such as ``orbit_share>50%`` turns between two values of a lever.

    Without ``seconds`` it ends after the time of some eight solves. Answered points lie in ``out``, by default under
    ``results/runs``, and are not solved again. InstanceError for a key that does not exist, UsageError for a question
    that the instance cannot answer.
    """
    asked, criterion = LeverRange.of(f"{lever}={low}:{high}", "lever"), Criterion.of(when)
    scenario = scenario if isinstance(scenario, Scenario) else read(scenario)
    console, stop = console_of(progress, seconds), threading.Event()
    with interruptible(stop, console):
        question = Question.shown_on(console, options_of(gap, seconds), stop)
        folder = answer_folder(out, scenario.path, "breakeven")
        return BreakEvenResult(break_even(variant_of(scenario), asked, criterion, question, folder))
