"""SCIP on the matrix that HiGHS is handed: ``python -m solver.bench.scip FILE --out DIR ...``.

It answers in the form of ``kardashev solve --json``. Each plan that SCIP calls feasible is checked on the matrix before
it counts: rows and bounds as strictly as those of HiGHS, whole counts whole. Instances with learning are refused,
because their costs are read off a true curve that only our own searches know.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from solver.bench.handover import asked, handed_over
from solver.bench.mps import mps
from solver.bench.trace import Point, write_rows
from solver.errors import EnvironmentFailure, UsageError
from solver.io.files import finite, write, write_text
from solver.io.terminal import guarded, print_line
from solver.milp.matrix import Floats, Matrix
from solver.milp.scaling import Scaling, scaling_of
from solver.milp.solution import Certificate, Status

RELATIVE, WHOLE = 1e-6, 1e-5
"""What a row may be broken by, of its scale, and a whole count be off."""


STATUS = {"optimal": Status.OPTIMAL, "gaplimit": Status.OPTIMAL, "infeasible": Status.INFEASIBLE}
"""Statuses of SCIP that say more than that it was stopped."""


@dataclass(slots=True)
class ScipRun:
    """What SCIP has found of a matrix, in the sense of the matrix; ``refused`` plans broke a row or a whole count."""

    matrix: Matrix
    scaling: Scaling
    musd: float
    began: float
    trace: list[Point] = field(default_factory=list)
    refused: int = 0

    def plan(self, inward: Floats, bound: float) -> None:
        """Take a plan, if it holds."""
        x = self.scaling.outward(inward)
        whole = np.abs(x - np.round(x))[self.matrix.integer].max(initial=0.0)
        if self.matrix.violation(x, self.scaling.row_unit).relative > RELATIVE or whole > WHOLE:
            self.refused += 1
            return
        self.trace.append(Point(self.seconds, self.matrix.value(x) * self.musd, self.outside(bound), "scip"))

    def outside(self, bound: float) -> float | None:
        """A bound of SCIP, which does not know the constant, in MUSD."""
        return (bound + self.matrix.cost_offset) * self.musd if abs(bound) < 1e19 else None

    @property
    def seconds(self) -> float:
        """Since the start of the program."""
        return time.monotonic() - self.began


def main(arguments: list[str]) -> None:
    """Solve one file."""
    began = time.monotonic()
    options = asked("scip", arguments)
    given = handed_over(options.file, began)
    found = ScipRun(given.matrix, scaling_of(given.matrix), given.musd, began)
    model, status = _solved(found, options.seconds, options.gap, options.seed)
    bound = found.outside(model.getDualbound())
    objective = min((p.objective for p in found.trace if p.objective is not None), default=None)
    options.out.mkdir(parents=True, exist_ok=True)
    write_text(options.out / "trace.csv", write_rows(found.trace))
    answer = {
        "status": status if objective is not None or status is Status.INFEASIBLE else Status.NO_PLAN,
        "objective": objective,
        "bound": bound,
        "bound_kind": Certificate.SOLVER,
        "checked": objective is not None,
        "refused": found.refused,
        "rows": found.matrix.rows,
        "columns": found.matrix.columns,
        "integers": int(found.matrix.integer.sum()),
        "seconds": given.laps | {"total": found.seconds},
        "versions": {"pyscipopt": _version(), "scip": str(model.version())},
    }
    print_line(json.dumps(finite(answer)))


def _solved(found: ScipRun, ends: float, gap: float, seed: int) -> tuple[Any, Status]:
    scip = imported()
    model = scip.Model()
    model.hideOutput()
    scaled = found.scaling.scaled(found.matrix)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "matrix.mps"
        write(file, mps(scaled))
        model.readProblem(str(file))
    names = {variable.name: variable for variable in model.getVars()}
    variables = [names[f"c{j}"] for j in range(scaled.columns)]

    def read_plan() -> None:
        best = model.getBestSol()
        values = np.array([model.getSolVal(best, variable) for variable in variables])
        found.plan(values, model.getDualbound())

    model.includeEventhdlr(_listener(scip, read_plan), "plans", "keeps every better plan")
    model.setParam("limits/time", max(1.0, ends - found.seconds))
    model.setParam("limits/gap", gap)
    model.setParam("randomization/randomseedshift", seed)
    model.setParam("lp/threads", 1)
    model.optimize()
    return model, STATUS.get(model.getStatus(), Status.FEASIBLE)


def _listener(scip: Any, read_plan: Callable[[], None]) -> Any:
    kind = scip.SCIP_EVENTTYPE.BESTSOLFOUND

    class Plans(scip.Eventhdlr):  # type: ignore[misc]
        """Hears of every better plan."""

        def eventinit(self) -> None:
            self.model.catchEvent(kind, self)

        def eventexit(self) -> None:
            self.model.dropEvent(kind, self)

        def eventexec(self, _event: Any) -> None:
            read_plan()

    return Plans()


def imported() -> Any:
    """The package; UsageError without it."""
    try:
        import pyscipopt
    except ImportError as error:
        raise UsageError("method scip: PySCIPOpt is not installed; pip install 'kardashev[bench]'") from error
    except OSError as error:
        raise EnvironmentFailure(f"PySCIPOpt cannot be loaded: {error}") from error
    return pyscipopt


def _version() -> str:
    from importlib.metadata import version

    return version("pyscipopt")


if __name__ == "__main__":
    raise SystemExit(guarded(lambda: main(sys.argv[1:])))
