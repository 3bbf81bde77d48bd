"""Replay of a plan under random losses: launches fail, fleets stand after a loss, nodes die; seeded and vectorised.

Flights of a vehicle follow each other through a period. Each is lost with its share; after a loss the vehicle stands
for its grounded days, across the end of the period too. A node that arrives dies as an infant with its share, and later
at its constant hazard. Accelerators and arrays age as expected: a node has thousands. Flights to the Moon, mass
drivers and halls are as planned.

A ship that is refuelled flies after its tankers, which are lost as it is: the propellant that arrives in a period fills
the ships of that period one after another, and a ship without enough stays on the ground.

Rule ``none``: flights keep to their dates; those that fall into a stand-down are not flown. Rule ``again``: where
arrivals are behind those that the plan expects, nodes are bought and flown again, and flights that were not flown are
made up, with the same vehicle to the same shell, as far as cadence, pads, licences and the vehicles left allow.
Vehicles lost beyond those expected are ordered again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from solver.ask.risk.recourse import Recourse
from solver.ask.risk.replay_data import Cohort, Fleet, ReplayData, Stream
from solver.milp.matrix import Floats

CHUNK = 2_000
"""Replays computed together; a stop is heeded between chunks."""
SMALLEST = 1e-9


@dataclass(frozen=True, slots=True)
class Causes:
    """Causes of failure that a replay draws; one that it does not draw is as expected by the plan."""

    launches: bool = True
    grounding: bool = True
    nodes: bool = True


@dataclass(frozen=True, slots=True)
class Replays:
    """Outcome of many replays, a row for each: what is delivered by period, in the unit of the target.

    ``lost`` and ``flown`` are flights by vehicle, ``grounded_years`` those in which it stood, ``extra_musd`` the
    present spending on flights, vehicles and nodes beyond the plan.
    """

    delivered: Floats
    lost: dict[str, Floats]
    flown: dict[str, Floats]
    grounded_years: dict[str, Floats]
    extra_musd: Floats

    @classmethod
    def joined(cls, parts: list[Replays]) -> Replays:
        """Join the rows of several parts."""
        lost, flown, grounded = (
            {v: np.concatenate([getattr(part, name)[v] for part in parts]) for v in getattr(parts[0], name)}
            for name in ("lost", "flown", "grounded_years")
        )
        delivered = np.concatenate([part.delivered for part in parts])
        return cls(delivered, lost, flown, grounded, np.concatenate([part.extra_musd for part in parts]))


def replay(
    data: ReplayData,
    count: int,
    seed: int = 0,
    recourse: Recourse = Recourse.again,
    causes: Causes = Causes(),
    on_step: Callable[[int, int], None] = lambda _done, _of: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Replays:
    """Simulate a plan so many times; the same seed gives the same replays. A stop ends it after the first chunk."""
    sizes = [min(CHUNK, count - done) for done in range(0, count, CHUNK)]
    parts: list[Replays] = []
    for i, (size, stream) in enumerate(zip(sizes, np.random.SeedSequence(seed).spawn(len(sizes)), strict=True)):
        if parts and stopped():
            break
        parts.append(_Simulation(data, size, np.random.default_rng(stream), recourse, causes).run())
        on_step(i + 1, len(sizes))
    return Replays.joined(parts)


@dataclass(slots=True)
class _FleetState:
    """Fleet in the replays: the stand-down left at the start of a period, and the vehicles lost beyond those expected.

    ``ordered`` are vehicles ordered again, after each period.
    """

    size: int
    ordered: list[Floats] = field(default_factory=list)
    standing: Floats = field(init=False)
    excess_lost: Floats = field(init=False)
    lost: Floats = field(init=False)
    flown: Floats = field(init=False)
    grounded: Floats = field(init=False)

    def __post_init__(self) -> None:
        for name in ("standing", "excess_lost", "lost", "flown", "grounded"):
            setattr(self, name, np.zeros(self.size))

    def vehicles(self, fleet: Fleet, t: int) -> Floats:
        """Return the vehicles at hand in a period."""
        answered = fleet.answered[t]
        again = self.ordered[answered] if 0 <= answered < len(self.ordered) else 0.0
        return np.asarray(np.maximum(0.0, fleet.stock[t] - self.excess_lost + again), dtype=np.float64)


@dataclass(slots=True)
class _Simulation:
    data: ReplayData
    size: int
    random: np.random.Generator
    recourse: Recourse
    causes: Causes
    extra: Floats = field(init=False)
    delivered: Floats = field(init=False)
    behind: dict[tuple[str, str, str], Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.extra = np.zeros(self.size)
        self.delivered = np.tile(self.data.fixed, (self.size, 1))

    def run(self) -> Replays:
        """Simulate all periods."""
        data, size = self.data, self.size
        fleets = {f.vehicle: _FleetState(size) for f in data.fleets}
        for t in range(len(data.years)):
            arrived: dict[tuple[str, str], Floats] = {
                column: np.full(size, nodes[t]) for column, nodes in data.fixed_nodes.items() if nodes[t]
            }
            for fleet in data.fleets:
                for column, nodes in self._flown(fleet, fleets[fleet.vehicle], t):
                    arrived[column] = arrived[column] + nodes if column in arrived else nodes
            for column, nodes in arrived.items():
                self._age(data.cohorts[column], nodes, t)
        lost, flown, grounded = (
            {v: getattr(state, name) for v, state in fleets.items()} for name in ("lost", "flown", "grounded")
        )
        return Replays(self.delivered, lost, flown, grounded, self.extra)

    def _flown(self, fleet: Fleet, state: _FleetState, t: int) -> Iterator[tuple[tuple[str, str], Floats]]:
        """Fly a period of one vehicle, and yield the nodes that arrive by design and shell."""
        requested = [self._requested(fleet, stream, t) for stream in fleet.streams]
        total = np.sum([flights for flights, _ in requested], axis=0)
        flown, lost = self._losses(fleet, state, t, total)
        self.extra += (flown - float(fleet.flights[t])) * fleet.flight_musd[t]
        left = (flown, lost, total)
        for stream, (flights, nodes) in zip(fleet.streams, requested, strict=True):
            mine = self._part(left[0], flights, left[2])
            mine_lost = self._drawn(left[1], mine, left[0])
            left = (np.maximum(0.0, left[0] - mine), left[1] - mine_lost, left[2] - flights)
            sent, sent_lost = self._refuelled(stream, mine, mine_lost)
            unfilled = mine / stream.flights_each - sent
            state.flown -= unfilled
            self.extra -= unfilled * fleet.flight_musd[t]
            sent_share = np.divide(sent * stream.flights_each, flights, out=np.zeros(self.size), where=flights > 0)
            lost_share = np.divide(sent_lost, sent, out=np.zeros(self.size), where=sent > SMALLEST)
            kept = 1.0 - np.clip(lost_share, 0.0, 1.0)
            if self.data.rate and stream.cargo_kt[t]:
                self.delivered[:, t] += np.minimum(sent_share, 1.0) * kept * stream.cargo_kt[t] / self.data.years[t]
            for k, count in nodes.items():
                planned, arriving = float(stream.loaded[k][t]), sent_share * count * kept
                self.extra += (sent_share * count - planned) * self.data.cohorts[k, stream.shell].node_musd[t]
                key = (fleet.vehicle, k, stream.shell)
                self.behind[key] = self.behind.get(key, 0.0) + (1.0 - fleet.loss_share) * planned - arriving
                yield (k, stream.shell), arriving

    def _requested(self, fleet: Fleet, stream: Stream, t: int) -> tuple[Floats, dict[str, Floats]]:
        """Return flights and nodes of a stream in a period: those of the plan, and those that make up for losses."""
        flights = np.full(self.size, stream.flights[t])
        nodes = {k: np.full(self.size, count[t]) for k, count in stream.loaded.items() if count[t]}
        if self.recourse is Recourse.none or fleet.most[t] <= 0:
            return flights, nodes
        for k in stream.loaded:
            again = np.maximum(0.0, self.behind.get((fleet.vehicle, k, stream.shell), 0.0)) / (1.0 - fleet.loss_share)
            if np.any(again > SMALLEST):
                nodes[k] = nodes.get(k, np.zeros(self.size)) + again
                flights = flights + again * stream.flights_per_node
        return flights, nodes

    def _losses(self, fleet: Fleet, state: _FleetState, t: int, requested: Floats) -> tuple[Floats, Floats]:
        """Return flights flown and lost in a period, and keep what follows for later ones."""
        pace = self._pace(fleet, state, t, requested)
        if self.causes.launches:
            flown, lost = self._through(fleet, state, float(self.data.years[t]), pace, requested)
        else:
            flown = np.minimum(pace, requested)
            lost = fleet.loss_share * flown
        state.excess_lost = state.excess_lost + lost - fleet.loss_share * float(fleet.flights[t])
        state.lost += lost
        state.flown += flown
        before = state.ordered[-1] if state.ordered else np.zeros(self.size)
        # What is expected to be lost is in the orders of the plan.
        again = np.maximum(before, state.excess_lost) if self.recourse is Recourse.again else before
        self.extra += (again - before) * fleet.vehicle_musd[t]
        state.ordered.append(again)
        return flown, lost

    def _pace(self, fleet: Fleet, state: _FleetState, t: int, requested: Floats) -> Floats:
        """Return the flights that fit into a period without a stand-down."""
        most = float(fleet.flights[t] if self.recourse is Recourse.none else max(fleet.flights[t], fleet.most[t]))
        if not np.isfinite(fleet.stock[t]):
            return np.full(self.size, most)
        pace = np.minimum(most, fleet.per_vehicle[t] * state.vehicles(fleet, t))
        # Rows hold within a tolerance; it must not cost the last flight.
        return np.where((pace < requested) & (requested <= pace + 1e-5 * np.maximum(1.0, pace)), requested, pace)

    def _through(
        self, fleet: Fleet, state: _FleetState, years: float, pace: Floats, requested: Floats
    ) -> tuple[Floats, Floats]:
        """Return flights flown and lost, as flights and stand-downs follow each other through the time of a period."""
        grounded = fleet.grounded_years if self.causes.grounding else 0.0
        flown, lost = np.zeros(self.size), np.zeros(self.size)
        clock = np.minimum(state.standing, years)
        state.grounded += clock
        state.standing = state.standing - clock
        each = np.divide(years, pace, out=np.full(self.size, np.inf), where=pace > SMALLEST)
        now = np.flatnonzero((requested > SMALLEST) & (pace > SMALLEST) & (clock < years))
        while now.size:
            room = np.minimum((years - clock[now]) / each[now], requested[now] - flown[now])
            gap = self.random.geometric(fleet.loss_share, now.size) if fleet.loss_share else np.full(now.size, np.inf)
            fails = gap <= room + SMALLEST
            flew = np.where(fails, gap, room)
            flown[now] += flew
            clock[now] += flew * each[now]
            now = now[fails]
            stands = np.clip(years - clock[now], 0.0, grounded)
            lost[now] += 1
            state.grounded[now] += stands
            state.standing[now] = grounded - stands
            clock[now] += stands
            now = now[(clock[now] < years - SMALLEST) & (requested[now] - flown[now] > SMALLEST)]
        return flown, lost

    def _part(self, flown: Floats, flights: Floats, total: Floats) -> Floats:
        """Return the flights of one stream out of those flown, in proportion to those that were requested."""
        share: Floats = np.divide(flights, total, out=np.zeros(self.size), where=total > SMALLEST)
        whole = np.abs(flown - total) <= SMALLEST * np.maximum(1.0, total)
        part: Floats = np.where(whole, flights, flown * np.minimum(1.0, share))
        return part

    def _refuelled(self, stream: Stream, flown: Floats, lost: Floats) -> tuple[Floats, Floats]:
        """Return the ships sent and those lost, out of flights of ships and tankers: as many as the tankers fill."""
        if stream.flights_each == 1:
            return flown, lost
        ships = flown / stream.flights_each
        tankers = flown - ships
        tankers_lost = lost * (1.0 - 1.0 / stream.flights_each)
        if self.causes.launches:
            fuel, cargo = np.rint(tankers).astype(np.int64), np.rint(ships).astype(np.int64)
            drawn = self.random.hypergeometric(fuel, cargo, np.minimum(lost, fuel + cargo).astype(np.int64))
            tankers_lost = np.minimum(drawn, tankers)
        filled = (tankers - tankers_lost) / stream.tankers_needed
        sent = np.where(filled >= ships * (1.0 - SMALLEST), ships, np.floor(filled + SMALLEST))
        return sent, np.minimum(np.maximum(0.0, lost - tankers_lost), sent)

    def _drawn(self, lost: Floats, mine: Floats, flown: Floats) -> Floats:
        """Draw how many of the lost flights were those of one stream: each with the share of the stream."""
        share = np.clip(np.divide(mine, flown, out=np.zeros(self.size), where=flown > SMALLEST), 0.0, 1.0)
        if not self.causes.launches:
            return np.asarray(lost * share, dtype=np.float64)
        drawn = self.random.binomial(lost.astype(np.int64), share).astype(np.float64)
        mine_lost: Floats = np.where(share >= 1.0 - SMALLEST, lost, np.minimum(drawn, mine))
        return mine_lost

    def _age(self, cohort: Cohort, nodes: Floats, q: int) -> None:
        """Add what nodes of one vintage deliver until the end, as they die at random."""
        if self.data.rate:
            self.delivered[:, q] += nodes * cohort.added[q]
            return
        random = self.causes.nodes and bool(np.any(cohort.survives[q] % 1.0))
        # Nodes are drawn one by one; a part of one is a whole one with that chance.
        alive = np.floor(nodes + self.random.random(self.size)) if random else nodes
        for i, (share, output) in enumerate(zip(cohort.survives[q], cohort.output[q], strict=True)):
            if share <= 0.0:
                return
            alive = self.random.binomial(alive.astype(np.int64), share).astype(np.float64) if random else alive * share
            self.delivered[:, q + i] += alive * output
