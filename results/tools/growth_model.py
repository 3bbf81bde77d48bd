"""Small lunar industries and the most plant that the model can grow in them, for the table and the tests of growth.

Freight is free and plentiful here: one seed lands in the first period and works from the second on, and all that is
asked is the most plant in the last step. Landings are not held whole, because a fraction of one changes no plant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from formulations import assemble
from formulations.coefficients import Coefficients, Lunar
from solver.derive import Derived, derive
from solver.derive.context import Context
from solver.derive.lunar import derive_lunar
from solver.derive.lunar_bounds import grown_bounds
from solver.design.candidates import candidate_designs
from solver.horizon.substeps import SubPeriods
from solver.instance.consistency import cross_check
from solver.instance.moon import Moon
from solver.instance.schema import Instance
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Matrix, compile_matrix
from solver.milp.names import Index, Names
from solver.milp.solution import Status

LIMITS = Limits(gap=0.0, seconds=60)
EARLIER = 1e-4
"""Worth of plant in a step before the last: without it, when the last plant is built would be left to the solver."""

Periods = list[tuple[int, str]]


def years(count: int) -> Periods:
    """That many periods of a year."""
    return [(count, "year")]


def factory(productivity: float, lag_years: float, imported_share: float = 0.0, **changes: Any) -> dict[str, Any]:
    """One black box that makes parts of itself; the rest of its bill are vitamins from the Earth."""
    bill = {"parts": 1.0 - imported_share} | ({"vitamins": imported_share} if imported_share else {})
    return {
        "does": "make",
        "makes": "parts",
        "productivity_t_per_t_year": productivity,
        "bill": bill,
        "lag_years": lag_years,
        **changes,
    }


def moon(activities: Mapping[str, dict[str, Any]], **changes: Any) -> dict[str, Any]:
    """The section ``moon``: a seed of 100 t of the first activity, works a year after it lands, robots in no hurry."""
    commodities = {j: {"import_usd_per_kg": 0.0} for a in activities.values() for j in a["bill"]}
    return {
        "available_from": "2030-01",
        "doubling_years": min(a["lag_years"] for a in activities.values()),
        "seed": seed(100.0, {next(iter(activities)): 1.0}),
        "landers": {
            "lander": {"vehicle": "ship", "landed_t": 100.0, "dry_t": 2.0, "isp_s": 6e4, "delta_v_m_per_s": 1600.0}
        },
        "depot": {"tankers": {"ship": 100.0}},
        "commodities": commodities,
        "activities": dict(activities),
        **changes,
    }


def seed(mass_t: float, mix: Mapping[str, float], lag_years: float = 1.0) -> dict[str, Any]:
    """A seed of one mass and no other."""
    return {"min_t": mass_t, "max_t": mass_t, "mix": dict(mix), "usd_per_kg": 0.0, "lag_years": lag_years}


def instance(periods: Periods, section: Mapping[str, Any]) -> Instance:
    """An instance that asks for the most power, so that no target bounds what plant is of use."""
    data = {
        "format": 2,
        "name": "Growth",
        "horizon": {"start": "2030-01", "periods": [{"count": n, "length": length} for n, length in periods]},
        "target": {"kind": "power_alive", "milestones": [{"date": "2031-01", "gw": 0.001}]},
        "objective": {"kind": "most_power", "budget_musd": 1.0},
        "use": {"vehicles": ["ship"], "shells": ["near"], "platforms": ["cube"], "moon": True},
        "vehicles": {
            "ship": {
                "available_from": "2030-01",
                "payload_t": {"near": 100.0},
                "volume_m3": 1000.0,
                "sites": ["cape"],
                "flight_musd": 0.0,
                "flights_per_year": {"start_per_year": 1e4},
                "pad_days": 0.0,
            }
        },
        "sites": {"cape": {"pads": 1, "max_pads": 1, "pad_musd": 0.0}},
        "shells": {"near": {"orbit": "dawn_dusk", "altitude_km": 650.0}},
        "platforms": {"cube": {"it_power_kw": 1e4, "declared": {"mass_t": 10.0, "cost_musd": 1.0, "life_years": 9.0}}},
        "moon": dict(section),
    }
    found = Instance.model_validate(data)
    assert cross_check(found) == []
    return found


def moon_of(activities: Mapping[str, dict[str, Any]], **changes: Any) -> Moon:
    """The section as the model is given it."""
    return Moon.model_validate(moon(activities, **changes))


@dataclass(frozen=True)
class Grown:
    """What became of the plant: capital by activity and step, t, and the other columns of the solution by name."""

    matrix: Matrix
    x: Floats
    steps: SubPeriods | None = None

    def of(self, word: str) -> dict[Index, float]:
        """Values of one variable by its index, in t for masses."""
        names = self.matrix.column_names
        found = {}
        for column in self.matrix.columns_of(word):
            found[names.indices[column]] = float(self.x[column]) * 1000
        return found

    def plant_t(self) -> dict[int, float]:
        """All plant at work by step."""
        total: dict[int, float] = {}
        for (_, u), mass_t in self.of("lunar.capital").items():
            total[int(u)] = total.get(int(u), 0.0) + mass_t
        return total

    def total_t(self, word: str) -> float:
        """Sum of a variable over all its indices."""
        return sum(self.of(word).values())


@dataclass(frozen=True)
class Freight:
    """What may be landed beside the seed: all cargo together (t, the seed is part of it), and of which commodities."""

    landed_t: float | None = None
    imports: tuple[str, ...] | None = None


FREE = Freight()
SEED_ONLY = Freight(imports=())
VITAMINS = Freight(imports=("vitamins",))


def most_plant(coefficients: Coefficients, freight: Freight = FREE, robots: bool = True) -> tuple[Matrix, Floats]:
    """The matrix whose optimum has most plant in the last step, of equal ones the most before it, and that optimum."""
    if not robots:
        coefficients = replace(coefficients, lunar=_tireless(coefficients.lunar))
    matrix = _freight(_one_seed(compile_matrix(assemble(coefficients).model)), freight)
    cost = np.zeros(matrix.columns)
    cost[matrix.columns_of("lunar.capital")] = -EARLIER
    for i in coefficients.lunar.activities:
        cost[matrix.column("lunar.capital", i, max(coefficients.lunar.max_capital))] = -1.0
    matrix = matrix.with_(cost=cost, cost_offset=0.0)
    found = solve(matrix, LIMITS, relax=True)
    assert found.status is Status.OPTIMAL, str(found.termination)
    assert found.x is not None
    # Without robots the optimum must lie clear of the bounds that stand in for them.
    assert not (_at_bound(matrix, found.x) and not robots)
    return matrix, found.x


def grow(found: Instance, freight: Freight = SEED_ONLY, robots: bool = True) -> Grown:
    """Grow one seed as far as the model allows; without ``robots`` only plant, lag and material bound it."""
    derived = derive_growth(found)
    matrix, x = most_plant(derived.coefficients, freight, robots)
    assert found.moon is not None
    return Grown(matrix, x, SubPeriods.of_moon(derived.horizon, found.moon))


def derive_growth(found: Instance) -> Derived:
    """Derive the coefficients of an instance whose plant is built for itself: it is bounded by growth alone."""
    derived = derive(found, candidate_designs(found))
    assert found.moon is not None
    x, landing = Context(found, derived.horizon, derived.designs, derived.units), derived.coefficients.landing
    lunar = derive_lunar(x, landing, grown_bounds(x, found.moon, landing))
    return replace(derived, coefficients=replace(derived.coefficients, lunar=lunar))


def _tireless(lunar: Lunar) -> Lunar:
    """The industry with robots ten times as quick, and every bound that was drawn from their pace."""
    quick = 10.0
    return replace(
        lunar,
        growth={u: quick * factor for u, factor in lunar.growth.items()},
        max_capital={u: quick * kt for u, kt in lunar.max_capital.items()},
        max_invested={key: quick * kt for key, kt in lunar.max_invested.items()},
        max_need={key: quick * kt for key, kt in lunar.max_need.items()},
        max_stored={key: quick * kt for key, kt in lunar.max_stored.items()},
    )


def _at_bound(matrix: Matrix, x: Floats) -> list[str]:
    """Columns of the industry that are as large as they may be: the pace would be that of the bound."""
    words = ("capital", "invested", "made", "made_at_night", "stored", "localised")
    columns = np.concatenate([matrix.columns_of(f"lunar.{word}") for word in words])
    full = columns[(matrix.upper[columns] > 0) & (x[columns] > 0.99 * matrix.upper[columns])]
    return [matrix.column_names[column] for column in full]


def _one_seed(matrix: Matrix) -> Matrix:
    """One seed in the first period, whole; none later."""
    lower, upper = matrix.lower.copy(), matrix.upper.copy()
    for column in matrix.columns_of("landings.seed_mass"):
        first = matrix.column_names.indices[column] == (0,)
        lower[column] = upper[column] = matrix.upper[column] if first else 0.0
    return matrix.with_(lower=lower, upper=upper)


def _freight(matrix: Matrix, freight: Freight) -> Matrix:
    imported = matrix.columns_of("landings.imported")
    if freight.imports is not None:
        upper = matrix.upper.copy()
        commodity = {c: matrix.column_names.indices[c][0] for c in imported}
        upper[[c for c in imported if commodity[c] not in freight.imports]] = 0.0
        matrix = matrix.with_(upper=upper)
    if freight.landed_t is None:
        return matrix
    columns = [*imported, *matrix.columns_of("landings.seed_mass")]
    row = sp.csr_matrix((np.ones(len(columns)), (np.zeros(len(columns), int), columns)), (1, matrix.columns))
    return matrix.with_rows(
        row, np.array([-np.inf]), np.array([freight.landed_t / 1000]), Names.of_pairs([("landed_at_most", ())])
    )
