"""Dose and shielding against the cited points, and their limits."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.physics import dose

ALTITUDE = st.floats(300.0, 1600.0)
DEPTH = st.floats(4.0, 95.0)


@pytest.mark.parametrize(("altitude_km", "rad"), [(650, 150), (1600, 1000)])
def test_cited_doses(altitude_km: float, rad: float) -> None:
    """Behind the reference thickness the two published doses come back."""
    assert dose.dose_rate_rad_yr(altitude_km) == pytest.approx(rad)


def test_dose_at_1000_over_600_km() -> None:
    """1,000 km takes three times the dose of 600 km."""
    assert dose.dose_rate_rad_yr(1000.0) / dose.dose_rate_rad_yr(600.0) == pytest.approx(3.0, rel=0.001)


def test_five_years_at_650_km() -> None:
    """Five years at 650 km behind 10 mm make 750 rad, below the 2,000 rad threshold."""
    assert 5.0 * dose.dose_rate_rad_yr(650.0) == pytest.approx(750.0)
    assert dose.shielding_thickness_mm(650.0, 2000.0, 5.0) == dose.THINNEST_MM


@given(ALTITUDE, DEPTH, st.floats(0.1, 5.0))
def test_dose_grows_with_altitude_and_falls_with_depth(altitude_km: float, depth: float, step: float) -> None:
    """Up to the inner belt, higher is worse; thicker is always better."""
    rate = dose.dose_rate_rad_yr(altitude_km, depth)
    assert dose.dose_rate_rad_yr(altitude_km + step, depth) > rate
    assert dose.dose_rate_rad_yr(altitude_km, depth + step) < rate


@given(st.floats(300.0, 40000.0), st.floats(100.0, 20000.0), st.floats(1.0, 15.0))
def test_shielding_meets_its_limit(altitude_km: float, limit: float, years: float) -> None:
    """The thickness found keeps the dose within the limit, and exactly at it when it is not the minimum."""
    thickness = dose.shielding_thickness_mm(altitude_km, limit, years)
    if thickness == math.inf:
        assert dose.dose_rate_rad_yr(altitude_km, dose.THICKEST_MM) * years > limit * (1.0 - 1e-9)
        return
    total = dose.dose_rate_rad_yr(altitude_km, thickness) * years
    assert total <= limit * (1.0 + 1e-9)
    if thickness > dose.THINNEST_MM:
        assert total == pytest.approx(limit)


def test_every_row_says_what_it_rests_on() -> None:
    """Rows rise in altitude, carry an uncertainty above 1, and name a source, a memory or an assumption."""
    altitudes = [point.altitude_km for point in dose.DOSE_TABLE]
    assert altitudes == sorted(set(altitudes))
    for point in dose.DOSE_TABLE:
        assert point.uncertainty_factor > 1.0
        assert point.basis in {"source", "derived", "memory", "assumed"}
        assert point.note


def test_areal_density() -> None:
    """10 mm of aluminium weigh 27 kg/m2."""
    assert dose.aluminium_areal_density_kg_m2(10.0) == pytest.approx(27.0)


@pytest.mark.parametrize(("altitude_km", "depth"), [(200.0, 10.0), (650.0, 1.0), (650.0, 500.0), (math.nan, 10.0)])
def test_outside_the_table_is_refused(altitude_km: float, depth: float) -> None:
    """Altitudes below the table and depths outside the exponential's reach are refused."""
    with pytest.raises(ValueError, match="wanted"):
        dose.dose_rate_rad_yr(altitude_km, depth)
