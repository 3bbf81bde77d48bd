"""Flow to the ground after an outage: max-flow through the places of a plan, and the min cut that proves it.

The graph is the plan at one instant, one vertex for each place::

    source -> shell -> ( relay ) -> down(shell) -> gateway -> ground

Each arc is one named element with a capacity, in a unit of the caller's choice (Gb/s, or GW of IT power served):

========== ============================ =========================================================================
kind       name                         capacity
========== ============================ =========================================================================
shell      shell                        traffic of the nodes alive in the shell
relay      (from, to)                   links from one shell to another, one way
downlink   shell                        links from the shell to the ground, for its own and for relayed traffic
gateway    gateway                      stations of the gateway, weather included
========== ============================ =========================================================================

A shell without an entry in ``downlinks`` has downlinks of infinite capacity. ``sees`` lists the gateways in view of a
shell; a shell without an entry sees all.

Why a cut gives a valid row. A flow of size D exists if and only if every cut has capacity D or more (max-flow min-cut).
The arcs of a cut are fixed by the vertices on the source side, not by a plan. Where each capacity is linear in the
decisions and the arcs are the same for all plans of an instance, "surviving capacity of the cut >= share x demand" is
therefore a linear row that holds for every plan which survives. ``SurvivingFlow.cut`` names the arcs and ``kept`` the
share of each that the outage leaves, which are the coefficients of that row. The outage of the k worst gateways is the
worst of all choices of k, and each choice gives such a row.

An outage takes a share of an arc. The caller combines the shares of several outages of one element.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

from solver.instance.network import MOST_OUTAGE_CHOICES
from solver.topology.mincut import min_cut_source_side

Kind = Literal["shell", "relay", "downlink", "gateway"]
Name = str | tuple[str, str]
SOURCE, GROUND = ("source", ""), ("ground", "")


@dataclass(frozen=True, slots=True)
class NetworkCapacities:
    """Capacities of the elements of a plan's network at one instant, all in one unit."""

    shells: Mapping[str, float]
    gateways: Mapping[str, float]
    downlinks: Mapping[str, float] = field(default_factory=dict)
    relays: Mapping[tuple[str, str], float] = field(default_factory=dict)
    sees: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def issues(self) -> list[str]:
        """List the invalid names and numbers: unknown places, self links, negative or infinite capacities."""
        found = [f"relay {a} > {b}: a link of a shell to itself" for a, b in self.relays if a == b]
        for what, known in (("relay", self.relays), ("sees", self.sees), ("downlink", self.downlinks)):
            for key in known:
                ends = key if isinstance(key, tuple) else (key,)
                found += [f"{what}: unknown shell {name!r}" for name in ends if name not in self.shells]
        for shell, gateways in self.sees.items():
            found += [f"sees {shell}: unknown gateway {g!r}" for g in sorted(gateways) if g not in self.gateways]
        for kind, name, capacity in self._all():
            if not (capacity >= 0 and (math.isfinite(capacity) or kind == "downlink")):
                found.append(f"{kind} {name}: found a capacity of {capacity}, expected 0 or more")
        return found

    def _all(self) -> Iterator[tuple[Kind, Name, float]]:
        for shell, capacity in self.shells.items():
            yield "shell", shell, capacity
        for shell in self.shells:
            yield "downlink", shell, self.downlinks.get(shell, math.inf)
        for pair, capacity in self.relays.items():
            yield "relay", pair, capacity
        for gateway, capacity in self.gateways.items():
            yield "gateway", gateway, capacity


@dataclass(frozen=True, slots=True)
class OutageScenario:
    """Outage of shares of shells and gateways by name, and then of the k worst of the remaining gateways.

    The outage of a share of a shell takes that share of its traffic, its downlinks and its relays. One plane of P
    is ``{shell: 1 / P}``, a gateway region is ``{gateway: 1.0, ...}``, a storm ``{shell: share, ...}``.
    """

    name: str
    shells: Mapping[str, float] = field(default_factory=dict)
    gateways: Mapping[str, float] = field(default_factory=dict)
    worst_gateways: int = 0


@dataclass(frozen=True, slots=True)
class CutArc:
    """Arc of the min cut: its element, its intact capacity, and the share of it that the outage leaves."""

    kind: Kind
    name: Name
    capacity: float
    kept: float

    @property
    def surviving_capacity(self) -> float:
        """Capacity after the outage."""
        return self.capacity * self.kept


@dataclass(frozen=True, slots=True)
class SurvivingFlow:
    """Flow to the ground after an outage: the sum of the arcs of ``cut``; ``lost_gateways`` are the worst ones."""

    failure: str
    delivered: float
    cut: tuple[CutArc, ...]
    lost_gateways: tuple[str, ...] = ()


def surviving_flow(capacities: NetworkCapacities, failure: OutageScenario) -> SurvivingFlow:
    """Return the flow to the ground after an outage, with the min cut as proof.

    ValueError if the outage names no element or an unknown one, if a number is invalid (see
    ``NetworkCapacities.issues``), or if there are too many choices of worst gateways to enumerate.
    """
    _require_valid(capacities, failure)
    kept_gateways = {g: 1.0 - failure.gateways.get(g, 0.0) for g in capacities.gateways}
    candidates = sorted(g for g, kept in kept_gateways.items() if kept > 0 and capacities.gateways[g] > 0)
    k = min(failure.worst_gateways, len(candidates))
    if math.comb(len(candidates), k) > MOST_OUTAGE_CHOICES:
        raise ValueError(
            f"worst_gateways: found {k} of {len(candidates)} gateways, more than {MOST_OUTAGE_CHOICES} choices"
        )
    found = (_flow(capacities, failure, kept_gateways, failed) for failed in combinations(candidates, k))
    return min(found, key=lambda flow: flow.delivered)


def intact_flow(capacities: NetworkCapacities) -> SurvivingFlow:
    """Return the flow to the ground without an outage, with the min cut that limits it."""
    issues = capacities.issues()
    if issues:
        raise ValueError("; ".join(issues))
    return _flow(capacities, OutageScenario("nothing"), dict.fromkeys(capacities.gateways, 1.0), ())


def _require_valid(capacities: NetworkCapacities, failure: OutageScenario) -> None:
    issues = capacities.issues()
    if not (failure.shells or failure.gateways or failure.worst_gateways > 0):
        issues.append(f"failure {failure.name}: names nothing that fails")
    for kind, shares, known in (
        ("shell", failure.shells, capacities.shells),
        ("gateway", failure.gateways, capacities.gateways),
    ):
        for name, share in shares.items():
            if name not in known:
                issues.append(f"failure {failure.name}: unknown {kind} {name!r}")
            if not 0.0 <= share <= 1.0:
                issues.append(f"failure {failure.name}: {kind} {name}: found a share of {share}, expected 0 to 1")
    if issues:
        raise ValueError("; ".join(issues))


def _flow(
    capacities: NetworkCapacities, failure: OutageScenario, kept_gateways: Mapping[str, float], failed: tuple[str, ...]
) -> SurvivingFlow:
    failed_gateways = set(failed)
    arcs = {
        _ends(kind, name): CutArc(
            kind, name, capacity, _surviving_share(failure, kind, name, kept_gateways, failed_gateways)
        )
        for kind, name, capacity in capacities._all()
    }
    limited = [(tail, head, arc.capacity * arc.kept if arc.kept else 0.0) for (tail, head), arc in arcs.items()]
    views = [
        (("down", shell), ("gateway", gateway), math.inf)
        for shell in capacities.shells
        for gateway in capacities.sees.get(shell, capacities.gateways)
    ]
    inside = min_cut_source_side([*limited, *views], SOURCE, GROUND)
    cut = tuple(arc for (tail, head), arc in arcs.items() if tail in inside and head not in inside)
    return SurvivingFlow(failure.name, math.fsum(arc.surviving_capacity for arc in cut if arc.kept), cut, failed)


def _ends(kind: Kind, name: Name) -> tuple[tuple[str, str], tuple[str, str]]:
    if kind == "relay":
        return ("shell", name[0]), ("shell", name[1])
    assert isinstance(name, str)
    return {
        "shell": (SOURCE, ("shell", name)),
        "downlink": (("shell", name), ("down", name)),
        "gateway": (("gateway", name), GROUND),
    }[kind]


def _surviving_share(
    failure: OutageScenario, kind: Kind, name: Name, kept_gateways: Mapping[str, float], failed_gateways: set[str]
) -> float:
    if kind == "gateway":
        return 0.0 if name in failed_gateways else kept_gateways[str(name)]
    ends = name if isinstance(name, tuple) else (name,)
    return min(1.0 - failure.shells.get(end, 0.0) for end in ends)
