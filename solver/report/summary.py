"""Summary of a solve in lines: power, launches, mass, cost, and the periods in which limits are active."""

from __future__ import annotations

import math
from collections.abc import Iterator

from solver.horizon.target_path import asked_by
from solver.instance.dates import RATE_KINDS
from solver.io import escapes
from solver.milp.solution import Certificate, Status
from solver.plan import Plan
from solver.report import number_format
from solver.report.summary_learning import learning_lines
from solver.report.summary_limits import limit_sentences
from solver.report.summary_network import network_lines
from solver.run.gap import Gap
from solver.run.manifest_schema import RunSummary
from solver.tables import Figures, PlanState, figures_of
from solver.tables.account import STAGES, account_of
from solver.tables.demand import UNITS
from solver.tables.kardashev import Headline, headline
from solver.tables.places import derelict_object_years

__all__ = ["cost_shares", "summary_lines"]

_PARTS = {"array": "arrays", "radiator": "radiators", "battery": "batteries", "node": "nodes"}
_MOST_GROUPS = 5
UNIT_SLIP = 0.02
"""Share of the target in reach below which its unit is in doubt."""
_MISSED = {Status.OPTIMAL: "", Status.INTERRUPTED: " (interrupted before the target gap)"}


def summary_lines(state: PlanState | None, run: RunSummary) -> list[str]:
    """Return the lines printed after a solve; ``state`` is that of its plan, None without a plan."""
    if state is None:
        return _without_plan(run)
    figures = figures_of(state)
    return [
        f"{_verdict(state, run)} {_check(run)}",
        *(_line("budget", text) for text in _budget(state, run)),
        *(_line("levelised", text) for text in _levelised(run)),
        _line("power", _power(state, figures)),
        *(_line("where", text) for text in _where(state, figures)),
        _line("launches", _launches(state, figures)),
        _line("mass", _mass(figures)),
        *(_line(head, text) for head, text in _moon(state, run)),
        *(_line("delivered", text) for text in _delivered(state)),
        *(_line("derelicts", text) for text in _derelicts(state)),
        _line("cost", _cost(state, figures)),
        *(_line("window", text) for text in _window(state, run)),
        *(_line("learning", text) for text in learning_lines(state, run.learning)),
        *(_line(head, text) for head, text in network_lines(state, run)),
        *(_line("limits" if i == 0 else "", text) for i, text in enumerate(limit_sentences(state))),
        *(_line("doubts" if i == 0 else "", text) for i, text in enumerate(_doubts(run))),
    ]


def _where(state: PlanState, figures: Figures) -> Iterator[str]:
    """Yield the shares of the power at the last milestone: orbit against ground, then the shells and regions."""
    t = figures.milestone
    shells = {state.instance.shells[s].title or s: state.in_shell[s, t].power_gw for s in state.shells}
    regions = {state.instance.ground[g].title or g: gw for (g, q), gw in state.ground_gw.items() if q == t}
    ranked = sorted([*shells.items(), *regions.items()], key=lambda item: -item[1])
    total = sum(gw for _, gw in ranked)
    if total > 0:
        shown = [
            f"{escapes.line(name)} {number_format.share(gw / total)}" for name, gw in ranked if gw >= 0.005 * total
        ]
        yield f"{orbit_share(state, figures)} by {state.horizon.date(t)}: {', '.join(shown)}"


def orbit_share(state: PlanState, figures: Figures) -> str:
    """Return how much of the power at the last milestone is in orbit, and how much on the ground."""
    orbit, ground = state.orbit_gw(figures.milestone), state.on_ground_gw(figures.milestone)
    if not ground or not orbit:
        return "all in orbit" if not ground else "all on the ground"
    share = number_format.share(orbit / (orbit + ground))
    return f"{share} in orbit, {number_format.share(ground / (orbit + ground))} on the ground"


def _budget(state: PlanState, run: RunSummary) -> list[str]:
    given = state.instance.objective.budget_musd
    if run.least_budget_musd is None or given is None:
        return []
    least = number_format.money(run.least_budget_musd)
    return [f"{number_format.money(given)} buys no power; it takes about {least} (objective.budget_musd)"]


def cost_shares(plan: Plan) -> dict[str, float]:
    """Return gross present cost by item, MUSD, largest first: parts of nodes, launch, production lines, ground."""
    sums: dict[str, float] = {}
    for entry in plan.claims.ledger:
        if entry.item != "salvage":
            group = _PARTS.get(entry.item, entry.item) if entry.family == "nodes" else entry.family
            group = "unmet target" if entry.family == "target" else group
            sums[group] = sums.get(group, 0.0) + entry.present_musd
    return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))


def _line(head: str, text: str) -> str:
    return f"  {head:<9} {text}"


def _without_plan(run: RunSummary) -> list[str]:
    if run.status != Status.INFEASIBLE:
        return ["No plan found." if run.status == Status.NO_PLAN else f"No plan: {run.status}."]
    lines = [_line("conflict", reason.text) for reason in run.conflict]
    if run.shortfall:
        met = min(item.reachable / item.expected for item in run.shortfall)
        share = number_format.share(met) if met < 0.995 else f"all but {number_format.share(1 - met)}"
        if met > 0:
            unit = "; is target.milestones in the right unit?" if met < UNIT_SLIP else ""
            lines.append(_line("reachable", f"at most {share} of the target path under all constraints{unit}"))
    lines += [_line("doubts", text) for text in _designs_kept(run, "that")]
    together = ", to be relaxed together" if len(run.conflict) > 1 else ""
    each = "; to relax any one of them is enough" if run.any_of else together
    if together and not run.minimal:
        each += "; some of them perhaps need not be, as time ran out"
    return [f"Infeasible: no plan satisfies all constraints. Conflicting constraints{each}:", *lines]


def _verdict(state: PlanState, run: RunSummary) -> str:
    kind, gap, bound = state.instance.objective.kind, run.gap, run.bound
    if kind == "earliest_date":
        value = f"target met from {state.horizon.label(state.plan.claims.first_period)} on"
        first = min(math.ceil(bound - 1e-6), state.plan.claims.first_period) if bound is not None else 0
        limit = f"lower bound {state.horizon.label(max(0, first))}"
    elif kind == "most_power":
        value = f"{number_format.number(state.plan.claims.factor)} times the target"
        limit = f"upper bound {number_format.number(bound)}" if bound is not None else ""
    elif kind == "most_value":
        value = f"net present value {number_format.money(state.plan.claims.objective)}"
        limit = f"upper bound {number_format.money(bound)}" if bound is not None else ""
    else:
        value = f"net present cost {number_format.money(state.plan.claims.objective)}"
        limit = f"lower bound {number_format.money(bound)}" if bound is not None else ""
    if bound is None:
        return f"No bound: {value}{_beside(state, run)}."
    if gap is None:
        return f"ALARM: {value}, but {limit}."
    proof = " (bound verified)" if run.bound_kind == Certificate.LP_VERIFIED else ""
    proof += _beside(state, run)
    if gap < 5e-7:
        return f"Optimal: {value}{proof}."
    missed = _MISSED.get(run.status, " (target gap not reached)")
    found = Gap.of(kind, state.plan.claims, bound)
    size = number_format.share(gap)
    if kind == "most_value":
        size = number_format.money(found.open)
    if found.nearly_nothing:
        size = number_format.money(found.open) if kind == "least_cost" else number_format.number(found.open)
    return f"Gap {size}{missed}: {value}, {limit}{proof}."


def _beside(state: PlanState, run: RunSummary) -> str:
    """Return the levelised cost, and orbit against ground, for the headline."""
    levelised = run.levelised_usd_per_w_year
    figures = figures_of(state)
    parts = [] if levelised is None else [f"{number_format.number(levelised)} USD per W and year"]
    parts += [orbit_share(state, figures)] if figures.power_gw > 0 else []
    return "".join(f"; {part}" for part in parts)


def _doubts(run: RunSummary) -> list[str]:
    """Return the weak points of the answer: its end, its bound, its candidate designs, the warnings of the run."""
    lines = []
    if run.status == Status.INTERRUPTED:
        lines.append("the run was interrupted: this is the best plan until then")
    if run.bound is not None and run.bound_kind != Certificate.LP_VERIFIED:
        lines.append("the bound rests on branch and bound of HiGHS and was not derived again")
    lines += _designs_kept(run, "the bound")
    if run.at_bounds:
        lines.append(
            f"{', '.join(run.at_bounds)} reach bounds proven if no purchase pays by itself, not from rows alone"
        )
    return [*lines, *map(escapes.line, run.warnings)]


def _designs_kept(run: RunSummary, what: str) -> list[str]:
    if run.designs >= run.designs_sized:
        return []
    kept = f"the {run.designs:,} candidate designs kept of {run.designs_sized:,} sized"
    return [f"{what} holds for {kept} (candidate_designs.max_designs)"]


def _check(run: RunSummary) -> str:
    if run.violations:
        return f"CHECK FAILED: {len(run.violations)} violation{'s' if len(run.violations) > 1 else ''}."
    return "Checked: no violations." if run.checked else "Not checked."


def _power(state: PlanState, figures: Figures) -> str:
    kind, horizon = state.instance.target.kind, state.horizon

    def amount(value: float) -> str:
        return number_format.power(value) if kind == "power_alive" else f"{number_format.number(value)} {UNITS[kind]}"

    if state.instance.objective.kind == "earliest_date":
        amounts = [f"{amount(state.delivered[figures.milestone])} in {horizon.label(figures.milestone)}"]
    else:
        milestones = state.instance.target.milestones
        shown = [*milestones[:3], milestones[-1]] if len(milestones) > 4 else milestones
        # A milestone is met where a period reads the path: at the end of one for a stock, within one for a rate.
        asked = dict.fromkeys(asked_by(state.instance.target, horizon, milestone.date) for milestone in shown)
        rate = kind in RATE_KINDS
        date = {t: f"in {horizon.label(t)}" if rate else f"by {horizon.date(t)}" for t in asked}
        amounts = [f"{amount(state.delivered[t])} {date[t]}" for t in asked]
    text = ", ".join(amounts)
    if kind not in ("power_alive", "mass_to_orbit"):
        text += f"; {number_format.power(figures.power_gw)} of IT power at the last milestone"
    missed = [t for t in horizon.periods if state.missed(t) > 1e-9]
    if missed:
        kept = "market not served whole" if state.instance.market else "target missed"
        text += f"; {kept} in {len(missed)} of {len(horizon.periods)} periods"
    if figures.nodes and figures.alive_share < 0.9995:
        text += f"; {number_format.share(1 - figures.alive_share)} of nodes failed or retired by the end"
    return text


def _launches(state: PlanState, figures: Figures) -> str:
    if not figures.flights:
        return "none"
    ranked = sorted(figures.flights_by_vehicle.items(), key=lambda item: -item[1])
    by_vehicle = [f"{number_format.share(n / figures.flights)} {_title(state, v)}" for v, n in ranked if n]
    in_period = {t: sum(n for (_, q), n in state.flown.items() if q == t) for t in state.horizon.periods}
    busiest = max(in_period, key=lambda t: (in_period[t] / state.horizon.years(t), -t))
    flights = f"{figures.flights:,} flight{'s' if figures.flights > 1 else ''}"
    if figures.empty_flights:
        plural = "s" if figures.empty_flights > 1 else ""
        flights += f" ({figures.empty_flights:,} empty flight{plural} to keep the ramp-up)"
    return f"{flights}, {', '.join(by_vehicle)}; busiest period {state.horizon.label(busiest)} ({in_period[busiest]:,})"


def _title(state: PlanState, vehicle: str) -> str:
    return escapes.line(state.instance.vehicles[vehicle].title or vehicle)


def _mass(figures: Figures) -> str:
    text = f"{number_format.mass(figures.mass_t)} launched"
    if figures.freight_t:
        freight, propellant = number_format.mass(figures.freight_t), number_format.mass(figures.propellant_t)
        text += f" ({freight} to the Moon, {propellant} of propellant)"
    if figures.kg_per_kw is not None:
        text += f", {figures.nodes:,} nodes of {number_format.number(figures.kg_per_kw)} kg/kW on average"
    if figures.nodes and figures.launched_nodes:
        text += f", {number_format.share(figures.launched_nodes / figures.nodes)} of them launched from the Moon"
    return text


def _moon(state: PlanState, run: RunSummary) -> Iterator[tuple[str, str]]:
    """Yield the lines on the lunar industry and on the Kardashev scale."""
    if state.lunar is None:
        return
    moon, label = headline(state), state.horizon.label
    if not moon.used:
        proven = run.status == Status.OPTIMAL and state.instance.objective.kind == "least_cost"
        yield "moon", f"{'not part of a least-cost plan' if proven else 'not used in this plan'}: nothing is landed"
        return
    plant = ["no seed"]
    if moon.first_seed is not None:
        plant = [f"seed {number_format.mass(moon.seed_t)} in {label(moon.first_seed)}"]
    if moon.full_plant is not None:
        plant.append(f"{number_format.mass(moon.plant_t)} of plant by {label(moon.full_plant)}")
    if moon.doubling_years is not None:
        plant.append(f"doubling in {number_format.number(moon.doubling_years)} years")
    parts = [", ".join(plant), f"{moon.drivers:,} mass driver{'' if moon.drivers == 1 else 's'}"]
    if moon.import_share is not None:
        parts.append(f"imports {number_format.share(moon.import_share)} of mass")
    overtakes = (
        f"overtakes Earth in {label(moon.moon_exceeds_earth)}"
        if moon.moon_exceeds_earth is not None
        else "never overtakes Earth"
    )
    yield "moon", "; ".join([*parts, overtakes])
    if moon.last.index is not None:
        index = f"K {moon.last.index:.2f} by IT power in {label(moon.last.t)}"
        yield "scale", f"{index}, {moon.last.sun_share:.1e} of the Sun; {_from_moon(moon)}"


def _from_moon(moon: Headline) -> str:
    share = number_format.share(moon.last.moon_share or 0.0)
    return f"{share} of {number_format.power(moon.last.power_gw)} made on the Moon"


def _derelicts(state: PlanState) -> Iterator[str]:
    """Yield the object-years of dead nodes in orbit, where they are one or more."""
    by_shell = derelict_object_years(state)
    total = sum(by_shell.values())
    if total >= 1:
        most = max(by_shell, key=lambda shell: (by_shell[shell], shell))
        where = f", {number_format.share(by_shell[most] / total)} of them in {most}"
        yield f"{number_format.number(total)} object-years of dead nodes in orbit{where}"


def _delivered(state: PlanState) -> Iterator[str]:
    """Yield the stages from what is installed to what is used at the end, each over the one before."""
    if state.instance.target.kind in RATE_KINDS:
        return
    amounts = account_of(state, state.horizon.periods[-1])
    if amounts[0] <= 0:
        return
    stages = [
        f"{name} {number_format.share(now / before)}"
        for name, before, now in zip(STAGES[1:], amounts, amounts[1:], strict=False)
        if before > 0 and now < 0.9995 * before
    ]
    whole = f"{number_format.share(amounts[-1] / amounts[0])} of what is installed is used at the end"
    yield f"{whole}{': ' if stages else ''}{', '.join(stages)}"


def _levelised(run: RunSummary) -> Iterator[str]:
    """Yield the levelised cost of what the target asks, if it asks a stock."""
    number = number_format.number
    if run.levelised_usd_per_w_year is not None:
        least = run.levelised_bound_usd_per_w_year
        bound = "" if least is None else f" (no plan less than {number(least)})"
        energy = "" if run.levelised_usd_per_kwh is None else f", {number(run.levelised_usd_per_kwh)} USD/kWh"
        yield f"{number(run.levelised_usd_per_w_year)} USD per W and year of IT power asked{bound}{energy}"
    if run.levelised_usd_per_pflop_hour is not None:
        least = run.levelised_bound_usd_per_pflop_hour
        bound = "" if least is None else f" (no plan less than {number(least)})"
        yield f"{number(run.levelised_usd_per_pflop_hour)} USD per PFLOP/s and hour of computing asked{bound}"


def _cost(state: PlanState, figures: Figures) -> str:
    shares = cost_shares(state.plan)
    total = sum(shares.values())
    shown = [(group, musd) for group, musd in shares.items() if musd >= 0.01 * total][:_MOST_GROUPS]
    rest = total - sum(musd for _, musd in shown)
    names = [(group if group != "lines" else "production lines", musd) for group, musd in shown]
    split = [f"{name} {number_format.share(musd / total)}" for name, musd in names] if total > 0 else []
    if total > 0 and rest >= 0.0005 * total:
        split.append(f"rest {number_format.share(rest / total)}")
    unit = "no power to divide by"
    if state.instance.target.kind == "mass_to_orbit" and figures.usd_per_kg is not None:
        unit = f"{number_format.number(figures.usd_per_kg)} USD/kg"
    elif figures.usd_per_w is not None:
        unit = f"{number_format.number(figures.usd_per_w)} USD/W of capacity"
    salvage = f"salvage {number_format.money(figures.salvage_musd)}" if figures.salvage_musd else "no salvage"
    gross = f"gross present cost {number_format.money(total)}{': ' if split else ''}{', '.join(split)}"
    undiscounted = f"undiscounted spending {number_format.money(figures.undiscounted_musd)}"
    return f"{unit}, net of salvage; {gross}; {salvage}; {undiscounted}"


def _window(state: PlanState, run: RunSummary) -> Iterator[str]:
    """Yield what the figures cover where the plan has a tail."""
    if state.tail_years:
        first, last = state.horizon.label(0), state.horizon.label(state.horizon.periods[-1])
        years = f"{state.tail_years} more year" + "s" * (state.tail_years > 1)
        own = run.levelised_window_usd_per_w_year
        level = "" if own is None else f", levelised {number_format.number(own)} USD per W and year"
        yield f"figures are those of {first} to {last}{level}; plan, objective, levelised cost and bounds cover {years}"
