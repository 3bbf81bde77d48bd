"""Tests of ``solver.tables.moon`` and ``solver.tables.kardashev``, and of the Moon in other tables."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from solver.instance.schema import Instance
from solver.plan import Decisions
from solver.tables import COLUMNS, MOON_COLUMNS, PlanState, figures_of, state_of, tables
from solver.tables.kardashev import doubling_years, headline, headline_data, scale
from tests.solver import lunar_samples, samples


def _state(data: dict[str, Any], decisions: Decisions) -> PlanState:
    return state_of(Instance.model_validate(data), lunar_samples.plan(data, decisions))


def _frames(data: dict[str, Any], decisions: Decisions) -> dict[str, Any]:
    return tables(_state(data, decisions))


@pytest.fixture(scope="module")
def grown() -> dict[str, Any]:
    """Tables of the factory that copies itself."""
    return _frames(lunar_samples.replication(), lunar_samples.GROWN)


@pytest.fixture(scope="module")
def busy() -> dict[str, Any]:
    """Tables of the richer Moon."""
    return _frames(lunar_samples.busy(), lunar_samples.BUSY)


def test_tables_of_the_moon_are_there_only_with_it(grown: dict[str, Any]) -> None:
    """Five tables and two columns more where the Moon may be used, nothing more where it may not."""
    assert list(grown) == [*COLUMNS, *MOON_COLUMNS]
    for name, columns in {**COLUMNS, **MOON_COLUMNS}.items():
        assert tuple(grown[name].columns[: len(columns)]) == columns
    assert (grown["nodes"].columns[-1], grown["landings"].columns[-1]) == ("mass_driver_launched", "one_way_landings")
    assert list(tables(samples.state())) == list(COLUMNS)
    unused = _frames(lunar_samples.replication(), Decisions())
    assert unused["kardashev"]["it_power_gw"].tolist() == [0.0] * 12
    assert unused["kardashev"]["kardashev_index_of_it_power"].isna().all()


def test_nodes_of_mass_drivers_live_and_give_power(grown: dict[str, Any]) -> None:
    """512 nodes of 1 MW launched in 2041 are 512 nodes alive and 0.512 GW, in every table that counts them."""
    [row] = grown["nodes"].to_dict("records")
    assert (row["loaded"], row["mass_driver_launched"], row["alive"]) == (0, pytest.approx(512), pytest.approx(512))
    assert row["it_power_gw"] == pytest.approx(0.512)
    power = grown["power"].set_index("period")
    assert power["delivered"].tolist() == pytest.approx([0.0] * 11 + [0.512])
    assert power.loc["2041", "orbit_gw"] == pytest.approx(0.512)
    assert grown["shells"].set_index("period").loc["2041", "occupied"] == pytest.approx(512)


def test_nodes_of_mass_drivers_have_their_own_losses_and_transfer(busy: dict[str, Any]) -> None:
    """Of four nodes a quarter is lost; the rest works a quarter of a year after the throw, not after three."""
    nodes = busy["nodes"].query("shell == 'swarm'")
    assert nodes["alive"].tolist() == pytest.approx([3.0])
    assert nodes["it_power_gw"].tolist() == pytest.approx([0.003])
    power = busy["power"].set_index("period")
    # Three from the Earth, of which 0.9 arrive.
    assert power["orbit_gw"].tolist() == pytest.approx([0.0027, 0.0027, 0.0057])


def test_flights_for_the_moon_are_flights(busy: dict[str, Any]) -> None:
    """Tankers and landings stand beside the flights to shells, with what they carry, and add up to the launches."""
    first = busy["flights"].query("period == '2030'").set_index("shell")
    assert first["flights"].to_dict() == {"(Moon)": 3, "(depot)": 10, "near": 1}
    assert first["payload_used_t"].to_dict() == {"(Moon)": 200.0, "(depot)": 1500.0, "near": 30.0}
    assert busy["flights"]["flights"].sum() == busy["launches"]["flights"].sum() == 16
    summary = busy["summary"].set_index("key")["value"]
    assert summary["flights.ship"] == 16
    assert summary["mass_launched"] == pytest.approx(200 + 1500 + 300 + 30)
    assert summary["nodes_launched_by_mass_driver"] == pytest.approx(4)
    assert summary["nodes"] == 7


def test_expended_landers_leave_the_fleet(busy: dict[str, Any]) -> None:
    """14 flights lose 1.4 ships; the lander that stays leaves 0.9 more; losses of landers are no losses of ships."""
    fleet = busy["fleet"].set_index("period")
    assert fleet["flown"].tolist() == [14, 2, 0]
    assert fleet["lost"].tolist() == pytest.approx([1.4, 0.2, 0])
    assert fleet["expended"].tolist() == pytest.approx([0.9, 0, 0])
    assert fleet["stock"].tolist() == pytest.approx([2.7, 2.5, 2.5])


def test_plant_and_materials_by_step(busy: dict[str, Any]) -> None:
    """Every activity and commodity has its row in every step; imports are a share of production and imports."""
    row = busy["moon"].query("step == '2031 1/2' and activity == 'smelter'").iloc[0]
    assert (row["period"], row["does"]) == ("2031", "make")
    assert (row["capital_t"], row["invested_t"], row["made_t"], row["night_t"]) == (40, 8, 20, 5)
    assert len(busy["moon"]) == 6 * 4
    chips = busy["materials"].query("step == '2031 1/2' and commodity == 'chips'").iloc[0]
    assert (chips["made_t"], chips["imported_t"], chips["used_t"], chips["stored_t"]) == (0, 6, 2, 4)
    assert chips["import_share"] == 1
    ore = busy["materials"].query("step == '2031 1/2' and commodity == 'ore'").iloc[0]
    assert (ore["made_t"], ore["used_t"], ore["fed_t"], ore["import_share"]) == (30, 30, 30, 0)


def test_landings_and_drivers_by_period(busy: dict[str, Any]) -> None:
    """Flights, cargo and depot by period; drivers ordered in 2031 throw 400 t in 2032, a quarter of what they could."""
    first = busy["landings"].iloc[0]
    assert (first["tankers"], first["landings"], first["one_way_landings"], first["shuttle_landings"]) == (10, 3, 1, 2)
    assert (first["landed_t"], first["seed_t"], first["imported_t"]) == (pytest.approx(162), 100, 0)
    assert busy["landings"]["imported_t"].tolist() == [0, 10, 0]
    drivers = busy["mass_drivers"].set_index("period")
    assert drivers["ordered"].tolist() == [0, 2, 0]
    assert drivers["operating"].tolist() == [0, 0, 2]
    assert drivers.loc["2032", "used_share"] == pytest.approx(400 / 1600)
    assert drivers.loc["2032", "energy_gwh"] == pytest.approx(400e3 * 2400**2 / 3.6e12)
    assert drivers["used_share"].isna().tolist() == [True, True, False]


def test_mass_and_energy_balance(busy: dict[str, Any]) -> None:
    """Made and imported mass is that of plant, drivers and nodes and what is left over; feeds are not counted twice."""
    row = busy["kardashev"].set_index("period").loc["2031"]
    assert row["excavated_t_per_year"] == pytest.approx(60)
    # 60 t of ore and 40 t of metal made, 60 t of ore fed to the smelter.
    assert row["made_t_per_year"] == pytest.approx(40)
    assert row["imported_t_per_year"] == pytest.approx(10)
    assert (row["plant_built_t_per_year"], row["mass_drivers_built_t_per_year"]) == (
        pytest.approx(10),
        pytest.approx(10),
    )
    assert row["unused_t_per_year"] == pytest.approx(40 + 10 - 20)
    assert row["import_share"] == pytest.approx(0.2)
    # Two halves: 40 t at 6 kW, half available, lit half of the time.
    assert row["generation_capacity_gw"] == pytest.approx(40 * 6 * 0.5 * 0.5 * 1e-6)
    by_night = 0.1 * 10 / 4 + 5 * 5 / 4
    assert row["production_power_gw"] == pytest.approx((2 * (0.1 * 30 + 5 * 20) + by_night) * 1e-3 / 8766)


def test_scale_of_the_copying_factory(grown: dict[str, Any]) -> None:
    """0.512 GW are K = (log10(5.12e8) - 6) / 10 = 0.2709 and 1.3375e-18 of the Sun, all of it made on the Moon."""
    row = grown["kardashev"].set_index("period").loc["2041"]
    assert row["kardashev_index_of_it_power"] == pytest.approx(0.27092700)
    assert row["sun_share"] == pytest.approx(5.12e8 / 3.828e26)
    assert (row["earth_made_share"], row["moon_made_share"], row["mass_drivers"]) == (0, 1, 1)
    plant = grown["kardashev"]["plant_t"].tolist()
    assert plant[:4] == pytest.approx([0, 100, 200, 400])
    assert plant[-1] == pytest.approx(25600.005)
    doubling = grown["kardashev"].set_index("period")["doubling_years"]
    assert doubling[["2030", "2031"]].isna().all()
    assert doubling["2039"] == pytest.approx(1.0)
    # Three years back: 12.8 kt in 2038.
    assert doubling["2041"] == pytest.approx(3.0, rel=1e-5)
    assert row["unused_t_per_year"] == pytest.approx(25600 - 51200)


def test_headline_of_the_copying_factory() -> None:
    """100 t land in 2030, are 25.6 kt in 2039 after eight doublings in eight years, and overtake the Earth in 2041."""
    data = headline_data(_state(lunar_samples.replication(), lunar_samples.GROWN))
    assert (data["moon_used"], data["seed_t"], data["first_seed"], data["full_plant"]) == (True, 100.0, "2030", "2039")
    assert data["plant_t"] == pytest.approx(25600.005)
    assert data["doubling_years"] == pytest.approx(1.0)
    assert (data["mass_drivers"], data["import_share"], data["moon_exceeds_earth"]) == (1, 0.0, "2041")
    assert data["mass_driver_launched_t"] == pytest.approx(51200)
    assert data["kardashev_index"] == pytest.approx(0.270927)


def test_headline_counts_imports_without_seed() -> None:
    """10 t of chips beside 40 t made are a share of 0.2; three nodes from the Moon exceed 2.7 from the Earth."""
    found = headline(_state(lunar_samples.busy(), lunar_samples.BUSY))
    assert found.import_share == pytest.approx(0.2)
    assert found.moon_exceeds_earth == 2
    few = replace(lunar_samples.BUSY, mass_driver_launched_gw={("lunar_node", "swarm", 2): 0.003})
    assert headline(_state(lunar_samples.busy(), few)).moon_exceeds_earth is None


def test_the_moon_unused() -> None:
    """A plan that lands nothing has no seed, no plant and no date, and no index without power."""
    state = _state(lunar_samples.replication(), Decisions())
    data = headline_data(state)
    assert not data["moon_used"]
    assert [
        data[key] for key in ("first_seed", "full_plant", "doubling_years", "import_share", "moon_exceeds_earth")
    ] == [None] * 5
    assert data["kardashev_index"] is None
    assert data["it_power_gw"] == 0


def test_every_plan_has_a_place_on_the_scale() -> None:
    """Plans that may not use the Moon have an index and shares too: 50.606 MW are (7.7042 - 6) / 10."""
    rise = scale(samples.state())
    assert rise[-1].index == pytest.approx(0.17042, abs=1e-5)
    assert (rise[-1].earth_share, rise[-1].moon_share, rise[0].moon_share) == (1.0, 0.0, None)


def test_doubling_needs_growth() -> None:
    """Four times in three years is a doubling in one and a half; what shrinks or stands does not double."""
    assert doubling_years(3.0, 10.0, 40.0) == pytest.approx(1.5)
    assert doubling_years(3.0, 10.0, 10.0) is None
    assert doubling_years(3.0, 0.0, 10.0) is None


def test_specific_mass_counts_both_kinds_of_nodes() -> None:
    """Three nodes of 10 t and four of 100 t are 430 t for 7 MW."""
    state = _state(lunar_samples.busy(), lunar_samples.BUSY)
    figures = figures_of(state)
    assert figures.kg_per_kw == pytest.approx(430 / 7)
    assert (figures.freight_t, figures.propellant_t) == (200, 1800)
    assert figures.alive_share == pytest.approx(1.0)


def test_money_of_the_moon_is_in_the_tables(grown: dict[str, Any]) -> None:
    """Eight flights of 10 MUSD and a seed of 1,000 MUSD that keeps its value: 80 MUSD net, by family and item."""
    money = grown["money"].set_index(["family", "item"])["present_musd"]
    assert money["launch", "flights"] == pytest.approx(80)
    assert money["lunar", "seeds"] == pytest.approx(1000)
    assert money["lunar", "salvage"] == pytest.approx(-1000)
    assert grown["money_by_family"]["present_musd"].sum() == pytest.approx(80)
