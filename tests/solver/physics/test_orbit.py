"""Orbits against published eclipse, inclination and drag figures, and their limits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.physics import atmosphere, orbit

LEO = st.floats(300.0, 2000.0)


@pytest.mark.parametrize(
    ("altitude_km", "share"), [(500, 0.945), (650, 0.961), (1000, 0.985), (1400, 1.0), (2000, 1.0)]
)
def test_dawn_dusk_sunlit_share(altitude_km: float, share: float) -> None:
    """The yearly sunlit share of dawn-dusk orbits agrees with the reference to 0.005."""
    assert orbit.sun_synchronous_illumination(altitude_km).sunlit_share == pytest.approx(share, abs=0.005)


@pytest.mark.parametrize(("altitude_km", "minutes"), [(500, 22.7), (650, 19.7), (1000, 13.0), (1400, 0.0)])
def test_dawn_dusk_longest_eclipse(altitude_km: float, minutes: float) -> None:
    """The longest eclipse of dawn-dusk orbits agrees with the reference to 0.005 of an orbit."""
    seen = orbit.sun_synchronous_illumination(altitude_km)
    assert seen.longest_eclipse_min == pytest.approx(minutes, abs=0.005 * orbit.period_min(altitude_km))


@pytest.mark.parametrize(("altitude_km", "days"), [(500, 104), (600, 93), (650, 89), (800, 74), (1000, 56), (1200, 36)])
def test_dawn_dusk_eclipse_days(altitude_km: float, days: float) -> None:
    """The days a year with eclipses agree with the reference to one day."""
    assert orbit.sun_synchronous_illumination(altitude_km).eclipse_days == pytest.approx(days, abs=1.0)


@pytest.mark.parametrize(
    ("altitude_km", "eclipse"), [(550, 0.049), (650, 0.039), (850, 0.024), (1200, 0.006), (1500, 0)]
)
def test_dawn_dusk_mean_eclipse_share(altitude_km: float, eclipse: float) -> None:
    """The year-mean eclipse share agrees with a second, independent computation to 0.005."""
    assert 1.0 - orbit.sun_synchronous_illumination(altitude_km).sunlit_share == pytest.approx(eclipse, abs=0.005)


@pytest.mark.parametrize(("altitude_km", "share"), [(550, 0.372), (650, 0.362)])
def test_eclipse_share_with_the_sun_in_the_plane(altitude_km: float, share: float) -> None:
    """At a beta angle of zero the eclipse share is the published one, to 0.005."""
    assert float(orbit.eclipse_share(altitude_km, 0.0)) == pytest.approx(share, abs=0.005)


@pytest.mark.parametrize(("altitude_km", "share"), [(500, 0.639), (2000, 0.769)])
def test_inclined_sunlit_share(altitude_km: float, share: float) -> None:
    """A 30-degree orbit averaged over its node is sunlit as published, to 0.005."""
    assert orbit.inclined_illumination(altitude_km, 30.0).sunlit_share == pytest.approx(share, abs=0.005)


def test_geostationary_eclipse_season() -> None:
    """The general formula gives the textbook geostationary case: about 70 minutes at most, 85 to 92 days a year."""
    seen = orbit.inclined_illumination(35786.0, 0.0)
    assert seen.longest_eclipse_min == pytest.approx(69.4, abs=0.5)
    assert 85.0 < seen.eclipse_days < 92.0
    assert orbit.period_min(35786.0) == pytest.approx(1436.1, rel=0.003)


@pytest.mark.parametrize(("altitude_km", "degrees"), [(500, 97.4), (650, 98.0), (1400, 101.4), (1600, 102.5)])
def test_sun_synchronous_inclination(altitude_km: float, degrees: float) -> None:
    """Sun-synchronous inclinations agree with the published ones to half of their last digit."""
    assert orbit.sun_synchronous_inclination_deg(altitude_km) == pytest.approx(degrees, abs=0.05)


@given(LEO)
def test_sun_synchronous_node_follows_the_sun(altitude_km: float) -> None:
    """At the sun-synchronous inclination the node drifts once around in a tropical year."""
    inclination = orbit.sun_synchronous_inclination_deg(altitude_km)
    assert orbit.node_drift_deg_day(altitude_km, inclination) * 365.24219 == pytest.approx(360.0, rel=1e-9)


def test_no_sun_synchronous_orbit_too_high() -> None:
    """Above about 5,970 km the call refuses instead of returning nonsense."""
    with pytest.raises(ValueError, match="altitude_km: found 6000"):
        orbit.sun_synchronous_inclination_deg(6000.0)


@pytest.mark.slow
@given(LEO, st.floats(-90.0, 90.0), st.floats(0.0, 20.0))
def test_eclipse_share_falls_with_beta_and_altitude(altitude_km: float, beta: float, more: float) -> None:
    """The eclipse share is even in beta, within 0 and 0.5, and falls when beta or altitude grow."""
    share = float(orbit.eclipse_share(altitude_km, beta))
    assert 0.0 <= share < 0.5
    assert share == pytest.approx(float(orbit.eclipse_share(altitude_km, -beta)), abs=1e-12)
    assert float(orbit.eclipse_share(altitude_km, min(90.0, abs(beta) + more))) <= share + 1e-12
    assert float(orbit.eclipse_share(altitude_km + 10.0 * more, beta)) <= share + 1e-12


def test_dawn_dusk_is_the_brightest_local_time() -> None:
    """Of all local times, 6 and 18 h get the most sun, 12 h the least."""
    shares = {hour: orbit.sun_synchronous_illumination(600.0, hour).sunlit_share for hour in (6.0, 9.0, 12.0, 18.0)}
    assert shares[6.0] == pytest.approx(shares[18.0], abs=0.005)
    assert shares[18.0] > shares[9.0] > shares[12.0]


def test_beta_never_exceeds_tilt_plus_inclination() -> None:
    """The largest beta of an inclined orbit is inclination plus obliquity, and positive as often as negative."""
    betas = orbit.node_averaged_beta_deg(30.0)
    assert float(np.abs(betas).max()) == pytest.approx(30.0 + 23.44, abs=0.05)
    assert float(betas.mean()) == pytest.approx(0.0, abs=1e-9)


DRAG = [(400, (74, 374, 878)), (550, (3.9, 36, 114)), (650, (1.0, 8.9, 34))]


@pytest.mark.parametrize(("altitude_km", "expected"), DRAG)
def test_drag_makeup(altitude_km: float, expected: tuple[float, float, float]) -> None:
    """Make-up delta-v meets the reference figures to 2 %; the table was solved from them, so this holds the inverse."""
    found = [orbit.drag_makeup_m_s_yr(altitude_km, f107) for f107 in (70.0, 150.0, 230.0)]
    assert found == pytest.approx(list(expected), rel=0.02)


VALLADO = {400: 3.725e-12, 450: 1.585e-12, 500: 6.967e-13, 600: 1.454e-13, 700: 3.614e-14}


@pytest.mark.parametrize("altitude_km", sorted(VALLADO))
def test_mean_density_against_an_independent_table(altitude_km: int) -> None:
    """At mean activity the density is within a factor 1.5 of Vallado's exponential atmosphere (table 8-4).

    Only altitudes whose density was not itself continued from that table.
    """
    assert 1 / 1.5 < atmosphere.density_kg_m3(altitude_km, "mean") / VALLADO[altitude_km] < 1.5


def test_drag_is_slight_at_850_km() -> None:
    """Even at high activity 850 km takes less than 4 m/s a year, and 1,000 km less than 1."""
    assert orbit.drag_makeup_m_s_yr(850.0, "high") < 4.0
    assert orbit.drag_makeup_m_s_yr(1000.0, "high") < 1.0
    assert orbit.drag_makeup_m_s_yr(2001.0, "high") == 0.0


@pytest.mark.slow
@given(LEO, st.floats(70.0, 220.0), st.floats(0.1, 10.0))
def test_drag_falls_with_altitude_and_grows_with_activity(altitude_km: float, f107: float, step: float) -> None:
    """More altitude means less drag, more solar flux means more."""
    drag = orbit.drag_makeup_m_s_yr(altitude_km, f107)
    assert drag > orbit.drag_makeup_m_s_yr(altitude_km + step, f107)
    assert drag < orbit.drag_makeup_m_s_yr(altitude_km, f107 + step)


@pytest.mark.parametrize("activity", ["quiet", 30.0, 400.0, math.nan])
def test_unknown_activity_is_refused(activity: str | float) -> None:
    """A solar activity outside the table is refused."""
    with pytest.raises(ValueError, match="activity"):
        orbit.drag_makeup_m_s_yr(500.0, activity)


def test_density_refuses_to_go_below_its_table() -> None:
    """Below 300 km there is no answer."""
    with pytest.raises(ValueError, match="altitude_km"):
        atmosphere.density_kg_m3(250.0)


@pytest.mark.parametrize(("altitude_km", "years"), [(500, 7), (600, 20), (800, 150)])
def test_natural_decay_at_its_points(altitude_km: float, years: float) -> None:
    """Natural decay takes 7, 20 and 150 years at 500, 600 and 800 km."""
    assert orbit.natural_decay_years(altitude_km) == pytest.approx(years)


@pytest.mark.slow
@given(st.floats(300.0, 1189.0 - 100.0), st.floats(0.1, 100.0))
def test_natural_decay_grows_with_altitude(altitude_km: float, step: float) -> None:
    """Below the altitude of the longest decay, higher satellites stay longer, and the bands do not cross."""
    assert orbit.natural_decay_years(altitude_km + step) > orbit.natural_decay_years(altitude_km)
    low, central, high = (orbit.natural_decay_years(altitude_km, band) for band in ("low", "central", "high"))
    assert low < central < high < orbit.NO_DECAY_YEARS


@pytest.mark.slow
@given(LEO, st.floats(0.0, 100.0), st.sampled_from(["low", "central", "high"]))
def test_natural_decay_never_falls_with_altitude(altitude_km: float, step: float, band: str) -> None:
    """At any altitude a higher satellite stays as long or longer, up to the longest decay."""
    here, above = (orbit.natural_decay_years(km, band) for km in (altitude_km, altitude_km + step))
    assert here <= above <= orbit.NO_DECAY_YEARS


@given(LEO)
def test_bands_of_natural_decay_keep_their_order(altitude_km: float) -> None:
    """At any altitude the low band is at most the central one, and that at most the high one."""
    low, central, high = (orbit.natural_decay_years(altitude_km, band) for band in ("low", "central", "high"))
    assert low <= central <= high


@pytest.mark.parametrize("altitude_km", [2000.0, 2000.1, 20_200.0, 35_786.0])
def test_natural_decay_far_out_is_a_number_beyond_every_plan(altitude_km: float) -> None:
    """Without natural decay the answer is 10,000 years, never infinity, which no JSON file can hold."""
    assert orbit.natural_decay_years(altitude_km) == 10_000.0


def test_natural_decay_refuses_an_unknown_band() -> None:
    """A band that does not exist is named in the error."""
    with pytest.raises(ValueError, match="band: found 'best'"):
        orbit.natural_decay_years(600.0, "best")


def test_deorbit_delta_v() -> None:
    """A low-thrust spiral from 650 km takes more than the 170 m/s of one burn, from its end nothing."""
    assert orbit.deorbit_low_thrust_m_per_s(650.0) == pytest.approx(252.0, rel=0.02)
    assert orbit.deorbit_low_thrust_m_per_s(650.0) > 170.0
    assert orbit.deorbit_low_thrust_m_per_s(200.0) == pytest.approx(0.0, abs=1e-9)
