"""Incumbent of a resumed run: plan and bound of a checkpoint, each computed again before it is used."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import numpy as np

from solver.check import check
from solver.derive import Derived
from solver.derive.extract import extract
from solver.errors import UsageError
from solver.instance.schema import Instance
from solver.milp.limits import Limits, objective_tolerance
from solver.milp.matrix import Floats, Matrix
from solver.milp.scaling import scaling_of
from solver.milp.solution import Certificate, Incumbent, Limit, SearchEvent
from solver.milp.verify import verified_point
from solver.run.bound_proof import ProofRecord, derived_bound, derived_date
from solver.run.checkpoint import CURE, CheckpointState, model_hash
from solver.run.dispatch import EARLIEST
from solver.run.gap import Conversion
from solver.run.time_budget import SEARCH_GRACE, build_ends, phase_ends
from solver.run.watchdog import watched
from solver.search.variants.earliest_date import with_target_from

SAME = 1e-6
"""Relative difference up to which a bound counts as derived again."""
PROOF_SHARE = 0.2
"""Share of the time limit for the derivation of a bound."""


def start_of(
    state: CheckpointState,
    instance: Instance,
    derived: Derived,
    matrix: Matrix,
    to_unit: Conversion,
    limits: Limits,
    began: float,
    stop: threading.Event,
) -> Incumbent | Limit:
    """Return the incumbent that a search resumes from, or the limit that ended the check of its plan.

    UsageError for a checkpoint that does not fit the instance. The plan must pass the checker, and its objective is
    that of the plan. The bound is the one that the stored proof gives on the matrix; without a proof that holds, or
    where a limit ends its derivation, there is none. ``began`` is the instant (monotonic clock) from which the limits
    count.
    """
    path = state.path
    if state.model_hash != model_hash(matrix):
        raise UsageError(
            f"{path}: its model is not the one of this instance now: it was made by another version, or under "
            f"learning curves with another --gap; {CURE}"
        )
    checking = watched(
        lambda: _checked_plan(state, instance, derived, matrix, to_unit), build_ends(limits, began), stop, SEARCH_GRACE
    )
    if isinstance(checking, Limit):
        return checking
    known, proof = checking, state.proof
    if proof is None:
        return known
    granted = Limits(seconds=None if limits.seconds is None else PROOF_SHARE * limits.seconds)
    deadline = np.inf if granted.seconds is None else time.monotonic() + granted.seconds
    ends = phase_ends(limits, began, granted, SEARCH_GRACE)
    try:
        if instance.objective.kind == EARLIEST:
            derivation = watched(lambda: min(derived_date(matrix, proof), known.value), ends, stop)
        else:
            derivation = watched(lambda: _bound(proof, known, matrix, deadline), ends, stop)
    except ValueError as error:
        raise UsageError(f"{path}: damaged: proof: {error}; {CURE}") from error
    bound = -np.inf if isinstance(derivation, Limit) else derivation
    return known.with_bound(bound, Certificate.LP_VERIFIED) if np.isfinite(bound) else known


def _bound(proof: ProofRecord, known: Incumbent, matrix: Matrix, deadline: float) -> float:
    value = np.inf if known.x is None else matrix.value(known.x)
    cutoff = value + objective_tolerance(value) if np.isfinite(value) else np.inf
    # Under learning curves the chords at the plan lie below its cost; the bound of the chords holds for both.
    return min(derived_bound(matrix, proof, cutoff, deadline), value, known.value)


def _checked_plan(
    state: CheckpointState, instance: Instance, derived: Derived, matrix: Matrix, to_unit: Conversion
) -> Incumbent:
    """Return the stored plan with its objective, computed again; UsageError where it fails a row or the checker."""
    if state.plan is None or state.objective is None:
        return Incumbent()
    path = state.path
    unknown = [name for name in state.plan if name not in matrix.index]
    if unknown:
        raise UsageError(f"{path}: damaged: its plan names {unknown[0]}, which the model does not have; {CURE}")
    x = np.zeros(matrix.columns)
    x[[matrix.index[name] for name in state.plan]] = list(state.plan.values())
    period, searched = 0, matrix
    if instance.objective.kind == EARLIEST:
        if not (state.objective == round(state.objective) and state.objective in derived.horizon.periods):
            raise UsageError(f"{path}: damaged: objective: found {state.objective:g}, expected a period; {CURE}")
        period = round(state.objective)
        searched = with_target_from(matrix, period)
    point = verified_point(searched, x, scaling_of(searched).row_unit)
    if point is None:
        raise UsageError(f"{path}: damaged: its plan violates {searched.violation(x).name} of the model; {CURE}")
    plan = extract(instance, derived, searched, point, period)
    for violation in check(instance, plan):
        raise UsageError(f"{path}: damaged: its plan fails the check: {violation}; {CURE}")
    return Incumbent(point, _objective(instance, derived, matrix, point, plan.claims.objective, to_unit))


def _objective(
    instance: Instance, derived: Derived, matrix: Matrix, x: Floats, claimed: float, to_unit: Conversion
) -> float:
    """Return the objective of a checked plan in the minimised sense of the matrix; under learning, on the curves."""
    if instance.objective.kind == EARLIEST:
        return claimed
    learns = bool(derived.curves.curve) and instance.objective.kind != "most_power"
    return to_unit.minimised(claimed) if learns else matrix.value(x)


def not_rederived(state: CheckpointState, start: Incumbent, to_unit: Conversion, unit: str) -> str:
    """Return the warning about a stored bound that was not derived again; empty where there is none."""
    if state.bound is None or start.bound >= state.bound - SAME * max(1.0, abs(state.bound)):
        return ""
    found = f"{to_unit.shown(start.bound):.10g} {unit} is" if np.isfinite(start.bound) else "nothing is"
    return (
        f"the bound of the checkpoint, {to_unit.shown(state.bound):.10g} {unit} ({state.bound_kind}), is not "
        f"re-derived and not used; {found}"
    )


def earlier_trace(state: CheckpointState, start: Incumbent, to_unit: Conversion) -> list[SearchEvent]:
    """Return the trace of the checkpoint, with bounds that were not derived again marked so."""
    sense = -1.0 if to_unit.factor < 0 else 1.0
    bound = to_unit.shown(start.bound) * sense
    events = [row.event() for row in state.trace]
    return [
        replace(event, certificate=Certificate.NOT_REDERIVED)
        if event.bound is not None and not sense * event.bound <= bound + SAME * max(1.0, abs(bound))
        else event
        for event in events
    ]
