"""Patch of a model for another price: the objective between those of two prices, entry by entry.

The price of a decision enters the objective alone, and in proportion: cost, insurance, fees and salvage are shares of
it. So the model is built for the ends of a range, and the objective of a price between them is interpolated. Where
anything else differs at the ends there is no patch, and the model is built again for each value: that takes 4 s for the
gigawatt, a seventh of its solve. Prices of parts (``technology``) choose the designs and are no such prices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

import numpy as np
import scipy.sparse as sp

from solver.ask.common.model import Model
from solver.derive import derive
from solver.design.candidates import selected_designs
from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.milp.matrix import Floats, Matrix

PRICES = (
    "vehicles.*.flight_musd",
    "vehicles.*.fleet.build_musd",
    "sites.*.pad_musd",
    "platforms.*.development_musd",
    "platforms.*.production_line.cost_musd",
    "platforms.*.declared.cost_musd",
    "ground.*.facility_usd_per_w",
    "ground.*.it_usd_per_w",
    "ground.*.power_usd_per_kwh",
    "ground.*.water_usd_per_m3",
    "moon.development_musd",
    "moon.operations_musd_per_year",
    "moon.node_operations_usd_per_w_year",
    "moon.landers.*.lander_musd",
    "moon.commodities.*.import_usd_per_kg",
    "moon.commodities.*.unlocks.*.cost_musd",
    "moon.mass_driver.cost_musd",
    "moon.seed.usd_per_kg",
    "network.gateways.*.cost_musd",
    "platforms.*.serviced.cost_usd_per_w_year",
    "shells.*.from_moon.cost_usd_per_kg",
    "target.unmet_penalty_musd",
)
"""Keys of prices that no other coefficient depends on."""


def is_key_of(path: str, patterns: Sequence[str]) -> bool:
    """Return whether a key fits one of some patterns, in which a star stands for one name."""
    return any(fnmatchcase(path, pattern) and path.count(".") == pattern.count(".") for pattern in patterns)


@dataclass(frozen=True, slots=True, eq=False)
class PricePatch:
    """Model of a range of one price: built for its lower end, with the slope of its objective."""

    model: Model
    low: float
    slope: Floats
    offset_slope: float = field(default=0.0)

    @classmethod
    def of(cls, path: str, low: Model, high: Model, ends: tuple[float, float]) -> PricePatch | None:
        """Return the patch between two models; None where more than the objective differs, or prices learn."""
        if not is_key_of(path, PRICES) or low.derived.curves.curve:
            return None
        other = _in_order_of(low.matrix, high.matrix)
        if other is None or not _same_rows(low.matrix, other):
            return None
        width = ends[1] - ends[0]
        offset = (other.cost_offset - low.matrix.cost_offset) / width
        return cls(low, ends[0], (other.cost - low.matrix.cost) / width, offset)

    def at(self, loaded: Loaded[Instance], price: float, gap: float) -> Model:
        """Return the model of an instance that differs in the price alone: derived anew, its matrix patched."""
        moved, old = price - self.low, self.model.matrix
        matrix = old.with_(cost=old.cost + moved * self.slope, cost_offset=old.cost_offset + moved * self.offset_slope)
        derived = derive(loaded.instance, selected_designs(loaded.instance)[0], gap=gap)
        return replace(self.model, loaded=loaded, derived=derived, matrix=matrix)

    def slope_musd(self, values: Mapping[str, float]) -> float:
        """Return by how much the cost of a plan rises with the price, MUSD for each unit of it."""
        index = self.model.matrix.index
        slope = float(sum(self.slope[index[name]] * value for name, value in values.items()))
        return (slope + self.offset_slope) * float(self.model.musd)


def _in_order_of(matrix: Matrix, other: Matrix) -> Matrix | None:
    """Return another matrix with its rows and columns in the order of a matrix; None where these are others.

    A column without a price comes later in a compiled model than one with a price.
    """
    rows, columns = other.row_index, other.index
    if set(rows) != set(matrix.row_index) or set(columns) != set(matrix.index):
        return None
    by_row = np.array([rows[name] for name in matrix.row_names], dtype=np.int64)
    by_column = np.array([columns[name] for name in matrix.column_names], dtype=np.int64)
    return replace(
        other,
        a=sp.csc_matrix(sp.csr_matrix(other.a)[by_row][:, by_column]),
        row_lower=other.row_lower[by_row],
        row_upper=other.row_upper[by_row],
        cost=other.cost[by_column],
        lower=other.lower[by_column],
        upper=other.upper[by_column],
        integer=other.integer[by_column],
        row_names=matrix.row_names,
        column_names=matrix.column_names,
    )


def _same_rows(a: Matrix, b: Matrix) -> bool:
    """Return whether two matrices in one order differ in their objective alone."""
    pairs = ((a.row_lower, b.row_lower), (a.row_upper, b.row_upper), (a.lower, b.lower), (a.upper, b.upper))
    same = all(np.array_equal(one, other) for one, other in pairs) and np.array_equal(a.integer, b.integer)
    return same and abs(a.a - b.a).max() == 0.0
