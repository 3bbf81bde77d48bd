"""Verdicts on pairs of runs: the better one, or none where their gaps overlap."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from solver.errors import ContradictionError
from solver.horizon.periods import PlanningHorizon
from solver.report import number_format
from solver.run.gap import CLOSED, CLOSED_SHARE, GROWS, Gap, scale_of
from solver.run.stored_run import Run

_ALL_PAIRS = 5
_SAME = 1e-6
_MOST = 100.0
"""Multiple of an objective beyond which a difference is written as an amount."""


@dataclass(frozen=True, slots=True)
class Span:
    """Interval that contains the optimum of a run; lower is better.

    It reaches from ``bound`` to ``objective``. A factor on the target is taken negative, a date in years. ``scale`` is
    that of the plan, ``hash`` that of its instance.
    """

    label: str
    kind: str
    objective: float
    bound: float
    scale: float = 0.0
    hash: str = ""

    @property
    def close(self) -> float:
        """Difference that counts as none."""
        return _SAME * abs(self.objective) + CLOSED_SHARE * self.scale + CLOSED.get(self.kind, 0.0)


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
    bound, objective = manifest.bound, run.plan.claims.objective
    scale, hash_of = scale_of(kind, run.plan.claims), manifest.instance_hash
    if kind == "earliest_date":
        first = -math.inf if bound is None else _year(run, math.ceil(bound - 1e-6))
        return Span(label, kind, _year(run, objective), first, hash=hash_of)
    sense = -1.0 if kind in GROWS else 1.0
    return Span(label, kind, sense * objective, -math.inf if bound is None else sense * bound, scale, hash_of)


def _year(run: Run, period: float) -> float:
    horizon = PlanningHorizon.of(run.instance.horizon)
    t = min(max(int(period), 0), horizon.periods[-1])
    return horizon.ends_month[t] / 12


def _verdict(a: Span, b: Span) -> str:
    if b.objective < a.objective:
        a, b = b, a
    _alarm(a, b)
    close = max(a.close, b.close)
    if b.objective - a.objective <= close and a.objective - a.bound <= close and b.objective - b.bound <= close:
        return f"{a.label} and {b.label}: {_SAME_WORDS[a.kind]}"
    if a.objective >= b.bound - close:
        return f"{a.label} and {b.label}: not distinguishable ({_apart(a, b)}; {_gap(a)}, {_gap(b)})"
    return f"{a.label} {_BETTER[a.kind]} {b.label} by {_by(a, b)}"


def _alarm(a: Span, b: Span) -> None:
    """Raise ContradictionError where two runs of one instance contradict each other."""
    if a.hash != b.hash or not b.bound - a.objective > max(a.close, b.close):
        return
    raise ContradictionError(
        f"alarm: {b.label} has the bound {abs(b.bound):.10g}, but the checked plan of {a.label}, of the same instance, "
        f"has {abs(a.objective):.10g}: one of them is wrong"
    )


_SAME_WORDS = {
    "least_cost": "the same cost",
    "most_value": "the same net present value",
    "most_power": "the same power",
    "earliest_date": "the same date",
}
_BETTER = {
    "least_cost": "is cheaper than",
    "most_value": "is worth more than",
    "most_power": "delivers more than",
    "earliest_date": "is earlier than",
}


def _apart(a: Span, b: Span) -> str:
    if a.kind == "earliest_date":
        return f"{b.objective - a.objective:.2f} years apart"
    return f"{_percent(b, abs(b.objective - a.objective))} apart"


def _gap(span: Span) -> str:
    if math.isinf(span.bound):
        return f"{span.label} has no bound"
    if span.kind == "earliest_date":
        return f"{span.label} may be {span.objective - span.bound:.2f} years earlier"
    return f"gap of {span.label} {_percent(span, span.objective - span.bound)}"


def _by(a: Span, b: Span) -> str:
    """Return the difference, and the least that the bound of the worse run leaves."""
    if a.kind == "earliest_date":
        return f"{b.objective - a.objective:.2f} years, at least {b.bound - a.objective:.2f}"
    return f"{_percent(b, b.objective - a.objective)}, at least {_percent(b, b.bound - a.objective, b.bound)}"


def _percent(span: Span, part: float, whole: float | None = None) -> str:
    """Return an amount as per cent of the objective; as an amount where the objective is nearly nothing."""
    of = span.objective if whole is None else whole
    if part <= span.close:
        return "0 %"
    if span.kind == "most_value":
        return number_format.money(part)
    if Gap(span.kind, of, span.bound, span.scale).nearly_nothing or part > _MOST * abs(of):
        return number_format.money(part) if span.kind == "least_cost" else number_format.number(part)
    return number_format.share(part / abs(of))
