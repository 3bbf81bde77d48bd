"""Transfers and the rocket equation against textbook cases."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.physics import ascent
from solver.physics.orbit import circular_speed_m_per_s

TANKER_ISP_S = 3680.0 / 9.80665


def test_hohmann_to_geostationary() -> None:
    """From 200 km to geostationary height takes the textbook 3.93 km/s in plane."""
    assert ascent.hohmann_m_per_s(35786.0) == pytest.approx(3935.0, rel=0.003)


def test_hohmann_to_a_low_shell() -> None:
    """From 200 to 650 km takes about 252 m/s, close to the difference of the circular speeds."""
    speeds = circular_speed_m_per_s(200.0) - circular_speed_m_per_s(650.0)
    assert ascent.hohmann_m_per_s(650.0) == pytest.approx(speeds, rel=0.01)
    assert ascent.hohmann_m_per_s(200.0) == pytest.approx(0.0, abs=1e-9)


@given(st.floats(200.0, 3000.0), st.floats(1.0, 500.0))
def test_hohmann_grows_and_is_symmetric(altitude_km: float, step: float) -> None:
    """Higher costs more, and the way down costs the same as the way up."""
    assert ascent.hohmann_m_per_s(altitude_km + step) > ascent.hohmann_m_per_s(altitude_km)
    assert ascent.hohmann_m_per_s(altitude_km, 400.0) == pytest.approx(ascent.hohmann_m_per_s(400.0, altitude_km))


def test_plane_change() -> None:
    """Turning by 60 degrees costs the whole orbital speed, turning round costs it twice, no turn nothing."""
    speed = circular_speed_m_per_s(600.0)
    assert ascent.plane_change_m_per_s(600.0, 60.0) == pytest.approx(speed)
    assert ascent.plane_change_m_per_s(600.0, 180.0) == pytest.approx(2.0 * speed)
    assert ascent.plane_change_m_per_s(600.0, 0.0) == 0.0


def test_propellant_of_a_lunar_landing() -> None:
    """A one-way 100 t landing with a dry mass of 120 t at 6.1 km/s burns 935 t."""
    assert ascent.propellant_mass(220.0, 6100.0, TANKER_ISP_S) == pytest.approx(935.0, rel=0.002)


@given(st.floats(0.0, 9000.0), st.floats(200.0, 4000.0))
def test_propellant_share_and_mass_agree(delta_v: float, isp: float) -> None:
    """Burnt over starting mass is the propellant share."""
    burnt = ascent.propellant_mass(1.0, delta_v, isp)
    assert ascent.propellant_share(delta_v, isp) == pytest.approx(burnt / (1.0 + burnt), abs=1e-12)


def test_payload_beyond_parking() -> None:
    """With no delta-v the reference payload arrives whole; far away nothing does; a return costs more."""
    assert ascent.payload_beyond_parking_t(100.0, 120.0, 0.0, 380.0) == pytest.approx(100.0)
    assert ascent.payload_beyond_parking_t(100.0, 120.0, 4000.0, 380.0) == 0.0
    one_way = ascent.payload_beyond_parking_t(100.0, 120.0, 252.0, 380.0)
    assert one_way == pytest.approx(220.0 * math.exp(-252.0 / (380.0 * 9.80665)) - 120.0)
    assert 0.0 < ascent.payload_beyond_parking_t(100.0, 120.0, 252.0, 380.0, 252.0) < one_way


def test_nonsense_is_refused() -> None:
    """A negative delta-v, a zero impulse and an impossible angle are refused by name."""
    with pytest.raises(ValueError, match="delta_v_m_per_s"):
        ascent.mass_ratio(-1.0, 300.0)
    with pytest.raises(ValueError, match="isp_s"):
        ascent.mass_ratio(1.0, 0.0)
    with pytest.raises(ValueError, match="angle_deg"):
        ascent.plane_change_m_per_s(600.0, 181.0)
