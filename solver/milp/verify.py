"""Verification of the solver's answers: points, bounds and verdicts are checked before they are reported.

Points are checked in numpy, LP bounds derived again from the duals, and verdicts without a point confirmed by a second
run: "Infeasible" and "Optimal" have both been false on badly scaled models. An infeasibility whose ray holds in numpy
needs no second run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from solver.milp.callbacks import RawResult, Runner, SolveContext
from solver.milp.limits import Limits, objective_tolerance, relative_gap
from solver.milp.matrix import Floats, Matrix
from solver.milp.other_solvers import HIGHS
from solver.milp.safe_bounds import proven_bound, proves_infeasible
from solver.milp.solution import (
    WITHIN_GAP,
    Certificate,
    Incumbent,
    Reason,
    Solution,
    Status,
    Termination,
    Verdict,
)

IPX_FROM_COLUMNS = 100_000
"""Columns from which an LP is solved by interior points."""
ROW_TOLERANCE = 1e-6
VERIFIED_LOSS = 1e-4
"""Relative loss up to which a verified LP bound is preferred to the solver's own."""
CAREFUL: Mapping[str, object] = {
    "presolve": "off",
    "solver": "simplex",
    "primal_feasibility_tolerance": 1e-7,
    "dual_feasibility_tolerance": 1e-7,
}
FINE_MIP: Mapping[str, object] = {
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
    "mip_feasibility_tolerance": 1e-8,
}
"""Tolerances of a MIP in which growth multiplies the error that the usual ones allow.

With 1e-9 for whole numbers, too, HiGHS prunes better plans at the root: 1.15 for half of the random seeds, 1.16 for a
seventh.
"""
EXACT: Mapping[str, object] = {"run_crossover": "on"}
RAY_VERIFIED = Termination.infeasible("ray verified", verified=True)


def solve_lp(run: Runner, context: SolveContext, matrix: Matrix) -> Solution:
    """Solve an LP: an optimum must hold in numpy; every other verdict needs a second run with other settings."""
    first = run(context, matrix)
    if first.verdict is Verdict.OPTIMAL:
        x = _verified(context, matrix, first.x)
        if x is not None:
            return _lp_solved(context, matrix, x, first)
        context.warnings.append(f"optimum of the first run rejected: {_violation_text(context, matrix, first.x)}")
    stopped = _stopped(first.verdict)
    if stopped is not None:
        return stopped
    if first.ray is not None and proves_infeasible(matrix, first.ray):
        return Solution(RAY_VERIFIED, ray=first.ray)
    inexact = matrix.columns >= IPX_FROM_COLUMNS and not first.verdict.without_solution
    second = run(context, matrix, extra=EXACT if inexact else CAREFUL)
    x = _verified(context, matrix, second.x)
    if second.verdict is Verdict.OPTIMAL and x is not None:
        context.warnings.append(f"two runs disagreed: {first.verdict}, then Optimal")
        return _lp_solved(context, matrix, x, second)
    if second.verdict is Verdict.INFEASIBLE:
        return _infeasible_by_two(matrix, first, second)
    if second.verdict.without_solution:
        return Solution(Termination(Reason.UNBOUNDED))
    if first.verdict is Verdict.INFEASIBLE:
        return Solution(Termination.infeasible("not confirmed: the second run did not finish"))
    if second.verdict is Verdict.OPTIMAL:
        return Solution(Termination(Reason.REFUSED, detail=_violation_text(context, matrix, second.x)))
    return _stopped(second.verdict) or Solution(_refused_at(second.verdict))


def _lp_solved(context: SolveContext, matrix: Matrix, x: Floats, raw: RawResult) -> Solution:
    value = matrix.value(x)
    proven = -np.inf if raw.row_dual is None else proven_bound(matrix, raw.row_dual, value)
    if relative_gap(value, proven) <= VERIFIED_LOSS or value - proven <= objective_tolerance(value):
        bound, certificate = proven, Certificate.LP_VERIFIED
    else:
        bound, certificate = _consistent_bound(context, raw, value), Certificate.SOLVER
    solved = solved_at(matrix, x, bound, certificate, Verdict.OPTIMAL, context.limits)
    return replace(solved, row_dual=raw.row_dual, column_dual=raw.column_dual, basis=raw.basis)


def _infeasible_by_two(matrix: Matrix, first: RawResult, second: RawResult) -> Solution:
    """Return the result of an LP that the second run calls infeasible, with the ray that proves it if there is one."""
    for ray in (first.ray, second.ray):
        if ray is not None and proves_infeasible(matrix, ray):
            return Solution(RAY_VERIFIED, ray=ray)
    return Solution(Termination.infeasible("two runs agree" if first.verdict is Verdict.INFEASIBLE else "one run"))


def solve_mip(run: Runner, context: SolveContext, matrix: Matrix, start: Floats | None) -> Solution:
    """Solve a MIP, and return the better of incumbent and start.

    The incumbent is rounded and checked, and repaired by an LP if need be.
    """
    raw = run(context, matrix, start)
    own = _verified(context, matrix, raw.x)
    if own is None and raw.x is not None:
        context.warnings.append(f"incumbent rejected before repair: {_violation_text(context, matrix, raw.x)}")
        own = _repaired(run, context, matrix, raw.x)
        if own is None and not raw.verdict.halted and context.solver == HIGHS:
            raw = run(context.afterwards(), matrix, start, FINE_MIP)
            own = _verified(context, matrix, raw.x)
    given = _verified(context, matrix, start)
    if start is not None and given is None:
        context.warnings.append(f"the start is not feasible: {_violation_text(context, matrix, start)}")
    found = sorted((x for x in (own, given) if x is not None), key=matrix.value)
    if not found:
        return _without_plan(run, context, matrix, raw)
    bound = _consistent_bound(context, raw, matrix.value(found[0]))
    optimal = raw.verdict is Verdict.OPTIMAL and context.solver == HIGHS
    if optimal and not context.limits.met_by(matrix.value(found[0]), bound):
        # HiGHS prunes what is better by less than its tolerance of integrality, whatever gap is asked for. From a start
        # it may also end "optimal" far above its own bound, with a better point in reach: then it runs without one.
        finer = run(context.afterwards(), matrix, found[0] if start is None else None, FINE_MIP)
        better = _verified(context, matrix, finer.x)
        found = sorted((x for x in (better, found[0]) if x is not None), key=matrix.value)
        bound = max(bound, _consistent_bound(context, finer, matrix.value(found[0])))
    return replace(solved_at(matrix, found[0], bound, Certificate.SOLVER, raw.verdict, context.limits), nodes=raw.nodes)


def _consistent_bound(context: SolveContext, raw: RawResult, value: float) -> float:
    """Return the bound of a run beside a checked solution; -inf, with a warning, where the two are contradictory."""
    if not raw.verdict.without_solution and raw.bound <= value + objective_tolerance(value):
        return min(raw.bound, value)
    context.warnings.append(
        f"HiGHS reports {raw.verdict} with bound {raw.bound:g}, but a verified solution costs {value:g}"
    )
    return -np.inf


def _without_plan(run: Runner, context: SolveContext, matrix: Matrix, raw: RawResult) -> Solution:
    """Return the result of a MIP run without an admitted point: infeasible, unbounded, refused or out of time."""
    if raw.verdict.without_solution:
        relaxed = solve_lp(run, replace(context, limits=replace(context.limits, work=None)), matrix.relaxed())
        if relaxed.status is Status.INFEASIBLE:
            return Solution(relaxed.termination, nodes=raw.nodes)
        if raw.verdict is Verdict.INFEASIBLE:
            return _infeasible_twice(run, context, matrix, raw)
        if relaxed.status is Status.UNBOUNDED:
            return Solution(relaxed.termination, nodes=raw.nodes)
        return Solution(_refused_at(raw.verdict), nodes=raw.nodes)
    known = Incumbent(bound=raw.bound)
    if raw.x is None:
        stopped = _stopped(raw.verdict) or Solution(_refused_at(raw.verdict))
        return replace(stopped, incumbent=known, nodes=raw.nodes)
    why = Termination(Reason.REFUSED, detail=_violation_text(context, matrix, raw.x))
    return Solution(why, known, nodes=raw.nodes, refused=raw.x if np.all(np.isfinite(raw.x)) else None)


def _infeasible_twice(run: Runner, context: SolveContext, matrix: Matrix, first: RawResult) -> Solution:
    """Return the result of a MIP with a feasible relaxation that the first run called infeasible.

    Presolve of HiGHS 1.15 called small MIPs infeasible that are not, 1.16 does so with rows ten decades apart.
    So a run without presolve must confirm it; if that does not finish, the question stays open.
    """
    second = run(context, matrix, extra={"presolve": "off"})
    nodes, x = first.nodes + second.nodes, _verified(context, matrix, second.x)
    if x is not None:
        context.warnings.append(f"two runs disagreed: {first.verdict}, then {second.verdict}")
        bound = _consistent_bound(context, second, matrix.value(x))
        return replace(solved_at(matrix, x, bound, Certificate.SOLVER, second.verdict, context.limits), nodes=nodes)
    if second.verdict is Verdict.INFEASIBLE:
        return Solution(Termination.infeasible("branch and bound"), nodes=nodes)
    stopped = _stopped(second.verdict) or Solution(Termination(Reason.REFUSED, detail="infeasible by one run of two"))
    return replace(stopped, nodes=nodes)


def _stopped(verdict: Verdict) -> Solution | None:
    """Return the result without a plan of a run that reached a limit; None for a run that came to its end."""
    return None if verdict.limit is None else Solution(Termination.at(verdict.limit))


def _refused_at(verdict: Verdict, more: str = "") -> Termination:
    return Termination(Reason.REFUSED, detail=f"HiGHS ends with {verdict}{more}")


def solved_at(
    matrix: Matrix, x: Floats, bound: float, certificate: Certificate, verdict: Verdict, limits: Limits
) -> Solution:
    """Return the solution at an admitted point, optimal where its bound lies within the gap."""
    incumbent = Incumbent(x, matrix.value(x), bound, certificate)
    if limits.met_by(incumbent.value, incumbent.bound):
        return Solution(WITHIN_GAP, incumbent)
    if verdict.limit is not None:
        return Solution(Termination.at(verdict.limit), incumbent)
    return Solution(_refused_at(verdict, ", not confirmed by the verification"), incumbent)


def verified_point(matrix: Matrix, x: Floats | None, row_unit: Floats | float) -> Floats | None:
    """Return the point with integer columns rounded and bounds respected; None if a row is then violated.

    None as well for a point that is not finite, and where the bounds of an integer column hold no integer.
    """
    if x is None or not np.all(np.isfinite(x)):
        return None
    rounded = np.clip(np.where(matrix.integer, np.rint(x), x), matrix.lower, matrix.upper)
    integral = np.array_equal(rounded[matrix.integer], np.rint(rounded[matrix.integer]))
    return rounded if integral and matrix.violation(rounded, row_unit).relative <= ROW_TOLERANCE else None


def _verified(context: SolveContext, matrix: Matrix, x: Floats | None) -> Floats | None:
    return verified_point(matrix, x, context.row_unit)


def _repaired(run: Runner, context: SolveContext, matrix: Matrix, x: Floats) -> Floats | None:
    """Round and fix the integer columns, and solve an LP for the others."""
    if not np.all(np.isfinite(x)):
        return None
    fixed = np.where(matrix.integer, np.clip(np.rint(x), matrix.lower, matrix.upper), np.nan)
    lower = np.where(matrix.integer, fixed, matrix.lower)
    upper = np.where(matrix.integer, fixed, matrix.upper)
    raw = run(context.afterwards(), matrix.relaxed().with_(lower=lower, upper=upper))
    return _verified(context, matrix, raw.x) if raw.verdict is Verdict.OPTIMAL else None


def _violation_text(context: SolveContext, matrix: Matrix, x: Floats | None) -> str:
    """Return the reason why a point was not admitted, as text."""
    if x is None:
        return "the solver returned no point"
    rounded = np.clip(np.where(matrix.integer, np.rint(x), x), matrix.lower, matrix.upper)
    worst = matrix.violation(rounded, context.row_unit)
    if worst.relative > ROW_TOLERANCE:
        return f"{worst.name} is violated by {worst.absolute:.3g}"
    return f"{matrix.column_names[int(np.argmax(np.abs(rounded - x)))]} has no integer within its bounds"
