"""Verdicts on claims: an instance solved, its claimed price compared with plan and bound, its relaxation solved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from solver.economics.levelised import HOURS_PER_YEAR
from solver.instance.read import read
from solver.instance.schema import Claim
from solver.milp.limits import Limits
from solver.run.solve import Callbacks, Options, Outcome, solve_loaded
from solver.tables.levelised import levelised_of

OPEN = "open"
LEAST_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Verdict:
    """Verdict on a claim: the word, the figures that prove it, what binds, and the verdict on the relaxed instance."""

    word: str
    proof: str
    binds: tuple[str, ...]
    relaxed: str


def verdict_of(path: Path, seconds: float = 60, gap: float = 0.01) -> Verdict:
    """Return the verdict on the claim of a file; ``relaxed`` is empty where the file names no relaxation."""
    outcome = solved(path, (), seconds, gap)
    claim = outcome.loaded.instance.claim
    if claim is None:
        raise ValueError(f"{path}: no section claim")
    word, proof = _judged(path, claim, outcome, (), seconds, gap)
    relaxed = ""
    if claim.relaxed:
        changed = solved(path, claim.relaxed, seconds, gap)
        relaxed, _ = _judged(path, claim, changed, claim.relaxed, seconds, gap)
    return Verdict(word, proof, binding(outcome), relaxed)


def solved(path: Path, changes: Sequence[str], seconds: float, gap: float = 0.01) -> Outcome:
    """Return the outcome of a file with changes laid over it."""
    return solve_loaded(read(path, changes=changes), Options(Limits(seconds=seconds, gap=gap)), Callbacks())


def binding(outcome: Outcome) -> tuple[str, ...]:
    """Return what binds: the constraints of the conflict by key, or the largest shares of the cost of a plan."""
    if outcome.plan is None:
        return tuple(dict.fromkeys(f"`{r.key}`: {_limits(r.text)}" for r in outcome.reasons))
    spent: dict[str, float] = {}
    for entry in outcome.plan.claims.ledger:
        name = f"{entry.family} {entry.item}"
        spent[name] = spent.get(name, 0) + max(0, entry.present_musd)
    total = sum(spent.values())
    largest = sorted(spent.items(), key=lambda pair: -pair[1])
    return tuple(
        f"{name}: {100 * musd / total:.0f} % of what is spent" for name, musd in largest[:3] if musd > 0.05 * total
    )


def _limits(text: str) -> str:
    return text.partition(": ")[2].partition(" (")[0]


def _judged(
    path: Path, claim: Claim, outcome: Outcome, changes: Sequence[str], seconds: float, gap: float
) -> tuple[str, str]:
    """Return the verdict in a word, and the figures that prove it."""
    if outcome.status == "infeasible":
        return "infeasible", _reach(outcome)
    if outcome.plan is None or not outcome.checked or outcome.bound is None or outcome.objective is None:
        return OPEN, "no plan within the time limit"
    if claim.price_usd_per_kwh is not None:
        found = levelised_of(outcome.loaded.instance, outcome.plan, outcome.bound)
        assert found.usd_per_kwh is not None
        assert found.bound_usd_per_w_year is not None
        bound = found.bound_usd_per_w_year * 1000 / HOURS_PER_YEAR
        return _compared(found.usd_per_kwh, bound, (claim.price_usd_per_kwh,) * 2, "USD/kWh")
    cost, bound = outcome.objective / 1000, outcome.bound / 1000
    if claim.price_musd is not None:
        return _compared(cost, bound, (claim.price_musd / 1000,) * 2, "GUSD")
    if claim.rival:
        rival = solved(path, (*changes, *claim.rival), seconds, gap)
        if rival.plan is None or not rival.checked or rival.bound is None or rival.objective is None:
            return OPEN, "no plan of the rival within the time limit"
        factor = claim.rival_factor / 1000
        return _compared(cost, bound, (factor * rival.bound, factor * rival.objective), "GUSD")
    return "feasible", f"checked plan of {cost:.4g} GUSD, at least {bound:.4g}"


def _compared(cost: float, bound: float, price: tuple[float, float], unit: str) -> tuple[str, str]:
    """Return the verdict on a price, known from below and from above."""
    low, high = price
    text = f"at least {bound:.4g} {unit}, plan {cost:.4g}, claimed {high:.4g}"
    if bound > high:
        return "dearer", text
    return ("feasible" if cost <= low else OPEN), text


def _reach(outcome: Outcome) -> str:
    shares = [missed.reachable / missed.expected for missed in outcome.shortfall if missed.expected > 0]
    return f"at most {100 * min(shares):.3g} % of the path" if shares else "proven"
