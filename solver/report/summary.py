"""Summary of a solve in lines: power, launches, mass, cost, and the periods in which limits are active."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from solver.horizon.target_path import RATE_KINDS
from solver.io import escapes
from solver.milp.solution import Certificate, Status
from solver.plan import Plan
from solver.report import number_format
from solver.report.summary_learning import learning_lines
from solver.report.summary_network import network_lines
from solver.run.manifest_schema import ReasonRecord, RunSummary
from solver.tables import Figures, PlanState, figures_of
from solver.tables.active_limits import Binding, binding, binds, runs, uses
from solver.tables.demand import UNITS
from solver.tables.kardashev import Headline, headline

__all__ = ["Binding", "binding", "cost_shares", "summary_lines"]

# The rule's word, what a sentence calls it, and whether that is a plural.
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
    "lines.output": ("line output", False),
    "lines.max_lines": ("room for lines", False),
    "lines.cap": ("line orders", True),
    "lines.growth": ("growth of line orders", False),
    "ground.queue": ("grid queue", False),
    "landings.imports": ("cargo landed", False),
    "landings.depot_capacity": ("depot capacity", False),
    "lunar.growth": ("pace at which robots double the plant", False),
    "lunar.power": ("power on the Moon", False),
    "lunar.closure": ("share made on the Moon", False),
    "mass_drivers.throughput": ("throughput of mass drivers", False),
    "mass_drivers.max_drivers": ("room for mass drivers", False),
    "network.downlink": ("downlink", False),
    "network.max_stations": ("room for stations", False),
    "network.crosslink": ("links", True),
    "network.bisection": ("power woven closely enough", False),
}
_ONE_PLACE = frozenset(
    {
        "nodes.supply",
        "landings.imports",
        "landings.depot_capacity",
        "lunar.growth",
        "lunar.power",
        "mass_drivers.throughput",
        "mass_drivers.max_drivers",
    }
)
_PARTS = {"array": "arrays", "radiator": "radiators", "battery": "batteries", "node": "nodes"}
_MOST_SENTENCES = 8
_MOST_GROUPS = 5


def summary_lines(state: PlanState | None, run: RunSummary) -> list[str]:
    """Return the lines printed after a solve; ``state`` is that of its plan, none without a plan."""
    if state is None:
        return _without_plan(run)
    figures = figures_of(state)
    return [
        f"{_verdict(state, run)} {_check(run)}",
        _line("power", _power(state, figures)),
        _line("launches", _launches(state, figures)),
        _line("mass", _mass(figures)),
        *(_line(head, text) for head, text in _moon(state, run)),
        _line("cost", _cost(state, figures)),
        *(_line("learning", text) for text in learning_lines(state, run.learning)),
        *(_line(head, text) for head, text in network_lines(state, run)),
        *(_line("limits" if i == 0 else "", text) for i, text in enumerate(_limits(state))),
    ]


def cost_shares(plan: Plan) -> dict[str, float]:
    """Return present spending by what it buys, MUSD, largest first: parts of nodes, launch, lines, ground."""
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
    lines = [_line("because", reason) for reason in _reasons(run.conflict)]
    if run.shortfall:
        met = min(item.reachable / item.expected for item in run.shortfall)
        lines.append(_line("reachable", f"at most {number_format.share(met)} of the target path, with all rules kept"))
    return ["Infeasible: no plan can meet all rules. These would have to give, all of them:", *lines]


def _reasons(items: Sequence[ReasonRecord]) -> list[str]:
    """Return one line for each rule and place, with its periods from first to last."""
    groups: dict[tuple[str, str], list[ReasonRecord]] = {}
    for item in items:
        groups.setdefault((item.constraint, item.place), []).append(item)
    return [_reason(rule, place, found) for (rule, place), found in groups.items()]


def _reason(rule: str, place: str, found: Sequence[ReasonRecord]) -> str:
    periods = [item.period for item in found if item.period]
    when = "" if not periods else periods[0] if len(periods) == 1 else f"{periods[0]} to {periods[-1]}"
    where = ", ".join(part for part in (place, when) if part)
    text = f"{rule} at {where}" if where else rule
    worst = max(found, key=lambda item: (item.needs or 0.0) - (item.allows or 0.0))
    if worst.allows is None or worst.needs is None:
        return text
    up_to = "up to " if len(found) > 1 else ""
    allowed, needed = number_format.number(worst.allows), number_format.number(worst.needs)
    return f"{text}: allows {allowed}, would need {up_to}{needed}"


def _verdict(state: PlanState, run: RunSummary) -> str:
    kind, gap, bound = state.instance.objective.kind, run.gap, run.bound
    if kind == "earliest_date":
        found = f"target met from {state.horizon.label(state.plan.claims.first_period)} on"
        first = min(math.ceil(bound - 1e-6), state.plan.claims.first_period) if bound is not None else 0
        other = f", not before {state.horizon.label(max(0, first))}"
    elif kind == "most_power":
        found = f"{number_format.number(state.plan.claims.factor)} times the target"
        other = f", not above {number_format.number(bound)}" if bound is not None else ""
    else:
        found = number_format.money(state.plan.claims.objective)
        least = number_format.money(bound) if bound is not None else found
        other = f", not below {least}" if least != found else ""
    if bound is None or gap is None:
        return f"A plan without a bound: {found}."
    proof = " (bound verified)" if run.bound_kind == Certificate.LP_VERIFIED else ""
    if gap < 5e-7:
        return f"Optimal: {found}{proof}."
    word = "Within" if run.status == Status.OPTIMAL else "Gap"
    head = f"{word} {number_format.share(gap)}"
    return f"{head}: {found}{other}{proof}."


def _check(run: RunSummary) -> str:
    if run.violations:
        return f"CHECK FAILED: {len(run.violations)} violation{'s' if len(run.violations) > 1 else ''}."
    return "Checked: no violations." if run.checked else "Not checked."


def _power(state: PlanState, figures: Figures) -> str:
    kind, horizon = state.instance.target.kind, state.horizon

    def amount(value: float) -> str:
        return number_format.power(value) if kind == "power_alive" else f"{number_format.number(value)} {UNITS[kind]}"

    if state.instance.objective.kind == "earliest_date":
        told = [f"{amount(state.delivered[figures.milestone])} in {horizon.label(figures.milestone)}"]
    else:
        milestones = state.instance.target.milestones
        shown = [*milestones[:3], milestones[-1]] if len(milestones) > 4 else milestones
        when = horizon.middle if kind in RATE_KINDS else horizon.end
        told = []
        for milestone in shown:
            year = horizon.year_of(milestone.date)
            t = next((t for t in horizon.periods if when(t) >= year - 1e-6), horizon.periods[-1])
            told.append(f"{amount(state.delivered[t])} by {milestone.date}")
    text = ", ".join(told)
    if kind not in ("power_alive", "mass_to_orbit"):
        text += f"; {number_format.power(figures.power_gw)} of IT power at the last milestone"
    missed = [t for (t,), value in state.plan.decisions.unmet.items() if value > 1e-9]
    if missed:
        text += f"; target missed in {len(missed)} of {len(horizon.periods)} periods"
    if figures.nodes and figures.alive_share < 0.9995:
        text += f"; {number_format.share(1 - figures.alive_share)} of nodes are gone by the end"
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
        flights += f" ({figures.empty_flights} carry nothing: they keep up a cadence)"
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
        text += f", {number_format.share(figures.launched_nodes / figures.nodes)} of them thrown off the Moon"
    return text


def _moon(state: PlanState, run: RunSummary) -> Iterator[tuple[str, str]]:
    """Yield the industry on the Moon, and how far up the Kardashev scale its IT power is."""
    if state.lunar is None:
        return
    found, label = headline(state), state.horizon.label
    if not found.used:
        proven = run.status == Status.OPTIMAL and state.instance.objective.kind == "least_cost"
        yield "moon", f"{'not worth its price here' if proven else 'not used in this plan'}: nothing is landed"
        return
    told = ["no seed"]
    if found.seeded is not None:
        told = [f"seed {number_format.mass(found.seed_t)} in {label(found.seeded)}"]
    if found.grown is not None:
        told.append(f"{number_format.mass(found.plant_t)} of plant by {label(found.grown)}")
    if found.doubling_years is not None:
        told.append(f"doubling in {number_format.number(found.doubling_years)} years")
    parts = [", ".join(told), f"{found.drivers:,} mass driver{'' if found.drivers == 1 else 's'}"]
    if found.import_share is not None:
        parts.append(f"imports {number_format.share(found.import_share)} of mass")
    overtakes = (
        f"overtakes Earth in {label(found.overtakes)}" if found.overtakes is not None else "never overtakes Earth"
    )
    yield "moon", "; ".join([*parts, overtakes])
    if found.last.index is not None:
        index = f"K {found.last.index:.2f} by IT power in {label(found.last.t)}"
        yield "scale", f"{index}, {found.last.sun_share:.1e} of the Sun; {_from_moon(found)}"


def _from_moon(found: Headline) -> str:
    share = number_format.share(found.last.moon_share or 0.0)
    return f"{share} of {number_format.power(found.last.power_gw)} made on the Moon"


def _cost(state: PlanState, figures: Figures) -> str:
    shares = cost_shares(state.plan)
    total = sum(shares.values())
    shown = [(group, musd) for group, musd in shares.items() if musd >= 0.01 * total][:_MOST_GROUPS]
    rest = total - sum(musd for _, musd in shown)
    split = [f"{group} {number_format.share(musd / total)}" for group, musd in shown] if total > 0 else []
    if total > 0 and rest >= 0.0005 * total:
        split.append(f"rest {number_format.share(rest / total)}")
    unit = "no power to divide by"
    if state.instance.target.kind == "mass_to_orbit" and figures.usd_per_kg is not None:
        unit = f"{number_format.number(figures.usd_per_kg)} USD/kg"
    elif figures.usd_per_w is not None:
        unit = f"{number_format.number(figures.usd_per_w)} USD/W"
    salvage = f"salvage {number_format.money(figures.salvage_musd)}" if figures.salvage_musd else "no salvage"
    spent = f"of {number_format.money(total)} spent {', '.join(split)}" if split else "nothing spent"
    return f"{unit} less salvage; {spent}; {salvage}; undiscounted {number_format.money(figures.undiscounted_musd)}"


def _limits(state: PlanState) -> list[str]:
    used = list(uses(state))
    by_place: dict[tuple[str, str], list[Binding]] = {}
    for found in runs(state, used):
        by_place.setdefault((found.word, found.place), []).append(found)
    ranked = sorted(by_place.values(), key=lambda found: -sum(b.periods for b in found))
    sentences = _sentences(ranked, len(state.horizon.periods))
    if len(sentences) > _MOST_SENTENCES:
        sentences[_MOST_SENTENCES:] = [f"and {len(sentences) - _MOST_SENTENCES} more"]
    in_use = dict.fromkeys(use[0] for use in used if use[3] > 1e-9)
    bound = {use[0] for use in used if binds(use)}
    never = [_NOUNS[word] for word in in_use if word not in bound]
    if never:
        verb = "bind" if len(never) > 1 or never[0][1] else "binds"
        sentences.append(f"{number_format.listed([noun for noun, _ in never])} never {verb}")
    return sentences or ["none"]


def _sentences(ranked: Sequence[list[Binding]], periods: int) -> list[str]:
    """One sentence for each limit; commodities that are limited at the same times share one."""
    places: dict[tuple[str, str, str], list[str]] = {}
    for found in ranked:
        word, place = found[0].word, found[0].place
        apart = "" if word == "lunar.closure" else place
        places.setdefault((word, _when(found, periods), apart), []).append(place)
    sentences = []
    for (word, when, _), named in places.items():
        noun, plural = _NOUNS[word]
        of = "" if word in _ONE_PLACE else f" of {number_format.listed(named)}"
        sentences.append(f"{noun}{of} {'bind' if plural else 'binds'} {when}")
    return sentences


def _when(found: list[Binding], periods: int) -> str:
    if len(found) > 3:
        total = sum(b.periods for b in found)
        return f"in {total} of {periods} periods, {found[0].first_period} to {found[-1].last_period}"
    return number_format.listed([_range(b) for b in found])


def _range(b: Binding) -> str:
    return b.first_period if b.periods == 1 else f"{b.first_period} to {b.last_period}"
