"""Results of a solve and events of a running one: incumbent, bound, certificate, termination, duals.

Code decides by these types only; text is made from them where it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from solver.errors import ContradictionError
from solver.milp.limits import CLOSED, relative_gap
from solver.milp.matrix import Floats

Basis = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Where each column and each row stands in a simplex basis, by HiGHS's numbers."""
BOUND_TOLERANCE = 1e-6
"""Excess of a lower bound over an objective, as a share of it, that is taken for rounding; more is an alarm."""


class Status(StrEnum):
    """Status of a result: the values of ``solve --json``, and ``unbounded``."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    NO_PLAN = "no_plan"
    INTERRUPTED = "interrupted"
    UNBOUNDED = "unbounded"


class Certificate(StrEnum):
    """Certificate of a bound or of infeasibility: derived again in numpy from LP duals, or claimed by the solver.

    ``NOT_REDERIVED`` marks bounds in the trace of a resumed run that its checkpoint claims without a proof.
    """

    LP_VERIFIED = "lp_verified"
    SOLVER = "solver"
    NOT_REDERIVED = "not_rederived"


class Limit(StrEnum):
    """Termination limit that ended a run before its proof: time, work or an interrupt."""

    TIME = "time"
    WORK = "work"
    INTERRUPT = "interrupt"


class Verdict(StrEnum):
    """Verdict of one run of HiGHS, not verified yet: its model statuses, with equivalent ones merged."""

    OPTIMAL = "Optimal"
    INFEASIBLE = "Infeasible"
    UNBOUNDED = "Unbounded"
    UNBOUNDED_OR_INFEASIBLE = "UnboundedOrInfeasible"
    OBJECTIVE_BOUND = "ObjectiveBound"
    OBJECTIVE_TARGET = "ObjectiveTarget"
    TIME_LIMIT = "TimeLimit"
    ITERATION_LIMIT = "IterationLimit"
    SOLUTION_LIMIT = "SolutionLimit"
    MEMORY_LIMIT = "MemoryLimit"
    INTERRUPT = "Interrupt"
    NOT_SET = "Notset"
    EMPTY = "ModelEmpty"
    LOAD_ERROR = "LoadError"
    MODEL_ERROR = "ModelError"
    PRESOLVE_ERROR = "PresolveError"
    SOLVE_ERROR = "SolveError"
    POSTSOLVE_ERROR = "PostsolveError"
    UNKNOWN = "Unknown"

    @classmethod
    def of(cls, model_status: str, halted: Limit | None) -> Verdict:
        """Return the verdict of a HiGHS model status; an interrupt at a limit of our own is that limit."""
        known = model_status.removeprefix("k")
        if known in ("Interrupt", "HighsInterrupt"):
            if halted is Limit.WORK:
                return cls.SOLUTION_LIMIT
            return cls.TIME_LIMIT if halted is Limit.TIME else cls.INTERRUPT
        return cls(known) if known in cls._value2member_map_ else cls.UNKNOWN

    @property
    def limit(self) -> Limit | None:
        """Termination limit that was reached; None for a run that came to its end."""
        return _LIMITS.get(self)

    @property
    def halted(self) -> bool:
        """True where the clock or an interrupt ended the run."""
        return self.limit in (Limit.TIME, Limit.INTERRUPT)

    @property
    def without_solution(self) -> bool:
        """True where the verdict claims that there is no optimum."""
        return self in (Verdict.INFEASIBLE, Verdict.UNBOUNDED, Verdict.UNBOUNDED_OR_INFEASIBLE)


_LIMITS = {
    Verdict.INTERRUPT: Limit.INTERRUPT,
    Verdict.TIME_LIMIT: Limit.TIME,
    Verdict.ITERATION_LIMIT: Limit.WORK,
    Verdict.SOLUTION_LIMIT: Limit.WORK,
}


class Reason(StrEnum):
    """Reason of a termination.

    ``REFUSED``: an answer of the solver failed its check. ``MODEL_REFUSED``: the solver refuses the model, or would
    ignore coefficients of it. ``EXHAUSTED``: no step is left that could close the gap.
    """

    GAP = "gap"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    LIMIT = "limit"
    REFUSED = "refused"
    MODEL_REFUSED = "model_refused"
    EXHAUSTED = "exhausted"


@dataclass(frozen=True, slots=True)
class Termination:
    """Termination of a solve or search: reason, the limit that was reached, and a detail for people.

    ``certificate`` is that of an infeasibility. No code decides by ``detail``.
    """

    reason: Reason
    limit: Limit | None = None
    detail: str = ""
    certificate: Certificate = Certificate.SOLVER

    @classmethod
    def at(cls, limit: Limit) -> Termination:
        """Return the termination by a limit."""
        return cls(Reason.LIMIT, limit)

    @classmethod
    def infeasible(cls, detail: str = "", verified: bool = False) -> Termination:
        """Return the termination by infeasibility; ``verified`` where it was derived again in numpy."""
        return cls(Reason.INFEASIBLE, None, detail, Certificate.LP_VERIFIED if verified else Certificate.SOLVER)

    def status(self, has_solution: bool) -> Status:
        """Return the status of a result that ends so, with or without a solution."""
        if self.limit is Limit.INTERRUPT:
            return Status.INTERRUPTED
        if has_solution:
            return Status.OPTIMAL if self.reason is Reason.GAP else Status.FEASIBLE
        return _WITHOUT_SOLUTION.get(self.reason, Status.NO_PLAN)

    def __str__(self) -> str:
        if self.limit is not None:
            return str(self.limit)
        if self.reason is Reason.INFEASIBLE:
            return f"infeasible ({self.detail})" if self.detail else "infeasible"
        if self.reason in (Reason.REFUSED, Reason.MODEL_REFUSED):
            return f"refused: {self.detail}"
        return self.detail or str(self.reason)


_WITHOUT_SOLUTION = {Reason.INFEASIBLE: Status.INFEASIBLE, Reason.UNBOUNDED: Status.UNBOUNDED}
WITHIN_GAP = Termination(Reason.GAP)


@dataclass(frozen=True, slots=True)
class Incumbent:
    """Incumbent of a minimisation: the best known solution with its lower bound and the certificate of that bound.

    ``x`` and ``objective`` are None without a solution, ``bound`` is -inf without one. A bound above the objective is a
    contradiction: beyond ``BOUND_TOLERANCE`` it raises ContradictionError, within it the bound becomes the objective.
    """

    x: Floats | None = None
    objective: float | None = None
    bound: float = -np.inf
    certificate: Certificate = Certificate.SOLVER

    def __post_init__(self) -> None:
        if self.objective is None or self.bound <= self.objective:
            return
        if self.bound > self.objective + BOUND_TOLERANCE * abs(self.objective) + CLOSED:
            raise ContradictionError(
                f"alarm: the lower bound {self.bound:.10g} ({self.certificate}) lies above the objective "
                f"{self.objective:.10g} of a checked plan: one of them is wrong; please report this instance"
            )
        object.__setattr__(self, "bound", self.objective)

    @property
    def value(self) -> float:
        """Objective; infinite without a solution."""
        return np.inf if self.objective is None else self.objective

    @property
    def gap(self) -> float:
        """Relative gap between objective and bound; infinite without a solution or a bound."""
        return np.inf if self.objective is None else relative_gap(self.objective, self.bound)

    def with_solution(self, x: Floats, objective: float) -> Incumbent:
        """Return the same bound with another solution."""
        return replace(self, x=x, objective=objective)

    def with_bound(self, bound: float, certificate: Certificate) -> Incumbent:
        """Return the same solution with another bound."""
        return replace(self, bound=bound, certificate=certificate)


class Proof(Protocol):
    """Proof of a bound, from which another run can derive the bound again."""

    def data(self) -> dict[str, Any]:
        """Return the proof as JSON."""
        ...


@dataclass(frozen=True, slots=True)
class SearchEvent:
    """Event of a running solve or search: objective and bound so far, in the minimised sense of its matrix.

    ``objective`` and ``bound`` are None while not known. ``improved`` marks a better solution (``x`` given) or a better
    bound; other events are progress. Events of HiGHS are not verified yet and have no stage. ``proof`` is that of the
    bound, where there is one.
    """

    seconds: float
    objective: float | None = None
    bound: float | None = None
    nodes: int = 0
    certificate: Certificate = Certificate.SOLVER
    stage: str = ""
    improved: bool = False
    x: Floats | None = None
    proof: Proof | None = None

    @property
    def gap(self) -> float | None:
        """Relative gap; None while objective or bound is not known."""
        return None if self.objective is None or self.bound is None else relative_gap(self.objective, self.bound)


@dataclass(frozen=True, slots=True)
class Result:
    """Result of a solve or search, in the minimised sense of its matrix: how it ended, and its incumbent."""

    termination: Termination
    incumbent: Incumbent = field(default_factory=Incumbent)

    @property
    def status(self) -> Status:
        """Status by termination and solution."""
        return self.termination.status(self.x is not None)

    @property
    def x(self) -> Floats | None:
        """Best point; None without one."""
        return self.incumbent.x

    @property
    def objective(self) -> float | None:
        """Objective of the best point; None without one."""
        return self.incumbent.objective

    @property
    def bound(self) -> float:
        """Dual bound; -inf without one."""
        return self.incumbent.bound

    @property
    def certificate(self) -> Certificate:
        """Certificate of the bound."""
        return self.incumbent.certificate

    @property
    def gap(self) -> float | None:
        """Relative gap; None without a point."""
        return None if self.x is None else self.incumbent.gap


@dataclass(frozen=True, slots=True)
class Solution(Result):
    """Result of one solve by HiGHS, in the minimised sense of the matrix, its offset included.

    An interrupted solve may return the best point so far. Duals and basis are given for an LP only, ``ray`` for one
    whose infeasibility it proves. ``refused`` is the point of a MIP that violates a row by more than the tolerance,
    where there is no other.
    """

    seconds: float = 0.0
    nodes: int = 0
    row_dual: Floats | None = None
    column_dual: Floats | None = None
    basis: Basis | None = None
    ray: Floats | None = None
    refused: Floats | None = None
    warnings: list[str] = field(default_factory=list)
