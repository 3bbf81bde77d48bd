"""The Kardashev scale and mass-driver power against published figures."""

from __future__ import annotations

import pytest

from solver.physics import kardashev
from solver.physics.ageing import steady_stock

POINTS = [(1e9, 0.30), (100e9, 0.50), (1e12, 0.60), (20e12, 0.730), (500e12, 0.870), (1e16, 1.0), (3.828e26, 2.058)]


@pytest.mark.parametrize(("watts", "index"), POINTS)
def test_kardashev_index(watts: float, index: float) -> None:
    """Published powers have their published index, to the printed digit."""
    assert kardashev.kardashev_index(watts) == pytest.approx(index, abs=5e-4)


def test_share_of_the_sun() -> None:
    """500 TW are 1.3e-12 of the Sun's output."""
    assert kardashev.share_of_sun(500e12) == pytest.approx(1.3e-12, rel=0.02)


def test_mass_driver_power() -> None:
    """1 Mt a year at 2.4 km/s takes 0.0913 GW; the study's launcher 144 MW; 10 Gt a year 0.90 TW."""
    assert kardashev.mass_driver_power_gw(1.0) == pytest.approx(0.0913, rel=1e-3)
    assert kardashev.mass_driver_power_gw(1.58) == pytest.approx(0.144, rel=0.02)
    assert kardashev.mass_driver_power_gw(10_000.0, 2380.0) == pytest.approx(900.0, rel=0.02)


def test_sp_413_launcher() -> None:
    """Five loads of 10 kg a second are 1.58 Mt a year, and a terawatt-scale flow needs about 6,300 launchers."""
    throughput_mt_yr = 5 * 10 * 365.25 * 86400 / 1e9
    assert throughput_mt_yr == pytest.approx(1.58, rel=0.02)
    exact_gw = 5 * 10 * 0.5 * 2400.0**2 / 1e9
    assert kardashev.mass_driver_power_gw(throughput_mt_yr) == pytest.approx(exact_gw)
    assert 10_000.0 / throughput_mt_yr == pytest.approx(6300.0, rel=0.02)


def test_thousand_terawatts_a_year_from_the_moon() -> None:
    """At 10 kg/kW they are 10 Gt a year, 0.90 TW of kinetic power and 6,300 launchers of 158 GW a year each."""
    gw_per_year, kg_per_kw = 1e6, 10.0
    mass_mt_yr = gw_per_year * kg_per_kw / 1000
    assert mass_mt_yr == pytest.approx(10_000.0)
    launcher_mt_yr = 5 * 10 * 365.25 * 86400 / 1e9
    assert launcher_mt_yr * 1000 / kg_per_kw == pytest.approx(158.0, rel=2e-3)
    launchers = gw_per_year / (launcher_mt_yr * 1000 / kg_per_kw)
    assert launchers == pytest.approx(6300.0, rel=0.02)
    assert kardashev.mass_driver_power_gw(mass_mt_yr) == pytest.approx(900.0, rel=0.02)
    assert launchers * kardashev.mass_driver_power_gw(launcher_mt_yr) == pytest.approx(900.0, rel=0.02)
    assert kardashev.mass_driver_power_gw(launcher_mt_yr) == pytest.approx(0.144, rel=1e-3)


def test_thousand_terawatts_a_year_never_reach_type_one() -> None:
    """With five years of life they level off at 5 PW, K = 0.97; type I would want ten years of life."""
    assert kardashev.kardashev_index(steady_stock(1e15, 5.0)) == pytest.approx(0.97, abs=5e-4)
    assert kardashev.kardashev_index(steady_stock(1e15, 10.0)) == pytest.approx(1.0)


def test_no_power_has_no_index() -> None:
    """Zero power is refused, since its logarithm does not exist."""
    with pytest.raises(ValueError, match="power_w"):
        kardashev.kardashev_index(0.0)
