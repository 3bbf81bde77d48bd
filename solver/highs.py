"""Matrix and limits (and a start) to a solution that was checked: the only place that meets HiGHS.

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
- "Infeasible" and "Optimal" have been false on badly scaled models: both are checked here.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

import numpy as np

from solver.bound import proven_bound, proves_infeasible
from solver.errors import ModelError
from solver.limits import Limits, gap_share, one_value
from solver.matrix import Floats, Matrix

IPX_FROM_COLUMNS = 100_000
POLL_SECONDS = 0.05
PROGRESS_SECONDS = 0.5
GRACE_SECONDS = 5.0
GRACE_SHARE = 0.2
ROW_TOLERANCE = 1e-6
MEND_SECONDS = 10.0
# A proven LP bound is preferred to the solver's own word while it costs no more than this share.
VERIFIED_LOSS = 1e-4
CAREFUL: Mapping[str, object] = {"presolve": "off", "solver": "simplex"}
EXACT: Mapping[str, object] = {"run_crossover": "on"}
PLANLESS = ("Infeasible", "Unbounded", "UnboundedOrInfeasible")
STOPPED: Mapping[str, str] = {
    "interrupt": "interrupt",
    "time": "time",
    "TimeLimit": "time",
    "IterationLimit": "work",
    "SolutionLimit": "work",
}

_left: list[threading.Thread] = []


class Status(Enum):
    """How a solve ended, in the words of ``solve --json``, and ``unbounded``."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    NO_PLAN = "no_plan"
    INTERRUPTED = "interrupted"
    UNBOUNDED = "unbounded"


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a running solve stands; the values are in the minimised sense, ``None`` while not known."""

    seconds: float
    objective: float | None
    bound: float | None
    gap: float | None
    nodes: int


@dataclass(frozen=True, slots=True)
class Solution:
    """What came out of a solve; values are in the matrix's minimised sense, its offset included.

    ``reason`` says why it stopped: gap, time, interrupt, work, unbounded, a text that begins with "infeasible", or one
    that begins with "refused". ``interrupted`` may come with the best ``x`` so far. ``bound_kind`` is ``lp_verified``
    when the bound was derived again from LP duals, else ``solver``. ``gap`` is infinite without a
    bound. Duals are given for an LP only.
    """

    status: Status
    reason: str
    x: Floats | None = None
    objective: float | None = None
    bound: float = -np.inf
    bound_kind: str = "solver"
    gap: float | None = None
    seconds: float = 0.0
    nodes: int = 0
    row_dual: Floats | None = None
    column_dual: Floats | None = None
    warnings: list[str] = field(default_factory=list)


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
    on_progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
    relax: bool = False,
    options: Mapping[str, object] | None = None,
) -> Solution:
    """Solve a matrix, or its LP relaxation, and check what comes back before it is returned.

    ``start`` is a full vector; if it is feasible the answer is never worse. ``stop`` ends the run within about a
    second. ``options`` are HiGHS's own and win over all others (``log_file`` keeps its log). Raises ``ModelError`` when
    HiGHS refuses the numbers or ignores coefficients, ``ValueError`` for an option it does not know.
    """
    job = _Job(limits, stop or threading.Event(), on_progress, dict(options or {}), time.monotonic())
    matrix = matrix.relaxed() if relax and matrix.integer.any() else matrix
    if start is not None and (start.shape != (matrix.columns,) or not np.all(np.isfinite(start))):
        raise ValueError(f"start: found shape {start.shape}, wanted {matrix.columns} finite values")
    crossed = np.flatnonzero(matrix.lower > matrix.upper)
    if crossed.size:
        name, low, high = (part[crossed[0]] for part in (matrix.column_names, matrix.lower, matrix.upper))
        return Solution(Status.INFEASIBLE, f"infeasible (bounds of {name}: at least {low:g}, at most {high:g})")
    if not matrix.columns:
        return _solved(matrix, np.empty(0), matrix.cost_offset, "solver", "Optimal", limits)
    scale = _cost_scale(matrix)
    job.on_progress = _unscaled_progress(on_progress, scale)
    scaled = matrix.with_(cost=matrix.cost * scale, cost_offset=matrix.cost_offset * scale)
    found = _unscaled(_solve_mip(job, scaled, start) if matrix.integer.any() else _solve_lp(job, scaled), scale)
    return replace(found, seconds=time.monotonic() - job.began, warnings=list(dict.fromkeys(job.warnings)))


def _cost_scale(matrix: Matrix) -> float:
    """Power of two that brings costs around one: HiGHS compares reduced costs with an absolute 1e-7.

    A power of two changes no digit, so what is undone afterwards is exactly what was done.
    """
    size = np.abs(matrix.cost[matrix.cost != 0.0])
    return float(2.0 ** round(-np.log2(size.min() * size.max()) / 2)) if size.size else 1.0


def _unscaled(found: Solution, scale: float) -> Solution:
    """The solution of the matrix as it was given."""
    return replace(
        found,
        objective=None if found.objective is None else found.objective / scale,
        bound=found.bound / scale,
        row_dual=None if found.row_dual is None else found.row_dual / scale,
        column_dual=None if found.column_dual is None else found.column_dual / scale,
    )


def _unscaled_progress(listener: Callable[[Progress], None] | None, scale: float) -> Callable[[Progress], None] | None:
    if listener is None:
        return None

    def tell(progress: Progress) -> None:
        objective = None if progress.objective is None else progress.objective / scale
        bound = None if progress.bound is None else progress.bound / scale
        listener(replace(progress, objective=objective, bound=bound))

    return tell


@dataclass(slots=True)
class _Job:
    """One call of ``solve``: what it may spend over all its runs, and the warnings it gathers."""

    limits: Limits
    stop: threading.Event
    on_progress: Callable[[Progress], None] | None
    options: dict[str, object]
    began: float
    warnings: list[str] = field(default_factory=list)

    def left(self) -> float | None:
        """Seconds left of the limit, at least 1 so that a confirming run has a chance."""
        if self.limits.seconds is None:
            return None
        return max(1.0, self.began + self.limits.seconds - time.monotonic())

    def afterwards(self) -> _Job:
        """The same for the LP that mends an incumbent: a few seconds even when limit or user ended the search."""
        left = MEND_SECONDS if self.stop.is_set() else self.left()
        seconds = None if left is None else max(MEND_SECONDS, left)
        limits = replace(self.limits, seconds=seconds, work=None)
        return replace(self, limits=limits, stop=threading.Event(), on_progress=None, began=time.monotonic())


@dataclass(slots=True)
class _Raw:
    """What one run of HiGHS said, believed by nobody yet."""

    verdict: str
    x: Floats | None = None
    bound: float = -np.inf
    nodes: int = 0
    row_dual: Floats | None = None
    column_dual: Floats | None = None
    ray: Floats | None = None


class _Watch:
    """State shared by the callback, which writes it, and the waiting thread, which reads it."""

    def __init__(self, job: _Job, matrix: Matrix, kinds: Any) -> None:
        left = job.left()
        self.job, self.mip = job, bool(matrix.integer.any())
        self.deadline = np.inf if left is None else time.monotonic() + left
        self.grace = max(GRACE_SECONDS, GRACE_SHARE * (job.limits.seconds or 0.0))
        self.log, self.improving = int(kinds.kCallbackLogging), int(kinds.kCallbackMipImprovingSolution)
        self.mip_check, self.columns = int(kinds.kCallbackMipInterrupt), matrix.columns
        self.halted, self.halted_at = "", np.inf
        self.fault: BaseException | None = None
        self.x: Floats | None = None
        self.objective: float | None = None
        self.bound, self.nodes = -np.inf, 0
        self.told_at = time.monotonic()

    def callback(self, kind: Any, message: str, out: Any, into: Any, _user: Any) -> None:
        """The one function HiGHS calls, for every kind of event."""
        try:
            self._note(int(kind), message, out)
        except BaseException as error:
            self.fault = error
        if into is not None and self.halting():
            into.user_interrupt = True

    def _note(self, kind: int, message: str, out: Any) -> None:
        if kind == self.log:
            if out.log_type.name in ("kWarning", "kError") and "non-empty integrality" not in message:
                self.job.warnings.append(message.strip())
        elif kind == self.improving:
            x = np.array(out.mip_solution, dtype=np.float64)
            if len(x) == self.columns:
                self.x, self.objective = x, float(out.objective_function_value)
        elif kind == self.mip_check:
            # Other kinds carry a bound of 0 that means nothing.
            self.bound = max(self.bound, float(out.mip_dual_bound))
            self.nodes = int(out.mip_node_count)

    def halting(self) -> bool:
        """Whether the run must end now; the first reason seen stays."""
        if not self.halted:
            ended = self.job.stop.is_set() or self.fault is not None
            reason = "interrupt" if ended else "time" if time.monotonic() > self.deadline else ""
            if reason:
                self.halted, self.halted_at = reason, time.monotonic()
        return bool(self.halted)

    def overdue(self) -> bool:
        """Whether HiGHS was told to stop so long ago that it is not waited for any more."""
        return self.halting() and time.monotonic() > self.halted_at + self.grace

    def tell(self) -> None:
        """Report progress, at most every half second."""
        now = time.monotonic()
        if self.job.on_progress is None or now < self.told_at + PROGRESS_SECONDS:
            return
        self.told_at = now
        bound = self.bound if np.isfinite(self.bound) else None
        gap = None if self.objective is None or bound is None else gap_share(self.objective, bound)
        self.job.on_progress(Progress(now - self.job.began, self.objective, bound, gap, self.nodes))


def _run(job: _Job, matrix: Matrix, start: Floats | None = None, extra: Mapping[str, object] | None = None) -> _Raw:
    """Run HiGHS once in a worker thread, so that this thread stays free for signals and for giving up."""
    import highspy

    h = highspy.Highs()
    kinds = highspy.cb.HighsCallbackType
    watch = _Watch(job, matrix, kinds)
    h.setCallback(watch.callback, None)
    for kind in ("Logging", "MipImprovingSolution", "MipInterrupt", "SimplexInterrupt", "IpmInterrupt"):
        h.startCallback(getattr(kinds, f"kCallback{kind}"))
    _set_options(h, job, matrix, extra or {})
    _pass(h, job, matrix)
    if start is not None:
        h.setSolution(matrix.columns, np.arange(matrix.columns, dtype=np.int32), start)
    if not _wait(h, watch):
        return _Raw(watch.halted, watch.x, watch.bound, watch.nodes)
    if watch.fault is not None:
        raise watch.fault
    return _collect(h, matrix, watch)


def _set_options(h: Any, job: _Job, matrix: Matrix, extra: Mapping[str, object]) -> None:
    limits, mip = job.limits, bool(matrix.integer.any())
    values: dict[str, object] = {
        "log_to_console": False,
        "threads": limits.threads,
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
    for name, value in {**values, **job.options, **extra}.items():
        if h.setOptionValue(name, value).name == "kError":
            raise ValueError(f"HiGHS option {name}: {value!r} is not known or not allowed")


def _pass(h: Any, job: _Job, matrix: Matrix) -> None:
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


def _wait(h: Any, watch: _Watch) -> bool:
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
        # Ctrl-C without a handler, or a fault of on_progress: do not leave the run alone with the core.
        watch.halted = "interrupt"
        thread.join(watch.grace)
        if thread.is_alive():
            _left.append(thread)
        raise
    return True


def _collect(h: Any, matrix: Matrix, watch: _Watch) -> _Raw:
    verdict, info, solution = h.getModelStatus().name[1:], h.getInfo(), h.getSolution()
    raw = _Raw(watch.halted if verdict in ("Interrupt", "HighsInterrupt") else verdict)
    feasible = solution.value_valid and int(info.primal_solution_status) == 2
    raw.x = np.array(solution.col_value) if feasible else None
    if not watch.mip:
        if solution.dual_valid:
            raw.row_dual, raw.column_dual = np.array(solution.row_dual), np.array(solution.col_dual)
        if verdict == "Infeasible":
            _, has_ray, ray = h.getDualRay()
            raw.ray = np.array(ray) if has_ray else None
        raw.bound = float(info.objective_function_value) if verdict == "Optimal" else -np.inf
        return raw
    raw.bound, raw.nodes = float(info.mip_dual_bound), max(0, int(info.mip_node_count))
    if raw.x is None or (watch.x is not None and matrix.value(watch.x) < matrix.value(raw.x) - ROW_TOLERANCE):
        raw.x = watch.x
    return raw


def _solve_lp(job: _Job, matrix: Matrix) -> Solution:
    """LP: what is optimal must hold in numpy; every other verdict must be given twice, in two ways."""
    first = _run(job, matrix)
    if first.verdict == "Optimal":
        x = _admit(matrix, first.x)
        if x is not None:
            return _lp_solved(job, matrix, x, first)
        job.warnings.append(f"the optimum of the first run was refused: {_complaint(matrix, first.x)}")
    stopped = _stopped(first.verdict)
    if stopped is not None:
        return stopped
    inexact = matrix.columns >= IPX_FROM_COLUMNS and first.verdict not in PLANLESS
    second = _run(job, matrix, extra=EXACT if inexact else CAREFUL)
    x = _admit(matrix, second.x)
    if second.verdict == "Optimal" and x is not None:
        job.warnings.append(f"two runs disagreed: {first.verdict}, then Optimal")
        return _lp_solved(job, matrix, x, second)
    if second.verdict == "Infeasible":
        return Solution(Status.INFEASIBLE, _infeasible_because(matrix, first, second))
    if second.verdict in ("Unbounded", "UnboundedOrInfeasible"):
        return Solution(Status.UNBOUNDED, "unbounded")
    if first.verdict == "Infeasible":
        return Solution(Status.INFEASIBLE, "infeasible (not confirmed: the second run did not finish)")
    why = _complaint(matrix, second.x) if second.verdict == "Optimal" else f"HiGHS ends with {second.verdict}"
    return _stopped(second.verdict) or Solution(Status.NO_PLAN, f"refused: {why}")


def _lp_solved(job: _Job, matrix: Matrix, x: Floats, raw: _Raw) -> Solution:
    value = matrix.value(x)
    proven = -np.inf if raw.row_dual is None else proven_bound(matrix, raw.row_dual, value)
    if gap_share(value, proven) <= VERIFIED_LOSS or value - proven <= one_value(value):
        bound, kind = proven, "lp_verified"
    else:
        bound, kind = min(raw.bound, value), "solver"
    solved = _solved(matrix, x, bound, kind, "Optimal", job.limits)
    return replace(solved, row_dual=raw.row_dual, column_dual=raw.column_dual)


def _infeasible_because(matrix: Matrix, first: _Raw, second: _Raw) -> str:
    if any(ray is not None and proves_infeasible(matrix, ray) for ray in (first.ray, second.ray)):
        return "infeasible (ray verified)"
    return "infeasible (two runs agree)" if first.verdict == "Infeasible" else "infeasible (one run)"


def _solve_mip(job: _Job, matrix: Matrix, start: Floats | None) -> Solution:
    """MIP: the incumbent is rounded, checked, mended by an LP if need be, and set against start and bound."""
    raw = _run(job, matrix, start)
    own = _admit(matrix, raw.x)
    if own is None and raw.x is not None:
        job.warnings.append(f"the incumbent was refused as it stood: {_complaint(matrix, raw.x)}")
        own = _mend(job, matrix, raw.x)
    given = _admit(matrix, start)
    if start is not None and given is None:
        job.warnings.append(f"the start is not feasible: {_complaint(matrix, start)}")
    found = sorted((x for x in (own, given) if x is not None), key=matrix.value)
    if not found:
        return _without_plan(job, matrix, raw)
    value, bound = matrix.value(found[0]), raw.bound
    if raw.verdict in PLANLESS or bound > value + one_value(value):
        job.warnings.append(f"HiGHS says {raw.verdict} with bound {bound:g} against a checked solution of {value:g}")
        bound = -np.inf
    solved = _solved(matrix, found[0], min(bound, value), "solver", raw.verdict, job.limits)
    return replace(solved, nodes=raw.nodes)


def _without_plan(job: _Job, matrix: Matrix, raw: _Raw) -> Solution:
    """A MIP that gave no point: is there none, is there no end to the objective, or was there no time."""
    if raw.verdict in PLANLESS:
        relaxed = _solve_lp(replace(job, limits=replace(job.limits, work=None)), matrix.relaxed())
        if relaxed.status is Status.INFEASIBLE:
            return Solution(Status.INFEASIBLE, relaxed.reason, nodes=raw.nodes)
        if raw.verdict == "Infeasible":
            return Solution(Status.INFEASIBLE, "infeasible (branch and bound)", nodes=raw.nodes)
        if relaxed.status is Status.UNBOUNDED:
            return Solution(Status.UNBOUNDED, "unbounded", nodes=raw.nodes)
        return Solution(Status.NO_PLAN, f"refused: HiGHS ends with {raw.verdict}", nodes=raw.nodes)
    if raw.x is None and (stopped := _stopped(raw.verdict)) is not None:
        return replace(stopped, bound=raw.bound, nodes=raw.nodes)
    why = f"HiGHS ends with {raw.verdict}" if raw.x is None else _complaint(matrix, raw.x)
    return Solution(Status.NO_PLAN, f"refused: {why}", bound=raw.bound, nodes=raw.nodes)


def _stopped(verdict: str) -> Solution | None:
    """Solution without a plan for a run that was cut short; ``None`` for a run that came to an end."""
    if verdict not in STOPPED:
        return None
    return Solution(Status.INTERRUPTED if verdict == "interrupt" else Status.NO_PLAN, STOPPED[verdict])


def _solved(matrix: Matrix, x: Floats, bound: float, kind: str, verdict: str, limits: Limits) -> Solution:
    value = matrix.value(x)
    if limits.met_by(value, bound):
        status, reason = Status.OPTIMAL, "gap"
    else:
        status = Status.INTERRUPTED if verdict == "interrupt" else Status.FEASIBLE
        reason = STOPPED.get(verdict, f"refused: HiGHS ends with {verdict}, but what was checked does not bear it out")
    return Solution(status, reason, x, value, bound, kind, gap_share(value, bound))


def _admit(matrix: Matrix, x: Floats | None) -> Floats | None:
    """The point with its integers whole and within its bounds, or ``None`` if a row then breaks."""
    if x is None or not np.all(np.isfinite(x)):
        return None
    near = np.clip(np.where(matrix.integer, np.rint(x), x), matrix.lower, matrix.upper)
    whole = np.array_equal(near[matrix.integer], np.rint(near[matrix.integer]))
    return near if whole and matrix.violation(near).relative <= ROW_TOLERANCE else None


def _mend(job: _Job, matrix: Matrix, x: Floats) -> Floats | None:
    """Round the integers, hold them, and let an LP find the rest."""
    if not np.all(np.isfinite(x)):
        return None
    held = np.where(matrix.integer, np.clip(np.rint(x), matrix.lower, matrix.upper), np.nan)
    lower = np.where(matrix.integer, held, matrix.lower)
    upper = np.where(matrix.integer, held, matrix.upper)
    raw = _run(job.afterwards(), matrix.relaxed().with_(lower=lower, upper=upper))
    return _admit(matrix, raw.x) if raw.verdict == "Optimal" else None


def _complaint(matrix: Matrix, x: Floats | None) -> str:
    """What is wrong with a point that was not admitted, in words."""
    if x is None:
        return "no point came with it"
    near = np.clip(np.where(matrix.integer, np.rint(x), x), matrix.lower, matrix.upper)
    worst = matrix.violation(near)
    if worst.relative > ROW_TOLERANCE:
        return f"{worst.name} is broken by {worst.absolute:.3g}"
    return f"{matrix.column_names[int(np.argmax(np.abs(near - x)))]} has no whole number within its bounds"
