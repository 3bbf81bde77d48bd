"""What becomes of every vintage: what it delivers, where it takes room, what it needs, what it costs."""

from __future__ import annotations

from typing import Any

import pytest

from formulations.coefficients import Nodes
from tests.solver.small import LINE, context, derived, small, years

COLUMN = ("cube", "near")
DECLARED: dict[str, Any] = {"mass_t": 10.0, "cost_musd": 10.0, "life_years": 2.0}


def nodes(changes: dict[str, Any] | None = None) -> Nodes:
    """The coefficients of the nodes of the small instance."""
    return derived(small(changes)).coefficients.nodes


def test_power_alive_lasts_as_long_as_the_node() -> None:
    """10 MW built in the first year count at ages 0.5 and 1.5 and are gone at 2.5, past their two years."""
    found = nodes({"platforms.cube.declared": DECLARED})
    assert found.delivers[COLUMN][0] == pytest.approx({0: 0.01, 1: 0.01})
    assert found.delivers[COLUMN][2] == pytest.approx({2: 0.01})


def test_power_waits_for_the_transfer() -> None:
    """Nodes that take a year to their orbit count from the next year's end on, and live on from launch."""
    found = nodes({"platforms.cube.declared": DECLARED, "shells.near.transfer_years": 1.0, "use.ground": []} | LATER)
    assert found.delivers[COLUMN][0] == pytest.approx({1: 0.01})


LATER: dict[str, Any] = {"target.milestones": [{"date": "2032-01", "gw": 0.04}]}


def test_power_added_counts_once_and_only_what_starts() -> None:
    """New power is counted in the year of launch, without the tenth of nodes that never start."""
    changes = {
        "target": {"kind": "power_added", "milestones": [{"date": "2030-01", "gw_per_year": 0.01}]},
        "platforms.cube.declared": {**DECLARED, "infant_mortality_share": 0.1},
    }
    assert nodes(changes).delivers[COLUMN] == {q: {q: pytest.approx(0.009)} for q in range(3)}


def test_computing_power_grows_with_the_year_of_purchase() -> None:
    """10 EFLOP/s of a node bought at the start become 10 x 1.5^1.5 for one bought in the second year."""
    changes = {
        "target": {"kind": "compute_alive", "milestones": [{"date": "2031-01", "eflops": 5.0}]},
        "platforms.cube.declared": {**DECLARED, "eflops_per_gw": 1000.0, "eflops_growth_share_per_year": 0.5},
    }
    found = nodes(changes)
    assert found.delivers[COLUMN][1] == pytest.approx({1: 10 * 1.5**1.5, 2: 10 * 1.5**1.5})


def test_tonnage_counts_nodes_by_their_mass() -> None:
    """For mass to orbit a node of 10 t is 0.01 kt in the year it is launched."""
    changes = {"target": {"kind": "mass_to_orbit", "milestones": [{"date": "2030-01", "kt_per_year": 0.1}]}}
    assert nodes(changes).delivers[COLUMN][1] == {1: pytest.approx(0.01)}


def test_room_is_taken_by_the_living_and_then_by_the_dead() -> None:
    """Nodes of two years, none disposed of, take a slot all their life and leave one drifting, decayed in 1e4 years."""
    changes = {
        "platforms.cube.declared": {**DECLARED, "disposal_share": 0.0, "dead_disposal_share": 0.0},
        "shells.near.decay_years": 1e4,
    }
    found = nodes(changes)
    assert found.occupied[COLUMN][0] == pytest.approx({0: 1.0, 1: 1.0, 2: 1.0}, rel=1e-3)
    assert found.derelict[COLUMN][0] == {2: pytest.approx(1.0, rel=1e-3)}


def test_upkeep_follows_those_alive() -> None:
    """2 kg a kW and year for 10 MW are 20 t, 0.02 kt, in every year of life."""
    changes = {
        "platforms.cube.declared": DECLARED,
        "platforms.cube.serviced": {"mass_kg_per_kw_year": 2.0, "cost_usd_per_w_year": 0.0},
    }
    assert nodes(changes).upkeep_kt[COLUMN][0] == pytest.approx({0: 0.02, 1: 0.02})


def test_a_load_is_bounded_by_lines_and_slots() -> None:
    """Three lines of 20 MW a year make six nodes a year; a shell of five slots holds five."""
    line = {**LINE, "lead_years": 0.0}
    later = {**LATER, "platforms.cube.production_line": line}
    assert nodes(later).max_loaded["van", "cube", "near", 1] == 6
    assert nodes({**later, "shells.near.slots": 5.0}).max_loaded["van", "cube", "near", 1] == 5
    two = {**later, "shells.near.slots": 2.5, "shells.near.count": 2}
    assert nodes(two).max_loaded["van", "cube", "near", 1] == 5


def test_price_of_a_node_follows_its_year() -> None:
    """10 MUSD falling by a fifth a year, discounted by a tenth: in the second year 10 x (0.8 / 1.1)^1.5, in GUSD."""
    changes = {
        "platforms.cube.declared": {**DECLARED, "price_change_share_per_year": -0.2},
        "horizon.discount_share_per_year": 0.1,
    }
    price = nodes(changes).cost.spent["van", "cube", "near", 1]
    assert price == pytest.approx(0.01 * (0.8 / 1.1) ** 1.5)


def test_supply_of_accelerators_is_a_path() -> None:
    """0.1 GW a year, doubling, from the middle of the first year on: 0.1 x 2^0.5, 2^1.5, 2^2.5."""
    changes = {"supply.accelerators_gw": {"start_per_year": 0.1, "growth_share_per_year": 1.0}}
    supply = derived(small(changes)).coefficients.supply.accelerators_gw
    assert supply == pytest.approx({t: 0.1 * 2 ** (t + 0.5) for t in range(3)})


def test_room_of_shells_and_regimes_is_taken_over() -> None:
    """Slots, tolerated derelicts and the regime with its members come through; a shell without limits has none."""
    changes = {
        "shells.near": {
            "orbit": "dawn_dusk",
            "altitude_km": 650.0,
            "slots": 9.0,
            "max_derelicts": 2.0,
            "regime": "low",
        },
        "regimes.low": {"slots": 20.0},
    }
    shells = derived(small(changes)).coefficients.shells
    assert (shells.slots, shells.derelicts) == ({"near": 9.0}, {"near": 2.0})
    assert (shells.regimes, shells.regime_slots) == ({"low": ("near",)}, {"low": 20.0})
    assert derived(small()).coefficients.shells.slots == {}


AREA = {"platforms.cube.declared": {**DECLARED, "array_m2": 20_000.0, "radiator_m2": 10_000.0}}


def test_a_wide_node_takes_slots_by_its_area() -> None:
    """30,000 m2 take 3 slots of 10,000 of the shell and one of 90,000 of a regime; a filing of others counts none."""
    changes = {
        **AREA,
        "platforms.cuboid": {"it_power_kw": 1.0, "declared": DECLARED},
        "shells.near": {
            "orbit": "dawn_dusk",
            "altitude_km": 650.0,
            "slots": 9.0,
            "slot_area_m2": 10_000.0,
            "regime": ["low", "operator", "others"],
        },
        "regimes.low": {"slots": 20.0, "slot_area_m2": 90_000.0},
        "regimes.operator": {"slots": 5.0, "platforms": ["cube"]},
        "regimes.others": {"slots": 5.0, "platforms": ["cuboid"]},
    }
    shells = derived(small(changes)).coefficients.shells
    assert shells.slots_per_node == {("cube", "near"): 3.0}
    assert shells.regimes == {"low": ("near",), "operator": ("near",), "others": ("near",)}
    assert shells.regime_slots_per_node == {
        "low": {("cube", "near"): 1.0},
        "operator": {("cube", "near"): 1.0},
        "others": {},
    }
    assert derived(small()).coefficients.shells.slots_per_node == {}


def test_a_load_is_bounded_by_slots_by_area() -> None:
    """Of nodes that take 3 slots each, 9 slots hold 3; two shells of 4.5 slots hold as many."""
    by_area = {**LATER, **AREA, "shells.near.slots": 9.0, "shells.near.slot_area_m2": 10_000.0}
    assert nodes(by_area).max_loaded["van", "cube", "near", 1] == 3
    two = {**by_area, "shells.near.slots": 4.5, "shells.near.count": 2}
    assert nodes(two).max_loaded["van", "cube", "near", 1] == 3


def test_designs_are_built_only_when_platform_and_vehicle_are_there() -> None:
    """A platform of the second year and a vehicle of the third meet in the third."""
    changes = {
        "horizon.periods": years(4),
        "platforms.cube.available_from": "2031-01",
        "vehicles.van.available_from": "2032-01",
        "target.milestones": [{"date": "2034-01", "gw": 0.04}],
    }
    assert {t for *_, t in nodes(changes).loads} == {2, 3}
    assert context(changes).flying("van") == [2, 3]
