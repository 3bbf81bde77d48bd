"""Explanation in lines: a paragraph, the conflict, the repairs with options to try; or the costs of active limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from shlex import quote

from solver.ask.explain.explain import Explanation
from solver.ask.explain.limit_costs import LimitCost
from solver.ask.explain.repairs import Change, Repair
from solver.milp.solution import Status
from solver.report import number_format
from solver.search.variants.conflict import ConflictingConstraint, amount, readable

FILE = "explanation.json"
"""File of an explanation in the directory of its run."""


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
    yield Line(f"Conflicting constraints{either}:")
    yield from (Line(f"  conflict  {reason.text}") for reason in explanation.conflict.constraints)
    if not explanation.repairs:
        yield Line("No change of a number or month was found that makes a plan possible; more --seconds may find one.")
        return
    yield Line("What would have to be true, any one of these:")
    for repair in explanation.repairs:
        yield Line(f"  change    {_of_repair(repair)}")
        yield Line(f"  try       kardashev solve {quote(source)} {_options(repair)}", command=True)


def _paragraph(explanation: Explanation) -> str:
    """Return one paragraph for a planner: what stands in the way, and the smallest change that was found."""
    reasons, first = explanation.conflict.constraints, next(iter(explanation.repairs), None)
    text = f"{explanation.name} has no plan"
    if reasons:
        text += f": {_in_words(reasons[0])}"
        more = len(reasons) - 1
        text += (
            f", and {more} more limit{'s' if more > 1 else ''} with it"
            if more and not explanation.conflict.any_of
            else ""
        )
    text += "."
    if first is not None:
        text += f" A plan exists with {number_format.listed([_changed(change) for change in first.changes])}"
        text += f"; the one found costs {number_format.money(first.plan_musd)}." if first.plan_musd is not None else "."
    return text


def _in_words(reason: ConflictingConstraint) -> str:
    where = f" of {reason.place}" if reason.place else ""
    key = reason.key or reason.constraint
    if reason.note:
        return f"{reason.note} ({key})"
    needs = amount(reason.needs, reason.unit)
    return f"{reason.constraint}{where} allows {readable(reason.allows)}, and {needs} are needed"


def _changed(change: Change) -> str:
    return f"{change.key} {readable(change.found)} -> {amount(change.needed, change.unit)}"


def _of_repair(repair: Repair) -> str:
    changes = "; ".join(_changed(change) for change in repair.changes)
    short = number_format.listed([readable(change.not_enough) for change in repair.changes])
    proof = f"with {short} there is no plan" if repair.proven else f"with {short} no plan was found"
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
