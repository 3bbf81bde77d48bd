"""Linear measures of a plan: sums over the columns of a model: launched mass, and shares of orbit, Moon and imports.

Power and computing count over the whole horizon: what stands at the end of each period with a target, times the length
of the period. Mass is that of nodes, supplies and cargo on flights from the Earth, as in the summary of a plan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import scipy.sparse as sp

from formulations.names import Row, Var
from solver.derive import Derived
from solver.economics.refuelling import tankers
from solver.errors import UsageError
from solver.instance.schema import Instance
from solver.milp.matrix import Floats, Indices, Matrix
from solver.milp.names import Names

ROW = "question.limit"
"""Component of the rows that questions add."""


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """Linear measure of a plan: a sum over columns, or with ``whole`` the share of one sum in another."""

    name: str
    unit: str
    part: Floats
    whole: Floats | None = None

    def value(self, x: Floats) -> float | None:
        """Return the measure of a point; None for a share of nothing."""
        part = float(self.part @ x)
        if self.whole is None:
            return part
        whole = float(self.whole @ x)
        return part / whole if whole > 0 else None

    def terms(self, level: float) -> Floats:
        """Return the coefficients of the row that keeps the measure at a level."""
        return self.part if self.whole is None else self.part - level * self.whole

    def limited(self, matrix: Matrix, level: float, at_least: bool) -> Matrix:
        """Return the matrix with the measure at least or at most at a level."""
        side = level if self.whole is None else 0.0
        low, high = (side, np.inf) if at_least else (-np.inf, side)
        names = Names.of_pairs([(ROW, (self.name,))])
        return matrix.with_rows(sp.csr_matrix(self.terms(level)[None, :]), np.array([low]), np.array([high]), names)


def measure(name: str, instance: Instance, derived: Derived, matrix: Matrix) -> Measure:
    """Return a measure of the plans of a model; UsageError where the instance has nothing that it could measure."""
    return _MAKERS[name](instance, derived, matrix)


def seeds(matrix: Matrix) -> Measure | None:
    """Return the number of seeds that land on the Moon, by which it is used; None where none can land."""
    columns, part = matrix.columns_of(Var.LANDINGS_SEED_LANDED), np.zeros(matrix.columns)
    part[columns] = 1.0
    return Measure("seeds", "", part) if columns.size else None


def _delivered(matrix: Matrix, derived: Derived, columns: Indices) -> Floats:
    """Return what columns deliver to the target over the horizon, in its unit times years."""
    rows = matrix.rows_of(Row.TARGET_DEMAND)
    years = np.zeros(matrix.rows)
    years[rows] = [derived.horizon.years(int(matrix.row_names.periods[row])) for row in rows]
    kept = np.zeros(matrix.columns)
    kept[columns] = 1.0
    return np.asarray(matrix.a.T @ years) * kept


def _sources(matrix: Matrix) -> tuple[Indices, Indices]:
    """Return the columns that deliver to the target: from orbit, and from the ground."""
    return matrix.columns_of(Var.NODES_PLACED), matrix.columns_of(Var.GROUND_BUILT)


def _orbit_share(instance: Instance, derived: Derived, matrix: Matrix) -> Measure:
    orbit, ground = _sources(matrix)
    if not ground.size or instance.target.where != "anywhere":
        raise UsageError(
            "orbit_share: found no ground region as a rival, expected target.where anywhere and use.ground"
        )
    part = _delivered(matrix, derived, orbit)
    return Measure("orbit_share", "", part, part + _delivered(matrix, derived, ground))


def _moon_share(instance: Instance, derived: Derived, matrix: Matrix) -> Measure:
    orbit, ground = _sources(matrix)
    kinds, index = derived.coefficients.nodes.platform, matrix.column_names.indices
    made = np.array([j for j in orbit if instance.platforms[kinds[str(index[j][0])]].made_on == "moon"], dtype=np.int64)
    if not made.size:
        raise UsageError("moon_share: found no nodes made on the Moon, expected use.moon and a platform made there")
    return Measure("moon_share", "", _delivered(matrix, derived, made), _together(matrix, derived, orbit, ground))


def _together(matrix: Matrix, derived: Derived, *groups: Indices) -> Floats:
    """Return what groups of columns deliver to the target over the horizon together."""
    return _delivered(matrix, derived, np.concatenate(groups))


def _import_share(_instance: Instance, derived: Derived, matrix: Matrix) -> Measure:
    part, made = np.zeros(matrix.columns), np.zeros(matrix.columns)
    part[matrix.columns_of(Var.LANDINGS_IMPORTED)] = 1.0
    index = matrix.column_names.indices
    makes = derived.coefficients.lunar.makes
    for j in matrix.columns_of(Var.LUNAR_MADE):
        made[j] = float(str(index[j][0]) in makes)
    if not made.any():
        raise UsageError("import_share: found no production on the Moon, expected use.moon")
    return Measure("import_share", "", part, part + made)


def _mass(instance: Instance, derived: Derived, matrix: Matrix) -> Measure:
    part, index = np.zeros(matrix.columns), matrix.column_names.indices
    design_kt = {(d.name, d.shell): d.mass_t * derived.units.mass_per_t for d in derived.designs}
    for j in matrix.columns_of(Var.NODES_LOADED):
        part[j] = design_kt[str(index[j][1]), str(index[j][2])]
    part[matrix.columns_of(Var.LAUNCH_CARGO)] = 1.0
    landing = derived.coefficients.landing
    for j in matrix.columns_of(Var.LANDINGS_LANDINGS):
        part[j] = landing.landed_kt[str(index[j][0])]
    if instance.moon is not None:
        for j in matrix.columns_of(Var.LANDINGS_TANKER_FLIGHTS):
            part[j] = instance.moon.depot.tankers[str(index[j][0])] * derived.units.mass_per_t
    for j in matrix.columns_of(Var.LAUNCH_FLIGHTS):
        vehicle = instance.vehicles[str(index[j][0])]
        if vehicle.refuelled is not None:
            part[j] = tankers(vehicle, str(index[j][1])) * vehicle.refuelled.tanker_t * derived.units.mass_per_t
    return Measure("mass", "kt", part)


_MAKERS: Mapping[str, Callable[[Instance, Derived, Matrix], Measure]] = MappingProxyType(
    {"mass": _mass, "orbit_share": _orbit_share, "moon_share": _moon_share, "import_share": _import_share}
)
MEASURES = tuple(_MAKERS)
"""Names of the measures."""
