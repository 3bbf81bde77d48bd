"""SCIP on the matrix that HiGHS gets: ``python -m solver.bench.scip FILE --out DIR ...``.

The output has the form of ``kardashev solve --json``. Each solution of SCIP is checked on the matrix before it counts:
rows, bounds and integrality, as strictly as those of HiGHS. Instances with learning are rejected, as only our own
searches compute costs on the true curves.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from solver.bench.handover import load_matrix, parse_options
from solver.bench.trace import TracePoint, write_rows
from solver.io.files import finite, write, write_text
from solver.io.terminal import guarded, print_line
from solver.milp.matrix import Floats, Matrix
from solver.milp.mps import mps
from solver.milp.other_solvers import package_of
from solver.milp.scaling import Scaling, scaling_of
from solver.milp.solution import Certificate, Status

RELATIVE, INTEGRALITY = 1e-6, 1e-5
"""Tolerances: violation of a row relative to its scale, and distance of an integer column to an integer."""


STATUS = {"optimal": Status.OPTIMAL, "gaplimit": Status.OPTIMAL, "infeasible": Status.INFEASIBLE}
"""Statuses of SCIP with a proof; every other one means that a limit ended the run."""


@dataclass(slots=True)
class ScipRun:
    """SCIP run on a matrix: trace of verified plans; ``refused`` counts those that failed the check."""

    matrix: Matrix
    scaling: Scaling
    musd: float
    began: float
    trace: list[TracePoint] = field(default_factory=list)
    refused: int = 0

    def submit_plan(self, inward: Floats, bound: float) -> None:
        """Submit a scaled solution to the trace; it is counted as refused where it violates the matrix."""
        x = self.scaling.unscale_point(inward)
        rounding_error = np.abs(x - np.round(x))[self.matrix.integer].max(initial=0.0)
        if self.matrix.violation(x, self.scaling.row_unit).relative > RELATIVE or rounding_error > INTEGRALITY:
            self.refused += 1
            return
        self.trace.append(TracePoint(self.seconds, self.matrix.value(x) * self.musd, self.bound_musd(bound), "scip"))

    def bound_musd(self, bound: float) -> float | None:
        """Convert a bound of SCIP to MUSD; None if infinite."""
        return bound * self.musd if abs(bound) < 1e19 else None

    @property
    def seconds(self) -> float:
        """Seconds since the start of the program."""
        return time.monotonic() - self.began


def main(arguments: list[str]) -> None:
    """Solve one instance file and print the result as JSON."""
    began = time.monotonic()
    options = parse_options("scip", arguments)
    loaded = load_matrix(options.file, options.set, began)
    result = ScipRun(loaded.matrix, scaling_of(loaded.matrix), loaded.musd, began)
    model, status = _solved(result, options.seconds, options.gap, options.seed)
    bound = result.bound_musd(model.getDualbound())
    objective = min((p.objective for p in result.trace if p.objective is not None), default=None)
    options.out.mkdir(parents=True, exist_ok=True)
    write_text(options.out / "trace.csv", write_rows(result.trace))
    answer = {
        "status": status if objective is not None or status is Status.INFEASIBLE else Status.NO_PLAN,
        "objective": objective,
        "bound": bound,
        "bound_kind": Certificate.SOLVER,
        "checked": objective is not None,
        "refused": result.refused,
        "rows": result.matrix.rows,
        "columns": result.matrix.columns,
        "integers": int(result.matrix.integer.sum()),
        "seconds": loaded.laps | {"total": result.seconds},
        "versions": {"pyscipopt": _version(), "scip": str(model.version())},
    }
    print_line(json.dumps(finite(answer)))


def _solved(result: ScipRun, ends: float, gap: float, seed: int) -> tuple[Any, Status]:
    scip = package_of("scip")
    model = scip.Model()
    model.hideOutput()
    scaled = result.scaling.scaled(result.matrix)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "matrix.mps"
        write(file, mps(replace(scaled, sign=1)))
        model.readProblem(str(file))
    names = {variable.name: variable for variable in model.getVars()}
    variables = [names[f"c{j}"] for j in range(scaled.columns)]

    def read_plan() -> None:
        best = model.getBestSol()
        values = np.array([model.getSolVal(best, variable) for variable in variables])
        result.submit_plan(values, model.getDualbound())

    model.includeEventhdlr(_listener(scip, read_plan), "plans", "keeps every better plan")
    model.setParam("limits/time", max(1.0, ends - result.seconds))
    model.setParam("limits/gap", gap)
    model.setParam("randomization/randomseedshift", seed)
    model.setParam("lp/threads", 1)
    model.optimize()
    return model, STATUS.get(model.getStatus(), Status.FEASIBLE)


def _listener(scip: Any, read_plan: Callable[[], None]) -> Any:
    kind = scip.SCIP_EVENTTYPE.BESTSOLFOUND

    class Plans(scip.Eventhdlr):  # type: ignore[misc]
        """Event handler of SCIP for every better solution."""

        def eventinit(self) -> None:
            self.model.catchEvent(kind, self)

        def eventexit(self) -> None:
            self.model.dropEvent(kind, self)

        def eventexec(self, _event: Any) -> None:
            read_plan()

    return Plans()


def _version() -> str:
    from importlib.metadata import version

    return version("pyscipopt")


if __name__ == "__main__":
    raise SystemExit(guarded(lambda: main(sys.argv[1:])))
