"""Other solvers of a MIP, where the user has one: the scaled matrix is handed over as an MPS file.

Each driver reads the file through the solver's own Python package, obeys the limits and returns point, bound and
verdict. As with HiGHS, nothing of it is believed: points are verified on the matrix, and infeasibility is confirmed.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from solver.errors import EnvironmentFailure, UsageError
from solver.milp.callbacks import RawResult
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.milp.mps import FileNames, mps
from solver.milp.solution import Limit, Verdict
from solver.threads import start

HIGHS = "highs"
PACKAGES: Mapping[str, str] = {"gurobi": "gurobipy", "xpress": "xpress", "copt": "coptpy", "scip": "pyscipopt"}
"""Python package of each other solver."""
NAMES = (HIGHS, *PACKAGES)
INFINITE = 1e19
"""Bound from which solvers mean infinity."""
POLL_SECONDS = 0.2


@dataclass(slots=True)
class Handover:
    """Problem handed over: its file, the order of its columns, its limits, and how the run was ended from outside."""

    file: Path
    columns: Sequence[str]
    limits: Limits
    seconds: float | None
    stop: threading.Event
    halted: Limit | None = field(default=None)

    @contextmanager
    def interrupted_by(self, interrupt: Callable[[], object]) -> Iterator[None]:
        """Call ``interrupt`` once the stop event is set or the time is over, while the solver runs."""
        over, ends = threading.Event(), np.inf if self.seconds is None else time.monotonic() + self.seconds

        def watch() -> None:
            while not over.wait(POLL_SECONDS):
                if self.stop.is_set() or time.monotonic() > ends + 1.0:
                    self.halted = Limit.INTERRUPT if self.stop.is_set() else Limit.TIME
                    interrupt()
                    return

        watcher = threading.Thread(target=watch, daemon=True)
        start(watcher)
        try:
            yield
        finally:
            over.set()
            watcher.join()

    def result(self, verdict: Verdict, values: Mapping[str, float] | None, bound: float, nodes: int) -> RawResult:
        """Return the result of a run from the values of its best point by column name."""
        x = None if values is None else np.array([values[name] for name in self.columns], dtype=np.float64)
        bound = bound if abs(bound) < INFINITE else -np.inf
        halted = {Limit.INTERRUPT: Verdict.INTERRUPT, Limit.TIME: Verdict.TIME_LIMIT}.get(self.halted or Limit.WORK)
        return RawResult(halted or verdict, x=x, bound=bound, nodes=nodes)


def package_of(solver: str) -> Any:
    """Return the Python package of a solver; UsageError where it is not installed."""
    package = PACKAGES[solver]
    try:
        return import_module(package)
    except ImportError as error:
        raise UsageError(f"solver {solver}: {_missing(package)}") from error
    except OSError as error:
        raise EnvironmentFailure(f"solver {solver}: {package} cannot be loaded: {error}") from error


def require(solver: str, method: str) -> None:
    """Raise UsageError where a solver is unknown, not installed or of no use; called before anything is built."""
    if solver not in NAMES:
        raise UsageError(f"solver: found {solver!r}, expected {', '.join(NAMES)}")
    if solver == HIGHS:
        return
    if method != "exact":
        raise UsageError(
            f"solver {solver}: found method {method}, expected exact: the search calls HiGHS; --method exact"
        )
    if find_spec(PACKAGES[solver]) is None:
        raise UsageError(f"solver {solver}: {_missing(PACKAGES[solver])}")


def _missing(package: str) -> str:
    return f"its Python package is not installed; pip install {package}, and a licence where it needs one"


def run_other(solver: str, matrix: Matrix, limits: Limits, seconds: float | None, stop: threading.Event) -> RawResult:
    """Run another solver once on a matrix as it is; EnvironmentFailure where it refuses, as for want of a licence."""
    package, names = package_of(solver), FileNames.numbered(matrix)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "matrix.mps"
        file.write_text(mps(replace(matrix, sign=1), names), encoding="ascii", newline="\n")
        handover = Handover(file, names.columns, limits, seconds, stop)
        try:
            with _standard_output_kept(), warnings.catch_warnings(action="ignore"):
                return _DRIVERS[solver](package, handover)
        except (AttributeError, NameError, KeyError):
            raise
        except Exception as error:
            raise EnvironmentFailure(f"solver {solver}: {' '.join(str(error).split())}") from error


@contextmanager
def _standard_output_kept() -> Iterator[None]:
    """Send what a library prints to standard error: standard output is for the answer."""
    sys.stdout.flush()
    kept = os.dup(1)
    try:
        os.dup2(2, 1)
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


def _gurobi(package: Any, given: Handover) -> RawResult:
    with package.Env(empty=True) as env:
        env.setParam("OutputFlag", 0)
        env.start()
        with package.read(str(given.file), env) as model:
            model.Params.MIPGap, model.Params.Threads, model.Params.Seed = (
                given.limits.gap, given.limits.threads, given.limits.seed,
            )  # fmt: skip
            if given.seconds is not None:
                model.Params.TimeLimit = given.seconds
            if given.limits.work is not None:
                model.Params.NodeLimit = given.limits.work
            with given.interrupted_by(model.terminate):
                model.optimize()
            values = {v.VarName: v.X for v in model.getVars()} if model.SolCount else None
            return given.result(
                _GUROBI.get(model.Status, Verdict.UNKNOWN), values, model.ObjBound, int(model.NodeCount)
            )


_GUROBI = {
    2: Verdict.OPTIMAL, 3: Verdict.INFEASIBLE, 4: Verdict.UNBOUNDED_OR_INFEASIBLE, 5: Verdict.UNBOUNDED,
    8: Verdict.SOLUTION_LIMIT, 9: Verdict.TIME_LIMIT, 11: Verdict.INTERRUPT,
}  # fmt: skip


def _scip(package: Any, given: Handover) -> RawResult:
    model = package.Model()
    model.hideOutput()
    model.readProblem(str(given.file))
    model.setParam("limits/gap", given.limits.gap)
    model.setParam("randomization/randomseedshift", given.limits.seed)
    model.setParam("parallel/maxnthreads", given.limits.threads)
    if given.seconds is not None:
        model.setParam("limits/time", given.seconds)
    if given.limits.work is not None:
        model.setParam("limits/nodes", given.limits.work)
    with given.interrupted_by(model.interruptSolve):
        # Without the interpreter's lock, so that other threads show progress and can end the run.
        model.optimizeNogil()
    values = {v.name: model.getVal(v) for v in model.getVars()} if model.getNSols() else None
    verdict = _SCIP.get(model.getStatus(), Verdict.UNKNOWN)
    return given.result(verdict, values, model.getDualbound(), int(model.getNTotalNodes()))


_SCIP = {
    "optimal": Verdict.OPTIMAL, "gaplimit": Verdict.OPTIMAL, "infeasible": Verdict.INFEASIBLE,
    "unbounded": Verdict.UNBOUNDED, "inforunbd": Verdict.UNBOUNDED_OR_INFEASIBLE, "timelimit": Verdict.TIME_LIMIT,
    "nodelimit": Verdict.SOLUTION_LIMIT, "totalnodelimit": Verdict.SOLUTION_LIMIT,
    "userinterrupt": Verdict.INTERRUPT,
}  # fmt: skip


def _xpress(package: Any, given: Handover) -> RawResult:
    problem = package.problem()
    problem.controls.outputlog = 0
    problem.readProb(str(given.file), "")
    problem.controls.miprelstop, problem.controls.threads = given.limits.gap, given.limits.threads
    problem.controls.randomseed, problem.controls.mipaddcutoff = given.limits.seed, 0.0
    if given.seconds is not None:
        problem.controls.timelimit = given.seconds
    if given.limits.work is not None:
        problem.controls.maxnode = given.limits.work
    with given.interrupted_by(problem.interrupt):
        problem.optimize()
    solved = problem.attributes.solvestatus == package.SolveStatus.COMPLETED
    found = problem.attributes.solstatus
    verdict = Verdict.SOLUTION_LIMIT if given.limits.work is not None else Verdict.TIME_LIMIT
    if solved or found in (package.SolStatus.OPTIMAL, package.SolStatus.INFEASIBLE, package.SolStatus.UNBOUNDED):
        verdict = {
            package.SolStatus.INFEASIBLE: Verdict.INFEASIBLE, package.SolStatus.UNBOUNDED: Verdict.UNBOUNDED,
        }.get(found, Verdict.OPTIMAL)  # fmt: skip
    has = found in (package.SolStatus.OPTIMAL, package.SolStatus.FEASIBLE)
    values = dict(zip((v.name for v in problem.getVariable()), problem.getSolution(), strict=True)) if has else None
    return given.result(verdict, values, problem.attributes.bestbound, int(problem.attributes.nodes))


def _copt(package: Any, given: Handover) -> RawResult:
    constants, settings = package.COPT, package.EnvrConfig()
    settings.set("nobanner", "1")
    model = package.Envr(settings).createModel("kardashev")
    model.setParam(constants.Param.Logging, 0)
    model.read(str(given.file))
    model.setParam(constants.Param.RelGap, given.limits.gap)
    model.setParam(constants.Param.Threads, given.limits.threads)
    if given.seconds is not None:
        model.setParam(constants.Param.TimeLimit, given.seconds)
    if given.limits.work is not None:
        model.setParam(constants.Param.NodeLimit, given.limits.work)
    with given.interrupted_by(model.interrupt):
        model.solve()
    verdict = {
        constants.OPTIMAL: Verdict.OPTIMAL, constants.INFEASIBLE: Verdict.INFEASIBLE,
        constants.UNBOUNDED: Verdict.UNBOUNDED, constants.INF_OR_UNB: Verdict.UNBOUNDED_OR_INFEASIBLE,
        constants.TIMEOUT: Verdict.TIME_LIMIT, constants.NODELIMIT: Verdict.SOLUTION_LIMIT,
        constants.INTERRUPTED: Verdict.INTERRUPT,
    }.get(model.status, Verdict.UNKNOWN)  # fmt: skip
    values = {v.name: v.x for v in model.getVars()} if model.hasmipsol else None
    return given.result(verdict, values, model.bestbnd, int(model.nodecnt))


_DRIVERS: Mapping[str, Callable[[Any, Handover], RawResult]] = {
    "gurobi": _gurobi, "xpress": _xpress, "copt": _copt, "scip": _scip,
}  # fmt: skip
