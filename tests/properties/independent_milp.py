"""Independent small MILP of plans in orbit, written from the format page and the page on time alone.

It shares nothing with the formulations, the derivation or the checker but the reader of instances. Its windows of
twelve months end with every month.

``tests.properties.independent_hunt`` compares its optima with those of the solver.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import csr_matrix

from solver.instance.fields import Growth
from solver.instance.hardware import Declared
from solver.instance.schema import Instance
from solver.instance.transport import Fleet, Vehicle

MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
SMALL = 1e-6
"""Years that make no difference between two instants."""
Sum = dict[int, float]
Done = dict[int, list[tuple[int, str]]]
"""Columns of what is done, with the name of a vehicle or platform, by period."""


def _month(date: str) -> int:
    return int(date[:4]) * 12 + int(date[5:]) - 1


@dataclass
class Program:
    """Columns and rows of a MILP; a column is added when it is first named."""

    index: dict[tuple[object, ...], int] = field(default_factory=dict)
    cost: defaultdict[int, float] = field(default_factory=lambda: defaultdict(float))
    rows: list[tuple[Sum, float]] = field(default_factory=list)

    def column(self, *name: object) -> int:
        """Return the column of a name: a whole number, at least zero."""
        return self.index.setdefault(name, len(self.index))

    def at_most(self, row: Sum, limit: float) -> None:
        """Hold a sum to a limit."""
        self.rows.append((row, limit))

    def optimum(self) -> float:
        """Return the least cost; infinite if no plan holds to the rows."""
        places = [(i, j, value) for i, (row, _) in enumerate(self.rows) for j, value in row.items()]
        i, j, values = zip(*places, strict=True) if places else ((), (), ())
        matrix = csr_matrix((values, (i, j)), shape=(len(self.rows), len(self.index)))
        found = milp(
            np.array([self.cost[j] for j in range(len(self.index))]),
            integrality=np.ones(len(self.index), dtype=np.int64),
            constraints=LinearConstraint(matrix, -np.inf, np.array([limit for _, limit in self.rows])),
            options={"mip_rel_gap": 0.0, "time_limit": 60.0},
        )
        if found.status in (2, 3):
            return math.inf if found.status == 2 else -math.inf
        if found.status != 0:
            raise TimeoutError(found.message)
        return float(found.fun)


def independent_optimum(instance: Instance) -> float:
    """Return the least cost of an instance in MUSD; infinite if it has no plan."""
    return Plan(instance).optimum()


class Plan:
    """Rows and prices of one instance."""

    def __init__(self, instance: Instance) -> None:
        self.instance, self.program = instance, Program()
        lengths = [MONTHS[group.length] for group in instance.horizon.periods for _ in range(group.count)]
        self.ends = [end / 12 for end in itertools.accumulate(lengths)]
        self.starts = [0.0, *self.ends[:-1]]
        self.lengths = [length / 12 for length in lengths]
        self.middles = [(a + b) / 2 for a, b in zip(self.starts, self.ends, strict=True)]
        self.periods = range(len(lengths))
        self.months = [k / 12 for k in range(1, sum(lengths) + 1)]
        self.rate = instance.horizon.discount_share_per_year
        self.straight = instance.money.salvage == "straight_line"
        self.begin = _month(instance.horizon.start)

    def year(self, date: str | None) -> float:
        """Return the years from the start to a date; the start for none."""
        return 0.0 if date is None else max(0.0, (_month(date) - self.begin) / 12)

    def opens(self, t: int, date: str | None) -> bool:
        """Return whether a period begins at a date or later."""
        return self.starts[t] >= self.year(date) - SMALL

    def ready(self, u: int, lag: float) -> int:
        """Return the first period whose middle lies a lag after that of another; the number of periods if none."""
        late = (t for t in self.periods if t >= u and self.middles[t] >= self.middles[u] + lag - SMALL)
        return u if lag == 0 else next(late, len(self.periods))

    def pay(self, column: int, musd: float, t: int) -> None:
        """Charge a price in the middle of a period."""
        self.program.cost[column] += musd * (1 + self.rate) ** -self.middles[t]

    def keep(self, column: int, musd: float) -> None:
        """Give back a value at the end of the plan."""
        if self.straight:
            self.program.cost[column] -= musd * (1 + self.rate) ** -self.ends[-1]

    def optimum(self) -> float:
        """Build the program and return its optimum; ValueError for what it does not know."""
        self._known()
        for name in self.instance.use.vehicles:
            self._vehicle(name, self.instance.vehicles[name])
        for name in sorted({site for v in self.instance.use.vehicles for site in self.instance.vehicles[v].sites}):
            self._site(name)
        for name in self.instance.use.platforms:
            self._factory(name)
        self._shells()
        self._target()
        return self.program.optimum()

    def _known(self) -> None:
        instance = self.instance
        vehicles = [instance.vehicles[name] for name in instance.use.vehicles]
        platforms = [instance.platforms[name] for name in instance.use.platforms]
        declared = [platform.declared for platform in platforms if platform.declared is not None]
        other = (
            any(len(v.sites) > 1 for v in vehicles),
            any(v.fleet is not None and not self._lasting(v, v.fleet) for v in vehicles),
            len(declared) < len(platforms) or any(p.serviced is not None for p in platforms),
            self._slots() and any(d.dead_disposal_share < 1 or d.disposal_share < 1 for d in declared),
            instance.target.kind not in ("power_alive", "power_added") or instance.target.where != "orbit",
            instance.target.unmet_penalty_musd is not None or instance.objective.kind != "least_cost",
            instance.money.salvage == "delivered" or instance.learning.components or instance.network,
            instance.use.moon or bool(instance.use.ground) or instance.supply.accelerators_gw is not None,
            bool(instance.horizon.tail_years),
            any(instance.shells[name].max_derelicts is not None for name in instance.use.shells),
        )
        if any(map(bool, other)):
            raise ValueError("found what the independent MILP does not know")

    def _lasting(self, vehicle: Vehicle, fleet: Fleet) -> bool:
        """Return whether vehicles are never lost, worn or sold in the plan."""
        most = 10 * self.ends[-1] * 365.25 / fleet.turnaround_days
        whole = fleet.reuse_flights >= most and fleet.initial_flown_share == 0
        return whole and vehicle.loss_share == 0 and not self.straight

    def _slots(self) -> bool:
        return bool(self.instance.regimes) or any(shell.slots is not None for shell in self.instance.shells.values())

    # Flights and what they carry.

    def _vehicle(self, name: str, vehicle: Vehicle) -> None:
        (site,) = vehicle.sites
        for t, shell in itertools.product(self.periods, self.instance.use.shells):
            until = vehicle.available_until
            flies = self.opens(t, vehicle.available_from) and self.opens(t, self.instance.sites[site].available_from)
            if not flies or (until is not None and self.ends[t] > self.year(until) + SMALL):
                continue
            flight = self.program.column("flight", name, site, shell, t)
            self.pay(flight, vehicle.flight_musd, t)
            load: Sum = {flight: -1.0}
            for platform in self.instance.use.platforms:
                fit = self._fit(vehicle, shell, platform, t)
                if fit:
                    load[self._nodes(name, platform, shell, t)] = 1.0 / fit
            self.program.at_most(load, 0.0)
        if vehicle.fleet is not None:
            self._fleet(name, vehicle.fleet)
        if vehicle.flights_per_year is not None:
            first = next((self.starts[t] for t in self.periods if self.opens(t, vehicle.available_from)), 0.0)
            self._growth(self._flights(1, name), first, vehicle.flights_per_year, flights=True)

    def _fleet(self, name: str, fleet: Fleet) -> None:
        """Fly with vehicles at hand and ordered, each again after its turnaround."""
        flights, orders = self._flights(1, name), [self.program.column("vehicle", name, u) for u in self.periods]
        for t in self.periods:
            self.pay(orders[t], fleet.build_musd, t)
            row = {flight: fleet.turnaround_days / (365.25 * self.lengths[t]) for flight, _ in flights[t]}
            ready = {orders[u]: -1.0 for u in self.periods if self.ready(u, fleet.lead_years) <= t}
            self.program.at_most({**row, **ready}, fleet.initial)
        if fleet.production_per_year is not None:
            ordered: Done = {u: [(orders[u], name)] for u in self.periods}
            self._growth(ordered, 0.0, fleet.production_per_year, flights=False)

    def _fit(self, vehicle: Vehicle, shell: str, name: str, t: int) -> int:
        """Return the nodes of a platform that fit a flight by mass and by volume, if it is built in a period."""
        platform = self.instance.platforms[name]
        if platform.declared is None or not self.opens(t, platform.available_from):
            return 0
        payload = vehicle.payload_t.get(shell, 0.0)
        by_volume = vehicle.volume_m3 / platform.declared.stowed_m3
        return math.floor(min(payload / platform.declared.mass_t, by_volume) + 1e-9)

    def _nodes(self, vehicle: str, platform: str, shell: str, t: int) -> int:
        """Return the column of nodes that a vehicle carries in a period, with their price and what is left of it."""
        node = self.program.column("node", platform, shell, t, vehicle)
        declared = self._figures(platform)
        price = declared.cost_musd * (1 + declared.price_change_share_per_year) ** self.middles[t]
        self.pay(node, price, t)
        age = self.ends[-1] - self.middles[t]
        left = max(0.0, 1 - age / declared.life_years)
        arrive = 1 - self.instance.vehicles[vehicle].loss_share
        self.keep(node, price * left * arrive * self._alive(declared, age))
        for q in self.periods[t:]:
            years = self.lengths[q] / (2 if q == t else 1)
            alive = arrive * self._alive(declared, self.ends[q] - self.middles[t])
            self.pay(node, declared.operations_share_per_year * price * years * alive, q)
        return node

    @staticmethod
    def _alive(declared: Declared, age: float) -> float:
        """Return the share of arrived nodes that is alive at an age."""
        if age >= declared.life_years - SMALL:
            return 0.0
        return (1 - declared.infant_mortality_share) * math.exp(-declared.hazard_share_per_year * age)

    def _figures(self, name: str) -> Declared:
        declared = self.instance.platforms[name].declared
        assert declared is not None
        return declared

    def nodes(self) -> list[tuple[int, str, str, int, float]]:
        """Return the columns of nodes: column, platform, shell, period, and the share of them that arrives."""
        return [
            (column, str(name[1]), str(name[2]), int(str(name[3])), 1 - self.instance.vehicles[str(name[4])].loss_share)
            for name, column in self.program.index.items()
            if name[0] == "node"
        ]

    def _flights(self, key: int, value: str) -> Done:
        """Return the flights of a vehicle (1) or site (2) by period: columns and vehicles."""
        found: Done = defaultdict(list)
        for name, column in self.program.index.items():
            if name[0] == "flight" and name[key] == value:
                found[int(str(name[4]))].append((column, str(name[1])))
        return found

    # Limits of twelve months.

    def _window(self, done: Done, end: float, practised: float = 0.0) -> tuple[Sum, float]:
        """Return what the year that ends at an instant holds: a sum of columns and what was practised before."""
        row: Sum = defaultdict(float)
        for t, columns in done.items():
            within = max(0.0, min(end, self.ends[t]) - max(end - 1, self.starts[t])) / self.lengths[t]
            for column, _ in columns if within > SMALL else ():
                row[column] += within
        return row, practised * min(1.0, max(0.0, 1 - end))

    def _growth(self, done: Done, first: float, growth: Growth, flights: bool) -> None:
        """Hold what is done to the growth of a rate from its first use on; only flights hold to it within a year."""
        factor = 1 + growth.growth_share_per_year
        ceiling = math.inf if growth.ceiling_per_year is None else growth.ceiling_per_year

        def path(begin: float) -> float:
            base = growth.start_per_year + factor * growth.practised_per_year
            return min(ceiling, base * math.pow(factor, max(0.0, begin - first)))

        corners = sorted({x for edge in (0.0, *self.ends) for x in (edge, edge + 1)} | {self.ends[-1]})
        limits = [path(corner - 1) for corner in corners]
        for end in self.months:
            row, before = self._window(done, end, growth.practised_per_year)
            self.program.at_most(row, float(np.interp(end, corners, limits)) - before)
            earlier, long_before = self._window(done, end - 1, growth.practised_per_year)
            both = {j: row.get(j, 0.0) - factor * earlier.get(j, 0.0) for j in {*row, *earlier}}
            self.program.at_most(both, growth.start_per_year + factor * long_before - before)
        for t, columns in done.items() if flights else ():
            if self.lengths[t] < 1 - SMALL:
                share = math.ceil(self.lengths[t] * path(self.starts[t]) - 1e-9)
                self.program.at_most({column: 1.0 for column, _ in columns}, share)

    # Pads, lines and development.

    def _site(self, name: str) -> None:
        site, flights = self.instance.sites[name], self._flights(2, name)
        for t in self.periods:
            row: Sum = {column: self.instance.vehicles[v].pad_days for column, v in flights[t]}
            days = 365.25 * self.lengths[t]
            for u in self.periods:
                if self.ready(u, site.pad_lead_years) <= t:
                    row[self.program.column("pad", name, u)] = -days
            self.program.at_most(row, days * site.pads)
        for u in self.periods:
            pad = self.program.column("pad", name, u)
            self.pay(pad, site.pad_musd, u)
            self._wearing(pad, site.pad_musd, u, site.pad_lead_years, site.pad_life_years)
        self.program.at_most(
            {self.program.column("pad", name, u): 1.0 for u in self.periods}, site.max_pads - site.pads
        )
        if site.licence_flights_per_year is not None:
            for end in self.months:
                self.program.at_most(self._window(flights, end)[0], site.licence_flights_per_year)

    def _wearing(self, column: int, price: float, u: int, lag: float, life: float) -> None:
        """Keep the share of a price that is left: a life begins when what was ordered is ready."""
        age = max(0.0, self.ends[-1] - self.middles[u] - lag)
        self.keep(column, price * max(0.0, 1 - age / life))

    def _factory(self, name: str) -> None:
        platform, line = self.instance.platforms[name], self.instance.platforms[name].production_line
        if line is None:
            return
        lines = [self.program.column("line", name, u) for u in self.periods]
        for u in self.periods:
            self.pay(lines[u], line.cost_musd, u)
            self._wearing(lines[u], line.cost_musd, u, line.lead_years, line.life_years)
        self.program.at_most(dict.fromkeys(lines, 1.0), line.max_lines)
        if line.lines_per_year is not None:
            ordered: Done = {u: [(lines[u], name)] for u in self.periods}
            self._growth(ordered, 0.0, line.lines_per_year, flights=False)
        for t in self.periods:
            row = {j: platform.it_power_kw / 1000 for j, p, _, built, _ in self.nodes() if p == name and built == t}
            for u in self.periods:
                if self.ready(u, line.lead_years) <= t:
                    row[lines[u]] = -line.mw_per_year * self.lengths[t]
            self.program.at_most(row, 0.0)
        if platform.development_musd > 0 or platform.development_years > 0:
            self._development(name, lines)

    def _development(self, name: str, lines: list[int]) -> None:
        platform, line = self.instance.platforms[name], self.instance.platforms[name].production_line
        assert line is not None
        begun = [self.program.column("development", name, t) for t in self.periods]
        self.program.at_most(dict.fromkeys(begun, 1.0), 1.0)
        for u in self.periods:
            self.pay(begun[u], platform.development_musd, u)
            row = {
                begun[t]: -float(line.max_lines) for t in self.periods if self.ready(t, platform.development_years) <= u
            }
            self.program.at_most({lines[u]: 1.0, **row}, 0.0)

    # What stands in orbit.

    def _shells(self) -> None:
        shells = {s: self.instance.shells[s] for s in self.instance.use.shells}
        rooms = [(d.slots * d.count, {s}, d.slot_area_m2, None) for s, d in shells.items() if d.slots is not None]
        for name, r in self.instance.regimes.items():
            rooms.append((r.slots, {s for s in shells if name in shells[s].regimes}, r.slot_area_m2, r.platforms))
        for (slots, within, area_m2, only), t in itertools.product(rooms, self.periods):
            row = {}
            for j, name, s, arrive, a in self._standing(t):
                if s in within and (only is None or name in only):
                    node = self._figures(name)
                    row[j] = arrive * a * max(1.0, (node.array_m2 + node.radiator_m2) / (area_m2 or math.inf))
            self.program.at_most(row, slots)

    def _standing(self, t: int) -> list[tuple[int, str, str, float, float]]:
        """Return nodes alive at the end of a period: column, platform, shell, share that arrives, share alive."""
        found = []
        for column, name, shell, u, arrive in self.nodes():
            declared = self._figures(name)
            if u <= t:
                found.append((column, name, shell, arrive, self._alive(declared, self.ends[t] - self.middles[u])))
        return found

    def _target(self) -> None:
        target = self.instance.target
        for t in self.periods:
            if target.kind == "power_alive":
                row = {}
                built = {j: u for j, _, _, u, _ in self.nodes()}
                for column, name, shell, arrive, alive in self._standing(t):
                    age = self.ends[t] - self.middles[built[column]]
                    on = age >= self.instance.shells[shell].transfer_years - SMALL
                    row[column] = -self._power(name, age) * arrive * alive if on else 0.0
                self.program.at_most(row, -self._path(self.ends[t], "gw"))
            else:
                asked = self._path(self.middles[t], "gw_per_year") * self.lengths[t]
                row = {
                    j: -self._power(name, 0.0) * arrive * self._alive(self._figures(name), 0.0)
                    for j, name, _, u, arrive in self.nodes()
                    if u == t
                }
                self.program.at_most(row, -asked)

    def _power(self, name: str, age: float) -> float:
        """Return the power of a node in GW; an instance has array losses or failures of accelerators, not both."""
        declared = self._figures(name)
        lost = math.pow(1 - declared.array_loss_share_per_year, age)
        failed = math.pow(1 - declared.accelerator_failure_share_per_year, age)
        return self.instance.platforms[name].it_power_kw * 1e-6 * min(lost, failed)

    def _path(self, at: float, key: str) -> float:
        target = self.instance.target
        points = [(self.year(m.date), float(getattr(m, key))) for m in target.milestones]
        before = [point for point in points if point[0] <= at + SMALL]
        if not before:
            return 0.0
        (x, low), following = before[-1], points[len(before) :]
        if target.interpolation == "step" or not following:
            return low
        end, high = following[0]
        share = (at - x) / (end - x)
        return low + share * (high - low) if target.interpolation == "linear" else low * math.pow(high / low, share)
