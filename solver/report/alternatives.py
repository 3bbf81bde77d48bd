"""Alternatives in lines: plans with their distances, must-haves with their answers, and real choices."""

from __future__ import annotations

from collections.abc import Iterator

from solver.ask.alternatives.alternatives import Alternatives
from solver.ask.alternatives.choices import Choice
from solver.ask.alternatives.must_haves import Answered, Verdict
from solver.report import number_format
from solver.report.number_format import counted
from solver.search.variants.plan_features import UNITS, Group

SHOWN_CHOICES, LEAST_WIDTH, LEAST_YEARS = 3, 0.05, 1.0
"""Choices shown of each group, and the least range of one: a share, or years."""
LABELS = {Verdict.PROVEN: "must-have", Verdict.REFUTED: "refuted", Verdict.OPEN: "open"}
"""Label of a claim by its answer, in the order shown."""


def alternatives_lines(found: Alternatives) -> list[str]:
    """Return the lines of ``kardashev alternatives``."""
    return list(_lines(found))


def _lines(found: Alternatives) -> Iterator[str]:
    within = number_format.share(found.within)
    if not found.plans:
        yield f"{found.name}: no plan ({found.status}), so no alternatives; raise --seconds, or run kardashev explain."
        return
    best, limit = (_amount(value, found.unit) for value in (found.objective, found.limit))
    plans = counted(len(found.plans), "plan")
    yield f"{found.name}: {plans} within {within} of the best one ({best}; limit {limit}), all checked"
    for n, plan in enumerate(found.plans):
        ratio = plan.objective / (found.objective or 1.0)
        apart = "" if n == 0 else f", distance to the nearest earlier plan {plan.nearest:.2f}"
        cost = f"{_amount(plan.objective, found.unit)} ({100 * (ratio - 1):+.1f} %)"
        yield f"  plan {n:<3}  {cost}, {_words(plan.method)}{apart}"
    if found.spread:
        spread = ", ".join(f"{group} {value:.2f}" for group, value in found.spread.items())
        yield f"  spread    mean distance of two plans, 0 to 1: {spread}"
    for claim in sorted(found.claims, key=lambda claim: list(LABELS).index(claim.answer)):
        yield f"  {LABELS[claim.answer]:<10}{claim_text(claim, found)}"
    yield from (f"  choice    {text}" for text in choice_texts(found))
    yield from (f"  missing   {text}" for text in found.failed)


def claim_text(claim: Answered, found: Alternatives) -> str:
    """Return a claim with its answer."""
    near = f"plan within {number_format.share(found.within)}"
    if claim.answer is Verdict.REFUTED:
        return f"not every {near} {claim.claim}: plan {claim.plan} does not"
    bound = None if claim.bound is None else _amount(claim.bound, found.unit)
    if claim.answer is Verdict.OPEN:
        known = "" if bound is None else f", and none costs less than {bound}"
        return f"every {near} {claim.claim}? Open: no other plan was found{known}"
    return f"every {near} {claim.claim}, proven: " + (
        "no other plan exists" if bound is None else f"others cost {bound} or more"
    )


def choice_texts(found: Alternatives) -> list[str]:
    """Return the real choices: the widest ranges of features among the plans found."""
    texts = []
    for group in Group:
        least = LEAST_YEARS if group is Group.DATES else LEAST_WIDTH
        wide = [c for c in found.choices if c.feature.startswith(f"{group}.") and _width(c, group, found) >= least]
        texts += [_choice(choice, group, len(found.plans)) for choice in wide[:SHOWN_CHOICES]]
    return texts


def _width(choice: Choice, group: Group, found: Alternatives) -> float:
    some = 0 < choice.plans < len(found.plans)
    return 1.0 if group is Group.DATES and some else choice.most - choice.least


def _choice(choice: Choice, group: Group, plans: int) -> str:
    name = choice.feature.partition(".")[2]
    if group is Group.DATES:
        never = "" if choice.plans == plans else f", or never ({plans - choice.plans} of {plans} plans)"
        return f"{name} begins between {choice.least:.1f} and {choice.most:.1f}{never}"
    low, high = (number_format.share(value) for value in (choice.least, choice.most))
    return f"{name} has {low} to {high} {UNITS[group]}"


def _words(method: str) -> str:
    return method.replace("_", " ")


def _amount(value: float | None, unit: str) -> str:
    if value is None:
        return "-"
    return number_format.money(value) if unit == "MUSD" else f"{number_format.number(value)} {unit}"
