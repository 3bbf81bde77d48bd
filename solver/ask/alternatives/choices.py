"""Distances of plans and real choices: features whose use ranges widely over near-optimal plans."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from solver.search.variants.plan_features import Features, Group


@dataclass(frozen=True, slots=True)
class Choice:
    """Range of a feature over all plans found, and in how many of them it is used; a real choice where it is wide."""

    feature: str
    least: float
    most: float
    plans: int


def mean_distance(distances: Mapping[Group, float]) -> float:
    """Return the mean of distances by group, 0 without any."""
    return float(np.mean(list(distances.values()))) if distances else 0.0


def spread_of(features: Features, plans: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the mean distance of two plans by group."""
    pairs = [features.distance(a, b) for a, b in itertools.combinations(plans, 2)]
    return {str(group): float(np.mean([pair[group] for pair in pairs])) for group in pairs[0]} if pairs else {}


def choices_of(features: Features, plans: Sequence[Mapping[str, float]]) -> tuple[Choice, ...]:
    """Return the range of each feature that some plan uses, the widest first within its group."""
    found = []
    for feature in features.all:
        values = [plan.get(feature.key, 0.0) for plan in plans]
        used = [value for value in values if value > 0.0]
        if used:
            least = min(used) if feature.group is Group.DATES else min(values)
            found.append(Choice(feature.key, least, max(used), len(used)))
    return tuple(sorted(found, key=lambda choice: (choice.feature.partition(".")[0], choice.least - choice.most)))
