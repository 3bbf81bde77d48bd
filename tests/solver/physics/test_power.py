"""Arrays, batteries and power prices against published figures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.physics import power

LAUNCHED = [
    ("Starlink v2 mini", 575, 28, 5, 14700, 810),
    ("Starlink v1", 260, 7, 5, 26600, 1470),
    ("OneWeb", 150, 0.8, 5, 135800, 7500),
    ("Iridium NEXT", 860, 2, 12.5, 124600, 6900),
]
RECOMPUTED = [
    (575, 28, 5, 14786, 821),
    (260, 7, 5, 26743, 1486),
    (150, 0.8, 5, 135000, 7500),
    (860, 2, 12.5, 123840, 6880),
]


@pytest.mark.parametrize(("name", "kg", "kw", "years", "at_3600", "at_200"), LAUNCHED)
def test_launched_power_price(name: str, kg: float, kw: float, years: float, at_3600: float, at_200: float) -> None:
    """Launched power prices meet the published table to 1.5 %."""
    assert power.launched_power_price_usd_kw_yr(kg, kw, years, 3600.0) == pytest.approx(at_3600, rel=0.015), name
    assert power.launched_power_price_usd_kw_yr(kg, kw, years, 200.0) == pytest.approx(at_200, rel=0.015), name


@pytest.mark.parametrize(("kg", "kw", "years", "at_3600", "at_200"), RECOMPUTED)
def test_launched_power_price_recomputed(kg: float, kw: float, years: float, at_3600: float, at_200: float) -> None:
    """The recomputed prices are met to the printed dollar."""
    assert power.launched_power_price_usd_kw_yr(kg, kw, years, 3600.0) == pytest.approx(at_3600, abs=0.5)
    assert power.launched_power_price_usd_kw_yr(kg, kw, years, 200.0) == pytest.approx(at_200, abs=0.5)


def test_launched_power_price_at_300() -> None:
    """At 300 USD/kg the v2 mini pays 1,232 USD/(kW yr), 3 % above the published 1,200."""
    price = power.launched_power_price_usd_kw_yr(575.0, 28.0, 5.0, 300.0)
    assert price == pytest.approx(1232.0, abs=0.5)
    assert price == pytest.approx(1200.0, rel=0.03)


@pytest.mark.parametrize(("price", "pue", "computed", "published"), [(0.06, 1.09, 573, 570), (0.25, 1.4, 3066, 3000)])
def test_ground_power_price(price: float, pue: float, computed: float, published: float) -> None:
    """Ground power spend meets the published range to 3 % and the recomputed dollars exactly."""
    found = power.ground_power_price_usd_kw_yr(price, pue)
    assert found == pytest.approx(published, rel=0.03)
    assert found == pytest.approx(computed, abs=0.5)


def test_array_output_of_known_designs() -> None:
    """105 m2 at 22 % and 0.9 packing give 28.3 kW; 16 km2 give 4.3 GW."""
    per_m2 = power.array_output_w_m2(0.22, 0.9)
    assert 105.0 * per_m2 == pytest.approx(28.3e3, rel=0.002)
    assert 16e6 * per_m2 == pytest.approx(4.3e9, rel=0.01)


def test_sunlight_falls_with_the_square_of_distance() -> None:
    """Half the distance is four times the flux."""
    assert power.flux_at_distance_w_m2(0.5) == pytest.approx(4.0 * 1361.0)


@given(st.floats(0.01, 0.45), st.floats(0.5, 1.0), st.floats(0.5, 1.0))
def test_recharge_conserves_energy(eclipse: float, charge: float, discharge: float) -> None:
    """What the array gives in the sun, less storage losses, is what the load takes in a whole orbit."""
    array_w = power.recharge_factor(eclipse, charge, discharge)
    surplus = (array_w - 1.0) * (1.0 - eclipse)
    assert surplus * charge * discharge == pytest.approx(1.0 * eclipse)


def test_no_eclipse_needs_no_recharge() -> None:
    """Without eclipse the array is sized for the load alone."""
    assert power.recharge_factor(0.0, 0.9) == 1.0


@given(st.floats(0.0, 0.2), st.floats(0.0, 20.0), st.floats(0.0, 0.4))
def test_array_area_carries_the_load_at_the_end(loss: float, years: float, eclipse: float) -> None:
    """The aged output of the sized array is exactly load times recharge."""
    left = power.aged_output_share(loss, years)
    recharge = power.recharge_factor(eclipse, 0.9)
    area = power.array_area_m2(1e5, 250.0, recharge, left)
    assert area * 250.0 * left == pytest.approx(1e5 * recharge)
    assert area >= 1e5 / 250.0


def test_battery_energy() -> None:
    """100 kW through 36 minutes at 60 % depth and 95 % efficiency need 105.3 kWh; shallower needs more."""
    energy = power.battery_energy_wh(100e3, 36.0, 0.6, 0.95)
    assert energy == pytest.approx(105263.2, abs=0.1)
    assert power.battery_energy_wh(100e3, 36.0, 0.3, 0.95) == pytest.approx(2.0 * energy)
    assert power.battery_energy_wh(100e3, 0.0, 0.6) == 0.0


@pytest.mark.parametrize("depth", [0.0, 1.2, -0.1])
def test_impossible_depth_of_discharge_is_refused(depth: float) -> None:
    """A depth of discharge outside 0 to 1 is refused by name."""
    with pytest.raises(ValueError, match="depth_of_discharge"):
        power.battery_energy_wh(1.0, 1.0, depth)


def test_a_pue_below_one_is_refused() -> None:
    """No data centre uses less power than its computers."""
    with pytest.raises(ValueError, match="pue"):
        power.ground_power_price_usd_kw_yr(0.06, 0.9)
