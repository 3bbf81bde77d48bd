"""Whole-project cost arithmetic against McCalip's 1 GW comparison, Starcloud's 40 MW table and claims."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.physics import economics as eco

GW = 1e9
NEEDED_W = eco.initial_power(GW, sunlit_share=0.98, yearly_loss_share=0.025, years=5)
SATELLITES = eco.satellites_for(NEEDED_W / 1e3, 27.0)
MASS_KG = SATELLITES * eco.satellite_mass_kg(27.0, 36.5)
ENERGY_MWH = eco.energy_mwh(1000.0, 5)


def orbital(launch_usd_per_kg: float) -> eco.OrbitalBill:
    """Return McCalip's orbital bill at a launch price."""
    return eco.orbital_bill(
        power_w=SATELLITES * 27e3,
        mass_kg=MASS_KG,
        years=5,
        hardware_usd_per_w=22.0,
        launch_usd_per_kg=launch_usd_per_kg,
        operations_share_per_yr=0.01,
        replacement_share_per_yr=0.09,
        development_usd=1e9,
    )


GROUND = eco.gas_ground_bill(
    power_w=GW,
    years=5,
    plant_usd_per_kw=1800.0,
    facility_usd_per_w=12.5,
    pue=1.2,
    heat_rate_btu_kwh=6200.0,
    gas_usd_per_mmbtu=4.30,
    capacity_factor=0.85,
)


def test_fleet_of_one_gigawatt() -> None:
    """Initial power, satellites, mass, flights and array area are the published ones; counts are exact."""
    assert eco.mean_share(0.025, 5) == pytest.approx(0.951234, abs=5e-7)
    needed_mw, array_km2, mass_kg = NEEDED_W / 1e6, SATELLITES * 116.0 / 1e6, MASS_KG
    assert needed_mw == pytest.approx(1072.720, abs=5e-4)
    assert SATELLITES == 39_731
    assert eco.satellite_mass_kg(27.0, 36.5) == pytest.approx(739.726, abs=5e-4)
    assert mass_kg == pytest.approx(29_390_055, abs=0.5)
    assert eco.flights_for(MASS_KG / 1e3, 100.0) == 294
    assert eco.flights_for_satellites(SATELLITES, eco.satellite_mass_kg(27.0, 36.5), 100.0) == 295
    assert array_km2 == pytest.approx(4.6088, abs=5e-5)


def test_orbital_bill_items() -> None:
    """Every item of the orbital bill at 500 USD/kg meets half a unit of the last printed digit."""
    bill = orbital(500.0)
    assert bill.hardware_usd / 1e9 == pytest.approx(23.6002, abs=5e-5)
    assert bill.launch_usd / 1e9 == pytest.approx(14.6950, abs=5e-5)
    assert bill.operations_usd / 1e9 == pytest.approx(1.1800, abs=5e-5)
    assert bill.replacement_usd / 1e9 == pytest.approx(10.6201, abs=5e-5)
    assert bill.development_usd / 1e9 == pytest.approx(1.0, abs=5e-5)
    assert bill.total_usd / 1e9 == pytest.approx(51.0953, abs=5e-5)
    assert bill.total_usd / ENERGY_MWH == pytest.approx(1166.56, abs=5e-3)


def test_ground_bill_and_ratio() -> None:
    """The ground total, its energy price and the ratio are the published ones."""
    assert GROUND.total_usd / 1e9 == pytest.approx(15.8511, abs=5e-5)
    assert GROUND.total_usd / GROUND.energy_mwh == pytest.approx(425.76, abs=5e-3)
    assert orbital(500.0).total_usd / GROUND.total_usd == pytest.approx(3.223, abs=5e-4)


TOTALS = [(20, 36.988), (100, 39.339), (200, 42.278), (1000, 65.790), (1500, 80.485), (2940, 122.807)]


@pytest.mark.parametrize(("launch_usd_per_kg", "total"), TOTALS)
def test_total_by_launch_price(launch_usd_per_kg: float, total: float) -> None:
    """The total at each listed launch price is the published one."""
    assert orbital(launch_usd_per_kg).total_usd / 1e9 == pytest.approx(total, abs=5e-4)


def test_press_figure_is_the_200_usd_case() -> None:
    """The 42.4 GUSD of the press are the 200 USD/kg case to 0.3 %."""
    assert orbital(200.0).total_usd / 1e9 == pytest.approx(42.4, rel=0.003)


def test_no_break_even_exists() -> None:
    """The break-even launch price is negative both by the author's definition and on the totals."""
    author = eco.break_even_launch_usd_kg(GROUND.total_usd, 22.0 * NEEDED_W, NEEDED_W / 36.5)
    totals = eco.break_even_launch_usd_kg(GROUND.total_usd, orbital(0.0).total_usd, MASS_KG)
    assert author == pytest.approx(-263.66, abs=5e-3)
    assert totals == pytest.approx(-699.2, abs=0.05)


@given(st.floats(0.0, 5000.0), st.floats(1e9, 1e12))
def test_break_even_makes_the_totals_equal(launch: float, rival: float) -> None:
    """At the break-even launch price the orbital total is the rival's, whatever the price before."""
    bill = orbital(launch)
    price = eco.break_even_launch_usd_kg(rival, bill.total_usd - bill.launch_usd, MASS_KG)
    assert orbital(price).total_usd == pytest.approx(rival, rel=1e-9)


def test_starcloud_ground_side() -> None:
    """40 MW over ten years on the ground: 140 MUSD of energy, 7 of cooling, 167 in all, to 2 %."""
    energy = eco.energy_cost_usd(40.0, 10.0, 0.04) / 1e6
    assert energy == pytest.approx(140.2, abs=0.05)
    assert 0.05 * energy == pytest.approx(7.0, rel=0.02)
    assert energy + 0.05 * energy + 20.0 == pytest.approx(167.0, rel=0.02)


def test_starcloud_space_side() -> None:
    """Array, launch and shielding make 8.2 MUSD, 72 at 500 USD/kg, and 0.00186 USD/kWh for cells and launch."""
    shielding = 40e3 * 30.0 / 1e6
    assert 2.0 + 5.0 + shielding == pytest.approx(8.2, rel=0.02)
    at_500 = 2.0 + 100e3 * 500.0 / 1e6 + 40e3 * 500.0 / 1e6
    assert at_500 == pytest.approx(72.0, rel=0.02)
    per_kwh = (5.0 + 1.2) * 1e6 / (eco.energy_mwh(40.0, 10.0, 0.95) * 1e3)
    assert per_kwh == pytest.approx(0.00186, rel=0.02)


def test_starcloud_at_20_kg_per_kw_needs_eight_launches() -> None:
    """At 20 kg/kW the 40 MW weigh 800 t: eight launches of 100 t and not one."""
    mass_t = 40e3 * eco.satellite_mass_kg(1.0, 50.0) / 1e3
    assert eco.flights_for(mass_t, 100.0) == 8


@pytest.mark.parametrize(("mass_t", "payload_t", "flights"), [(1e6, 200, 5000), (1e7, 200, 50_000), (3e6, 100, 30_000)])
def test_flights_of_claimed_masses(mass_t: float, payload_t: float, flights: int) -> None:
    """Claimed yearly masses take the stated number of flights."""
    assert eco.flights_for(mass_t, payload_t) == flights


@given(st.floats(1e-6, 1e7), st.floats(0.1, 500.0))
def test_flights_are_enough_and_not_one_too_many(mass_t: float, payload_t: float) -> None:
    """The flights counted lift the mass, one less would not."""
    flights = eco.flights_for(mass_t, payload_t)
    assert flights * payload_t >= mass_t * (1.0 - 1e-9)
    assert (flights - 1) * payload_t < mass_t
    assert eco.flights_for(0.0, payload_t) == 0


def test_a_satellite_heavier_than_a_flight_is_refused() -> None:
    """A satellite that does not fit in a flight cannot be flown whole."""
    with pytest.raises(ValueError, match="satellites_per_flight"):
        eco.flights_for_satellites(10, 200e3, 100.0)
