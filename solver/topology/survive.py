"""What reaches the ground after a failure: max-flow through the places of a plan, and the min cut that shows it.

The graph is the plan at one instant, one vertex for each place::

    source -> shell -> ( relay ) -> down(shell) -> gateway -> ground

Each arc carries what one named thing can, in one unit of the caller's choice (Gb/s, or GW of IT power served):

========== ============================ =========================================================================
kind       name                         capacity
========== ============================ =========================================================================
shell      shell                        what the living nodes of the shell offer
relay      (from, to)                   what links from one shell to another carry, one way
downlink   shell                        what the shell can send down, its own work and what is relayed through it
gateway    gateway                      what its stations take, weather included
========== ============================ =========================================================================

A shell without an entry in ``downlinks`` sends down as much as it is asked to. ``sees`` says which gateways a shell
reaches; a shell without an entry there sees all.

Why a cut makes a valid row. A flow of size D exists if and only if every cut has capacity D or more (max-flow min-cut).
The arcs of a cut are fixed by the vertices on the source side, not by a plan. Where each capacity is linear in the
decisions and the arcs are the same for all plans of an instance, "surviving capacity of the cut >= share x demand" is
therefore a linear row that holds for every plan which survives. ``Survival.cut`` names the arcs and ``kept`` the share
of each that the failure leaves, which are the coefficients of that row. Losing the k worst gateways is the worst of
all choices of k, and each choice gives such a row.

A failure takes a share of an arc. Shares of several failures of one thing are the caller's to combine.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

from solver.topology.mincut import min_cut_source_side

Kind = Literal["shell", "relay", "downlink", "gateway"]
Name = str | tuple[str, str]
SOURCE, GROUND = ("source", ""), ("ground", "")
MAX_GATEWAY_CHOICES = 20_000
"""Choices of worst gateways that are tried one by one; more are refused."""


@dataclass(frozen=True, slots=True)
class Carriers:
    """What the things of a plan carry at one instant, all in one unit."""

    shells: Mapping[str, float]
    gateways: Mapping[str, float]
    downlinks: Mapping[str, float] = field(default_factory=dict)
    relays: Mapping[tuple[str, str], float] = field(default_factory=dict)
    sees: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def faults(self) -> list[str]:
        """What is wrong with the names and numbers: unknown places, links to oneself, negative or endless capacity."""
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
class Failure:
    """What is lost: shares of shells and gateways by name, and then the k worst of the gateways that are left.

    A lost share of a shell takes that share of its own work, of its downlinks and of the links at it. One plane of P
    is ``{shell: 1 / P}``, a gateway region is ``{gateway: 1.0, ...}``, a storm ``{shell: share, ...}``.
    """

    name: str
    shells: Mapping[str, float] = field(default_factory=dict)
    gateways: Mapping[str, float] = field(default_factory=dict)
    worst_gateways: int = 0


@dataclass(frozen=True, slots=True)
class CutArc:
    """An arc of the min cut: its thing, what it carries undamaged, and the share that the failure leaves."""

    kind: Kind
    name: Name
    capacity: float
    kept: float

    @property
    def left(self) -> float:
        """What it still carries."""
        return self.capacity * self.kept


@dataclass(frozen=True, slots=True)
class Survival:
    """What reaches the ground after a failure: the sum of the arcs of ``cut``; ``lost_gateways`` are the worst ones."""

    failure: str
    delivered: float
    cut: tuple[CutArc, ...]
    lost_gateways: tuple[str, ...] = ()


def survival(carriers: Carriers, failure: Failure) -> Survival:
    """Return what reaches the ground after a failure, with the min cut as proof.

    ValueError if the failure names nothing or an unknown thing, if a number is wrong (see ``Carriers.faults``), or if
    there are too many choices of worst gateways to try.
    """
    _require_sound(carriers, failure)
    kept_gateways = {g: 1.0 - failure.gateways.get(g, 0.0) for g in carriers.gateways}
    standing = sorted(g for g, kept in kept_gateways.items() if kept > 0 and carriers.gateways[g] > 0)
    k = min(failure.worst_gateways, len(standing))
    if math.comb(len(standing), k) > MAX_GATEWAY_CHOICES:
        raise ValueError(
            f"worst_gateways: found {k} of {len(standing)} gateways, more than {MAX_GATEWAY_CHOICES} choices"
        )
    found = (_flow(carriers, failure, kept_gateways, failed) for failed in combinations(standing, k))
    return min(found, key=lambda survived: survived.delivered)


def undamaged(carriers: Carriers) -> Survival:
    """Return what reaches the ground with nothing lost, with the min cut that limits it."""
    faults = carriers.faults()
    if faults:
        raise ValueError("; ".join(faults))
    return _flow(carriers, Failure("nothing"), dict.fromkeys(carriers.gateways, 1.0), ())


def _require_sound(carriers: Carriers, failure: Failure) -> None:
    faults = carriers.faults()
    if not (failure.shells or failure.gateways or failure.worst_gateways > 0):
        faults.append(f"failure {failure.name}: names nothing that fails")
    for kind, shares, known in (
        ("shell", failure.shells, carriers.shells),
        ("gateway", failure.gateways, carriers.gateways),
    ):
        for name, share in shares.items():
            if name not in known:
                faults.append(f"failure {failure.name}: unknown {kind} {name!r}")
            if not 0.0 <= share <= 1.0:
                faults.append(f"failure {failure.name}: {kind} {name}: found a share of {share}, expected 0 to 1")
    if faults:
        raise ValueError("; ".join(faults))


def _flow(
    carriers: Carriers, failure: Failure, kept_gateways: Mapping[str, float], failed: tuple[str, ...]
) -> Survival:
    gone = set(failed)
    arcs = {
        _ends(kind, name): CutArc(kind, name, capacity, _kept(failure, kind, name, kept_gateways, gone))
        for kind, name, capacity in carriers._all()
    }
    limited = [(tail, head, arc.capacity * arc.kept if arc.kept else 0.0) for (tail, head), arc in arcs.items()]
    views = [
        (("down", shell), ("gateway", gateway), math.inf)
        for shell in carriers.shells
        for gateway in carriers.sees.get(shell, carriers.gateways)
    ]
    inside = min_cut_source_side([*limited, *views], SOURCE, GROUND)
    cut = tuple(arc for (tail, head), arc in arcs.items() if tail in inside and head not in inside)
    return Survival(failure.name, math.fsum(arc.left for arc in cut if arc.kept), cut, failed)


def _ends(kind: Kind, name: Name) -> tuple[tuple[str, str], tuple[str, str]]:
    if kind == "relay":
        return ("shell", name[0]), ("shell", name[1])
    assert isinstance(name, str)
    return {
        "shell": (SOURCE, ("shell", name)),
        "downlink": (("shell", name), ("down", name)),
        "gateway": (("gateway", name), GROUND),
    }[kind]


def _kept(failure: Failure, kind: Kind, name: Name, kept_gateways: Mapping[str, float], gone: set[str]) -> float:
    if kind == "gateway":
        return 0.0 if name in gone else kept_gateways[str(name)]
    ends = name if isinstance(name, tuple) else (name,)
    return min(1.0 - failure.shells.get(end, 0.0) for end in ends)
