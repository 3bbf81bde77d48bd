"""Result of a solve: plan, bound, tables and picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from solver.api.page import summary_html
from solver.check import Violation
from solver.check import check as check_plan
from solver.errors import UsageError
from solver.instance.schema import Instance
from solver.milp.solution import Status
from solver.plan import Plan
from solver.report.overview import headline
from solver.report.summary import summary_lines
from solver.run.consistency import Run, contradictions
from solver.run.directory import write_run
from solver.run.manifest_schema import Manifest
from solver.tables import PlanState, state_of, table_texts, tables

if TYPE_CHECKING:
    from altair import TopLevelMixin
    from pandas import DataFrame


class Tables(Mapping[str, "DataFrame"]):
    """Tables of a plan by name; they are computed on first use."""

    def __init__(self, state: PlanState) -> None:
        self._state = state

    @cached_property
    def _frames(self) -> dict[str, DataFrame]:
        return dict(tables(self._state))

    def __getitem__(self, name: str) -> DataFrame:
        try:
            return self._frames[name]
        except KeyError:
            raise KeyError(f"{name}: no such table; known: {', '.join(self._frames)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._frames)

    def __len__(self) -> int:
        return len(self._frames)

    def __repr__(self) -> str:
        return f"<Tables {', '.join(self._frames)}>"


@dataclass(frozen=True, eq=False)
class Result:
    """Result of a solve, or of a stored run.

    ``plan`` is None where none was found. ``objective`` and ``bound`` are in ``unit``: MUSD for least cost.
    """

    manifest: Manifest
    instance: Instance
    plan: Plan | None
    log: str = field(default="", repr=False)
    trace: str | None = field(default=None, repr=False)
    path: Path | None = None

    @property
    def status(self) -> Status:
        """Status: optimal within the gap, feasible, infeasible, no_plan or interrupted."""
        return self.manifest.status

    @property
    def termination(self) -> str:
        """Reason for which the search ended."""
        return self.manifest.termination_reason

    @property
    def objective(self) -> float | None:
        """Objective of the plan; None without a plan."""
        return self.manifest.objective

    @property
    def bound(self) -> float | None:
        """Proven bound on the objective of every plan."""
        return self.manifest.bound

    @property
    def gap(self) -> float | None:
        """Relative gap between plan and bound, as a fraction; None without a plan."""
        return self.manifest.gap

    @property
    def unit(self) -> str:
        """Unit of objective and bound."""
        return self.manifest.unit

    @property
    def checked(self) -> bool:
        """True if the independent checker found no violation."""
        return self.manifest.checked

    @property
    def conflict(self) -> list[dict[str, Any]]:
        """Conflicting constraints of an infeasible instance, with what each allows and what is needed."""
        return [reason.model_dump(mode="json") for reason in self.manifest.conflict]

    @cached_property
    def state(self) -> PlanState | None:
        """Plan state over time; None without a plan."""
        return None if self.plan is None else state_of(self.instance, self.plan)

    @cached_property
    def tables(self) -> Tables:
        """Tables of the plan by name, as pandas frames; UsageError without a plan."""
        return Tables(self._planned())

    def summary(self) -> str:
        """Return the lines that the command line prints after a solve."""
        return "\n".join([headline(self.instance), *summary_lines(self.state, self.manifest)])

    def statistics(self) -> dict[str, Any]:
        """Return the object of ``solve --json``: status, objective, bound, size of the model, seconds by stage."""
        return self.manifest.summary_data()

    def check(self) -> list[Violation]:
        """Check the plan once more, and the figures of the result against it; return every violation."""
        if self.plan is None:
            raise UsageError(f"no plan to check (status {self.status})")
        return [*check_plan(self.instance, self.plan), *contradictions(self.run)]

    def plot(self, path: str | PathLike[str] | None = None) -> TopLevelMixin | Path:
        """Draw power, launches, mass and cost.

        Without a path return the chart, which a notebook shows; otherwise write the picture (.svg, .png or .html) and
        return its path. UsageError without a plan.
        """
        from solver.report.formats import chosen
        from solver.report.plot import chart, write_picture

        spec = chart(self.run)
        if path is None:
            import altair

            return altair.Chart.from_dict(spec)
        target = Path(path)
        return write_picture(spec, target, "plan", chosen(None, target).value)

    def to_dir(self, path: str | PathLike[str], *, force: bool = False) -> Path:
        """Write the run directory, as ``solve --out`` does, and return its path; ``force`` replaces another run."""
        texts = None if self.state is None else table_texts(self.state)
        manifest = self.manifest.model_copy(update={"run_dir": str(Path(path).resolve())})
        return write_run(Path(path), manifest, self.plan, texts, self.log, force, self.trace)

    def __repr__(self) -> str:
        gap = "" if self.gap is None else f", gap {100 * self.gap:.2g} %"
        amount = "" if self.objective is None else f", {self.objective:,.6g} {self.unit}"
        return f"<Result {self.instance.name}: {self.status.value}{amount}{gap}>"

    def _repr_html_(self) -> str:
        text = summary_html(self.summary().split("\n"))
        if self.plan is None:
            return text
        from solver.report.plot import chart, rendered

        return text + rendered(chart(self.run), "svg").decode()

    @property
    def run(self) -> Run:
        """Stored run of this result, for comparisons."""
        return Run(self.manifest, self.instance, self.plan, self.path or Path(self._label()))

    def _label(self) -> str:
        changes = " ".join(change.replace("/", "_") for change in self.manifest.changes)
        return f"{Path(self.manifest.instance).stem} {changes}".strip()

    def _planned(self) -> PlanState:
        if self.state is None:
            raise UsageError(f"no plan, so no tables (status {self.status})")
        return self.state
