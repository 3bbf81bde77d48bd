"""Results of HiGHS are verified before they are returned, and a run ends by its limits and stop event."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from solver.errors import ModelError
from solver.milp import callbacks, highs
from solver.milp.callbacks import CallbackEvent, CallbackState, RawResult, RunControl
from solver.milp.driver import Driver, left_running
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.milp.solution import Limit, Reason, SearchEvent, Status, Verdict
from tests.named import named
from tests.solver.milp.test_safe_bounds import best_whole, covering, random_matrix

pytestmark = pytest.mark.slow


def hard(rows: int = 60, columns: int = 200) -> Matrix:
    """A market of yes/no choices that branch and bound does not close in minutes; 0 is feasible."""
    rng = np.random.default_rng(0)
    a = rng.integers(1, 1000, (rows, columns)).astype(float)
    return Matrix(
        a=sp.csc_matrix(a),
        row_lower=np.full(rows, -np.inf),
        row_upper=a.sum(axis=1) // 2,
        cost=-rng.integers(1, 1000, columns).astype(float),
        cost_offset=10.0,
        sign=1,
        lower=np.zeros(columns),
        upper=np.ones(columns),
        integer=np.ones(columns, dtype=bool),
        row_names=named(f"r[{i}]" for i in range(rows)),
        column_names=named(f"x[{j}]" for j in range(columns)),
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(min_value=0, max_value=2**32 - 1))
def test_small_mips_are_solved_to_the_brute_force_optimum(seed: int) -> None:
    """Objective, bound and gap of a small MIP agree with trying every point, offset included."""
    matrix = random_matrix(seed, integer=True)
    solution = solve(matrix, Limits(gap=0.0))
    assert solution.status is Status.OPTIMAL
    assert solution.termination.reason is Reason.GAP
    assert solution.x is not None
    assert solution.objective == pytest.approx(best_whole(matrix), abs=1e-9)
    assert solution.objective == matrix.value(solution.x)
    assert solution.bound == pytest.approx(solution.objective, abs=1e-6)
    assert (solution.x == np.rint(solution.x)).all()
    assert solution.row_dual is None


def test_lp_gives_duals_and_a_verified_bound() -> None:
    """An LP comes back with both duals and a bound derived again, though its columns have no upper bound."""
    solution = solve(covering(), Limits())
    assert solution.status is Status.OPTIMAL
    assert solution.x == pytest.approx([4.0, 0.0])
    assert solution.row_dual == pytest.approx([2.0, 0.0])
    assert solution.column_dual == pytest.approx([0.0, 1.0])
    assert solution.certificate == "lp_verified"
    assert solution.bound == pytest.approx(8.0, abs=1e-5)


def test_interior_point_without_crossover_is_verified_too() -> None:
    """The method meant for large LPs passes the same checks and proves the same bound."""
    solution = solve(covering(), Limits(), options={"solver": "ipx", "run_crossover": "off"})
    assert solution.status is Status.OPTIMAL
    assert solution.objective == pytest.approx(8.0, abs=1e-5)
    assert solution.bound <= 8.0


def test_relaxation_is_an_lp() -> None:
    """With ``relax`` the integer columns may be fractional, and the value is that of the LP."""
    matrix = covering().with_(row_lower=np.array([3.5, -np.inf]), integer=np.ones(2, dtype=bool))
    assert solve(matrix, Limits()).objective == pytest.approx(8.0)
    assert solve(matrix, Limits(), relax=True).objective == pytest.approx(7.0)


def test_infeasible_lp_is_proved_by_a_ray() -> None:
    """An LP without a point is called so only after a second run, and the ray is checked in numpy."""
    solution = solve(covering().with_(upper=np.array([1.0, 2.0])), Limits())
    assert solution.status is Status.INFEASIBLE
    assert str(solution.termination) == "infeasible (ray verified)"
    assert solution.x is None


def test_infeasible_mip_has_a_certificate() -> None:
    """A MIP whose relaxation has no point rests on a ray; one that only integrality forbids, on branch and bound."""
    integer = np.ones(2, dtype=bool)
    relaxed_too = solve(covering().with_(upper=np.array([1.0, 2.0]), integer=integer), Limits())
    assert (relaxed_too.status, str(relaxed_too.termination)) == (Status.INFEASIBLE, "infeasible (ray verified)")
    between = covering().with_(
        row_lower=np.array([4.25, -np.inf]), row_upper=np.array([4.75, 0.0]), upper=np.full(2, 9.0), integer=integer
    )
    only_whole = solve(between, Limits())
    assert (only_whole.status, str(only_whole.termination)) == (Status.INFEASIBLE, "infeasible (branch and bound)")


def test_crossed_bounds_are_named() -> None:
    """A column whose lower bound lies above its upper one makes the model infeasible, by name."""
    solution = solve(covering().with_(lower=np.array([0.0, 5.0]), upper=np.full(2, 4.0)), Limits())
    assert solution.status is Status.INFEASIBLE
    assert "bounds of y" in str(solution.termination)


@pytest.mark.parametrize("integer", [False, True])
def test_unbounded_is_distinguished(integer: bool) -> None:
    """An objective without end is neither a plan nor infeasible."""
    matrix = covering().with_(cost=np.array([-1.0, 0.0]), integer=np.full(2, integer))
    solution = solve(matrix, Limits())
    assert (solution.status, str(solution.termination)) == (Status.UNBOUNDED, "unbounded")
    assert solution.x is None


def test_matrix_without_columns_costs_its_offset() -> None:
    """A model in which nothing is left to decide is solved at its constant."""
    nothing = Matrix(sp.csc_matrix((0, 0)), *[np.empty(0)] * 3, 4.5, 1, *[np.empty(0)] * 3, named(()), named(()))
    solution = solve(nothing, Limits())
    assert (solution.status, solution.objective, solution.bound) == (Status.OPTIMAL, 4.5, 4.5)


def test_interrupt_returns_with_the_best_so_far() -> None:
    """A stop event set while a hard MIP runs ends it with reason interrupt; what it found is checked."""
    matrix, stop, bounds = hard(), threading.Event(), list[float]()

    def watch(event: SearchEvent) -> None:
        if event.bound is not None:
            bounds.append(event.bound)
            stop.set()

    solution = solve(matrix, Limits(gap=0.0), stop=stop, on_event=watch)
    assert (solution.status, solution.termination.limit) == (Status.INTERRUPTED, Limit.INTERRUPT)
    assert solution.x is not None
    assert matrix.violation(solution.x).relative <= 1e-6
    assert solution.bound <= matrix.value(solution.x)
    assert bounds[0] <= matrix.value(solution.x)


class SetClock:
    """The clock, which can be put forward past every limit."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead, passed = 0.0, time.monotonic
        monkeypatch.setattr(time, "monotonic", lambda: passed() + self.ahead)

    def run_out(self, event: SearchEvent) -> None:
        """Put the clock forward once there is a better point."""
        if event.x is not None:
            self.ahead = 1e6


def test_time_limit_is_kept_by_our_own_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hard MIP whose time is over once it has plan and bound ends with them, and is not called optimal."""
    clock = SetClock(monkeypatch)

    def watch(event: SearchEvent) -> None:
        if event.gap is not None:
            clock.ahead = 1e6

    solution = solve(hard(), Limits(seconds=600.0, gap=0.0), on_event=watch)
    assert (solution.status, solution.termination.limit) == (Status.FEASIBLE, Limit.TIME)
    assert solution.gap is not None
    assert 0.0 < solution.gap < 1.0


def test_interrupted_lp_has_no_point() -> None:
    """An LP that is stopped at once ends by an interrupt, without a point."""
    rng = np.random.default_rng(1)
    a = sp.random(300, 600, 0.05, random_state=rng, format="csc")
    base = hard(300, 600)
    matrix = base.with_(row_upper=rng.uniform(1, 2, 300), integer=np.zeros(600, dtype=bool))
    matrix = Matrix(**{**vars_of(matrix), "a": sp.csc_matrix(a)})
    stop = threading.Event()
    stop.set()
    solution = solve(matrix, Limits(), stop=stop)
    assert (solution.status, solution.termination.limit, solution.x) == (Status.INTERRUPTED, Limit.INTERRUPT, None)


def vars_of(matrix: Matrix) -> dict[str, object]:
    """Fields of a matrix by name."""
    return {name: getattr(matrix, name) for name in Matrix.__dataclass_fields__}


def test_work_limit_stops_at_the_same_place() -> None:
    """A node limit ends the search with reason work, twice with the same plan, bound and number of nodes."""
    first, second = (solve(hard(20, 60), Limits(gap=0.0, work=5, seed=3)) for _ in range(2))
    assert (first.status, first.termination.limit) == (Status.FEASIBLE, Limit.WORK)
    assert first.x is not None
    assert second.x is not None
    assert (first.x == second.x).all()
    assert (first.bound, first.nodes) == (second.bound, second.nodes)


def test_work_limit_of_an_lp_counts_iterations() -> None:
    """An LP that may iterate once only ends without a plan, with reason work."""
    solution = solve(hard(20, 60), Limits(work=1), relax=True, options={"presolve": "off"})
    assert (solution.status, solution.termination.limit) == (Status.NO_PLAN, Limit.WORK)


def test_start_is_never_lost() -> None:
    """The answer is at least as good as a feasible start, and the start is what comes back when nothing else can."""
    matrix = hard()
    start = solve(matrix, Limits(gap=0.0, work=1)).x
    assert start is not None
    stop = threading.Event()
    stop.set()
    solution = solve(matrix, Limits(gap=0.0), start=start, stop=stop)
    assert solution.objective is not None
    assert solution.objective <= matrix.value(start)
    assert not [text for text in solution.warnings if "start" in text]


def test_start_reaches_highs(tmp_path: Path) -> None:
    """HiGHS itself takes the full vector for a feasible solution."""
    log = tmp_path / "log.txt"
    solve(hard(20, 60), Limits(work=1), start=np.zeros(60), options={"log_file": str(log)})
    assert "MIP start solution is feasible" in log.read_text()


def test_bad_start_is_reported_and_not_used() -> None:
    """A start that breaks a row is named in the warnings; one of the wrong size is refused."""
    matrix = hard(20, 60)
    solution = solve(matrix, Limits(work=1), start=np.ones(60))
    assert [text for text in solution.warnings if "start is not feasible: r[" in text]
    assert solution.x is not None
    with pytest.raises(ValueError, match="start"):
        solve(matrix, Limits(), start=np.ones(3))


def mixed_integer() -> Matrix:
    """Two integer x and one real y with 1000 x + y = 3000 within 0 to 1000: rounding x alone breaks the row."""
    return Matrix(
        a=sp.csc_matrix(np.array([[1000.0, 1.0]])),
        row_lower=np.array([3000.0]),
        row_upper=np.array([3000.0]),
        cost=np.array([1.0, 1.0]),
        cost_offset=0.0,
        sign=1,
        lower=np.zeros(2),
        upper=np.array([5.0, 1000.0]),
        integer=np.array([True, False]),
        row_names=named(["lift"]),
        column_names=named(["flights", "rest"]),
    )


def test_incumbent_broken_by_rounding_is_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    """An incumbent that holds only with broken integers is rounded, and an LP finds the rest anew."""
    matrix, original = mixed_integer(), highs._collect

    def crooked(driver: Driver, of: Matrix, state: CallbackState) -> RawResult:
        raw = original(driver, of, state)
        raw.x = np.array([2.6, 400.0]) if of.integer.any() else raw.x
        return raw

    monkeypatch.setattr(highs, "_collect", crooked)
    solution = solve(matrix, Limits())
    assert solution.x == pytest.approx([3.0, 0.0])
    assert solution.status is Status.OPTIMAL
    assert "lift is violated by 400" in solution.warnings[0]


@pytest.mark.parametrize("integer", [False, True])
def test_false_optimum_is_refused(monkeypatch: pytest.MonkeyPatch, integer: bool) -> None:
    """A point that breaks a row in numpy is no plan, whatever the solver calls it."""
    matrix, original = mixed_integer(), highs._collect

    def lying(driver: Driver, of: Matrix, state: CallbackState) -> RawResult:
        raw = original(driver, of, state)
        raw.x = np.array([0.0, 0.0])
        return raw

    monkeypatch.setattr(highs, "_collect", lying)
    solution = solve(matrix.with_(integer=np.array([integer, False])), Limits())
    assert (solution.status, solution.x) == (Status.NO_PLAN, None)
    assert str(solution.termination) == "refused: lift is violated by 3e+03"


@pytest.mark.parametrize("verdict", [Verdict.INFEASIBLE, Verdict.OPTIMAL])
def test_a_checked_start_refutes_the_solver(monkeypatch: pytest.MonkeyPatch, verdict: Verdict) -> None:
    """A false "infeasible" or a bound above a feasible start is reported, and leaves the start without a bound."""
    original = highs._collect

    def lying(driver: Driver, of: Matrix, state: CallbackState) -> RawResult:
        raw = original(driver, of, state)
        raw.verdict, raw.x, raw.bound = verdict, None, 1e4
        return raw

    monkeypatch.setattr(highs, "_collect", lying)
    solution = solve(mixed_integer(), Limits(), start=np.array([2.0, 1000.0]))
    assert (solution.status, solution.objective, solution.bound) == (Status.FEASIBLE, 1002.0, -np.inf)
    assert [text for text in solution.warnings if f"HiGHS reports {verdict}" in text]


def test_ignored_coefficients_are_a_fault() -> None:
    """A coefficient HiGHS would drop or refuse even scaled is an error, and never a plan of another model."""
    integer = covering().with_(integer=np.ones(2, dtype=bool))
    for size in (1e-20, 1e32):
        matrix = Matrix(**{**vars_of(integer), "a": sp.csc_matrix(np.array([[1.0, size], [-3.0, 1.0]]))})
        with pytest.raises(ModelError, match="LP matrix packed vector"):
            solve(matrix, Limits())


def test_unknown_option_is_refused() -> None:
    """An option HiGHS does not know is named."""
    with pytest.raises(ValueError, match="mip_magic"):
        solve(covering(), Limits(), options={"mip_magic": 1})


def test_fault_of_the_listener_ends_the_run() -> None:
    """An error raised by ``on_progress`` stops the solver and reaches the caller."""

    def broken(_: SearchEvent) -> None:
        raise KeyError("screen")

    with pytest.raises(KeyError, match="screen"):
        solve(hard(), Limits(gap=0.0), on_event=broken)
    assert left_running() == 0


def test_fault_inside_a_callback_reaches_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error inside a callback does not unwind HiGHS: the run ends and the error comes out of ``solve``."""

    def broken(*_: object) -> None:
        raise KeyError("note")

    monkeypatch.setattr(CallbackState, "_record", broken)
    with pytest.raises(KeyError, match="note"):
        solve(hard(), Limits(gap=0.0))


def test_run_that_does_not_come_back_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """When HiGHS hears no interrupt, the best solution saved by callback is returned and the run is counted."""
    matrix, received = hard(), threading.Event()
    monkeypatch.setattr(callbacks, "GRACE_SECONDS", 0.0)
    original = RunControl.callback

    def delayed(self: RunControl, event: CallbackEvent, message: str, out: object) -> bool:
        return original(self, event, message, out) and received.is_set()

    monkeypatch.setattr(RunControl, "callback", delayed)
    clock = SetClock(monkeypatch)
    solution = solve(matrix, Limits(seconds=600.0, gap=0.0), options={"time_limit": 60.0}, on_event=clock.run_out)
    assert (solution.status, solution.termination.limit) == (Status.FEASIBLE, Limit.TIME)
    assert solution.x is not None
    assert left_running() == 1
    received.set()
    for _ in range(300):
        if not left_running():
            break
        time.sleep(0.1)
    assert left_running() == 0


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"seconds": 0}, "seconds"),
        ({"seconds": float("inf")}, "seconds"),
        ({"gap": -0.1}, "gap"),
        ({"threads": 0}, "threads"),
        ({"threads": True}, "threads"),
        ({"seed": -1}, "seed"),
        ({"work": 0}, "work"),
        ({"work": 1.5}, "work"),
    ],
)
def test_limits_are_checked_at_birth(wrong: dict[str, float], named: str) -> None:
    """A limit that means nothing is refused by name."""
    with pytest.raises(ValueError, match=f"^{named}: found"):
        Limits(**wrong)  # type: ignore[arg-type]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_an_lp_from_a_known_basis_has_the_same_optimum(seed: int) -> None:
    """With a row more, or other bounds, the LP begins at the basis of the one before and comes to its own optimum."""
    of = random_matrix(seed).relaxed()
    first = solve(of, Limits())
    assert first.x is not None
    assert first.basis is not None
    row = of.cost + 1.0
    least = float(row @ first.x) + 0.5
    tighter = of.with_rows(sp.csr_matrix(row[None, :]), np.array([least]), np.array([np.inf]), named(["more"]))
    cold, warm = solve(tighter, Limits()), solve(tighter, Limits(), basis=first.basis)
    assert warm.status is cold.status
    assume(cold.status is Status.OPTIMAL)
    assert warm.objective == pytest.approx(cold.objective, rel=1e-6, abs=1e-6)
    assert warm.bound == pytest.approx(cold.bound, rel=1e-6, abs=1e-6)
