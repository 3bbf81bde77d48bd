"""Lunar industry: plant that grows out of its own product, limited by lags, robots and imports.

Variables
  capital[i,u]           plant of activity i at work during step u, kt
  invested[i,u]          plant built within step u, kt
  made[i,u]              product of activity i within step u, kt
  made_at_night[i,u]     of it, made at night, kt; only where power is stored
  stored[j,u]            commodity j at hand at the end of step u, kt
  localised[j,n,u]       need for commodity j that unlock n allows to be met from the Moon, kt
  unlock_started[j,n,t]  1 if the development of unlock n has begun by period t
Parameters  kept_share[i,u], ready[i,u] (steps whose investment begins to work in u), seeds_ready[u], mix[i], growth[u], max_plant[u],
            day[i,u], night[i,u] (kt of product per kt of plant by day, at night), energy[i], power[i,u], storage[i,u] (GW years per kt),
            charge (energy by day per energy used at night), light[n,u] (share of the best light,
            and what full grounds before it add), reserve[j], chips_since[j,k,s,t] (first period whose chips may go into a node, where their generation counts), feed[i,j], bill[i,j], node_bill[k,s,j], node_kt[k,s],
            local_share[j], gains[j,n], latest_unlock[j,n,u], max_need[j,u], share[u] of step u in its period;
            of drivers bill[j], energy
Uses        landings.imported[j,u], landings.seed_mass[t], nodes.mass_driver_launched[k,s,t], mass_drivers.built_mass[t]
Constraints
  stock             capital[i,u] = kept_share[i,u] capital[i,u-1] + sum_{w in ready[i,u]} invested[i,w]
                    + mix[i] sum_{q in seeds_ready[u]} seed_mass[q]                                 each i, u
  growth            sum_i capital[i,u] <= growth[u] sum_i capital[i,u-1] + sum_{q in seeds_ready[u]} seed_mass[q]   each u
  max_plant         sum_i capital[i,u] <= max_plant[u]                                              each u where it can be reached
  output            made[i,u] - made_at_night[i,u] <= day[i,u] capital[i,u]                         each i that makes, u
  night_output      made_at_night[i,u] <= night[i,u] capital[i,u]                                   each i that makes, u
  night_share       made_at_night[i,u] <= made[i,u]                                                 same
  power             sum_i energy[i] (made[i,u] + (charge - 1) made_at_night[i,u]) + energy mass_driver_launched[u]
                    <= sum_i power[i,u] capital[i,u]                                                each u
  light             sum_i energy[i] (made[i,u] + (charge - 1) made_at_night[i,u]) + energy mass_driver_launched[u]
                    <= share of light[n,u] x sum_i power[i,u] capital[i,u] + added of light[n,u]     each n after the first, u
  storage           sum_i energy[i] made_at_night[i,u] <= sum_i storage[i,u] capital[i,u]           each u
  balance           stored[j,u] + need[j,u] + sum_i feed[i,j] made[i,u]
                    <= stored[j,u-1] + sum_{i makes j} made[i,u] + imported[j,u]                    each j, u
  reserve           sum_{i makes j, u} made[i,u] <= reserve[j]                                        each j with a reserve
  chip_age          sum_{k,s,t: q <= chips_since[j,k,s,t], t <= r} node_bill[k,s,j] mass_driver_launched[k,s,t]
                    <= sum_{u in q..r} (imported[j,u] + sum_{i makes j} made[i,u])                  each j of chips_since, q <= r
  closure           sum_{i makes j} made[i,u] - sum_i feed[i,j] made[i,u]
                    <= local_share[j] need[j,u] + sum_n gains[j,n] localised[j,n,u]                 each j limited, u
  localised_need    localised[j,n,u] <= need[j,u]                                                   each j, n, u
  localised_unlock  localised[j,n,u] <= max_need[j,u] unlock_started[j,n,latest_unlock[j,n,u]]      each j, n, u
  unlock_monotone   unlock_started[j,n,t-1] <= unlock_started[j,n,t]                                each j, n, t
  unlock_order      unlock_started[j,n,t] <= unlock_started[j,n-1,t], or its last one before t      each j, n, t
  assembly          sum_i invested[i,u] + share[u] (sum_{k,s} node_kt[k,s] mass_driver_launched[k,s,t] + built_mass[t])
                    <= sum_{i assembles} made[i,u]                                                  each u in t
                    with need[j,u] = sum_i bill[i,j] invested[i,u]
                    + share[u] (sum_{k,s} node_bill[k,s,j] mass_driver_launched[k,s,t] + bill[j] built_mass[t])
Exports     unlock_started
Bounds
  capital         dominance: max_capital[u], the least of: seeds of max_seed_kt grown by robots since the first seed (rows growth and
                  landings.seed_max, by induction over steps); max_plant[u] (row max_plant); plant of use (see Useful plant)
  invested        dominance: max_invested[i,w]: what may be added in the step in which it begins to work, by the same proof
  made            dominance: (day[i,u] + night[i,u]) max_capital[u]: rows output and night_output
  made_at_night   dominance: night[i,u] max_capital[u]: row night_output
  stored          dominance: everything landed or made by u: sum of rows balance, need and feed >= 0, bounds of imported and made
  localised       dominance: max_need[j,u], the lesser of: bills times the bounds of invested, mass_driver_launched and built_mass; output
                  of assembly at max_capital times the largest share of j in any bill (rows localised_need and assembly)
  unlock_started  feasibility: 1, binary
Useful plant
                Let H[u] be the bounds of all nodes and drivers still to be assembled from step u on. Backwards over steps, let X[u] =
                H[u] + sum of P[w] over the steps w in which plant invested from u on can begin to work; U[i,u] = the greater of U[i,u+1]
                over kept_share[i,u+1] and of the plant of activity i that makes its part of X[u] within u, by itself and by day,
                feed of all makers included (storage: the share of the night; power: all of it and the
                launches, in the least light), and at most what can
                have grown; P[u] = sum_i U[i,u]; R[u] = the greater of P[u+1] / (growth[u+1] - 1) and of R[u+1] over the least
                kept_share. Claim: some best plan has sum_i capital[i,u] <= max(R[u], C[u-1] + P[u] + seeds), C that bound of the step
                before, and adds at most max(R[u], P[u]) in u.
                Proof. Take a best plan that makes nothing in excess, and s, the first step with sum_i capital[i,s] > max(R[s], P[s]).
                In s, invest less in what exceeds U[i,s] until the total is R[s] or no activity exceeds the greater of U[i,s] and of
                what it kept; after s, invest in i only up to U[i,u]. No investment grows, nodes, drivers, seeds and imports stay.
                An activity then has either all of its former plant or at least U[i,u], for U[i,u] kept_share >= U[i,u+1].
                growth: in s the total falls and that before stays; after s, at most P[u] is added, and the total before was at least
                R[u-1]. Output: let net production fall with needs, so that closure holds; as the share made on the Moon is at
                most 1 it falls by no more than needs do, so that balance holds; trim what is then in excess, latest first. Production
                from u on is then at most the use from u on, for which U[i,u] suffices within u, and no activity makes more than before,
                for which its former plant suffices. Where power or storage is short of its former plant it has U[i,u], enough
                for all of that. Imports and thus costs are the same
Source      capital, lag and bill of materials as in growth by self-replication (NASA CP-2255, 1982; Metzger et al. 2013)
            Panels fill the best ground first, so that their energy is a concave function of their power: the least of its
            lines, one for each ground, with what the full grounds before it add (moon.lit_area)
Tightness   Chips age at work alone, and a node draws the same power with any. Where computing is asked and grows by generation, a node
            whose chips are at most so many years old is a design of its own, with the computing of that age. Each takes chips
            of the periods from chips_since to its launch. That all can be assigned follows from chip_age by Hall's theorem, as
            the periods that may serve a node are an interval; plant and drivers take chips of any age (row balance). Within
            a period chips of its own have no step, and an age between two designs counts as the greater
            max_capital grows with the step, so every row that switches an unlock has its own finite bound; localised need is
            one column for each unlock, and gains add up
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyomo.core as pyo

from formulations.coefficients import Coefficients
from formulations.components import columns, rows
from formulations.landings import LandingVars
from formulations.mass_drivers import MassDriverVars
from formulations.nodes import NodeVars


@dataclass(frozen=True, slots=True)
class LunarVars:
    """Variables of the lunar industry for other families."""

    unlock_started: pyo.Var


def lunar_by_step(
    m: pyo.ConcreteModel, c: Coefficients, landings: LandingVars, nodes: NodeVars, drivers: MassDriverVars
) -> LunarVars:
    """Build the family of lunar industry: plant by activity and step, with bills of materials and imports."""
    b = m.lunar = pyo.Block()
    _variables(b, c)
    _needs(b, c, nodes, drivers)
    _stock_rows(b, c, landings)
    _output_rows(b, c)
    _material_rows(b, c, landings, nodes)
    _closure_rows(b, c)
    return LunarVars(b.unlock_started)


def _variables(b: pyo.Block, c: Coefficients) -> None:
    given = c.lunar
    most = given.max_capital

    b.capital = columns([(i, u) for i in given.activities for u in most], bounds=lambda _, i, u: (0, most[u]))
    b.invested = columns(list(given.investments), bounds=lambda _, *i: (0, given.max_invested[i]))
    b.made = columns(
        list(given.day), bounds=lambda _, i, u: (0, (given.day[i, u] + given.night.get((i, u), 0.0)) * most[u])
    )
    b.made_at_night = columns(list(given.night), bounds=lambda _, i, u: (0, given.night[i, u] * most[u]))
    b.stored = columns(list(given.max_stored), bounds=lambda _, *i: (0, given.max_stored[i]))
    b.localised = columns(list(given.latest_unlock), bounds=lambda _, j, n, u: (0, given.max_need[j, u]))
    b.unlock_started = columns(list(given.unlocks), domain=pyo.Binary)


def _needs(b: pyo.Block, c: Coefficients, nodes: NodeVars, drivers: MassDriverVars) -> None:
    """Define mass, needs by commodity and launch energy of everything built within a step."""
    given, steps = c.lunar, c.lunar.steps
    invested: dict[int, list[str]] = {}
    for i, u in given.investments:
        invested.setdefault(u, []).append(i)

    def handled(_b: object, u: int) -> Any:
        t = steps.period[u]
        launched = pyo.quicksum(
            given.node_kt[k, s] * nodes.mass_driver_launched[k, s, t] for k, s in nodes.launched_in.get(t, ())
        )
        built = drivers.built_mass[t] if t in drivers.built_mass else 0.0  # noqa: SIM401 - a Pyomo variable has no get
        return pyo.quicksum(b.invested[i, u] for i in invested.get(u, ())) + steps.share[u] * (launched + built)

    def need(_b: object, j: str, u: int) -> Any:
        t = steps.period[u]
        plant = pyo.quicksum(given.bill[i, j] * b.invested[i, u] for i in invested.get(u, ()) if (i, j) in given.bill)
        launched = pyo.quicksum(
            given.node_bill[k, s, j] * nodes.mass_driver_launched[k, s, t]
            for k, s in nodes.launched_in.get(t, ())
            if (k, s, j) in given.node_bill
        )
        built = c.drivers.bill[j] * drivers.built_mass[t] if j in c.drivers.bill and t in drivers.built_mass else 0.0
        return plant + steps.share[u] * (launched + built)

    b.handled = pyo.Expression(list(given.max_capital), rule=handled)
    b.need = pyo.Expression(list(given.max_stored), rule=need)
    b.launch_energy = pyo.Expression(
        list(given.max_capital),
        rule=lambda _, u: (
            c.drivers.energy
            * steps.share[u]
            * pyo.quicksum(
                given.node_kt[k, s] * nodes.mass_driver_launched[k, s, steps.period[u]]
                for k, s in nodes.launched_in.get(steps.period[u], ())
            )
        ),
    )


def _stock_rows(b: pyo.Block, c: Coefficients, landings: LandingVars) -> None:
    given = c.lunar

    def seeds(u: int) -> Any:
        return pyo.quicksum(landings.seed_mass[q] for q in given.seeds_ready.get(u, ()))

    def stock(b: pyo.Block, i: str, u: int) -> Any:
        before = given.kept_share[i, u] * b.capital[i, u - 1] if (i, u - 1) in b.capital else 0.0
        built = pyo.quicksum(b.invested[i, w] for w in given.ready.get((i, u), ()))
        seeded = given.mix[i] * seeds(u) if given.mix.get(i) else 0.0
        return b.capital[i, u] == before + built + seeded

    def growth(b: pyo.Block, u: int) -> Any:
        before = pyo.quicksum(b.capital[i, u - 1] for i in given.activities if (i, u - 1) in b.capital)
        return pyo.quicksum(b.capital[i, u] for i in given.activities) <= given.growth[u] * before + seeds(u)

    b.stock = rows(list(b.capital), rule=stock)
    b.growth = rows(list(given.max_capital), rule=growth)
    b.max_plant = rows(
        list(given.max_plant),
        rule=lambda b, u: pyo.quicksum(b.capital[i, u] for i in given.activities) <= given.max_plant[u],
    )


def _output_rows(b: pyo.Block, c: Coefficients) -> None:
    given = c.lunar
    makers: dict[int, list[str]] = {}
    for i, u in given.day:
        makers.setdefault(u, []).append(i)

    def night(i: str, u: int) -> Any:
        return b.made_at_night[i, u] if (i, u) in given.night else 0.0

    def drawn(b: pyo.Block, u: int) -> Any:
        used = pyo.quicksum(
            given.energy[i] * (b.made[i, u] + (given.charge - 1) * night(i, u))
            for i in makers.get(u, ())
            if given.energy[i]
        )
        return used + b.launch_energy[u]

    def there(b: pyo.Block, u: int) -> Any:
        return pyo.quicksum(given.power[i, u] * b.capital[i, u] for i in given.activities if (i, u) in given.power)

    def storage(b: pyo.Block, u: int) -> Any:
        used = pyo.quicksum(given.energy[i] * night(i, u) for i in makers.get(u, ()) if given.energy[i])
        return used <= pyo.quicksum(
            given.storage[i, u] * b.capital[i, u] for i in given.activities if (i, u) in given.storage
        )

    b.output = rows(
        list(given.day), rule=lambda b, i, u: b.made[i, u] - night(i, u) <= given.day[i, u] * b.capital[i, u]
    )
    b.night_output = rows(
        list(given.night), rule=lambda b, i, u: b.made_at_night[i, u] <= given.night[i, u] * b.capital[i, u]
    )
    b.night_share = rows(list(given.night), rule=lambda b, i, u: b.made_at_night[i, u] <= b.made[i, u])
    powered = any(given.energy.values()) or c.drivers.energy > 0
    b.power = rows(list(given.max_capital) if powered else [], rule=lambda b, u: drawn(b, u) <= there(b, u))
    b.light = rows(
        list(given.light) if powered else [],
        rule=lambda b, n, u: drawn(b, u) <= given.light[n, u][0] * there(b, u) + given.light[n, u][1],
    )
    nights = {u for i, u in given.night if given.energy[i]}
    b.storage = rows([u for u in given.max_capital if u in nights], rule=storage)


def _local(b: pyo.Block, c: Coefficients, j: str, u: int) -> Any:
    """Return the net local production of a commodity: made, less the feed of other activities."""
    given = c.lunar
    made = pyo.quicksum(b.made[i, u] for i, what in given.makes.items() if what == j and (i, u) in given.day)
    fed = pyo.quicksum(
        share * b.made[i, u] for (i, what), share in given.feed.items() if what == j and (i, u) in given.day
    )
    return made - fed


def _material_rows(b: pyo.Block, c: Coefficients, landings: LandingVars, nodes: NodeVars) -> None:
    given = c.lunar
    imports = set(c.landing.imports)

    def balance(b: pyo.Block, j: str, u: int) -> Any:
        before = b.stored[j, u - 1] if (j, u - 1) in b.stored else 0.0  # noqa: SIM401 - a Pyomo variable has no get
        imported = landings.imported[j, u] if (j, u) in imports else 0.0
        return b.stored[j, u] + b.need[j, u] <= before + _local(b, c, j, u) + imported

    def assembly(b: pyo.Block, u: int) -> Any:
        return b.handled[u] <= pyo.quicksum(b.made[i, u] for i in given.assemblers)

    def reserve(b: pyo.Block, j: str) -> Any:
        return pyo.quicksum(b.made[i, u] for i, u in given.day if given.makes.get(i) == j) <= given.reserve[j]

    _chip_rows(b, c, landings, nodes)
    b.balance = rows(list(b.stored), rule=balance)
    b.reserve = rows([j for j in given.reserve if j in given.makes.values()], rule=reserve)
    b.assembly = rows(list(given.max_capital) if given.assemblers else [], rule=assembly)


def _chip_rows(b: pyo.Block, c: Coefficients, landings: LandingVars, nodes: NodeVars) -> None:
    """Add the rows on the age of chips: nodes take them from the periods of an interval."""
    given, steps = c.lunar, c.lunar.steps
    uses: dict[str, list[tuple[str, str, int, int]]] = {}
    launched = set(c.nodes.driver_routes)
    for (j, k, s, t), since in given.chips_since.items():
        if (k, s, t) in launched:
            uses.setdefault(j, []).append((k, s, t, since))
    ends = {j: ({since for *_, since in those}, {t for _, _, t, _ in those}) for j, those in uses.items()}

    def arrived(j: str, q: int, r: int) -> Any:
        within = {u for t in range(q, r + 1) for u in steps.within[t]}
        made = pyo.quicksum(b.made[i, u] for i, u in given.day if u in within and given.makes.get(i) == j)
        return made + pyo.quicksum(landings.imported[j, u] for o, u in c.landing.imports if o == j and u in within)

    def chip_age(_: pyo.Block, j: str, q: int, r: int) -> Any:
        used = pyo.quicksum(
            given.node_bill[k, s, j] * nodes.mass_driver_launched[k, s, t]
            for k, s, t, since in uses[j]
            if q <= since and t <= r
        )
        return used <= arrived(j, q, r)

    index = [(j, q, r) for j, (first, last) in ends.items() for q in sorted(first) for r in sorted(last) if q <= r]
    b.chip_age = rows(index, rule=chip_age)


def _closure_rows(b: pyo.Block, c: Coefficients) -> None:
    given = c.lunar
    localised: dict[tuple[str, int], list[str]] = {}
    for j, n, u in given.latest_unlock:
        localised.setdefault((j, u), []).append(n)
    order: dict[str, list[str]] = {}
    for j, n in given.gains:
        order.setdefault(j, []).append(n)
    before = {(j, n): names[at - 1] for j, names in order.items() for at, n in enumerate(names) if at > 0}
    known = set(given.unlocks)

    def closure(b: pyo.Block, j: str, u: int) -> Any:
        gained = pyo.quicksum(given.gains[j, n] * b.localised[j, n, u] for n in localised.get((j, u), ()))
        return _local(b, c, j, u) <= given.local_share[j] * b.need[j, u] + gained

    def localised_unlock(b: pyo.Block, j: str, n: str, u: int) -> Any:
        return b.localised[j, n, u] <= given.max_need[j, u] * b.unlock_started[j, n, given.latest_unlock[j, n, u]]

    def unlock_order(b: pyo.Block, j: str, n: str, t: int) -> Any:
        earlier = [q for k, m, q in known if (k, m) == (j, before[j, n]) and q <= t]
        # An unlock with no period t begins in its last period before t, or never.
        return b.unlock_started[j, n, t] <= (b.unlock_started[j, before[j, n], max(earlier)] if earlier else 0.0)

    made = set(given.makes.values())
    limited = [(j, u) for j in given.local_share if j in made for u in given.max_capital]
    b.closure = rows(limited, rule=closure)
    b.localised_need = rows(list(given.latest_unlock), rule=lambda b, j, n, u: b.localised[j, n, u] <= b.need[j, u])
    b.localised_unlock = rows(list(given.latest_unlock), rule=localised_unlock)
    b.unlock_monotone = rows(
        [(j, n, t) for j, n, t in given.unlocks if (j, n, t - 1) in known],
        rule=lambda b, j, n, t: b.unlock_started[j, n, t - 1] <= b.unlock_started[j, n, t],
    )
    b.unlock_order = rows([key for key in given.unlocks if key[:2] in before], rule=unlock_order)
