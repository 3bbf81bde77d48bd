"""Features of a plan as linear functions of its columns: power by shell and design, flights, the Moon, ground, dates.

Alternatives are measured by them: what one plan uses and another does not. A date counts the years from the start of a
development to the end of the horizon, so that it is linear too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from formulations.names import Var
from solver.derive import Derived
from solver.instance.schema import Instance
from solver.milp.matrix import Floats, Indices, Matrix

USED_SHARE = 1e-6
"""Share of its group from which a feature counts as used."""


class Group(StrEnum):
    """Family of features; the shares of a group add up to one, but for dates."""

    SHELLS = "shells"
    VEHICLES = "vehicles"
    DESIGNS = "designs"
    PLACES = "places"
    DATES = "dates"


UNITS = {
    Group.SHELLS: "of the power placed",
    Group.VEHICLES: "of flights",
    Group.DESIGNS: "of the power placed",
    Group.PLACES: "of the power built",
    Group.DATES: "start",
}
"""Meaning of the values of a group."""
EARTH, MOON, ON_GROUND = "earth_made", "moon_made", "ground"


@dataclass(frozen=True, eq=False, slots=True)
class Feature:
    """Feature of a plan: a weighted sum of columns; that of a date counts the years since the start."""

    group: Group
    name: str
    columns: Indices
    weights: Floats

    @property
    def key(self) -> str:
        """Key of a file or table: the name with its group, such as ``shells.dawn_dusk_650``."""
        return f"{self.group}.{self.name}"

    def amount(self, x: Floats) -> float:
        """Return the amount at a point."""
        return float(self.weights @ x[self.columns])


@dataclass(frozen=True, eq=False, slots=True)
class Features:
    """Features of one matrix, with the first month and the years of its horizon."""

    all: tuple[Feature, ...]
    years: float
    ends: float

    def shares(self, x: Floats) -> dict[str, float]:
        """Return the value of each feature at a point: its share of the group; for a date the year of the start.

        A development that is not begun has no date.
        """
        amounts = {feature.key: feature.amount(x) for feature in self.all}
        totals: dict[Group, float] = defaultdict(float)
        for feature in self.all:
            totals[feature.group] += amounts[feature.key]
        found = {}
        for feature in self.all:
            amount = amounts[feature.key]
            if feature.group is not Group.DATES:
                share = amount / totals[feature.group] if totals[feature.group] > 0 else 0.0
                found[feature.key] = share if share > USED_SHARE else 0.0
            elif amount > USED_SHARE:
                found[feature.key] = self.ends - amount
        return found

    def scales(self, x: Floats) -> dict[Group, float]:
        """Return the amount of each group at a point, by which its features are comparable."""
        totals: dict[Group, float] = defaultdict(float)
        for feature in self.all:
            totals[feature.group] += feature.amount(x)
        return {group: self.years if group is Group.DATES else total or 1.0 for group, total in totals.items()}

    def row(self, weights: Mapping[str, float], scales: Mapping[Group, float], columns: int) -> Floats:
        """Return the coefficients of a weighted sum of features, each over the scale of its group."""
        row = np.zeros(columns)
        for feature in self.all:
            weight = weights.get(feature.key, 0.0) / scales[feature.group]
            np.add.at(row, feature.columns, weight * feature.weights)
        return row

    def distance(self, one: Mapping[str, float], other: Mapping[str, float]) -> dict[Group, float]:
        """Return the distance of two plans by group, from 0 to 1: half the sum of differences of shares.

        For dates it is the mean difference over the years of the horizon; a development that only one begins counts as
        all of them.
        """
        apart: dict[Group, list[float]] = defaultdict(list)
        for feature in self.all:
            a, b = one.get(feature.key), other.get(feature.key)
            if feature.group is not Group.DATES:
                apart[feature.group].append(abs((a or 0.0) - (b or 0.0)) / 2)
            elif a is None and b is None:
                apart[feature.group].append(0.0)
            else:
                apart[feature.group].append(1.0 if a is None or b is None else abs(a - b) / self.years)
        return {
            group: float(np.mean(found) if group is Group.DATES else np.sum(found)) for group, found in apart.items()
        }


def features_of(instance: Instance, derived: Derived, matrix: Matrix, every: bool = False) -> Features:
    """Return the features of an instance on its matrix.

    Groups with a single feature say nothing and are left out, unless ``every`` one is asked.
    """
    terms: dict[tuple[Group, str], list[tuple[int, float]]] = defaultdict(list)
    for key, column, weight in _terms(instance, derived, matrix):
        terms[key].append((column, weight))
    found = [
        Feature(group, name, np.array([j for j, _ in pairs], dtype=np.int64), np.array([w for _, w in pairs]))
        for (group, name), pairs in sorted(terms.items(), key=lambda item: (list(Group).index(item[0][0]), item[0][1]))
    ]
    sizes = {group: sum(feature.group is group for feature in found) for group in Group}
    horizon = derived.horizon
    first, last = horizon.start(horizon.periods[0]), horizon.end(horizon.periods[-1])
    begins = horizon.first_month / 12
    kept = tuple(f for f in found if every or sizes[f.group] > 1 or f.group is Group.DATES)
    return Features(kept, last - first, begins + last)


def _terms(instance: Instance, derived: Derived, matrix: Matrix) -> Iterator[tuple[tuple[Group, str], int, float]]:
    """Yield feature, column and weight; power in GW."""
    gw = {(d.name, d.shell): d.power_kw * 1e-6 for d in derived.designs}
    per_gw, indices = derived.units.power_per_gw, matrix.column_names.indices
    for j in matrix.columns_of(Var.NODES_LOADED).tolist():
        _, k, s, _ = indices[j]
        yield from ((key, j, gw[k, s]) for key in _of_node(str(k), str(s), EARTH))
    for j in matrix.columns_of(Var.NODES_MASS_DRIVER_LAUNCHED).tolist():
        k, s, _ = indices[j]
        yield from ((key, j, 1 / per_gw) for key in _of_node(str(k), str(s), MOON))
    for j in matrix.columns_of(Var.GROUND_BUILT).tolist():
        yield (Group.PLACES, f"{ON_GROUND}_{indices[j][0]}"), j, 1 / per_gw
    for j in matrix.columns_of(Var.LAUNCH_FLIGHTS).tolist():
        yield (Group.VEHICLES, str(indices[j][0])), j, 1.0
    years = derived.horizon.years
    for j in matrix.columns_of(Var.LINES_DEVELOPMENT_STARTED).tolist():
        platform, t = indices[j]
        if instance.platforms[str(platform)].development_musd > 0.0:
            yield (Group.DATES, str(platform)), j, years(int(t))
    for j in matrix.columns_of(Var.LANDINGS_DEVELOPMENT_STARTED).tolist():
        yield (Group.DATES, "moon"), j, years(int(indices[j][0]))


def _of_node(design: str, shell: str, made: str) -> tuple[tuple[Group, str], ...]:
    return (Group.SHELLS, shell), (Group.DESIGNS, design), (Group.PLACES, made)
