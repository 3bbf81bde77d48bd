"""Sweep of a scenario: a grid of values, solved side by side into one table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from solver.api.functions import open_run, options_of, read
from solver.api.notebook import console_of
from solver.api.result import Result
from solver.api.scenario import Scenario, plain
from solver.api.shown import Shown

if TYPE_CHECKING:
    from pandas import DataFrame


class SolveOptions(TypedDict, total=False):
    """Options of each solve, as those of ``kardashev.solve``."""

    gap: float
    seconds: float | None
    work: int | None
    threads: int
    seed: int
    method: str
    integrality: str
    solver: str


@dataclass(frozen=True, eq=False)
class SweepResult(Shown):
    """Result of a sweep: ``table`` has a row for each scenario, with the values of the ``levers`` first."""

    name: str
    levers: tuple[str, ...]
    table: DataFrame
    _stem = "sweep"
    _empty = "a picture needs one or two levers, and a scenario with a plan"

    @cached_property
    def results(self) -> tuple[Result | None, ...]:
        """Result of each scenario, in the order of the table; None where there is none, as after bad input."""
        folders = [None if folder != folder else folder for folder in self.table["run_dir"]]
        return tuple(None if folder is None else open_run(folder) for folder in folders)

    def summary(self) -> str:
        """Return the table as text, without the options and versions of each run."""
        return str(self._short.to_string(index=False, na_rep="-"))

    def to_json(self) -> dict[str, Any]:
        """Return the scenarios as ``kardashev sweep --json`` has them."""
        return {"scenarios": self.table.to_dict("records")}

    def _spec(self) -> dict[str, Any] | None:
        from solver.report.sweep_chart import sweep_chart

        return sweep_chart(self.table, self.levers, self.name)

    def __repr__(self) -> str:
        found = int(self.table["objective"].notna().sum())
        return f"<Sweep {self.name}: {len(self.table)} scenarios over {', '.join(self.levers)}, {found} with a plan>"

    @property
    def _short(self) -> DataFrame:
        return self.table[[*self.levers, "status", "objective", "bound", "unit", "gap"]]

    def _text(self) -> str:
        return str(self._short.to_html(index=False, na_rep="-"))


def sweep(
    scenario: Scenario | str | PathLike[str],
    values: Mapping[str, Iterable[Any]],
    *,
    jobs: int = 2,
    progress: bool = False,
    **options: Unpack[SolveOptions],
) -> SweepResult:
    """Solve every combination of the values of some paths, as ``kardashev sweep`` does, and return them in one table.

    Runs lie under ``results/runs``; scenarios that are solved already are not solved again. Ctrl-C ends the running
    solves with their best plans. UsageError for a path without values, or an impossible option.
    """
    from solver.batch.local import run_all
    from solver.batch.scenario_table import scenario_table
    from solver.batch.sweep import grid

    scenario = scenario if isinstance(scenario, Scenario) else read(scenario)
    listed = {path: ",".join(json.dumps(plain(value), ensure_ascii=False) for value in values[path]) for path in values}
    made = grid(Path(scenario.path), (f"{path}={text}" for path, text in listed.items()), scenario.given)
    number, done = len(made.tasks), count(1)
    with console_of(progress, None) as console:
        console.stage(f"solving {number} scenarios, {jobs} at once")
        results = run_all(
            made.tasks, options_of(**options), jobs, lambda one: console.stage(f"{next(done)} of {number}: {one}")
        )
    return SweepResult(scenario.name, made.levers, scenario_table(made, results))
