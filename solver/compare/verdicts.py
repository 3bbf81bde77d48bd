"""Verdicts on pairs of runs: the better one, or none where their gaps overlap."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from solver.horizon.periods import PlanningHorizon
from solver.report import number_format
from solver.run.stored_run import Run

_ALL_PAIRS = 5
_SAME = 1e-6


@dataclass(frozen=True, slots=True)
class Span:
    """Interval that contains the optimum of a run; lower is better.

    It reaches from ``bound`` to ``objective``. A factor on the target is taken negative, a date in years.
    """

    label: str
    kind: str
    objective: float
    bound: float


def verdicts(runs: Sequence[Run], labels: Sequence[str]) -> list[str]:
    """Return one sentence for every pair of runs, or, beyond five runs, for every run against the best."""
    spans, sentences = [], []
    for run, label in zip(runs, labels, strict=True):
        span = _span(run, label)
        if isinstance(span, Span):
            spans.append(span)
        else:
            sentences.append(span)
    for kind in dict.fromkeys(span.kind for span in spans):
        alike = [span for span in spans if span.kind == kind]
        pairs = list(combinations(alike, 2))
        if len(alike) > _ALL_PAIRS:
            best = min(alike, key=lambda span: span.objective)
            pairs = [(best, span) for span in alike if span is not best]
        sentences += [_verdict(a, b) for a, b in pairs]
    if len({span.kind for span in spans}) > 1:
        sentences.append("runs with different objectives are not compared with each other")
    return sentences


def _span(run: Run, label: str) -> Span | str:
    manifest, kind = run.manifest, run.instance.objective.kind
    if run.plan is None:
        return f"{label} is not compared: it has no plan ({manifest.status})"
    if not manifest.checked:
        return f"{label} is not compared: its plan has not passed the check"
    bound = manifest.bound
    objective = run.plan.claims.objective
    if kind == "most_power":
        return Span(label, kind, -objective, -math.inf if bound is None else -float(bound))
    if kind == "earliest_date":
        return Span(
            label, kind, _year(run, objective), -math.inf if bound is None else _year(run, math.ceil(bound - 1e-6))
        )
    return Span(label, kind, objective, -math.inf if bound is None else float(bound))


def _year(run: Run, period: float) -> float:
    horizon = PlanningHorizon.of(run.instance.horizon)
    t = min(max(int(period), 0), horizon.periods[-1])
    return horizon.ends_month[t] / 12


def _verdict(a: Span, b: Span) -> str:
    if b.objective < a.objective:
        a, b = b, a
    close = _SAME * max(abs(a.objective), abs(b.objective))
    if b.objective - a.objective <= close and a.objective - a.bound <= close and b.objective - b.bound <= close:
        return f"{a.label} and {b.label}: {_SAME_WORDS[a.kind]}"
    if a.objective >= b.bound - close:
        return f"{a.label} and {b.label}: not distinguishable ({_apart(a, b)}; {_gap(a)}, {_gap(b)})"
    return f"{a.label} {_BETTER[a.kind]} {b.label} by {_by(a, b)}"


_SAME_WORDS = {"least_cost": "the same cost", "most_power": "the same power", "earliest_date": "the same date"}
_BETTER = {"least_cost": "is cheaper than", "most_power": "delivers more than", "earliest_date": "is earlier than"}


def _apart(a: Span, b: Span) -> str:
    if a.kind == "earliest_date":
        return f"{b.objective - a.objective:.2f} years apart"
    return f"{_percent(abs(b.objective - a.objective), b.objective)} apart"


def _gap(span: Span) -> str:
    if math.isinf(span.bound):
        return f"{span.label} has no bound"
    if span.kind == "earliest_date":
        return f"{span.label} may be {span.objective - span.bound:.2f} years earlier"
    return f"gap of {span.label} {_percent(span.objective - span.bound, span.objective)}"


def _by(a: Span, b: Span) -> str:
    """Return the difference, and the least that the bound of the worse run leaves."""
    if a.kind == "earliest_date":
        return f"{b.objective - a.objective:.2f} years, at least {b.bound - a.objective:.2f}"
    return f"{_percent(b.objective - a.objective, b.objective)}, at least {_percent(b.bound - a.objective, b.bound)}"


def _percent(part: float, whole: float) -> str:
    return number_format.share(part / abs(whole)) if whole else number_format.number(part)
