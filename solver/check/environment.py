"""Environment of a shell: values given in the instance, else computed from the geometry; none far from the Earth."""

from __future__ import annotations

from functools import lru_cache

from solver.instance.places import Shell
from solver.physics import dose, orbit

DOSE_SHAPE_KM = 650.0
"""Altitude of the dose-depth curve for shells whose instance gives the dose, km."""


@lru_cache(maxsize=256)
def _illumination(kind: str, altitude_km: float, inclination_deg: float | None) -> orbit.Illumination:
    if kind == "dawn_dusk" or inclination_deg is None:
        return orbit.sun_synchronous_illumination(altitude_km)
    return orbit.inclined_illumination(altitude_km, inclination_deg)


def sunlit_share(shell: Shell) -> float:
    """Return the yearly mean share of time in sunlight."""
    if shell.sunlit_share is not None:
        return shell.sunlit_share
    if shell.deep_space:
        return 1.0
    return _illumination(shell.orbit, shell.altitude_km, shell.inclination_deg).sunlit_share


def eclipse_minutes(shell: Shell) -> float:
    """Return the longest eclipse, minutes; near the Earth at least the shadow that the sunlit share leaves an orbit."""
    longest = shell.eclipse_minutes
    if shell.deep_space:
        return longest or 0.0
    if longest is None:
        longest = _illumination(shell.orbit, shell.altitude_km, shell.inclination_deg).longest_eclipse_min
    if shell.sunlit_share is None:
        return longest
    return max(longest, orbit.period_min(shell.altitude_km) * (1 - shell.sunlit_share))


def eclipse_share(shell: Shell) -> float:
    """Return the share of the worst orbit in shadow; far from the Earth the mean, as there is time to recharge."""
    if shell.deep_space:
        return 1 - sunlit_share(shell)
    return eclipse_minutes(shell) / orbit.period_min(shell.altitude_km)


def decay_years(shell: Shell) -> float:
    """Return the natural life of a dead object, years; 10,000 where it does not decay."""
    if shell.decay_years is not None:
        return shell.decay_years
    return orbit.NO_DECAY_YEARS if shell.deep_space else orbit.natural_decay_years(shell.altitude_km)


def drag_m_per_s_per_year(shell: Shell) -> float:
    """Return the delta-v that compensates drag, m/s a year."""
    if shell.drag_m_per_s_per_year is not None:
        return shell.drag_m_per_s_per_year
    if shell.deep_space:
        return 0.0
    return orbit.drag_makeup_m_s_yr(shell.altitude_km)


def disposal_m_per_s(shell: Shell) -> float:
    """Return the delta-v of the disposal at the end of life, m/s."""
    if shell.disposal_m_per_s is not None:
        return shell.disposal_m_per_s
    if shell.deep_space:
        return 0.0
    return orbit.deorbit_low_thrust_m_per_s(shell.altitude_km)


def dose_rad_per_year(shell: Shell, thickness_mm: float) -> float:
    """Return the dose behind aluminium, rad a year; the thickness must be in the range of ``solver.physics.dose``."""
    if shell.dose_rad_per_year is None:
        return dose.dose_rate_rad_yr(shell.altitude_km, thickness_mm)
    behind_10_mm = dose.dose_rate_rad_yr(DOSE_SHAPE_KM, dose.REFERENCE_THICKNESS_MM)
    return shell.dose_rad_per_year * dose.dose_rate_rad_yr(DOSE_SHAPE_KM, thickness_mm) / behind_10_mm
