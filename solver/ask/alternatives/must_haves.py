"""Must-haves of near-optimal plans: claims about every plan within the limit, each proven, refuted by a plan, or open.

A claim is that every plan uses one of some features, or begins a development by a date. Its opposite is forced: the
columns behind it are fixed at zero. Where a bound on the objective of all such plans lies beyond the limit, the claim
is proven; a plan within the limit refutes it. No number of plans that agree proves a claim.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

import numpy as np

from solver.errors import UsageError
from solver.horizon.periods import PlanningHorizon
from solver.instance.fields import month_number
from solver.instance.schema import Instance
from solver.instance.validation_issues import hint
from solver.milp.matrix import Indices, Matrix
from solver.search.variants.plan_features import Features, Group

BY = "<="
VERBS = {
    Group.SHELLS: "places nodes in",
    Group.VEHICLES: "flies",
    Group.DESIGNS: "places nodes of design",
    Group.PLACES: "has power from",
    Group.DATES: "begins the development of",
}
"""Verb of a claim on a single feature."""
EXAMPLE = "expected a feature such as shells.dawn_dusk_650, several with commas or *, or dates.moon<=2036-06"


class Verdict(StrEnum):
    """Verdict on a claim about every near-optimal plan."""

    PROVEN = "proven"
    REFUTED = "refuted"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Claim:
    """Claim that every near-optimal plan uses one of the features ``keys``, or begins them by a year."""

    text: str
    keys: tuple[str, ...]
    by: float | None = None

    def holds(self, shares: Mapping[str, float]) -> bool:
        """Return whether it holds for a plan."""
        limit = math.inf if self.by is None else self.by + 1e-9
        return any(shares.get(key, 0.0) > 0.0 and shares[key] <= limit for key in self.keys)

    def columns(self, features: Features, matrix: Matrix, horizon: PlanningHorizon) -> Indices:
        """Return the columns that are zero in every plan without it."""
        found = np.concatenate([f.columns for f in features.all if f.key in self.keys])
        if self.by is None:
            return found
        starts = np.array([horizon.first_month / 12 + horizon.start(t) for t in matrix.column_names.periods[found]])
        return np.asarray(found[starts <= self.by + 1e-9])


@dataclass(frozen=True, slots=True)
class Answered:
    """Claim with its answer: the bound of all plans without it, or the number of the plan that refutes it.

    ``bound`` is in the unit of the objective; None where no plan without it exists at all, or where a plan refutes it.
    """

    claim: str
    features: tuple[str, ...]
    answer: Verdict
    bound: float | None = None
    plan: int | None = None
    given: bool = False


def claim_of(text: str, features: Features) -> Claim:
    """Return the claim of an option; UsageError for features that do not exist, with the nearest one."""
    names, _, date = text.partition(BY)
    by = None
    if date:
        try:
            by = month_number(date.strip()) / 12
        except ValueError as error:
            raise UsageError(f"--claim: found {date.strip()!r}, expected a month such as 2036-06") from error
    keys: list[str] = []
    for pattern in (name.strip() for name in names.split(",")):
        found = [f.key for f in features.all if fnmatchcase(f.key, pattern)]
        if not found:
            near = hint(pattern, [f.key for f in features.all])
            raise UsageError(f"--claim: found {pattern!r}, {EXAMPLE}{near}")
        keys += found
    wrong = [key for key in keys if date and not key.startswith(f"{Group.DATES}.")]
    if wrong:
        raise UsageError(f"--claim: found a date for {wrong[0]}, expected one for a development such as dates.moon")
    verb = "begins" if by is not None else "uses one of" if len(keys) > 1 else "uses"
    return Claim(f"{verb} {text}", tuple(dict.fromkeys(keys)), by)


def candidates(features: Features, instance: Instance, plans: Sequence[Mapping[str, float]]) -> list[Claim]:
    """Return claims that hold for all plans found, the strongest first; those that say nothing are left out."""
    found: dict[tuple[str, ...], Claim] = {}
    for text, keys in _sets(features, instance):
        group = keys[0].partition(".")[0]
        whole = [f.key for f in features.all if f.group == group and f.group is not Group.DATES]
        claim = Claim(text, keys)
        if len(keys) != len(whole) and all(claim.holds(plan) for plan in plans):
            found.setdefault(keys, claim)
    return sorted(found.values(), key=lambda claim: len(claim.keys))


def _sets(features: Features, instance: Instance) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield texts and features of claims: single ones, platforms, and shells of an orbit from an altitude on."""
    for feature in features.all:
        # A development is begun for the nodes of its platform, of which the claims on designs say more.
        if feature.group is not Group.DATES or feature.name not in instance.use.platforms:
            yield f"{VERBS[feature.group]} {feature.name}", (feature.key,)
    for platform in instance.use.platforms:
        keys = [f.key for f in features.all if f.group is Group.DESIGNS and f.name.startswith(f"{platform}-")]
        if len(keys) > 1:
            yield f"places nodes of {platform}", tuple(keys)
    shells = [f for f in features.all if f.group is Group.SHELLS]
    for orbit in dict.fromkeys(instance.shells[f.name].orbit for f in shells):
        of = [f for f in shells if instance.shells[f.name].orbit == orbit]
        for least in sorted({instance.shells[f.name].altitude_km for f in of}):
            keys = [f.key for f in of if instance.shells[f.name].altitude_km >= least]
            where = "" if len(keys) == len(of) else f" at {least:g} km or above"
            yield f"opens a shell of orbit {orbit}{where}", tuple(keys)
