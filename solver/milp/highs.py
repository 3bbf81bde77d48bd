"""Matrix and limits (and a start) to a solution that was checked: the only place whose answers are results.

``solver.milp.warm_lp`` meets HiGHS as well, for LPs that only guide a search.

What HiGHS 1.15 does, and what follows here:

- An exception inside a callback leaves ``run`` half-way, with the model status not set. None is let out: it is kept,
  the run is interrupted, and the exception is raised again by ``solve``.
- ``h.cbMipInterrupt += fn`` goes through a Python list for each event and a lock shared by all instances; one function
  given to ``setCallback`` with ``startCallback`` for each kind does the same without either. Log lines reach the
  callback only with ``output_flag`` on (``log_to_console`` may be off), improving solutions always.
- ``run`` releases the interpreter lock, and the thread scheduler belongs to the calling thread: a fresh worker thread
  for each run may have its own number of threads.
- Time limits are not kept. The callbacks stop the run by our own clock, and where no callback comes in time the run is
  left behind in a daemon thread (``left_running``) and the best solution saved so far is returned.
- "Infeasible" and "Optimal" have been false on badly scaled models, "Infeasible" for a MIP of four columns by presolve:
  ``solver.milp.scaling`` brings the numbers within reach on the way in, and ``solver.milp.verify`` checks both on the
  matrix as it was given.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from solver.errors import ModelError
from solver.milp.callbacks import Job, Raw, Watch
from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Matrix
from solver.milp.scaling import Scaling, scaling_of
from solver.milp.sifting import SIFT_AGAIN_FROM_COLUMNS, SIFT_FROM_COLUMNS, sift
from solver.milp.solution import Basis, Certificate, Limit, SearchEvent, Solution, Termination, Verdict
from solver.milp.verify import IPX_FROM_COLUMNS, ROW_TOLERANCE, solve_lp, solve_mip, solved_at

POLL_SECONDS = 0.05
# HiGHS warns from 1e6 on and below 1e-4.
LARGEST_COST, MOST_COST, SMALLEST_COST = 2.0**15, 9e5, 1.1e-4
# Growth over decades multiplies what a tolerance lets through. Branch and bound takes up to three times as long with
# these, to the same plan.
FINE: Mapping[str, object] = {"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9}
FROM_BASIS: Mapping[str, object] = {"solver": "simplex", "presolve": "off", "simplex_dual_edge_weight_strategy": 1}
"""From a basis known beforehand; the weights of steepest edge would be worked out anew for every row."""
SLACK_ROW = 1

_left: list[threading.Thread] = []


def left_running() -> int:
    """Number of solver runs that did not come back in time and still burn a core.

    Such a thread cannot be killed. A program that ends while there is one should do so by ``os._exit`` once its output
    is flushed: its next callback into an interpreter that is shutting down aborts the process (exit code 134).
    """
    _left[:] = [thread for thread in _left if thread.is_alive()]
    return len(_left)


def solve(
    matrix: Matrix,
    limits: Limits,
    *,
    start: Floats | None = None,
    on_event: Callable[[SearchEvent], None] | None = None,
    stop: threading.Event | None = None,
    relax: bool = False,
    good_enough: float | None = None,
    options: Mapping[str, object] | None = None,
    basis: Basis | None = None,
) -> Solution:
    """Solve a matrix, or its LP relaxation, and check what comes back before it is returned.

    ``start`` is a full vector; if it is feasible the answer is never worse. A MIP stops at the first plan that costs
    ``good_enough`` or less, whatever its gap. ``stop`` ends the run within about a second. ``on_event`` is called with
    progress, and with every better point of a MIP, not checked yet. An LP begins at ``basis``, that of an LP like it,
    which may have had fewer rows at the end. ``options`` are HiGHS's own and win over all others (``log_file`` keeps
    its log).
    Raises ``ModelError`` when HiGHS refuses the numbers or ignores coefficients, ``ValueError`` for an option it does
    not know.
    """
    job = Job(limits, stop or threading.Event(), on_event, dict(options or {}), time.monotonic())
    matrix = matrix.relaxed() if relax and matrix.integer.any() else matrix
    if start is not None and (start.shape != (matrix.columns,) or not np.all(np.isfinite(start))):
        raise ValueError(f"start: found shape {start.shape}, wanted {matrix.columns} finite values")
    crossed = np.flatnonzero(matrix.lower > matrix.upper)
    if crossed.size:
        name, low, high = (part[crossed[0]] for part in (matrix.column_names, matrix.lower, matrix.upper))
        why = f"bounds of {name}: at least {low:g}, at most {high:g}"
        return Solution(Termination.infeasible(why, verified=True))
    if not matrix.columns:
        return solved_at(matrix, np.empty(0), matrix.cost_offset, Certificate.SOLVER, Verdict.OPTIMAL, limits)
    scaling = scaling_of(matrix)
    scale = cost_scale(matrix.cost * scaling.column, scaling)
    job.on_event, job.row_unit = _unscaled_events(on_event, scaling, scale), scaling.row_unit
    job.basis = None if basis is None or matrix.integer.any() else _for_rows(basis, matrix.rows)
    if good_enough is not None and matrix.integer.any():
        job.options.setdefault("objective_target", good_enough * scale)
    # The judge's absolute tolerances must not grow with a model whose costs are scaled down.
    judged = max(1.0, scale)
    run = partial(_run, replace(scaling, cost=scale / judged))
    raised = matrix.with_(cost=matrix.cost * judged, cost_offset=matrix.cost_offset * judged)
    found = solve_mip(run, job, raised, start) if matrix.integer.any() else solve_lp(run, job, raised)
    found = _unscaled(found, judged)
    return replace(found, seconds=time.monotonic() - job.began, warnings=list(dict.fromkeys(job.warnings)))


def cost_scale(cost: Floats, scaling: Scaling) -> float:
    """Power of two that brings costs around one: HiGHS compares reduced costs with an absolute 1e-7.

    Where the matrix is scaled, the plan may use a billionth of a bound and cost as little: there the largest cost
    becomes as large as HiGHS takes with ease, and larger where the smallest needs it. With costs around one an LP was
    called optimal 5 % above its optimum. A power of two changes no digit, so what is undone afterwards is exactly what
    was done.
    """
    size = np.abs(cost[cost != 0.0])
    if not size.size:
        return 1.0
    if scaling.plain:
        return float(2.0 ** round(-np.log2(size.min() * size.max()) / 2))
    scale = 2.0 ** round(np.log2(LARGEST_COST / size.max()))
    wanted = np.ceil(np.log2(SMALLEST_COST / (scale * size.min())))
    bearable = np.floor(np.log2(MOST_COST / (scale * size.max())))
    return float(scale * 2.0 ** max(0.0, min(wanted, bearable)))


def _unscaled(found: Solution, scale: float) -> Solution:
    """The solution of the matrix as it was given."""
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
    """A listener to events of the scaled matrix that passes them on as those of the matrix as it was given."""
    if listener is None:
        return None

    def received(event: SearchEvent) -> None:
        objective = None if event.objective is None else event.objective / scale
        bound = None if event.bound is None else event.bound / scale
        x = None if event.x is None else scaling.outward(event.x)
        listener(replace(event, objective=objective, bound=bound, x=x))

    return received


def _run(
    scaling: Scaling,
    job: Job,
    matrix: Matrix,
    start: Floats | None = None,
    extra: Mapping[str, object] | None = None,
) -> Raw:
    """Run HiGHS once on the scaled matrix; what it says comes back in the terms of the matrix as it was given."""
    exact = not matrix.integer.any() and matrix.columns < IPX_FROM_COLUMNS
    fine = FINE if exact and not scaling.plain else {}
    options = {**fine, **job.options, **(extra or {})}
    scaled, raw = scaling.scaled(matrix), None
    sifted = _worth_sifting(job, matrix) and extra is None
    if job.basis is not None and extra is None and not (sifted and matrix.columns >= SIFT_AGAIN_FROM_COLUMNS):
        raw = _run_scaled(job, scaled, None, {**options, **FROM_BASIS}, job.basis)
        raw = raw if raw.verdict is Verdict.OPTIMAL or raw.verdict.halted else None
    if raw is None and sifted:
        told = list(job.warnings)

        def small(part: Matrix, basis: Basis | None, more: Mapping[str, object]) -> Raw:
            return _run_scaled(job, part, None, {**options, **more}, basis)

        raw = sift(small, scaled, job.basis)
        # What HiGHS says there is about columns that pay for what is missing, which are not of the model.
        job.warnings[:] = told
    if raw is None:
        raw = _run_scaled(job, scaled, None if start is None else scaling.inward(start), options)
    return replace(
        raw,
        x=None if raw.x is None else scaling.outward(raw.x),
        bound=raw.bound / scaling.cost,
        row_dual=None if raw.row_dual is None else scaling.row_dual(raw.row_dual),
        column_dual=None if raw.column_dual is None else scaling.column_dual(raw.column_dual),
        ray=None if raw.ray is None else scaling.row_dual(raw.ray),
    )


def _worth_sifting(job: Job, matrix: Matrix) -> bool:
    """Whether an LP is solved by a few columns at a time: a large one, and its way of solving is left to us."""
    large = matrix.columns >= SIFT_FROM_COLUMNS and not matrix.integer.any()
    return large and job.limits.work is None and not {"solver", "run_crossover"} & set(job.options)


def _run_scaled(
    job: Job, matrix: Matrix, start: Floats | None, options: Mapping[str, object], basis: Basis | None = None
) -> Raw:
    """Run HiGHS once in a worker thread, so that this thread stays free for signals and for giving up."""
    import highspy

    h = highspy.Highs()
    kinds = highspy.cb.HighsCallbackType
    watch = Watch(job, matrix, kinds)
    h.setCallback(watch.callback, None)
    for kind in ("Logging", "MipImprovingSolution", "MipInterrupt", "SimplexInterrupt", "IpmInterrupt"):
        h.startCallback(getattr(kinds, f"kCallback{kind}"))
    _set_options(h, job, matrix, options)
    _pass(h, job, matrix)
    if start is not None:
        h.setSolution(matrix.columns, np.arange(matrix.columns, dtype=np.int32), start)
    if basis is not None:
        h.setBasis(_basis(highspy, basis))
    if not _wait(h, watch):
        return Raw(Verdict.of("Interrupt", watch.halted), watch.x, watch.bound, watch.nodes)
    if watch.fault is not None:
        raise watch.fault
    return _collect(h, matrix, watch)


def _for_rows(basis: Basis, rows: int) -> Basis:
    """The basis of a model with more rows at the end: what they say is slack."""
    columns, known = basis
    return columns, np.concatenate([known, np.full(rows - len(known), SLACK_ROW, dtype=np.int64)])


def _set_options(h: Any, job: Job, matrix: Matrix, options: Mapping[str, object]) -> None:
    limits, mip = job.limits, bool(matrix.integer.any())
    values: dict[str, object] = {
        "log_to_console": False,
        "threads": limits.threads,
        "parallel": "off" if limits.threads == 1 else "choose",
        "random_seed": limits.seed,
        "mip_rel_gap": limits.gap,
        "solver": "choose" if mip else "ipx" if matrix.columns >= IPX_FROM_COLUMNS else "simplex",
        "run_crossover": "on" if mip or matrix.columns < IPX_FROM_COLUMNS else "off",
    }
    left = job.left()
    if left is not None:
        values["time_limit"] = left
    if limits.work is not None:
        counted = ("mip_max_nodes",) if mip else ("simplex_iteration_limit", "ipm_iteration_limit")
        values.update(dict.fromkeys(counted, limits.work))
    for name, value in {**values, **options}.items():
        if h.setOptionValue(name, value).name == "kError":
            raise ValueError(f"HiGHS option {name}: {value!r} is not known or not allowed")


def _pass(h: Any, job: Job, matrix: Matrix) -> None:
    a, whole = matrix.a, np.int32
    status = h.passModel(
        matrix.columns, matrix.rows, a.nnz, 1, 1, matrix.cost_offset, matrix.cost, matrix.lower, matrix.upper,
        matrix.row_lower, matrix.row_upper, a.indptr.astype(whole), a.indices.astype(whole), a.data,
        matrix.integer.astype(whole),
    )  # fmt: skip
    if status.name == "kError":
        raise ModelError(f"HiGHS refuses the model: {'; '.join(job.warnings)}")
    ignored = [text for text in job.warnings if "ignored" in text or "treated as" in text]
    if ignored:
        raise ModelError(f"HiGHS would not solve the model it was given: {'; '.join(ignored)}")


def _wait(h: Any, watch: Watch) -> bool:
    """Wait for the run with short polls; False if it had to be left behind."""

    def target() -> None:
        try:
            h.run()
        except BaseException as error:
            watch.fault = error

    thread = threading.Thread(target=target, name="highs", daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(POLL_SECONDS)
            watch.tell()
            if thread.is_alive() and watch.overdue():
                _left.append(thread)
                return False
    except BaseException:
        # Ctrl-C without a handler, or a fault of on_event: do not leave the run alone with the core.
        watch.halted = Limit.INTERRUPT
        thread.join(watch.grace)
        if thread.is_alive():
            _left.append(thread)
        raise
    return True


def _basis(highspy: Any, basis: Basis) -> Any:
    kinds = {int(kind): kind for kind in highspy.HighsBasisStatus.__members__.values()}
    given = highspy.HighsBasis()
    given.col_status, given.row_status = ([kinds[i] for i in part.tolist()] for part in basis)
    given.valid = given.alien = True
    return given


def _collect(h: Any, matrix: Matrix, watch: Watch) -> Raw:
    verdict, info, solution = Verdict.of(h.getModelStatus().name, watch.halted), h.getInfo(), h.getSolution()
    raw = Raw(verdict)
    feasible = solution.value_valid and int(info.primal_solution_status) == 2
    raw.x = np.array(solution.col_value) if feasible else None
    if not watch.mip:
        if solution.dual_valid:
            raw.row_dual, raw.column_dual = np.array(solution.row_dual), np.array(solution.col_dual)
        if (found := h.getBasis()).valid:
            columns, rows = ([int(kind) for kind in part] for part in (found.col_status, found.row_status))
            raw.basis = np.array(columns, dtype=np.int64), np.array(rows, dtype=np.int64)
        if verdict is Verdict.INFEASIBLE:
            _, has_ray, ray = h.getDualRay()
            raw.ray = np.array(ray) if has_ray else None
        raw.bound = float(info.objective_function_value) if verdict is Verdict.OPTIMAL else -np.inf
        return raw
    raw.bound, raw.nodes = float(info.mip_dual_bound), max(0, int(info.mip_node_count))
    if raw.x is None or (watch.x is not None and matrix.value(watch.x) < matrix.value(raw.x) - ROW_TOLERANCE):
        raw.x = watch.x
    return raw
