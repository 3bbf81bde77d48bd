"""Explanation in lines: a paragraph, the conflict, the repairs with options to try; or the costs of active limits."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from shlex import quote

from solver.ask.explain.explain import Explanation
from solver.ask.explain.limit_cost import DateMove, LimitCost
from solver.ask.explain.repair import Change, Repair
from solver.horizon.periods import PlanningHorizon
from solver.instance.schema import Instance
from solver.milp.solution import Status
from solver.report import number_format
from solver.report.overview import target_text
from solver.report.summary_limits import NOUNS, noun_of
from solver.run.dispatch import EARLIEST
from solver.run.gap import GROWS
from solver.search.variants.conflict import ConflictingConstraint, amount, readable

OF_TARGET = "times the target"
"""Unit of the most power."""
MOST_BY_DUALS = 10
"""Limits not solved again that are shown with an amount; of further ones the keys are named."""
TENTHS = "a count by one, a first month by three"
"""What is relaxed by other steps than a tenth."""
LEAST_SHARE = 5e-4
"""Share of the target below which more in reach is nothing."""
FILE = "explanation.json"
"""File of an explanation in the directory of its run."""
OF_LP = "of the LP relaxation (fractional counts do not help)"
UNREDUCED = "; time ran out before every one was tried, so some perhaps need not be relaxed"


@dataclass(frozen=True, slots=True)
class Line:
    """Line of an answer; a ``command`` is for copying and stays whole at any width."""

    text: str
    command: bool = False


def explanation_lines(explanation: Explanation, source: str) -> list[Line]:
    """Return the lines of ``kardashev explain``; ``source`` is the file that options are applied to."""
    if explanation.status is Status.INFEASIBLE:
        return list(_infeasible(explanation, source))
    if explanation.objective is None:
        stopped = "No plan found in time, and no proof that there is none"
        return [Line(f"{stopped}: raise --seconds, or explain the run directory of a longer solve.")]
    return [Line(text) for text in _limits(explanation)]


def _infeasible(explanation: Explanation, source: str) -> Iterator[Line]:
    together = ", to be relaxed together" if len(explanation.conflict.constraints) > 1 else ""
    either = "; to relax any one of them is enough" if explanation.conflict.any_of else together
    yield Line(_paragraph(explanation))
    counts = "with integer counts alone" if explanation.integral else OF_LP
    yield Line(f"Conflicting constraints, {counts}{either}{'' if explanation.conflict.minimal else UNREDUCED}:")
    yield from (Line(f"  conflict  {reason.text}") for reason in explanation.conflict.constraints)
    if not explanation.repairs:
        yield Line("No change of a key was found that makes a plan possible; more --seconds may find one.")
        return
    yield Line("What would have to be true, any one of these:")
    for repair in explanation.repairs:
        yield Line(f"  change    {_of_repair(repair)}")
        yield Line(f"  try       kardashev solve {quote(source)} {_options(repair)}", command=True)


def _paragraph(explanation: Explanation) -> str:
    """Return one paragraph for a planner: what is asked, what stands in the way, and the smallest change found."""
    reasons, first = explanation.conflict.constraints, next(iter(explanation.repairs), None)
    text = f"{explanation.name} has no plan for {target_text(explanation.instance)}"
    if reasons:
        text += f": {_in_words(reasons[0], explanation.instance)}"
        more = len(reasons) - 1
        if more and not explanation.conflict.any_of:
            text += f", and {more} more limit{'s' if more > 1 else ''} with it"
    text += "."
    if first is not None:
        text += f" A plan exists with {number_format.listed([_changed(change) for change in first.changes])}"
        text += f"; the one found costs {number_format.money(first.plan_musd)}." if first.plan_musd is not None else "."
    return text


def _in_words(reason: ConflictingConstraint, instance: Instance) -> str:
    """Return what one limit allows and what is needed, as a planner says it."""
    known = reason.constraint in NOUNS
    noun, plural = noun_of(reason.constraint, reason.place, instance) if known else ("", False)
    key = reason.key or reason.constraint
    if not noun or isinstance(reason.allows, str):
        return f"{reason.note or reason.text} ({key})" if reason.note else reason.text
    where = f" of {reason.place}" if reason.place else ""
    needs = amount(reason.needs, reason.unit)
    payload = _payload_t(reason, instance)
    load = f" of up to {readable(payload)} t each" if payload else ""
    verb, needed = "allow" if plural else "allows", "is" if readable(reason.needs) == "1" else "are"
    return f"{needs}{load} {needed} needed, and the {noun}{where} {verb} {readable(reason.allows)} ({key})"


def _payload_t(reason: ConflictingConstraint, instance: Instance) -> float:
    """Return the largest payload of a vehicle whose flights are limited; 0 for other limits."""
    vehicle = instance.vehicles.get(reason.place) if reason.unit.startswith("flights") else None
    return 0.0 if vehicle is None else max((vehicle.payload_t.get(s, 0.0) for s in instance.use.shells), default=0.0)


def _changed(change: Change) -> str:
    return f"{change.key} {readable(change.found)} -> {amount(change.needed, change.unit)}"


def _of_repair(repair: Repair) -> str:
    changes = "; ".join(_changed(change) for change in repair.changes)
    short = number_format.listed([readable(change.not_enough) for change in repair.changes])
    if all(change.not_enough == change.found for change in repair.changes):
        short = "what the file has"
    with_short = (
        f"with any one of them at {short} instead" if repair.each and len(repair.changes) > 1 else f"with {short}"
    )
    proof = f"{with_short} there is no plan" if repair.proven else f"{with_short} no plan was found"
    if repair.plan_musd is not None:
        return f"{changes}: {proof}; tried, a checked plan of {number_format.money(repair.plan_musd)}"
    return f"{changes}: {proof}; tried, no plan with whole counts in the time given"


def _options(repair: Repair) -> str:
    return " ".join(f"--set {quote(option)}" for option in repair.options)


def _limits(explanation: Explanation) -> Iterator[str]:
    """Yield the plan with its bound, what each looser limit brings, and those of which a tenth more brings nothing."""
    yield _plan(explanation)
    solved = [c for c in explanation.limits if c.least_saving is not None and not _is_nothing(c)]
    others = [c for c in explanation.limits if c.least_saving is None and not _is_nothing(c)]
    nothing = [c.key for c in explanation.limits if _is_nothing(c)]
    if not explanation.limits:
        yield _unlimited(explanation)
    if solved:
        yield f"Solved again with one limit looser by about a tenth ({TENTHS}), between plan and bound:"
        yield from (f"  limit     {_relaxed(cost)}: {_brings(cost, explanation)}" for cost in solved)
    priced = [c for c in others if c.dual_saving is not None]
    unpriced = [c.key for c in others if c.dual_saving is None]
    if priced:
        yield "Not solved again; about, by the duals of the LP relaxation:"
        yield from (f"  duals     {_relaxed(cost)}: {_by_duals(cost, explanation)}" for cost in priced[:MOST_BY_DUALS])
    if priced[MOST_BY_DUALS:]:
        yield f"  less      comes of each of these: {', '.join(cost.key for cost in priced[MOST_BY_DUALS:])}"
    if unpriced:
        yield f"  unknown   in the time given (raise --seconds): {', '.join(unpriced)}"
    if nothing:
        dated = explanation.instance.objective.kind == EARLIEST
        proof = "the date stays, proven" if dated else "by the duals of the LP relaxation"
        yield f"  nothing   comes of each of these ({proof}): {', '.join(nothing)}"


def _plan(explanation: Explanation) -> str:
    """Return the sentence on the plan that is explained, with what is proven of it."""
    objective, bound, unit = explanation.objective or 0.0, explanation.bound, explanation.unit
    kind = explanation.instance.objective.kind
    if kind == EARLIEST:
        return f"{explanation.name}: {_date(explanation)}"
    of, none, unit = {
        "most_power": ("the plan delivers", "no plan delivers more than", OF_TARGET),
        "most_value": ("the plan has a net present value of", "no plan has more than", unit),
    }.get(kind, ("the plan has a net present cost of", "no plan costs less than", unit))
    proven = "no bound is known" if bound is None else f"{none} {_amount(bound, unit)}"
    return f"{explanation.name}: {of} {_amount(objective, unit)}, and {proven}."


def _unlimited(explanation: Explanation) -> str:
    """Return why no limit is named: none is active, or nothing can serve the target before its date."""
    if explanation.instance.objective.kind != EARLIEST:
        return "No limit that a key of the file relaxes holds it back."
    if not explanation.objective:
        return "It is the first period of the horizon."
    return "Nothing that the file describes can serve the target before: first months and lags hold the date, no limit."


def _date(explanation: Explanation) -> str:
    """Return from when the target is met, what is proven of it, and how much of it is in reach just before."""
    horizon, reached = PlanningHorizon.of(explanation.instance.horizon), round(explanation.objective or 0)
    first = 0 if explanation.bound is None else round(explanation.bound)
    text = f"the target is met from {horizon.label(reached)} on, "
    text += "which is proven to be the earliest" if first >= reached else f"proven not before {horizon.label(first)}"
    move = next((cost.date for cost in explanation.limits if cost.date is not None), None)
    if move is None:
        return f"{text}."
    return f"{text}. In {horizon.label(reached - 1)} at most {_share(move.share_now)} of it is in reach."


def _is_nothing(cost: LimitCost) -> bool:
    """Return whether a limit is proven, or said by the duals, to bring nothing."""
    if cost.date is not None:
        same = cost.date.share is not None and cost.date.share - cost.date.share_now < LEAST_SHARE
        return cost.date.most_months == 0 and same
    return cost.least_saving is None and cost.dual_saving == 0


def _relaxed(cost: LimitCost) -> str:
    return f"{cost.key} {readable(cost.found)} -> {amount(cost.relaxed, cost.unit)}"


def _brings(cost: LimitCost, explanation: Explanation) -> str:
    """Return what a relaxed limit brings: the interval that plan and bound prove."""
    if cost.date is not None:
        return _moved(cost.date)
    verb, unit = _saved(explanation)
    low, high = (_amount(value or 0.0, unit) for value in (cost.least_saving, cost.most_saving))
    if cost.distinguishable:
        return f"{verb} {low}" if low == high else f"{verb} {low} to {high}"
    if not cost.most_saving:
        return f"{verb} nothing, proven"
    duals = "" if cost.dual_saving is None else f"; about {_amount(cost.dual_saving, unit)} by the duals"
    return f"not distinguishable, {verb} nothing to {high}{duals}"


def _by_duals(cost: LimitCost, explanation: Explanation) -> str:
    """Return what a relaxed limit brings by the duals of the LP relaxation."""
    saving = cost.dual_saving or 0.0
    if explanation.instance.objective.kind == EARLIEST:
        return f"{number_format.number(saving)} periods earlier"
    verb, unit = _saved(explanation)
    return f"{verb} {_amount(saving, unit)}"


def _saved(explanation: Explanation) -> tuple[str, str]:
    """Return the verb for what a looser limit does to the objective, and the unit of the amount."""
    kind = explanation.instance.objective.kind
    unit = OF_TARGET if kind == "most_power" else explanation.unit
    return "adds" if kind in GROWS else "saves", unit


def _moved(move: DateMove) -> str:
    """Return by how much a date moves, in months, with what is proven."""
    if move.most_months == 0:
        share = f"{_share(move.share or 0.0)} of the target in reach before it, in place of {_share(move.share_now)}"
        return f"the date stays, proven; at most {share}"
    most, unproven = _months(move.most_months), f"only a plan before {move.earliest} is proven impossible"
    if move.least_months == move.most_months:
        return f"met from {move.reached} on, {most} earlier, and no plan is earlier still"
    if move.least_months == 0:
        return f"not distinguishable, nothing to {most} earlier: no earlier plan was found, and {unproven}"
    return f"met from {move.reached} on, {_months(move.least_months)} earlier, perhaps {most}: {unproven}"


def _months(count: int) -> str:
    return f"{count} month{'' if count == 1 else 's'}"


def _share(share: float) -> str:
    """Return a share of the target in per cent; one just below it is not rounded to it."""
    return f"{math.floor(1000 * share) / 10:g} %" if share < 1 else number_format.share(share)


def _amount(value: float, unit: str) -> str:
    return number_format.money(value) if unit == "MUSD" else f"{number_format.number(value)} {unit}"
