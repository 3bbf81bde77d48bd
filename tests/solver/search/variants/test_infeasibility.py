"""The conflict of an infeasible instance: conflicting constraints with place, period and limits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from scipy.sparse import csc_matrix

from formulations.names import Row
from solver.derive import derive
from solver.design.candidates import candidate_designs
from solver.horizon.windows import windows
from solver.instance.read import read
from solver.milp.limits import Limits
from solver.milp.names import Names
from solver.run.solve import build
from solver.search.variants.conflict import Conflict, ConflictingConstraint
from solver.search.variants.infeasibility import BOUNDED, LIMITS, _without_bounds, find_conflict
from solver.search.variants.limit_keys import KEYS, LimitKeys
from tests.solver.check.test_network import changed
from tests.solver.small import OWNED, matrix_of, small

TINY = Path(__file__).parents[4] / "instances" / "tiny"
# Eight nodes, two flights of four, at the end of the first year.
EIGHT: dict[str, Any] = {"target.milestones": [{"date": "2031-01", "gw": 0.08}]}


def conflict_of(changes: dict[str, Any]) -> Conflict:
    """The conflict of the small instance with changes."""
    instance = small({**EIGHT, **changes})
    derived, matrix = matrix_of(instance)
    return find_conflict(matrix, LimitKeys(instance, derived), Limits())


def test_the_conflicting_constraint_comes_with_place_period_and_limits() -> None:
    """A shell of five slots holds five of eight nodes: in every year slots would have to be eight."""
    found = conflict_of({"shells.near.slots": 5.0})
    assert {(c.constraint, c.place) for c in found.constraints} == {("shells.slots", "near")}
    (c,) = found.constraints
    assert c.periods == ("2030", "2031", "2032")
    assert (c.allows, c.needs, c.unit, c.key) == (5.0, pytest.approx(8.0), "slots", "shells.near.slots")


def test_periods_stand_in_the_order_of_time() -> None:
    """Rows stand as columns first name their periods, the later ones perhaps first; a conflict does not show that."""
    instance = small({**EIGHT, "shells.near.slots": 5.0})
    derived, matrix = matrix_of(instance)
    turned = replace(
        matrix,
        a=csc_matrix(matrix.a.tocsr()[::-1]),
        row_lower=matrix.row_lower[::-1].copy(),
        row_upper=matrix.row_upper[::-1].copy(),
        row_names=Names.of_pairs(list(matrix.row_names.pairs())[::-1]),
    )
    found = find_conflict(turned, LimitKeys(instance, derived), Limits())
    assert [c.periods for c in found.constraints] == [("2030", "2031", "2032")]
    assert [s.period for s in found.shortfall] == ["2030", "2031", "2032"]


def test_a_window_is_named_by_its_last_period() -> None:
    """Twelve months that end in the middle of a period are no name of a place."""
    instance = small({"horizon.periods": [{"count": 1, "length": "quarter"}, {"count": 3, "length": "year"}]})
    keys = LimitKeys(instance, matrix_of(instance)[0])
    named = {key: window.last for key, window in windows(keys.derived.horizon).items() if isinstance(key, str)}
    assert named
    for name, last in named.items():
        assert keys.period(Row.LAUNCH_LICENCE, ("cape", name)) == (("cape",), keys.derived.horizon.label(last))


def test_the_shortfall_gives_the_target_in_reach() -> None:
    """With five slots 50 of 80 MW are in reach in every year."""
    found = conflict_of({"shells.near.slots": 5.0})
    assert [s.period for s in found.shortfall] == ["2030", "2031", "2032"]
    assert all((s.expected, s.reachable) == (pytest.approx(0.08), pytest.approx(0.05)) for s in found.shortfall)


def test_constraints_in_conflict_come_together() -> None:
    """Neither more slots nor more flights alone suffice: both are in the conflict."""
    found = conflict_of({"shells.near.slots": 5.0, "vehicles.van.flights_per_year": {"start_per_year": 1.0}})
    names = {c.constraint for c in found.constraints}
    assert "shells.slots" in names
    assert names & {"launch.cadence", "launch.growth", "launch.subannual_rate"}
    for name in names:
        allowed = {c.allows for c in found.constraints if c.constraint == name}
        assert allowed <= {5.0, 1.0}


def test_the_conflict_is_irreducible() -> None:
    """A licence, a regime and a supply that are slack are not part of the conflict."""
    changes = {
        "shells.near": {"orbit": "dawn_dusk", "altitude_km": 650.0, "slots": 5.0, "regime": "low"},
        "regimes.low": {"slots": 50.0},
        "sites.cape.licence_flights_per_year": 30.0,
        "supply.accelerators_gw": {"start_per_year": 1.0},
    }
    assert {c.constraint for c in conflict_of(changes).constraints} == {"shells.slots"}


@pytest.mark.parametrize(
    ("changes", "rule", "place", "allowed", "needed"),
    [
        ({"supply.accelerators_gw": {"start_per_year": 0.05}}, "nodes.supply", "", 0.05, 0.08),
        ({"sites.cape.licence_flights_per_year": 1.0}, "launch.licence", "cape", 1.0, 2.0),
        ({"sites.cape": {"pads": 1, "max_pads": 1, "pad_musd": 0.0}, "vehicles.van.pad_days": 365.25}, "launch.pads",
         "cape", 1.0, 2.0),
    ],
)  # fmt: skip
def test_each_limit_is_found_where_it_is_too_tight(
    changes: dict[str, Any], rule: str, place: str, allowed: float, needed: float
) -> None:
    """A supply of 50 MW, a licence of one flight, a pad that is free for one: each is named for the first year."""
    (c,) = conflict_of(changes).constraints
    assert (c.constraint, c.place, c.periods) == (rule, place, ("2030",))
    assert c.allows == pytest.approx(allowed)
    assert c.needs == pytest.approx(needed)


def test_lead_times_alone_are_no_limit() -> None:
    """One owned vehicle flies five times a year and the next comes too late: no relaxed limit would help."""
    late = {**OWNED, "lead_years": 2.5}
    found = conflict_of({"vehicles.van.fleet": late, "vehicles.van.payload_t": {"near": 10.0}})
    assert found.constraints == ()
    assert [s.reachable for s in found.shortfall] == [pytest.approx(0.05)] * 3


def test_every_limit_has_a_key() -> None:
    """Each constraint that a conflict may relax has a unit and a path in the file."""
    assert set(KEYS) == set(LIMITS)


def test_a_feasible_model_has_no_conflict() -> None:
    """A feasible model has no conflicting constraint and no shortfall."""
    assert conflict_of({}) == Conflict((), ())


def test_a_conflicting_constraint_reads_as_a_sentence() -> None:
    """Constraint, place, periods, both limits, unit and key stand in one line; what is empty is left out."""
    years = ("2030", "2031", "2032")
    assert str(ConflictingConstraint("shells.slots", "near", years, "slots", "shells.near.slots", 5.0, 8.25)) == (
        "shells.slots at near, 2030 to 2032: allows 5, needs up to 8.25 slots (shells.near.slots)"
    )
    supply = ConflictingConstraint("nodes.supply", "", ("2030",), "GW", "supply.accelerators_gw", 0.05, 1234.5678)
    assert str(supply) == "nodes.supply at 2030: allows 0.05, needs 1,235 GW (supply.accelerators_gw)"
    licence = ConflictingConstraint("launch.licence", "cape", (), "flights in twelve months", "", 0.0, 1.0)
    assert str(licence) == "launch.licence at cape: allows 0, needs 1 flight in twelve months"


def test_integrality_conflicts_name_the_limit() -> None:
    """A licence of 3.5 flights a year lifts ten and a half nodes in three years on paper and nine in truth."""
    found = conflict_of(
        {
            "target.milestones": [{"date": "2033-01", "gw": 0.1}],
            "vehicles.van.payload_t": {"near": 10.0},
            "vehicles.van.flights_per_year": None,
            "sites.cape.licence_flights_per_year": 3.5,
        }
    )
    assert [(c.constraint, c.place) for c in found.constraints] == [("launch.licence", "cape")]
    assert (found.constraints[0].allows, found.constraints[0].needs) == (pytest.approx(3.5), pytest.approx(4.0))


def test_a_seed_that_cannot_be_landed_conflicts_with_the_flights() -> None:
    """Integrality forbids the seed of the tiny instance; the constraint is the one its file names."""
    loaded = read(TINY / "moon_too_large.yaml")
    derived = derive(loaded.instance, candidate_designs(loaded.instance))
    found = find_conflict(build(derived)[0], LimitKeys(loaded.instance, derived), Limits())
    assert loaded.instance.optimum is not None
    assert {c.constraint for c in found.constraints} == {loaded.instance.optimum.infeasible}


def test_what_is_needed_is_enough_for_integer_counts() -> None:
    """Two and a half flights of 400 days would need three pads; the three that are flown need four."""
    flights = {"vehicles.van.payload_t": {"near": 32.0}, "vehicles.van.pad_days": 400.0}
    pads = {"sites.cape": {"pads": 1, "max_pads": 1, "pad_musd": 0.0}}
    found = conflict_of({**flights, **pads})
    assert {(c.constraint, c.needs) for c in found.constraints} == {("launch.pads", 4.0)}


def test_an_explanation_without_time_is_marked_as_not_minimal() -> None:
    """Where no time is left for the deletion of constraints, those of the first relaxation are marked."""
    limits = {"shells.near.slots": 5.0, "vehicles.van.flights_per_year": {"start_per_year": 1.0}}
    derived, matrix = matrix_of(small({**EIGHT, **limits}))
    found = find_conflict(matrix, LimitKeys(small(EIGHT), derived), Limits(seconds=1e-9))
    assert {c.key for c in found.constraints} == {"shells.near.slots", "vehicles.van.flights_per_year"}
    assert not found.minimal


@pytest.mark.parametrize(("n", "m"), [(1, 0), (2, 1), (3, 2)])
def test_side_of_a_row_of_light_is_an_area(n: int, m: int) -> None:
    """The side of a row allows the area in the file, and that of half as much more ground needs so much."""
    shares, areas = (1.0, 0.5, 0.2), [0.001, 0.002, 0.004]

    def light(areas: list[float]) -> tuple[LimitKeys, Any]:
        grounds = [{"area_km2": a, "light_share": share} for a, share in zip(areas, shares, strict=True)]
        instance = changed(read(TINY / "moon_light.yaml").instance, {"moon.lit_area": grounds})
        derived = derive(instance, candidate_designs(instance))
        return LimitKeys(instance, derived), derived.coefficients.lunar.light

    (keys, rows), (_, more) = light(areas), light([a * (1.5 if at == m else 1.0) for at, a in enumerate(areas)])
    step = max(u for _, u in rows)
    key = keys.of("lunar.light", (n, step))
    assert (key.path, key.unit) == (f"moon.lit_area.{m}.area_km2", "km2")
    assert key.limits(rows[n, step][1], more[n, step][1]) == pytest.approx((areas[m], 1.5 * areas[m]))
    assert keys.period("lunar.light", (n, step))[0] == ()


def test_choices_keep_their_bounds_in_the_relaxation() -> None:
    """A seed lands at most once in a window also where counts may be fractions; the bounds of counts give way."""
    derived = derive(
        read(TINY / "moon_drivers.yaml").instance, candidate_designs(read(TINY / "moon_drivers.yaml").instance)
    )
    matrix = build(derived)[0].relaxed()
    upper, names = _without_bounds(matrix), matrix.column_names
    seeds = matrix.columns_of("landings.seed_landed")
    assert seeds.size
    assert (upper[seeds] == 1.0).all()
    assert all(upper[j] == float("inf") for j in range(matrix.columns) if names.component(j) not in BOUNDED)
