"""Network of an instance or of a run, year by year and in full at one date."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from solver.errors import UsageError
from solver.horizon.periods import PlanningHorizon
from solver.instance.dates import month_text
from solver.instance.fields import month_number
from solver.instance.links import traffic_gbps
from solver.instance.schema import Instance
from solver.plan import Design
from solver.report import number_format
from solver.tables.network_state import NetworkReplay
from solver.tables.node_stock import NodeStock
from solver.tables.plan_state import PlanState
from solver.topology.declared import (
    DEFAULT_NODES,
    ShellNodes,
    cities,
    lumped,
    nominal,
    offered_gbps_per_mw,
    shells_of,
    stations_of,
)
from solver.topology.graph import Graph, build
from solver.topology.metrics import NetworkFigures, OverallFigures, network_figures, overall_figures_of
from solver.topology.outages import Outage, middle_plane, standard_outages
from solver.topology.spec import ShellSpec

YEARS_REPORTED = 20
VERTICES_OF_A_YEAR = 5_000


@dataclass(frozen=True, slots=True)
class NetworkReport:
    """Network report: all figures at ``date``, overall figures for each year, and notes on assumptions.

    ``declared`` are all shells of the instance, used or not.
    """

    title: str
    date: str
    planned: bool
    graph: Graph
    figures: NetworkFigures
    years: tuple[OverallFigures, ...]
    notes: tuple[str, ...]
    declared: tuple[str, ...] = ()


def declared_network(instance: Instance, date: str | None = None) -> NetworkReport:
    """Return the network of the declared shells at nominal size; the date is that of the workloads' shares.

    UsageError for a date outside the horizon or if no shell has room for a node.
    """
    horizon = PlanningHorizon.of(instance.horizon)
    when = horizon.date(_period(horizon, date)) if date is not None else instance.target.milestones[-1].date
    shells, notes = shells_of(instance, nominal(instance))
    stations, more = stations_of(instance)
    unlimited = [s for s in instance.use.shells if instance.shells[s].slots is None]
    if unlimited:
        names = number_format.listed(unlimited)
        more = [*more, f"{names}: without a limit on slots, {DEFAULT_NODES:,} nodes each are drawn"]
    if not shells:
        raise UsageError(f"{instance.name}: no shell in use has room for a node; expected slots of at least 1")
    graph = build(shells, stations)
    details = network_figures(graph, cities(), when, _mixed(instance, shells, when), _outages(instance, graph))
    notes = [*notes, *more, *_unreachable(graph, details)]
    return NetworkReport(instance.name, when, False, graph, details, (), tuple(notes), tuple(instance.shells))


def planned_network(
    state: PlanState,
    date: str | None = None,
    on_step: Callable[[int, int], None] | None = None,
    most_years: int = YEARS_REPORTED,
) -> NetworkReport:
    """Return the network of a plan, in full at a date, by default that of the last milestone.

    The other years are thinned to ``most_years``.
    ``on_step`` is called with the years done, and their number. UsageError for a date outside the horizon or before the
    first node is in orbit.
    """
    instance = state.instance
    t = _period(state.horizon, date or _last_milestone(instance, state.horizon))
    shells, notes = shells_of(instance, _nodes_alive(state, t))
    if not shells:
        first = next((u for u in state.horizon.periods if shells_of(instance, _nodes_alive(state, u))[0]), None)
        raise UsageError(
            f"--date {state.horizon.date(t)}: no node is in orbit yet; "
            + (
                f"the first are there in {state.horizon.date(first)}"
                if first is not None
                else "the plan has none at all"
            )
        )
    replay = state.network
    stations, more = stations_of(instance, _stations_at(replay, t))
    graph = build(shells, stations)
    when = state.horizon.date(t)
    details = network_figures(
        graph, cities(), when, _sent(instance, replay, shells, t, when), _outages(instance, graph)
    )
    years: list[OverallFigures] = []
    reported = list(_years(state, t, most_years))
    for u in reported:
        if on_step is not None:
            on_step(len(years), len(reported))
        years.append(details.overall if u == t else _year(state, replay, u))
    notes = [*notes, *more, *_unreachable(graph, details)]
    return NetworkReport(instance.name, when, True, graph, details, tuple(years), tuple(notes), tuple(instance.shells))


def _period(horizon: PlanningHorizon, date: str) -> int:
    """Return the period of a date; the first instant of a period belongs to the one before."""
    month = month_number(date)
    first, last = horizon.first_month, horizon.ends_month[-1]
    if not first < month <= last:
        raise UsageError(f"--date {date}: lies outside the horizon, {month_text(first + 1)} to {month_text(last)}")
    period = horizon.containing(horizon.year_of(date))
    assert period is not None
    return period


def _last_milestone(instance: Instance, horizon: PlanningHorizon) -> str:
    month = month_number(instance.target.milestones[-1].date)
    return month_text(min(max(month, horizon.first_month + 1), horizon.ends_month[-1]))


def _nodes_alive(state: PlanState, t: int) -> dict[str, list[ShellNodes]]:
    """Return the nodes alive at the end of a period, by shell."""
    replay: dict[str, list[ShellNodes]] = {}
    for (k, s, u), stock in state.nodes.items():
        if u == t and stock.alive > 0:
            replay.setdefault(s, []).append(_shell_nodes(stock, state.designs[k, s]))
    return replay


def _shell_nodes(stock: NodeStock, design: Design) -> ShellNodes:
    """Return the nodes of a design from their stock."""
    chosen = design.choices
    terminals, fabric = (chosen.terminals, chosen.fabric) if chosen is not None else (None, None)
    return ShellNodes(stock.alive, 1000.0 * stock.power_gw, design.platform, terminals, fabric)


def _years(state: PlanState, details: int, most: int) -> list[int]:
    """Return the last period of each calendar year from the first node on, thinned to so many."""
    last: dict[int, int] = {}
    for t in state.horizon.periods:
        if sum(state.in_shell[s, t].alive for s in state.shells) >= 1:
            last[(state.horizon.ends_month[t] - 1) // 12] = t
    listed = sorted({*last.values(), details})
    step = math.ceil(len(listed) / most)
    return sorted({*listed[::-1][::step], details})


def _year(state: PlanState, replay: NetworkReplay | None, t: int) -> OverallFigures:
    shells, _ = shells_of(state.instance, _nodes_alive(state, t))
    stations, _ = stations_of(state.instance, _stations_at(replay, t))
    date = state.horizon.date(t)
    sent = _sent(state.instance, replay, shells, t, date)
    return overall_figures_of(lumped(shells, VERTICES_OF_A_YEAR), stations, cities(), date, sent)


def _stations_at(replay: NetworkReplay | None, t: int) -> dict[str, float] | None:
    """Return the stations of each gateway at the end of a period; none without a network."""
    return None if replay is None else {b: float(replay.stations[b, t]) for b in replay.network.gateways}


def _mixed(instance: Instance, shells: Sequence[ShellSpec], date: str) -> dict[str, float] | None:
    """Return the traffic of each shell under the same mix of workloads, Gb/s over the utilisation limit."""
    each = offered_gbps_per_mw(instance, date)
    return None if each is None else {spec.name: each * spec.power_mw for spec in shells}


def _sent(
    instance: Instance, replay: NetworkReplay | None, shells: Sequence[ShellSpec], t: int, date: str
) -> dict[str, float] | None:
    """Return the traffic of each shell from the workloads it serves in the plan, Gb/s; none without traffic."""
    if replay is None:
        return _mixed(instance, shells, date)
    sent = dict.fromkeys((spec.name for spec in shells), 0.0)
    for (w, s, u), amount in replay.served.items():
        if u == t and s in sent:
            traffic = traffic_gbps(replay.network.workloads[w], instance.target.kind)
            sent[s] += amount * traffic / replay.network.utilisation_share
    return sent if any(sent.values()) else None


def _outages(instance: Instance, graph: Graph) -> list[Outage]:
    """Return the outages of the instance, and the standard ones."""
    named = list(_named_outages(instance, graph))
    return named + [outage for outage in standard_outages(graph) if outage.name not in {known.name for known in named}]


def _named_outages(instance: Instance, graph: Graph) -> Iterator[Outage]:
    none = np.zeros(graph.count, dtype=bool)
    for failure in instance.network.contingencies.values() if instance.network is not None else ():
        if failure.outage in ("shell", "plane"):
            for i, spec in enumerate(graph.shells):
                if failure.only is None or spec.name in failure.only:
                    failed = graph.shell == i if failure.outage == "shell" else middle_plane(graph, i)
                    yield Outage(f"{'shell' if failure.outage == 'shell' else 'a plane of'} {spec.name}", failed)
        elif failure.outage == "region":
            for region in dict.fromkeys(s.region for s in graph.stations if s.region):
                if failure.only is None or region in failure.only:
                    there = frozenset(s.name for s in graph.stations if s.region == region)
                    yield Outage(f"region {region}", none, there)
        elif failure.outage == "gateways":
            largest = sorted(graph.stations, key=lambda s: -s.expected_gbps)[: failure.count or 0]
            yield Outage(f"the {len(largest)} largest gateways", none, frozenset(s.name for s in largest))
        else:
            yield _storm(graph, failure.title or "storm", failure.shells, failure.gateways)


def _storm(graph: Graph, name: str, shells: Mapping[str, float], gateways: Mapping[str, float]) -> Outage:
    """Return the outage of random shares of shells, and of the gateways that lose half or more to a storm."""
    failed, chance = np.zeros(graph.count, dtype=bool), np.random.default_rng(0).random(graph.count)
    for i, spec in enumerate(graph.shells):
        failed |= (graph.shell == i) & (chance < shells.get(spec.name, 0.0))
    return Outage(name, failed, frozenset(g for g, share in gateways.items() if share >= 0.5))


def _unreachable(graph: Graph, details: NetworkFigures) -> Iterator[str]:
    """Yield notes on shells without a path to any city, and on stations without a node in view."""
    for shell in details.shells:
        if shell.from_cities.connected_share == 0:
            yield f"{shell.spec.name}: found no path to the ground from any of its nodes"
    for station in graph.stations:
        if not math.isinf(station.rate_gbps) and not (graph.visible.place == graph.stations.index(station)).any():
            yield f"{station.name}: sees no node at this instant"
