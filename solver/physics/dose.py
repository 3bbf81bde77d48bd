"""Ionising dose behind aluminium by altitude and thickness, and the shielding that it requires.

A table of dose rate behind 10 mm of aluminium, logarithm interpolated in altitude, times an exponential in depth.
It is a rough guide for ranking shells, not a radiation model: no inclination, no solar cycle, no part geometry.
Each row gives its basis; only 650 km was read in its primary source. The row at 1,600 km takes the published
20 mm of water and aluminium as equal to 10 mm of aluminium (27 kg/m2), since the split is not given; all water would
be 7.4 mm, all aluminium 20 mm.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from solver.physics.constants import ALUMINIUM_DENSITY_KG_M3
from solver.physics.guard import require_positive

REFERENCE_THICKNESS_MM = 10.0

THINNEST_MM = 4.0
"""Lower limit of the exponential: below it electrons dominate and the dose is far higher."""

THICKEST_MM = 100.0
"""Upper limit of the exponential: above it secondaries and cosmic rays dominate, which aluminium does not stop."""

ATTENUATION_MM = 25.0
"""Depth of aluminium over which the dose falls by e: an assumption, 12 to 50 plausible.

Dosimeters on APEX, CRRES and DMSP found shields beyond 1/4 inch (6 mm) largely ineffectual in low orbits (Adv.
Space Res. 21(12), 1998), so the fall is slow.
"""


@dataclass(frozen=True, slots=True)
class DosePoint:
    """Dose rate behind 10 mm of aluminium at one altitude, with the factor by which it may be off either way."""

    altitude_km: float
    rad_yr: float
    uncertainty_factor: float
    basis: str
    note: str


DOSE_TABLE = (
    DosePoint(300.0, 57.4, 2.0, "assumed", "slope of 600 to 1,000 km continued downwards"),
    DosePoint(600.0, 130.8, 1.5, "derived", "from 650 km along the slope to 1,000 km"),
    DosePoint(650.0, 150.0, 1.5, "source", "Google Suncatcher, arXiv 2511.19468v2: 150 rad(Si)/yr behind 10 mm Al"),
    DosePoint(1000.0, 392.3, 2.0, "memory", "3 times the dose at 600 km, range 2 to 6"),
    DosePoint(1600.0, 1000.0, 2.0, "source", "Bargatin et al., arXiv 2512.09044, behind 20 mm water and Al (digest)"),
    DosePoint(3000.0, 9000.0, 3.0, "assumed", "60 times 650 km: heart of the inner belt"),
    DosePoint(20200.0, 3000.0, 3.0, "assumed", "20 times 650 km: medium orbits in the outer belt"),
    DosePoint(35786.0, 1500.0, 3.0, "assumed", "10 times 650 km: geostationary"),
    DosePoint(384400.0, 300.0, 3.0, "assumed", "2 times 650 km: no trapped belts, solar protons and cosmic rays"),
)
"""Table of dose rates, lowest altitude first."""


def dose_rate_rad_yr(altitude_km: float, thickness_mm: float = REFERENCE_THICKNESS_MM) -> float:
    """Return the yearly dose behind aluminium, rad(Si)/yr.

    Altitude 300 km and up (beyond the Moon's distance the last row holds), thickness 4 to 100 mm; ValueError
    outside. Off by the ``uncertainty_factor`` of the rows around, and by the spread of the attenuation depth away
    from 10 mm.
    """
    _require_altitude(altitude_km)
    if not THINNEST_MM <= thickness_mm <= THICKEST_MM:
        raise ValueError(f"thickness_mm: found {thickness_mm}, expected {THINNEST_MM:g} to {THICKEST_MM:g}")
    logs = np.log([point.rad_yr for point in DOSE_TABLE])
    reference = math.exp(float(np.interp(altitude_km, [point.altitude_km for point in DOSE_TABLE], logs)))
    return reference * math.exp(-(thickness_mm - REFERENCE_THICKNESS_MM) / ATTENUATION_MM)


def shielding_thickness_mm(altitude_km: float, dose_limit_rad: float, life_yr: float) -> float:
    """Return the aluminium needed to stay below a dose limit over a life, mm.

    At least 4 mm (a wall is there anyway); infinite when even 100 mm is not enough.
    """
    require_positive(dose_limit_rad=dose_limit_rad, life_yr=life_yr)
    dose_rad = dose_rate_rad_yr(altitude_km) * life_yr
    needed = REFERENCE_THICKNESS_MM + ATTENUATION_MM * math.log(dose_rad / dose_limit_rad)
    if needed > THICKEST_MM:
        return math.inf
    return max(THINNEST_MM, needed)


def aluminium_areal_density_kg_m2(thickness_mm: float) -> float:
    """Return the mass of aluminium shielding per area, kg/m2 (2.7 per mm)."""
    require_positive(thickness_mm=thickness_mm)
    return thickness_mm * 1e-3 * ALUMINIUM_DENSITY_KG_M3


def _require_altitude(altitude_km: float) -> None:
    """Refuse altitudes below the table."""
    if not altitude_km >= DOSE_TABLE[0].altitude_km:
        raise ValueError(f"altitude_km: found {altitude_km}, expected at least {DOSE_TABLE[0].altitude_km:g}")
