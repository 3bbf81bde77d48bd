"""Summary of a solve in lines: power, launches, mass, cost, and the periods in which limits are active."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from solver.horizon.target_path import asked_by
from solver.instance.dates import RATE_KINDS
from solver.io import escapes
from solver.milp.solution import Certificate, Status
from solver.plan import Plan
from solver.report import number_format
from solver.report.summary_learning import learning_lines
from solver.report.summary_network import network_lines
from solver.run.gap import Gap
from solver.run.manifest_schema import RunSummary
from solver.tables import Figures, PlanState, figures_of
from solver.tables.active_limits import ActiveLimit, active_runs, is_active, limit_usages
from solver.tables.demand import UNITS
from solver.tables.kardashev import Headline, headline

__all__ = ["cost_shares", "summary_lines"]

# Constraint, its name in a sentence, and whether that is a plural.
_NOUNS: Mapping[str, tuple[str, bool]] = {
    "launch.cadence": ("cadence", False),
    "launch.subannual_rate": ("sub-annual rate", False),
    "launch.growth": ("growth of cadence", False),
    "launch.pads": ("pads", True),
    "launch.licence": ("licence", False),
    "fleet.turnaround": ("turnaround", False),
    "fleet.expendable_stock": ("stock of vehicles", False),
    "fleet.cap": ("vehicle production", False),
    "fleet.growth": ("growth of vehicle production", False),
    "shells.slots": ("slots", True),
    "shells.regime": ("regime slots", True),
    "shells.derelicts": ("derelict limit", False),
    "nodes.supply": ("accelerator supply", False),
    "lines.output": ("output of production lines", False),
    "lines.max_lines": ("number of production lines", False),
    "lines.cap": ("orders of production lines", True),
    "lines.growth": ("growth of orders of production lines", False),
    "ground.queue": ("grid queue", False),
    "landings.imports": ("cargo landed", False),
    "landings.depot_capacity": ("depot capacity", False),
    "lunar.growth": ("growth of the lunar plant", False),
    "lunar.max_plant": ("largest lunar plant", False),
    "lunar.power": ("power on the Moon", False),
    "lunar.closure": ("share made on the Moon", False),
    "mass_drivers.throughput": ("throughput of mass drivers", False),
    "mass_drivers.max_drivers": ("number of mass drivers", False),
    "network.downlink": ("downlink", False),
    "network.max_stations": ("number of stations", False),
    "network.crosslink": ("crosslinks", True),
    "network.bisection": ("bisection bandwidth", False),
}
_ONE_PLACE = frozenset(
    {
        "nodes.supply",
        "landings.imports",
        "landings.depot_capacity",
        "lunar.growth",
        "lunar.max_plant",
        "lunar.power",
        "mass_drivers.throughput",
        "mass_drivers.max_drivers",
    }
)
_PARTS = {"array": "arrays", "radiator": "radiators", "battery": "batteries", "node": "nodes"}
_MOST_SENTENCES = 8
_MOST_GROUPS = 5


def summary_lines(state: PlanState | None, run: RunSummary) -> list[str]:
    """Return the lines printed after a solve; ``state`` is that of its plan, None without a plan."""
    if state is None:
        return _without_plan(run)
    figures = figures_of(state)
    return [
        f"{_verdict(state, run)} {_check(run)}",
        *(_line("bound", text) for text in _scope(run)),
        *(_line("budget", text) for text in _budget(state, run)),
        _line("power", _power(state, figures)),
        _line("launches", _launches(state, figures)),
        _line("mass", _mass(figures)),
        *(_line(head, text) for head, text in _moon(state, run)),
        *(_line("levelised", text) for text in _levelised(run)),
        _line("cost", _cost(state, figures)),
        *(_line("window", text) for text in _window(state, run)),
        *(_line("learning", text) for text in learning_lines(state, run.learning)),
        *(_line(head, text) for head, text in network_lines(state, run)),
        *(_line("limits" if i == 0 else "", text) for i, text in enumerate(_limits(state))),
    ]


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
            lines.append(_line("reachable", f"at most {share} of the target path under all constraints"))
    each = "; to relax any one of them is enough" if run.any_of else ""
    if run.conflict and not run.minimal:
        each = ", of which some may be left as they are, as time ran out" if len(run.conflict) > 1 else ""
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
    else:
        value = f"cost {number_format.money(state.plan.claims.objective)}"
        limit = f"lower bound {number_format.money(bound)}" if bound is not None else ""
    if bound is None:
        return f"No bound: {value}."
    if gap is None:
        return f"ALARM: {value}, but {limit}."
    proof = " (bound verified)" if run.bound_kind == Certificate.LP_VERIFIED else ""
    if gap < 5e-7:
        return f"Optimal: {value}{proof}."
    missed = "" if run.status == Status.OPTIMAL else " (target gap not reached)"
    found = Gap.of(kind, state.plan.claims, bound)
    size = number_format.share(gap)
    if found.nearly_nothing:
        size = number_format.money(found.open) if kind == "least_cost" else number_format.number(found.open)
    return f"Gap {size}{missed}: {value}, {limit}{proof}."


def _scope(run: RunSummary) -> list[str]:
    """Return for which plans the bound holds, where these are not all plans of the instance."""
    lines = []
    if run.designs < run.designs_sized:
        lines.append(
            f"holds for the {run.designs:,} candidate designs kept of {run.designs_sized:,} sized "
            "(candidate_designs.max_designs)"
        )
    if run.at_bounds:
        lines.append(
            f"reached by {', '.join(run.at_bounds)}: proven if no purchase pays by itself, not from rows alone"
        )
    return lines


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
    missed = [t for (t,), value in state.plan.decisions.unmet.items() if value > 1e-9]
    if missed:
        text += f"; target missed in {len(missed)} of {len(horizon.periods)} periods"
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
        yield f"figures are those of {first} to {last}; plan, objective, levelised cost and bounds cover {years}"
        if run.levelised_window_usd_per_w_year is not None:
            yield f"{number_format.number(run.levelised_window_usd_per_w_year)} USD per W and year in {first} to {last}"


def _limits(state: PlanState) -> list[str]:
    used = list(limit_usages(state))
    by_place: dict[tuple[str, str], list[ActiveLimit]] = {}
    for limit in active_runs(state, used):
        by_place.setdefault((limit.constraint, limit.place), []).append(limit)
    ranked = sorted(by_place.values(), key=lambda spells: -sum(b.periods for b in spells))
    sentences = _sentences(ranked, len(state.horizon.periods))
    if len(sentences) > _MOST_SENTENCES:
        sentences[_MOST_SENTENCES:] = [f"and {len(sentences) - _MOST_SENTENCES} more"]
    in_use = dict.fromkeys(use[0] for use in used if use[3] > 1e-9)
    active = {use[0] for use in used if is_active(use)}
    slack = [_NOUNS[constraint] for constraint in in_use if constraint not in active]
    if slack:
        verb = "are" if len(slack) > 1 or slack[0][1] else "is"
        sentences.append(f"{number_format.listed([noun for noun, _ in slack])} {verb} slack throughout")
    return sentences or ["none"]


def _sentences(ranked: Sequence[list[ActiveLimit]], periods: int) -> list[str]:
    """Return one sentence for each limit; commodities that are limited at the same times share one."""
    places: dict[tuple[str, str, str], list[str]] = {}
    for spells in ranked:
        word, place = spells[0].constraint, spells[0].place
        apart = "" if word == "lunar.closure" else place
        places.setdefault((word, _when(spells, periods), apart), []).append(place)
    sentences = []
    for (word, when, _), named in places.items():
        noun, plural = _NOUNS[word]
        of = "" if word in _ONE_PLACE else f" of {number_format.listed(named)}"
        sentences.append(f"{noun}{of} {'are' if plural else 'is'} active {when}")
    return sentences


def _when(spells: list[ActiveLimit], periods: int) -> str:
    if len(spells) > 3:
        total = sum(b.periods for b in spells)
        return f"in {total} of {periods} periods, {spells[0].first_period} to {spells[-1].last_period}"
    return f"in {number_format.listed([_range(b) for b in spells])}"


def _range(b: ActiveLimit) -> str:
    return b.first_period if b.periods == 1 else f"{b.first_period} to {b.last_period}"
