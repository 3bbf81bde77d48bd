"""Density of the upper atmosphere, by altitude and solar activity, from a small table.

Where the table comes from. The rows at 400, 550 and 650 km are not measured densities: they are the reference
drag make-up figures (m/s per year for Cd 2.2 and A/m 0.05 m2/kg at F10.7 of 70, 150 and 230, computed with the
NRLMSIS model) solved back for the density, so they carry two or three digits and reproduce those figures by
construction. The other rows are not model output either: 300, 850 and 1,000 km continue the columns with scale
heights close to those of the exponential atmosphere in Vallado, Fundamentals of Astrodynamics (4th ed., table
8-4), kept below 4 m/s per year at 850 km; 1,500 and 2,000 km are orders of magnitude. Trust: a factor 1.5 between
400 and 650 km, 2 at 300 km and up to 1,000 km, 10 above, where drag is negligible for any purpose here.
"""

from __future__ import annotations

import numpy as np

SOLAR_ACTIVITY_F107 = {"low": 70.0, "mean": 150.0, "high": 230.0}
"""F10.7 radio flux (solar flux units) behind each level of solar activity."""

TABLE_ALTITUDE_KM = np.array([300.0, 400.0, 550.0, 650.0, 850.0, 1000.0, 1500.0, 2000.0])
TABLE_F107 = np.array([70.0, 150.0, 230.0])
TABLE_DENSITY_KG_M3 = np.array(
    [
        [7.8e-12, 2.40e-11, 4.3e-11],
        [7.25e-13, 3.664e-12, 8.60e-12],
        [3.91e-14, 3.605e-13, 1.142e-12],
        [1.015e-14, 9.03e-14, 3.45e-13],
        [2.2e-15, 9.7e-15, 3.9e-14],
        [9.0e-16, 3.0e-15, 1.0e-14],
        [2.5e-16, 5.0e-16, 1.2e-15],
        [7.0e-17, 1.0e-16, 2.0e-16],
    ]
)
"""Total mass density, kg/m3: one row per altitude, one column per F10.7."""


def solar_flux_f107(activity: str | float) -> float:
    """Return the F10.7 flux of a solar activity given as ``low``, ``mean``, ``high`` or as a number.

    Solar flux units. Numbers outside 70 to 230 raise ValueError: the table does not reach there.
    """
    if isinstance(activity, str):
        if activity not in SOLAR_ACTIVITY_F107:
            raise ValueError(f"activity: found {activity!r}, expected one of {sorted(SOLAR_ACTIVITY_F107)}")
        return SOLAR_ACTIVITY_F107[activity]
    if not TABLE_F107[0] <= activity <= TABLE_F107[-1]:
        raise ValueError(f"activity: found {activity}, expected F10.7 between 70 and 230")
    return float(activity)


def density_kg_m3(altitude_km: float, activity: str | float = "mean") -> float:
    """Return the mean density of the atmosphere at an altitude, in kg/m3.

    The logarithm of density is interpolated linearly in altitude and in F10.7. Zero above 2,000 km; ValueError
    below 300 km, where no data centre can stay. Trust and source: see the module.
    """
    if not altitude_km >= TABLE_ALTITUDE_KM[0]:
        raise ValueError(f"altitude_km: found {altitude_km}, expected at least {TABLE_ALTITUDE_KM[0]:g}")
    if altitude_km > TABLE_ALTITUDE_KM[-1]:
        return 0.0
    f107 = solar_flux_f107(activity)
    logs = np.log(TABLE_DENSITY_KG_M3)
    column = [float(np.interp(altitude_km, TABLE_ALTITUDE_KM, logs[:, j])) for j in range(len(TABLE_F107))]
    return float(np.exp(np.interp(f107, TABLE_F107, column)))
