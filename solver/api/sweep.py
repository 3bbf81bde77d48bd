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
from solver.errors import UsageError

if TYPE_CHECKING:
    from altair import TopLevelMixin
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
class SweepResult:
    """Result of a sweep: ``table`` has a row for each scenario, with the values of the ``levers`` first."""

    name: str
    levers: tuple[str, ...]
    table: DataFrame

    @cached_property
    def results(self) -> tuple[Result | None, ...]:
        """Result of each scenario, in the order of the table; None where there is none, as after bad input."""
        folders = [None if folder != folder else folder for folder in self.table["run_dir"]]
        return tuple(None if folder is None else open_run(folder) for folder in folders)

    def plot(self, path: str | PathLike[str] | None = None) -> TopLevelMixin | Path:
        """Draw cost and bound over one or two levers.

        Without a path return the chart; otherwise write the picture and return its path. UsageError for more levers, or
        without any plan.
        """
        from solver.report.formats import chosen
        from solver.report.plot import write_picture

        spec = self._spec()
        if spec is None:
            raise UsageError("a picture needs one or two levers, and a scenario with a plan")
        if path is None:
            import altair

            return altair.Chart.from_dict(spec)
        return write_picture(spec, Path(path), "sweep", chosen(None, Path(path)).value)

    def _spec(self) -> dict[str, Any] | None:
        from solver.report.sweep_chart import sweep_chart

        return sweep_chart(self.table, self.levers, self.name)

    def __repr__(self) -> str:
        found = int(self.table["objective"].notna().sum())
        return f"<Sweep {self.name}: {len(self.table)} scenarios over {', '.join(self.levers)}, {found} with a plan>"

    def _repr_html_(self) -> str:
        from solver.report.plot import rendered

        columns = [*self.levers, "status", "objective", "bound", "unit", "gap"]
        table = str(self.table[columns].to_html(index=False, na_rep="-"))
        spec = self._spec()
        return table if spec is None else table + rendered(spec, "svg").decode()


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
