"""Verified solve: from matrix, limits and start to a checked solution; the only source of reported results.

``solver.milp.driver`` runs HiGHS. ``solver.milp.warm_lp`` and ``solver.milp.bound_tightening`` use it as well, for LPs
that only guide a search or whose bounds are derived again. HiGHS has returned a false "Infeasible" and a false
"Optimal" on badly scaled models, and a false "Infeasible" by presolve for a MIP of four columns. So
``solver.milp.scaling`` scales the numbers on the way in, and ``solver.milp.verify`` checks the answer on the original
matrix.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from solver.errors import ModelError, RefusedModelError
from solver.milp.callbacks import CallbackState, RawResult, SolveContext
from solver.milp.driver import Driver, statuses
from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Matrix
from solver.milp.other_solvers import HIGHS, run_other
from solver.milp.scaling import Scaling, scaling_of
from solver.milp.sifting import SIFT_AGAIN_FROM_COLUMNS, SIFT_FROM_COLUMNS, sift
from solver.milp.solution import Basis, Certificate, Incumbent, Reason, SearchEvent, Solution, Termination, Verdict
from solver.milp.tightening import tightened
from solver.milp.verify import (
    FINE_MIP,
    IPX_FROM_COLUMNS,
    ROW_TOLERANCE,
    solve_lp,
    solve_mip,
    solved_at,
    verified_point,
)

# HiGHS warns from 1e6 on and below 1e-4.
LARGEST_COST, MOST_COST, SMALLEST_COST = 2.0**15, 9e5, 1.1e-4
FINE: Mapping[str, object] = {key: value for key, value in FINE_MIP.items() if not key.startswith("mip")}
"""Tolerances of an LP: growth over decades multiplies the error that a tolerance allows. A MIP is slower with them."""
FINE_MIP_COLUMNS = 2_000
"""Columns up to which a MIP of amounts over decades is solved to the finer tolerances at once."""
FROM_BASIS: Mapping[str, object] = {"solver": "simplex", "presolve": "off", "simplex_dual_edge_weight_strategy": 1}
"""Options of an LP with a given basis; the weights of steepest edge would be computed anew for every row."""
SLACK_ROW = 1
"""HiGHS's basis status of a basic row."""


def solve(
    matrix: Matrix,
    limits: Limits,
    *,
    start: Floats | None = None,
    on_event: Callable[[SearchEvent], None] | None = None,
    stop: threading.Event | None = None,
    relax: bool = False,
    good_enough: float | None = None,
    patience: float | None = None,
    enough_bound: float = np.inf,
    options: Mapping[str, object] | None = None,
    basis: Basis | None = None,
    solver: str = HIGHS,
) -> Solution:
    """Solve a matrix, or its LP relaxation, and verify the result before it is returned.

    ``start`` is a full vector; if it is feasible the result is never worse. A MIP stops at the first plan that costs
    ``good_enough`` or less, whatever its gap; where none that is better by a share of the gap came for ``patience``
    times the effort up to the last one; and at a bound of ``enough_bound``. ``stop`` ends it within about a second.
    ``on_event`` is called with progress, and with every better point of a MIP, not verified yet. An LP starts at
    ``basis``, that of a similar LP, which may have had fewer rows at the end. ``solver`` runs branch and bound.
    ``options`` are HiGHS's own and override all others (``log_file`` keeps its log). A model that HiGHS refuses, or of
    which it would ignore coefficients, has no solution but the start, and no bound: its termination is
    ``MODEL_REFUSED``. ``ValueError`` for an unknown option.
    """
    context = SolveContext(
        limits, stop or threading.Event(), on_event, dict(options or {}), time.monotonic(), solver=solver,
        patience=patience,
    )  # fmt: skip
    matrix = matrix.relaxed() if relax and matrix.integer.any() else matrix
    if start is not None and (start.shape != (matrix.columns,) or not np.all(np.isfinite(start))):
        raise ValueError(f"start: found shape {start.shape}, expected {matrix.columns} finite values")
    crossed = np.flatnonzero(matrix.lower > matrix.upper)
    if crossed.size:
        name, low, high = (part[crossed[0]] for part in (matrix.column_names, matrix.lower, matrix.upper))
        why = f"bounds of {name}: at least {low:g}, at most {high:g}"
        return Solution(Termination.infeasible(why, verified=True))
    unserved = _unserved_row(matrix)
    if unserved is not None:
        return Solution(Termination.infeasible(unserved, verified=True))
    if not matrix.columns:
        return solved_at(matrix, np.empty(0), matrix.cost_offset, Certificate.SOLVER, Verdict.OPTIMAL, limits)
    matrix = tightened(matrix)
    scaling = scaling_of(matrix)
    scale = cost_scale(matrix.cost * scaling.column, scaling)
    context.on_event, context.row_unit = _unscaled_events(on_event, scaling, scale), scaling.row_unit
    context.basis = None if basis is None or matrix.integer.any() else _for_rows(basis, matrix.rows)
    if good_enough is not None and matrix.integer.any():
        context.options.setdefault("objective_target", good_enough * scale)
    context.enough = enough_bound * scale
    # The absolute tolerances of the verification must not grow with a model whose costs are scaled down.
    magnified = max(1.0, scale)
    run = partial(_run, replace(scaling, cost=scale / magnified))
    scaled_up = matrix.with_(cost=matrix.cost * magnified, cost_offset=matrix.cost_offset * magnified)
    try:
        found = solve_mip(run, context, scaled_up, start) if matrix.integer.any() else solve_lp(run, context, scaled_up)
    except RefusedModelError as error:
        found = _refused(error, scaled_up, verified_point(scaled_up, start, context.row_unit))
    found = _unscaled(found, magnified)
    return replace(found, seconds=time.monotonic() - context.began, warnings=list(dict.fromkeys(context.warnings)))


def _refused(error: RefusedModelError, matrix: Matrix, start: Floats | None) -> Solution:
    """Return the solution of a refused model: its start where that is feasible."""
    known = Incumbent() if start is None else Incumbent(start, matrix.value(start))
    return Solution(Termination(Reason.MODEL_REFUSED, detail=str(error)), known)


def _unserved_row(matrix: Matrix) -> str | None:
    """Return the reason why a row without coefficients cannot hold, such as a demand that nothing can serve."""
    apart = np.flatnonzero((matrix.row_lower > 0.0) | (matrix.row_upper < 0.0))
    if not apart.size:
        return None
    empty = apart[np.bincount(matrix.a.indices, matrix.a.data != 0.0, minlength=matrix.rows)[apart] == 0]
    for row in empty[:1]:
        low, high = matrix.row_lower[row], matrix.row_upper[row]
        return f"row {matrix.row_names[row]} has no column: at least {low:g}, at most {high:g}"
    return None


def cost_scale(cost: Floats, scaling: Scaling) -> float:
    """Return a power of two that brings costs near one: HiGHS compares reduced costs with an absolute 1e-7.

    Where the matrix is scaled, the plan may use a billionth of a bound and cost as little: there the largest cost
    becomes ``LARGEST_COST``, and up to ``MOST_COST`` where the smallest needs it. A power of two changes no digit, so
    unscaling is exact.
    """
    size = np.abs(cost[cost != 0.0])
    if not size.size:
        return 1.0
    if (scaling.column == 1.0).all():
        return float(2.0 ** round(-np.log2(size.min() * size.max()) / 2))
    scale = 2.0 ** round(np.log2(LARGEST_COST / size.max()))
    needed = np.ceil(np.log2(SMALLEST_COST / (scale * size.min())))
    bearable = np.floor(np.log2(MOST_COST / (scale * size.max())))
    return float(scale * 2.0 ** max(0.0, min(needed, bearable)))


def _unscaled(found: Solution, scale: float) -> Solution:
    """Return the solution in the units of the original matrix."""
    known = found.incumbent
    objective = None if known.objective is None else known.objective / scale
    return replace(
        found,
        incumbent=replace(known, objective=objective, bound=known.bound / scale),
        row_dual=None if found.row_dual is None else found.row_dual / scale,
        column_dual=None if found.column_dual is None else found.column_dual / scale,
    )


def _unscaled_events(
    listener: Callable[[SearchEvent], None] | None, scaling: Scaling, scale: float
) -> Callable[[SearchEvent], None] | None:
    """Return a listener that converts events of the scaled matrix to the units of the original one."""
    if listener is None:
        return None

    def unscaled(event: SearchEvent) -> None:
        objective = None if event.objective is None else event.objective / scale
        bound = None if event.bound is None else event.bound / scale
        x = None if event.x is None else scaling.unscale_point(event.x)
        listener(replace(event, objective=objective, bound=bound, x=x))

    return unscaled


def _run(
    scaling: Scaling,
    context: SolveContext,
    matrix: Matrix,
    start: Floats | None = None,
    extra: Mapping[str, object] | None = None,
) -> RawResult:
    """Run HiGHS once on the scaled matrix, and return the outcome unscaled."""
    if context.solver != HIGHS and matrix.integer.any() and extra is None:
        other = run_other(context.solver, scaling.scaled(matrix), context.limits, context.left(), context.stop)
        x = None if other.x is None else scaling.unscale_point(other.x)
        return replace(other, x=x, bound=other.bound / scaling.cost)
    exact = not matrix.integer.any() and matrix.columns < IPX_FROM_COLUMNS
    fine = FINE if exact and not scaling.plain else {}
    if matrix.integer.any() and matrix.columns <= FINE_MIP_COLUMNS and not scaling.plain:
        fine = FINE_MIP
    options = {**fine, **context.options, **(extra or {})}
    scaled, raw = scaling.scaled(matrix), None
    sifted = _worth_sifting(context, matrix) and extra is None
    if context.basis is not None and extra is None and not (sifted and matrix.columns >= SIFT_AGAIN_FROM_COLUMNS):
        raw = _run_scaled(context, scaled, None, {**options, **FROM_BASIS, **_edges(options)}, context.basis)
        raw = raw if raw.verdict is Verdict.OPTIMAL or raw.verdict.halted or raw.ray is not None else None
    if raw is None and sifted:
        before = list(context.warnings)

        def small(part: Matrix, basis: Basis | None, more: Mapping[str, object]) -> RawResult:
            return _run_scaled(context, part, None, {**options, **more}, basis)

        raw = sift(small, scaled, context.basis)
        # Those of small LPs concern their penalty columns, which are not of the model.
        context.warnings[:] = before
    if raw is None:
        raw = _run_scaled(context, scaled, None if start is None else scaling.scale_point(start), options)
    return replace(
        raw,
        x=None if raw.x is None else scaling.unscale_point(raw.x),
        bound=raw.bound / scaling.cost,
        row_dual=None if raw.row_dual is None else scaling.row_dual(raw.row_dual),
        column_dual=None if raw.column_dual is None else scaling.column_dual(raw.column_dual),
        ray=None if raw.ray is None else scaling.row_dual(raw.ray),
    )


def _edges(options: Mapping[str, object]) -> Mapping[str, object]:
    """Return the weights of edges where a caller chooses some."""
    key = "simplex_dual_edge_weight_strategy"
    return {key: options[key]} if key in options else {}


def _worth_sifting(context: SolveContext, matrix: Matrix) -> bool:
    """Return whether an LP is solved by sifting: a large one, with no algorithm chosen in the options."""
    large = matrix.columns >= SIFT_FROM_COLUMNS and not matrix.integer.any()
    return large and context.limits.work is None and not {"solver", "run_crossover"} & set(context.options)


def _run_scaled(
    context: SolveContext,
    matrix: Matrix,
    start: Floats | None,
    options: Mapping[str, object],
    basis: Basis | None = None,
) -> RawResult:
    """Run HiGHS once on a matrix as it is."""
    state, left = CallbackState(context, matrix), context.left()
    deadline = np.inf if left is None else time.monotonic() + left
    driver = Driver(state, {**_usual_options(context, matrix), **options})
    _pass(driver, context, matrix)
    if start is not None:
        driver.set_start(start)
    if basis is not None:
        driver.set_basis(basis)
    if not driver.run(deadline):
        return RawResult(Verdict.of("Interrupt", state.halted), state.x, state.bound, state.nodes)
    return _collect(driver, matrix, state)


def _for_rows(basis: Basis, rows: int) -> Basis:
    """Return a basis extended by basic rows at the end, for a model with more rows."""
    columns, known = basis
    return columns, np.concatenate([known, np.full(rows - len(known), SLACK_ROW, dtype=np.int64)])


def _usual_options(context: SolveContext, matrix: Matrix) -> dict[str, object]:
    """Return the options of HiGHS that follow from matrix and limits."""
    limits, mip = context.limits, bool(matrix.integer.any())
    values: dict[str, object] = {
        "log_to_console": False,
        "threads": limits.threads if mip else 1,
        "parallel": "choose" if mip and limits.threads > 1 else "off",
        "random_seed": limits.seed,
        "mip_rel_gap": limits.gap,
        # An absolute gap would end a search that the relative gap does not admit.
        "mip_abs_gap": 0.0,
        "solver": "choose" if mip else "ipx" if matrix.columns >= IPX_FROM_COLUMNS else "simplex",
        "run_crossover": "on" if mip or matrix.columns < IPX_FROM_COLUMNS else "off",
    }
    if limits.work is not None:
        counted = ("mip_max_nodes",) if mip else ("simplex_iteration_limit", "ipm_iteration_limit")
        values.update(dict.fromkeys(counted, limits.work))
    return values


def _pass(driver: Driver, context: SolveContext, matrix: Matrix) -> None:
    """Pass a matrix; ``RefusedModelError`` where HiGHS refuses it or leaves out some of its coefficients."""
    try:
        driver.pass_model(matrix)
    except ModelError as error:
        raise RefusedModelError(f"{error}: {'; '.join(context.warnings)}") from error
    ignored = [text for text in context.warnings if "ignored" in text or "treated as" in text]
    if ignored:
        raise RefusedModelError(f"HiGHS ignores coefficients of the model: {'; '.join(ignored)}")


def _collect(driver: Driver, matrix: Matrix, state: CallbackState) -> RawResult:
    """Return the result of a run; for a MIP with the better of its last and its best saved solution."""
    found = driver.result()
    raw = RawResult(found.verdict, x=found.x if found.feasible else None)
    if matrix.integer.any():
        raw.bound, raw.nodes = found.bound, found.nodes
        if raw.x is None or (state.x is not None and matrix.value(state.x) < matrix.value(raw.x) - ROW_TOLERANCE):
            raw.x = state.x
        return raw
    if found.has_duals:
        raw.row_dual, raw.column_dual = found.row_dual, found.column_dual
    if (basis := driver.basis()).valid:
        raw.basis = statuses(basis)
    raw.ray = driver.ray() if found.verdict is Verdict.INFEASIBLE else None
    raw.bound = found.objective if found.verdict is Verdict.OPTIMAL else -np.inf
    return raw
