"""Explanation in lines: a paragraph, the conflict, the repairs with options to try; or the costs of active limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from shlex import quote

from solver.ask.explain.explain import Explanation
from solver.ask.explain.limit_costs import LimitCost
from solver.ask.explain.repair import Change, Repair
from solver.instance.schema import Instance
from solver.milp.solution import Status
from solver.report import number_format
from solver.report.overview import target_text
from solver.report.summary_limits import NOUNS, noun_of
from solver.search.variants.conflict import ConflictingConstraint, amount, readable

FILE = "explanation.json"
"""File of an explanation in the directory of its run."""
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
    counts = "with integer counts alone" if explanation.integral else "of the LP relaxation"
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


def _limits(explanation: Explanation) -> list[str]:
    if not explanation.limits:
        return [f"{explanation.name}: no limit that a key of the file relaxes is active in the plan."]
    lines = [f"{explanation.name}: what each active limit costs, relaxed by about a tenth:"]
    return [*lines, *(f"  limit     {_of_limit(cost, explanation.unit)}" for cost in explanation.limits)]


def _of_limit(cost: LimitCost, unit: str) -> str:
    text = f"{cost.key} {readable(cost.found)} -> {amount(cost.relaxed, cost.unit)}"
    if cost.least_saving is not None and cost.most_saving is not None:
        low, high = (_amount(value, unit) for value in (cost.least_saving, cost.most_saving))
        apart = f"saves {low} to {high}" if cost.distinguishable else f"not distinguishable, saves at most {high}"
        return f"{text}: {apart}"
    if cost.dual_saving is not None:
        return f"{text}: saves about {_amount(cost.dual_saving, unit)} by the duals of the LP relaxation"
    return f"{text}: not solved again in the time given"


def _amount(value: float, unit: str) -> str:
    return number_format.money(value) if unit == "MUSD" else f"{number_format.number(value)} {unit}"
