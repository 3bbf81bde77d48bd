"""Account of delivered computing: how much of what is installed is used in the end, stage by stage.

Stages in their order, each at most the one before: ``installed`` (bought and not retired, with the hardware of its
year), ``arrived`` (without lost flights), ``alive``, ``powered`` (in place, in the Sun and fed by the aged array),
``cooled``, ``working`` (accelerators left), ``linked`` (with a network: work that its links carry) and ``used`` (what
the target asks). Radiators are sized for the end of life, so that all power is cooled; halls on the ground are repaired
at once. The product of the shares from ``alive`` to ``working`` is the coefficient of a node in the rows of the model.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping

from solver.design import vintages
from solver.economics.halls import Hall
from solver.instance.dates import COMPUTE_KINDS, RATE_KINDS
from solver.physics.ageing import INSTANT_YR
from solver.plan import Design
from solver.tables.demand import stock_unit
from solver.tables.plan_state import PlanState
from solver.tables.transport import Row

STAGES = ("installed", "arrived", "alive", "powered", "cooled", "working", "linked", "used")
Account = tuple[float, ...]


def node_shares(design: Design, age: float, wait_years: float) -> tuple[float, float, float, float]:
    """Return the shares of nodes at an age: alive over placed, powered over alive, cooled over powered, working."""
    alive, powered = vintages.alive(design, age), vintages.powered_share(design, age, wait_years)
    left = vintages.it_share(design, age, wait_years)
    return alive, powered, 1.0, left / powered if powered > 0 else 0.0


def accounts(state: PlanState) -> Mapping[tuple[str, int], Account]:
    """Compute the amounts of every stage by place and period, in the unit of a target of stocks, else in GW."""
    stages: dict[tuple[str, int], list[float]] = defaultdict(lambda: [0.0] * len(STAGES))
    for place, t, amounts in (*_nodes(state), *_halls(state)):
        for i, amount in enumerate(amounts):
            stages[place, t][i] += amount
    found: dict[tuple[str, int], Account] = {}
    for t in state.horizon.periods:
        places = sorted(place for place, period in stages if period == t)
        linked = {place: _linked(state, place, t, stages[place, t][5]) for place in places}
        asked, total = state.target[t], sum(linked.values())
        used = min(1.0, asked / total) if total > 0 and state.instance.target.kind not in RATE_KINDS else 1.0
        found |= {(p, t): (*stages[p, t][:6], linked[p], linked[p] * used) for p in places}
    return found


def account_rows(state: PlanState) -> Iterator[Row]:
    """Yield the stages by period and place, and the share of what is installed that is used."""
    unit = stock_unit(state.instance.target.kind)
    for (place, t), amounts in accounts(state).items():
        share = amounts[-1] / amounts[0] if amounts[0] > 0 else None
        yield state.horizon.label(t), place, unit, *amounts, share


def account_of(state: PlanState, t: int) -> Account:
    """Return the stages of all places at the end of a period."""
    found = [amounts for (_, period), amounts in accounts(state).items() if period == t]
    return tuple(map(sum, zip(*found, strict=True))) if found else (0.0,) * len(STAGES)


def _nodes(state: PlanState) -> Iterator[tuple[str, int, Account]]:
    compute = state.instance.target.kind in COMPUTE_KINDS
    for (k, s, q), placed in sorted(state.placed.items()):
        design, wait = state.designs[k, s], vintages.wait_years(state.instance, state.designs[k, s])
        new = vintages.eflops_built(design, state.horizon.middle(q)) if compute else design.power_kw * 1e-6
        installed = state.loaded.get((k, s, q), 0) + state.launched.get((k, s, q), 0.0)
        for t in state.horizon.periods[q:]:
            age = state.horizon.age(q, t)
            if age >= design.life_years - INSTANT_YR:
                break
            amounts = [new * installed, new * placed]
            for share in node_shares(design, age, wait):
                amounts.append(amounts[-1] * share)
            yield s, t, tuple(amounts)


def _halls(state: PlanState) -> Iterator[tuple[str, int, Account]]:
    compute = state.instance.target.kind in COMPUTE_KINDS
    taken = sorted(state.plan.decisions.ground_gw.items())
    for (g, q), gw in taken if state.instance.target.where == "anywhere" else ():
        hall = Hall(state.instance.ground[g], state.horizon, q)
        for t in hall.served:
            yield g, t, (gw * hall.eflops_per_gw(t) if compute else gw,) * 6


def _linked(state: PlanState, place: str, t: int, working: float) -> float:
    """Return what links carry of the work of a place: what is assigned, and its part of what asks for no links."""
    delivered = state.instance.target.kind == "compute_delivered"
    if state.network is None or not (delivered or place in state.shells):
        return working
    served = {(w, s): amount for (w, s, period), amount in state.network.served.items() if period == t}
    covered = min(1.0, math.fsum(served.values()) / state.target[t]) if state.target[t] > 0 else 0.0
    assigned = math.fsum(amount for (_, s), amount in served.items() if s == place)
    if state.instance.target.kind == "compute_delivered":
        return min(working, assigned)
    return min(working, assigned + (1.0 - covered) * working)
