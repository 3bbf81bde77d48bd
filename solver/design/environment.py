"""Environment of a shell: light and shadow, drag, decay, dose, disposal, and sink temperature of radiators."""

from __future__ import annotations

from dataclasses import dataclass

from solver.instance.places import Shell
from solver.physics import orbit
from solver.physics.dose import REFERENCE_THICKNESS_MM, THINNEST_MM, dose_rate_rad_yr, shielding_thickness_mm

NO_DECAY_YEARS = 10_000.0
"""Natural life of a dead object without drag, years."""
PROFILE_ALTITUDE_KM = 650.0
"""Altitude of the dose-depth curve for a dose given in the instance, km."""


@dataclass(frozen=True, slots=True)
class Environment:
    """Environment of a node in one shell; each number is given in the instance or computed from the geometry.

    ``sunlit_share`` is the yearly mean; ``eclipse_minutes`` the longest eclipse and ``eclipse_share_worst_orbit``
    its share of the orbit, both at least those of the mean; ``decay_years`` is 10,000 where nothing decays naturally;
    ``reference_dose_rad_per_year`` is behind 10 mm of aluminium.
    """

    sunlit_share: float
    eclipse_minutes: float
    eclipse_share_worst_orbit: float
    decay_years: float
    drag_m_per_s_per_year: float
    disposal_m_per_s: float
    reference_dose_rad_per_year: float
    sun_distance_au: float
    sink_temperature_k: float

    def dose_rad_per_year(self, thickness_mm: float) -> float:
        """Return the yearly dose behind aluminium, rad(Si); ValueError outside 4 to 100 mm."""
        depth = dose_rate_rad_yr(PROFILE_ALTITUDE_KM, thickness_mm)
        return self.reference_dose_rad_per_year * depth / dose_rate_rad_yr(PROFILE_ALTITUDE_KM)

    def shielding_mm(self, dose_limit_rad: float, life_years: float) -> float:
        """Return the thinnest aluminium that keeps the dose over a life below a limit, mm; infinite above 100 mm."""
        # Only the ratio of dose and limit matters, so the dose is expressed as a limit at the profile's altitude.
        scale = self.reference_dose_rad_per_year / dose_rate_rad_yr(PROFILE_ALTITUDE_KM)
        if scale == 0.0:
            return THINNEST_MM
        return shielding_thickness_mm(PROFILE_ALTITUDE_KM, dose_limit_rad / scale, life_years)


def environment(shell: Shell) -> Environment:
    """Return the environment of a shell; numbers given in the instance replace computed ones.

    ValueError for an inclined shell whose light must be computed but whose inclination is missing.
    """
    if shell.deep_space:
        return _deep_space(shell)
    sunlit_share, eclipse_minutes = _light(shell)
    return Environment(
        sunlit_share=sunlit_share,
        eclipse_minutes=eclipse_minutes,
        eclipse_share_worst_orbit=eclipse_minutes / orbit.period_min(shell.altitude_km),
        decay_years=(orbit.natural_decay_years(shell.altitude_km) if shell.decay_years is None else shell.decay_years),
        drag_m_per_s_per_year=(
            orbit.drag_makeup_m_s_yr(shell.altitude_km)
            if shell.drag_m_per_s_per_year is None
            else shell.drag_m_per_s_per_year
        ),
        disposal_m_per_s=(
            orbit.deorbit_low_thrust_m_per_s(shell.altitude_km)
            if shell.disposal_m_per_s is None
            else shell.disposal_m_per_s
        ),
        reference_dose_rad_per_year=(
            dose_rate_rad_yr(shell.altitude_km, REFERENCE_THICKNESS_MM)
            if shell.dose_rad_per_year is None
            else shell.dose_rad_per_year
        ),
        sun_distance_au=shell.sun_distance_au,
        sink_temperature_k=shell.sink_temperature_k,
    )


def _deep_space(shell: Shell) -> Environment:
    """Return the environment far from the Earth, without shadow, air or dose table: values not given are 0."""
    return Environment(
        sunlit_share=1.0 if shell.sunlit_share is None else shell.sunlit_share,
        eclipse_minutes=shell.eclipse_minutes or 0.0,
        # Eclipses there are rare and long: the battery is full when one begins, and the array recharges it on average.
        eclipse_share_worst_orbit=0.0 if shell.sunlit_share is None else 1 - shell.sunlit_share,
        decay_years=NO_DECAY_YEARS if shell.decay_years is None else shell.decay_years,
        drag_m_per_s_per_year=shell.drag_m_per_s_per_year or 0.0,
        disposal_m_per_s=shell.disposal_m_per_s or 0.0,
        reference_dose_rad_per_year=shell.dose_rad_per_year or 0.0,
        sun_distance_au=shell.sun_distance_au,
        sink_temperature_k=shell.sink_temperature_k,
    )


def _light(shell: Shell) -> tuple[float, float]:
    """Return the yearly sunlit share and the longest eclipse in minutes, which is no shorter than the mean one."""
    if shell.sunlit_share is not None and shell.eclipse_minutes is not None:
        return shell.sunlit_share, max(shell.eclipse_minutes, _mean_eclipse_min(shell, shell.sunlit_share))
    if shell.orbit == "dawn_dusk":
        computed = orbit.sun_synchronous_illumination(shell.altitude_km)
    elif shell.inclination_deg is not None:
        computed = orbit.inclined_illumination(shell.altitude_km, shell.inclination_deg)
    else:
        raise ValueError("inclination_deg: found none, expected it for an inclined shell")
    longest_min = computed.longest_eclipse_min if shell.eclipse_minutes is None else shell.eclipse_minutes
    if shell.sunlit_share is None:
        return computed.sunlit_share, longest_min
    return shell.sunlit_share, max(longest_min, _mean_eclipse_min(shell, shell.sunlit_share))


def _mean_eclipse_min(shell: Shell, sunlit_share: float) -> float:
    """Return the mean minutes in shadow of one orbit: array and battery make up for at least these."""
    return (1 - sunlit_share) * orbit.period_min(shell.altitude_km)
