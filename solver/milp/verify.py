"""What the solver says is judged before it is believed.

Points are checked in numpy, LP bounds derived again from the duals, and verdicts without a point asked for twice:
"Infeasible" and "Optimal" have both been false on badly scaled models. An infeasibility whose ray holds in numpy needs
no second run. Which LP algorithm brings a verified bound soonest was measured (``solver.milp.sifting``): sifting takes
an eighth of the time of simplex at 200,000 columns; interior points without crossover took twice as long as simplex,
and gave no verdict on an infeasible model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from solver.milp.callbacks import Job, Raw, Runner
from solver.milp.limits import Limits, objective_tolerance, relative_gap
from solver.milp.matrix import Floats, Matrix
from solver.milp.safe_bounds import proven_bound, proves_infeasible
from solver.milp.solution import Solution, Status

IPX_FROM_COLUMNS = 100_000
"""Columns from which an LP is solved by interior points."""
ROW_TOLERANCE = 1e-6
# A proven LP bound is preferred to the solver's own word while it costs no more than this share.
VERIFIED_LOSS = 1e-4
CAREFUL: Mapping[str, object] = {
    "presolve": "off",
    "solver": "simplex",
    "primal_feasibility_tolerance": 1e-7,
    "dual_feasibility_tolerance": 1e-7,
}
EXACT: Mapping[str, object] = {"run_crossover": "on"}
PLANLESS = ("Infeasible", "Unbounded", "UnboundedOrInfeasible")
STOPPED: Mapping[str, str] = {
    "interrupt": "interrupt",
    "time": "time",
    "TimeLimit": "time",
    "IterationLimit": "work",
    "SolutionLimit": "work",
}


def solve_lp(run: Runner, job: Job, matrix: Matrix) -> Solution:
    """Solve an LP: what is optimal must hold in numpy; every other verdict must be given twice, in two ways."""
    first = run(job, matrix)
    if first.verdict == "Optimal":
        x = _admit(job, matrix, first.x)
        if x is not None:
            return _lp_solved(job, matrix, x, first)
        job.warnings.append(f"the optimum of the first run was refused: {_complaint(job, matrix, first.x)}")
    stopped = _stopped(first.verdict)
    if stopped is not None:
        return stopped
    if first.ray is not None and proves_infeasible(matrix, first.ray):
        return Solution(Status.INFEASIBLE, "infeasible (ray verified)")
    inexact = matrix.columns >= IPX_FROM_COLUMNS and first.verdict not in PLANLESS
    second = run(job, matrix, extra=EXACT if inexact else CAREFUL)
    x = _admit(job, matrix, second.x)
    if second.verdict == "Optimal" and x is not None:
        job.warnings.append(f"two runs disagreed: {first.verdict}, then Optimal")
        return _lp_solved(job, matrix, x, second)
    if second.verdict == "Infeasible":
        return Solution(Status.INFEASIBLE, _infeasible_because(matrix, first, second))
    if second.verdict in ("Unbounded", "UnboundedOrInfeasible"):
        return Solution(Status.UNBOUNDED, "unbounded")
    if first.verdict == "Infeasible":
        return Solution(Status.INFEASIBLE, "infeasible (not confirmed: the second run did not finish)")
    why = _complaint(job, matrix, second.x) if second.verdict == "Optimal" else f"HiGHS ends with {second.verdict}"
    return _stopped(second.verdict) or Solution(Status.NO_PLAN, f"refused: {why}")


def _lp_solved(job: Job, matrix: Matrix, x: Floats, raw: Raw) -> Solution:
    value = matrix.value(x)
    proven = -np.inf if raw.row_dual is None else proven_bound(matrix, raw.row_dual, value)
    if relative_gap(value, proven) <= VERIFIED_LOSS or value - proven <= objective_tolerance(value):
        bound, kind = proven, "lp_verified"
    else:
        bound, kind = min(raw.bound, value), "solver"
    solved = solved_at(matrix, x, bound, kind, "Optimal", job.limits)
    return replace(solved, row_dual=raw.row_dual, column_dual=raw.column_dual, basis=raw.basis)


def _infeasible_because(matrix: Matrix, first: Raw, second: Raw) -> str:
    if any(ray is not None and proves_infeasible(matrix, ray) for ray in (first.ray, second.ray)):
        return "infeasible (ray verified)"
    return "infeasible (two runs agree)" if first.verdict == "Infeasible" else "infeasible (one run)"


def solve_mip(run: Runner, job: Job, matrix: Matrix, start: Floats | None) -> Solution:
    """Solve a MIP: the incumbent is rounded, checked, mended by an LP if need be, and set against start and bound."""
    raw = run(job, matrix, start)
    own = _admit(job, matrix, raw.x)
    if own is None and raw.x is not None:
        job.warnings.append(f"the incumbent was refused as it stood: {_complaint(job, matrix, raw.x)}")
        own = _mend(run, job, matrix, raw.x)
    given = _admit(job, matrix, start)
    if start is not None and given is None:
        job.warnings.append(f"the start is not feasible: {_complaint(job, matrix, start)}")
    found = sorted((x for x in (own, given) if x is not None), key=matrix.value)
    if not found:
        return _without_plan(run, job, matrix, raw)
    value, bound = matrix.value(found[0]), raw.bound
    if raw.verdict in PLANLESS or bound > value + objective_tolerance(value):
        job.warnings.append(f"HiGHS says {raw.verdict} with bound {bound:g} against a checked solution of {value:g}")
        bound = -np.inf
    solved = solved_at(matrix, found[0], min(bound, value), "solver", raw.verdict, job.limits)
    return replace(solved, nodes=raw.nodes)


def _without_plan(run: Runner, job: Job, matrix: Matrix, raw: Raw) -> Solution:
    """A MIP that gave no point: is there none, is there no end to the objective, or was there no time."""
    if raw.verdict in PLANLESS:
        relaxed = solve_lp(run, replace(job, limits=replace(job.limits, work=None)), matrix.relaxed())
        if relaxed.status is Status.INFEASIBLE:
            return Solution(Status.INFEASIBLE, relaxed.reason, nodes=raw.nodes)
        if raw.verdict == "Infeasible":
            return _infeasible_twice(run, job, matrix, raw)
        if relaxed.status is Status.UNBOUNDED:
            return Solution(Status.UNBOUNDED, "unbounded", nodes=raw.nodes)
        return Solution(Status.NO_PLAN, f"refused: HiGHS ends with {raw.verdict}", nodes=raw.nodes)
    if raw.x is None and (stopped := _stopped(raw.verdict)) is not None:
        return replace(stopped, bound=raw.bound, nodes=raw.nodes)
    why = f"HiGHS ends with {raw.verdict}" if raw.x is None else _complaint(job, matrix, raw.x)
    return Solution(Status.NO_PLAN, f"refused: {why}", bound=raw.bound, nodes=raw.nodes)


def _infeasible_twice(run: Runner, job: Job, matrix: Matrix, first: Raw) -> Solution:
    """A MIP whose relaxation has points is infeasible when a run without presolve says so too.

    Presolve of HiGHS 1.15 called one of four columns infeasible whose LP optimum is whole. A second run that does not
    finish leaves the question open.
    """
    second = run(job, matrix, extra={"presolve": "off"})
    nodes, x = first.nodes + second.nodes, _admit(job, matrix, second.x)
    if x is not None:
        job.warnings.append(f"two runs disagreed: {first.verdict}, then {second.verdict}")
        solved = solved_at(matrix, x, min(second.bound, matrix.value(x)), "solver", second.verdict, job.limits)
        return replace(solved, nodes=nodes)
    if second.verdict == "Infeasible":
        return Solution(Status.INFEASIBLE, "infeasible (branch and bound)", nodes=nodes)
    stopped = _stopped(second.verdict) or Solution(Status.NO_PLAN, "refused: infeasible by one run of two")
    return replace(stopped, nodes=nodes)


def _stopped(verdict: str) -> Solution | None:
    """Solution without a plan for a run that was cut short; ``None`` for a run that came to an end."""
    if verdict not in STOPPED:
        return None
    return Solution(Status.INTERRUPTED if verdict == "interrupt" else Status.NO_PLAN, STOPPED[verdict])


def solved_at(matrix: Matrix, x: Floats, bound: float, kind: str, verdict: str, limits: Limits) -> Solution:
    """Return the solution at an admitted point, optimal where its bound lies within the gap."""
    value = matrix.value(x)
    if limits.met_by(value, bound):
        status, reason = Status.OPTIMAL, "gap"
    else:
        status = Status.INTERRUPTED if verdict == "interrupt" else Status.FEASIBLE
        reason = STOPPED.get(verdict, f"refused: HiGHS ends with {verdict}, but what was checked does not bear it out")
    return Solution(status, reason, x, value, bound, kind, relative_gap(value, bound))


def verified_point(matrix: Matrix, x: Floats | None, row_unit: Floats | float) -> Floats | None:
    """The point with its integers whole and within its bounds, or ``None`` if a row then breaks."""
    if x is None or not np.all(np.isfinite(x)):
        return None
    near = np.clip(np.where(matrix.integer, np.rint(x), x), matrix.lower, matrix.upper)
    whole = np.array_equal(near[matrix.integer], np.rint(near[matrix.integer]))
    return near if whole and matrix.violation(near, row_unit).relative <= ROW_TOLERANCE else None


def _admit(job: Job, matrix: Matrix, x: Floats | None) -> Floats | None:
    return verified_point(matrix, x, job.row_unit)


def _mend(run: Runner, job: Job, matrix: Matrix, x: Floats) -> Floats | None:
    """Round the integers, hold them, and let an LP find the rest."""
    if not np.all(np.isfinite(x)):
        return None
    held = np.where(matrix.integer, np.clip(np.rint(x), matrix.lower, matrix.upper), np.nan)
    lower = np.where(matrix.integer, held, matrix.lower)
    upper = np.where(matrix.integer, held, matrix.upper)
    raw = run(job.afterwards(), matrix.relaxed().with_(lower=lower, upper=upper))
    return _admit(job, matrix, raw.x) if raw.verdict == "Optimal" else None


def _complaint(job: Job, matrix: Matrix, x: Floats | None) -> str:
    """What is wrong with a point that was not admitted, in words."""
    if x is None:
        return "no point came with it"
    near = np.clip(np.where(matrix.integer, np.rint(x), x), matrix.lower, matrix.upper)
    worst = matrix.violation(near, job.row_unit)
    if worst.relative > ROW_TOLERANCE:
        return f"{worst.name} is broken by {worst.absolute:.3g}"
    return f"{matrix.column_names[int(np.argmax(np.abs(near - x)))]} has no whole number within its bounds"
