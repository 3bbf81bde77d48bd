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


ANYWHERE = st.floats(300.0, 40000.0)
YEARS = st.floats(1.0, 15.0)


@given(ANYWHERE, st.floats(dose.THINNEST_MM, dose.THICKEST_MM * (1 - 1e-9)), YEARS)
def test_shielding_is_as_thick_as_its_limit_asks(altitude_km: float, thickness_mm: float, years: float) -> None:
    """The dose behind a wall is the limit that requires just this wall."""
    limit = dose.dose_rate_rad_yr(altitude_km, thickness_mm) * years
    assert dose.shielding_thickness_mm(altitude_km, limit, years) == pytest.approx(thickness_mm, rel=1e-9)


@given(ANYWHERE, st.floats(1.0, 100.0), YEARS)
def test_shielding_is_never_thinner_than_a_wall(altitude_km: float, ease: float, years: float) -> None:
    """A limit that the thinnest wall keeps, or a higher one, requires the thinnest wall."""
    limit = dose.dose_rate_rad_yr(altitude_km, dose.THINNEST_MM) * years * ease
    assert dose.shielding_thickness_mm(altitude_km, limit, years) == pytest.approx(dose.THINNEST_MM, rel=1e-9)


@pytest.mark.slow
@given(ANYWHERE, st.floats(0.01, 0.999), YEARS)
def test_what_the_thickest_wall_does_not_keep_is_out_of_reach(altitude_km: float, share: float, years: float) -> None:
    """A limit below the dose behind the thickest wall has no thickness."""
    limit = dose.dose_rate_rad_yr(altitude_km, dose.THICKEST_MM) * years * share
    assert dose.shielding_thickness_mm(altitude_km, limit, years) == math.inf


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
    with pytest.raises(ValueError, match="expected"):
        dose.dose_rate_rad_yr(altitude_km, depth)
