"""Results of ``kardashev risk`` as lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from solver.ask.risk.recourse import Recourse
from solver.ask.risk.replay_result import ReplayResult
from solver.ask.risk.two_stage_result import FirstStage, Interval, ScenarioResult
from solver.report import number_format

RULES = {
    Recourse.again: "losses are flown again where cadence, pads, licences and vehicles allow",
    Recourse.none: "losses are not made up",
}


def replay_lines(result: ReplayResult) -> Iterator[str]:
    """Yield the lines of a replay: chances by year, quantiles at the end, losses, causes, spending."""
    yield f"{result.name}: {result.replays:,} replays; {RULES[result.recourse]}"
    for milestone in result.milestones:
        value = f"{number_format.number(milestone.value)} {result.unit}"
        reached = [
            (year, milestone.reached[t]) for year, t in _year_ends(result) if year >= int(milestone.date[:4]) - 1
        ]
        chances = ", ".join(f"{year} {number_format.share(chance)}" for year, chance in reached[:8])
        yield f"chance to have reached {value} (asked by {milestone.date}), by end of year: {chances}"
    asked = [(year, result.meets[t]) for year, t in _year_ends(result) if result.target[t] > 0]
    if asked:
        yield "chance of the target at year end: " + ", ".join(f"{y} {number_format.share(c)}" for y, c in asked)
    low, middle, high = (number_format.number(result.quantiles[q][-1]) for q in (0.05, 0.5, 0.95))
    plan = number_format.number(result.planned[-1])
    yield f"delivered at the end: {middle} {result.unit}, 90 % of replays {low} to {high}; plan {plan}"
    for v in result.vehicles:
        yield (
            f"{v.vehicle}: {v.lost:,.1f} of {v.flown:,.0f} flights lost "
            f"(plan: {v.expected_lost:,.1f} of {v.planned:,.0f}), grounded {v.grounded_years:.1f} years"
        )
    if result.causes:
        parts = ", ".join(f"{c.cause} {number_format.share(c.chance)}" for c in result.causes)
        yield f"chance of the largest target, with causes added one by one: {parts}"
    mean, low_musd, high_musd = result.extra_musd
    yield (
        f"present spending against the plan: {_signed(mean)} on average, "
        f"90 % of replays {_signed(low_musd)} to {_signed(high_musd)}"
    )


def scenario_lines(result: ScenarioResult) -> Iterator[str]:
    """Yield the lines of a two-stage problem: costs by scenario, expected cost and CVaR, values of information."""
    first = f"{result.first_stage:,} decisions before {result.decide_until} common to all"
    yield f"{result.name}: {len(result.scenarios)} scenarios, {first}"
    if result.best is None:
        lacking = sorted({f"{c.scenario} ({c.status})" for f in result.tried for c in f.costs if not c.checked})
        yield f"no first stage has a checked plan in every scenario; none in: {number_format.listed(lacking) or 'any'}"
        return
    yield from _costs(result)
    best, bound = (
        result.best,
        "no bound" if result.bound is None else f"lower bound {number_format.money(result.bound)}",
    )
    gap = "" if result.gap is None else f", gap {number_format.share(result.gap)}"
    tail = f"CVaR of the dearest {number_format.share(1 - best.measure.alpha)}: {number_format.money(best.cvar or 0.0)}"
    yield f"{result.measure.text} {number_format.money(best.value or 0.0)}, {bound}{gap} (first stage: {best.name})"
    yield f"expected cost {number_format.money(best.expected or 0.0)}; {tail}" if result.measure.weight else tail
    wait, worth = _interval(result.wait_and_see), _interval(result.perfect_information)
    yield f"with perfect information {wait}; its value {worth}"
    yield f"value of the stochastic solution, against expected values: {_interval(result.stochastic_solution)}"


def _costs(result: ScenarioResult) -> Iterator[str]:
    """Yield a line for each scenario with the best first stage."""
    best: FirstStage | None = result.best
    for cost in best.costs if best is not None else ():
        unmet = f", unmet {number_format.number(cost.unmet)}" if cost.unmet > 1e-9 else ""
        plan, bound = (number_format.money(value or 0.0) for value in (cost.objective, cost.bound))
        yield f"  {cost.scenario} ({number_format.share(cost.probability)}): {plan}, not below {bound}{unmet}, checked"


def _interval(found: Interval) -> str:
    low, high = found
    if low is None and high is None:
        return "not known"
    if high is None:
        return f"{number_format.money(low or 0.0)} or more"
    return f"{number_format.money(low or 0.0)} to {number_format.money(high)}"


def _year_ends(result: ReplayResult) -> list[tuple[int, int]]:
    """Return the calendar years with the period at whose end each is over."""
    ends = {round(end): t for t, end in enumerate(result.ends) if abs(end - round(end)) < 1e-3}
    return [(year - 1, t) for year, t in ends.items()]


def _signed(musd: float) -> str:
    return f"{'+' if musd >= 0 else '-'}{number_format.money(abs(musd))}"
