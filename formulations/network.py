"""Network: gateway stations, links of nodes, and workloads assigned to shells and halls that can serve them.

Variables
  ordered[b,t]            integer stations of gateway b ordered in period t
  alive[s,t]              part of the target alive in shell s at the end of period t, GW or EFLOP/s
  link_capacity[s,t]      traffic that the links of the shell carry, at its mean number of hops, Tb/s
  downlink_capacity[s,t]  downlink capacity of its nodes if all of them saw a gateway, Tb/s
  serves[w,s,t]           part of shell s assigned to workload w, or of region s on the ground, in the unit of the target
  sends[s,b,t]            traffic from shell s down to gateway b, Tb/s
  relays[s,o,t]           traffic from shell s to another shell o, Tb/s
  kworst_threshold[f,t]   capacity threshold of the gateways lost in failure f, Tb/s
  kworst_excess[f,b,t]    capacity of gateway b above the threshold, Tb/s
Parameters  delivers[k,s,q,t], link_each[k,s,q,t], downlink_each[k,s,q,t], share[w,t], demand[t], traffic_each[w],
            bisection_need[w], capable[w], view_share[s,b], relay_share[s,o], receive_share[s,o], station_capacity[b], initial[b],
            initial_in_use[b,t] (0 before the first month of use), ready[b,t] (orders in use in t), max_ordered[b,t], max_stations[b], count[f], required_traffic[f,t]
Uses        nodes.placed[k,s,t], ground.built[g,t], target.unmet[t], target.unserved[w,t]
Constraints
  power            alive[s,t] = sum_{k,q} delivers[k,s,q,t] placed[k,s,q]                           each s, t
  link_total       link_capacity[s,t] = sum_{k,q} link_each[k,s,q,t] placed[k,s,q]                  each s, t with traffic
  downlink_total   downlink_capacity[s,t] = sum_{k,q} downlink_each[k,s,q,t] placed[k,s,q]          each s, t with traffic
  workload_demand  sum_s serves[w,s,t] >= share[w,t] (demand[t] - unmet[t]) - unserved[w,t]         each w, t
  serving          sum_w serves[w,s,t] <= alive[s,t]                                                each s, t
                   sum_w serves[w,g,t] <= sum_q delivers[g,q,t] built[g,q]                          each region g, t
  bisection        sum_{v: bisection_need[v] >= bisection_need[w]} serves[v,s,t] <= sum_{k in capable[w],q} delivers[k,s,q,t] placed[k,s,q]   each w, s, t
  traffic          sum_w traffic_each[w] serves[w,s,t] + sum_o relays[o,s,t] = sum_b sends[s,b,t] + sum_o relays[s,o,t]   each s, t
  crosslink        sum_w traffic_each[w] serves[w,s,t] + sum_o relays[o,s,t] <= link_capacity[s,t]   each s, t
  view             sends[s,b,t] <= view_share[s,b] downlink_capacity[s,t]                           each s, b, t
  relay            relays[s,o,t] <= relay_share[s,o] link_capacity[s,t]                             each s, o, t
  reception        relays[s,o,t] <= receive_share[s,o] link_capacity[o,t]                           each s, o, t
  downlink         sum_s sends[s,b,t] <= station_capacity[b] (initial_in_use[b,t] + sum_{q in ready[b,t]} ordered[b,q])   each b, t
  max_stations     initial[b] + sum_t ordered[b,t] <= max_stations[b]                               each b with orders
  kworst_capacity  sum_b (capacity[b,t] - kworst_excess[f,b,t]) - count[f] kworst_threshold[f,t] >= required_traffic[f,t] (demand[t] - unmet[t] - sum_w unserved[w,t])   each f, t
  kworst_bound     kworst_threshold[f,t] + kworst_excess[f,b,t] >= capacity[b,t]                    each f, b, t
                   with capacity[b,t] = station_capacity[b] (initial_in_use[b,t] + sum_{q in ready[b,t]} ordered[b,q])
Exports     ordered; cost and salvage of gateways
Bounds
  ordered            feasibility: max_ordered[b,t] = max_stations[b] - initial[b]: row max_stations
  alive              feasibility: delivers times the bounds of placed, which a network leaves without dominance: row power
  link_capacity      feasibility: link_each times the bounds of placed: row link_total
  downlink_capacity  feasibility: downlink_each times the bounds of placed: row downlink_total
  serves             dominance: share[w,t] times demand[t], none for most_power: serves has no cost, and reducing it to the demand of
                     w, with the traffic that it causes, keeps every row
  sends              dominance: max_traffic[t] = traffic of all demand, none for most_power: with serves at demand, and cycles of
                     relays removed, no flow on an arc exceeds the total (flow decomposition)
  relays             dominance: the same
  kworst_threshold   feasibility: largest station_capacity[b] max_stations[b]: the k-th largest capacity is an optimal threshold
  kworst_excess      feasibility: station_capacity[b] max_stations[b]: capacity less threshold is at most capacity
Source      Workloads that need as much bandwidth between nodes as w and those that need more are nested, and so are the designs
            with that bandwidth: by Hall's theorem the rows of bisection together ensure that each workload finds its designs.
            The k largest of some capacities are the least of k threshold + sum_b excess[b] with threshold + excess[b] >= capacity[b]
            (Bertsimas and Sim 2004): the capacity without the k worst gateways needs no enumeration.
            For most_power the demand is the factor times the path. Computing delivered is what these rows ask: its shares
            add up to 1, so that all of it is assigned, and sent down where its shell is in orbit. Traffic is a multiple of
            serves, and serves of computing alive, a sum over vintages each with the hardware of its year: all rows are linear.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyomo.core as pyo

from formulations.coefficients import Coefficients, Column
from formulations.components import columns, rows
from formulations.demand import at_least, equal
from formulations.ground import GroundVars, ground_delivers
from formulations.nodes import NodeVars, Sums
from formulations.target import TargetVars
from formulations.vintages import Floats, Vintages


@dataclass(frozen=True, slots=True)
class NetworkVars:
    """Variables of the network for the objective."""

    ordered: pyo.Var


def network_by_flow(
    m: pyo.ConcreteModel, c: Coefficients, nodes: NodeVars, target: TargetVars, ground: GroundVars
) -> NetworkVars:
    """Build the family of network: traffic flows from shells to gateways; bisection bandwidth is a property of designs."""
    b, given = pyo.Block(), c.network
    m.network = b
    b.ordered = columns(
        list(given.orders), domain=pyo.NonNegativeIntegers, bounds=lambda _, *i: (0, given.max_ordered[i])
    )
    _stocks(b, c, nodes)
    _work(b, c, nodes, target, ground)
    _flow(b, c)
    _gateways(b, c, target)
    return NetworkVars(b.ordered)


def _net_demand(c: Coefficients, target: TargetVars, t: int) -> Any:
    """Return the demand of a period: times the factor of most_power, less what the plan may leave and does."""
    return c.target.demand[t] * (1.0 if target.factor is None else target.factor) - target.missed(t)


def _stocks(b: pyo.Block, c: Coefficients, nodes: NodeVars) -> None:
    """Add power and capacities of the living nodes of each shell: each sum over vintages is written once."""
    given = c.network
    if not given.stocks:
        return
    placed = _max_placed(c)
    kinds: list[tuple[str, str, Mapping[Column, Vintages], tuple[tuple[str, int], ...]]] = [
        ("alive", "power", c.nodes.delivers, given.stocks),
        ("link_capacity", "link_total", given.link_each, given.links),
        ("downlink_capacity", "downlink_total", given.downlink_each, given.links),
    ]
    for name, row, table, index in kinds:
        if not index:
            continue
        sums = nodes.placed_by(name, table, lambda _, s: (s,))
        most = _max_sum(table, placed)
        stock = columns(list(index), bounds=lambda _, s, t, most=most: (0, float(most[s][t])))
        b.add_component(name, stock)
        rule = _equal_to(stock, sums)
        b.add_component(row, rows(list(index), rule=rule))


def _equal_to(stock: pyo.Var, sums: Sums) -> Any:
    return lambda _, *i: stock[i] == sums.get(i, 0.0)


def _max_placed(c: Coefficients) -> dict[Column, Floats]:
    """Bound the nodes placed of each design in each period."""
    periods = len(c.time.periods)
    most: dict[Column, Floats] = {}
    for v, k, s, t in c.nodes.loads:
        most.setdefault((k, s), np.zeros(periods))[t] += c.nodes.arrives_share[v] * c.nodes.max_loaded[v, k, s, t]
    for k, s, t in c.nodes.driver_routes:
        most.setdefault((k, s), np.zeros(periods))[t] += c.nodes.arrival_share[s] * c.nodes.max_launched[k, s, t]
    return most


def _max_sum(table: Mapping[Column, Vintages], placed: Mapping[Column, Floats]) -> dict[str, Floats]:
    """Bound a weighted sum of nodes placed in each period, by shell."""
    most: dict[str, Floats] = {}
    for (k, s), each in table.items():
        if (k, s) in placed:
            lives, count = each.rows(each.built), placed[k, s][each.built, None]
            more = np.where(lives > 0.0, np.where(lives > 0.0, lives, 1.0) * count, 0.0).sum(axis=0)
            most[s] = most.get(s, 0.0) + more
    return most


def _work(b: pyo.Block, c: Coefficients, nodes: NodeVars, target: TargetVars, ground: GroundVars) -> None:
    """Assign each workload its share, in shells of low enough latency and designs of enough bandwidth or on the ground."""
    given = c.network
    b.serves = columns(list(given.serves), bounds=lambda _, *i: (0, given.max_served[i]))
    by_class: dict[tuple[str, int], list[str]] = {}
    by_shell: dict[tuple[str, int], list[str]] = {}
    for w, s, t in given.serves:
        by_class.setdefault((w, t), []).append(s)
        by_shell.setdefault((s, t), []).append(w)

    capable = {
        w: nodes.placed_by(
            f"capable_{w}",
            {(k, s): c.nodes.delivers[k, s] for (v, s), kinds in given.capable.items() if v == w for k in kinds},
            lambda _, s: (s,),
        )
        for w in dict.fromkeys(w for w, _ in given.capable)
    }

    def workload_demand(b: pyo.Block, w: str, t: int) -> object:
        done = pyo.quicksum(b.serves[w, s, t] for s in by_class.get((w, t), ()))
        if (w, t) in target.unserved:
            return at_least(b, done, given.share[w, t] * c.target.demand[t] - target.unserved[w, t])
        return at_least(b, done, given.share[w, t] * _net_demand(c, target, t))

    def serving(b: pyo.Block, s: str, t: int) -> object:
        able = ground_delivers(c, ground, t, s) if s in c.ground.delivers else b.alive[s, t]
        return pyo.quicksum(b.serves[w, s, t] for w in by_shell[s, t]) <= able

    def bisection(b: pyo.Block, w: str, s: str, t: int) -> object:
        done = pyo.quicksum(
            b.serves[v, s, t] for v in by_shell[s, t] if given.bisection_need[v] >= given.bisection_need[w]
        )
        return done <= capable[w].get((s, t), 0.0)

    b.workload_demand = rows(list(given.share), rule=workload_demand)
    b.serving = rows(list(by_shell), rule=serving)
    b.bisection = rows([i for i in given.serves if (i[0], i[1]) in given.capable], rule=bisection)


def _flow(b: pyo.Block, c: Coefficients) -> None:
    """Route traffic from the shells of workloads, over links and relays, to gateways in view."""
    given = c.network
    b.sends = columns(list(given.sends), bounds=lambda _, s, g, t: (0, given.max_traffic[t]))
    b.relays = columns(list(given.relays), bounds=lambda _, s, o, t: (0, given.max_traffic[t]))
    down: dict[tuple[str, int], list[str]] = {}
    out: dict[tuple[str, int], list[str]] = {}
    into: dict[tuple[str, int], list[str]] = {}
    done: dict[tuple[str, int], list[str]] = {}
    for s, g, t in given.sends:
        down.setdefault((s, t), []).append(g)
    for s, o, t in given.relays:
        out.setdefault((s, t), []).append(o)
        into.setdefault((o, t), []).append(s)
    for w, s, t in given.serves:
        if given.traffic_each[w] > 0:
            done.setdefault((s, t), []).append(w)

    def entering(b: pyo.Block, s: str, t: int) -> object:
        own = pyo.quicksum(given.traffic_each[w] * b.serves[w, s, t] for w in done.get((s, t), ()))
        return own + pyo.quicksum(b.relays[o, s, t] for o in into.get((s, t), ()))

    def traffic(b: pyo.Block, s: str, t: int) -> object:
        leaving = pyo.quicksum(b.sends[s, g, t] for g in down.get((s, t), ()))
        leaving += pyo.quicksum(b.relays[s, o, t] for o in out.get((s, t), ()))
        return equal(b, entering(b, s, t), leaving)

    moved = [i for i in given.links if i in done or i in into]
    b.traffic = rows(moved, rule=traffic)
    b.crosslink = rows(moved, rule=lambda b, s, t: entering(b, s, t) <= b.link_capacity[s, t])
    b.view = rows(
        list(given.sends),
        rule=lambda b, s, g, t: b.sends[s, g, t] <= given.view_share[s, g] * b.downlink_capacity[s, t],
    )
    b.relay = rows(
        list(given.relays), rule=lambda b, s, o, t: b.relays[s, o, t] <= given.relay_share[s, o] * b.link_capacity[s, t]
    )
    b.reception = rows(
        list(given.relays),
        rule=lambda b, s, o, t: b.relays[s, o, t] <= given.receive_share[s, o] * b.link_capacity[o, t],
    )


def _gateways(b: pyo.Block, c: Coefficients, target: TargetVars) -> None:
    """Limit traffic to stations that are ready, and require enough capacity without the k worst gateways."""
    given = c.network
    seeing: dict[tuple[str, int], list[str]] = {}
    for s, g, t in given.sends:
        seeing.setdefault((g, t), []).append(s)
    ordered: dict[str, list[int]] = {}
    for g, t in given.orders:
        ordered.setdefault(g, []).append(t)

    def capacity(b: pyo.Block, g: str, t: int) -> object:
        bought = pyo.quicksum(b.ordered[g, q] for q in given.ready[g, t])
        return given.station_capacity[g] * (given.initial_in_use.get((g, t), 0) + bought)

    def downlink(b: pyo.Block, g: str, t: int) -> object:
        return pyo.quicksum(b.sends[s, g, t] for s in seeing[g, t]) <= capacity(b, g, t)

    def kworst_capacity(b: pyo.Block, f: str, t: int) -> object:
        left = pyo.quicksum(capacity(b, g, t) - b.kworst_excess[f, g, t] for g in given.gateways)
        left -= given.count[f] * b.kworst_threshold[f, t]
        return at_least(b, left, given.required_traffic[f, t] * _net_demand(c, target, t))

    b.downlink = rows(list(seeing), rule=downlink)
    b.max_stations = rows(
        list(ordered),
        rule=lambda b, g: given.initial[g] + pyo.quicksum(b.ordered[g, t] for t in ordered[g]) <= given.max_stations[g],
    )
    largest = {g: given.station_capacity[g] * given.max_stations[g] for g in given.gateways}
    spare = [(f, g, t) for f, t in given.required_traffic for g in given.gateways]
    b.kworst_threshold = columns(list(given.required_traffic), bounds=(0, max(largest.values(), default=0.0)))
    b.kworst_excess = columns(spare, bounds=lambda _, f, g, t: (0, largest[g]))
    b.kworst_capacity = rows(list(given.required_traffic), rule=kworst_capacity)
    b.kworst_bound = rows(
        spare, rule=lambda b, f, g, t: b.kworst_threshold[f, t] + b.kworst_excess[f, g, t] - capacity(b, g, t) >= 0
    )
