"""Constants of nature and of the calendar, each with its unit and source."""

from __future__ import annotations

SOLAR_LUMINOSITY_W = 3.828e26
"""Power radiated by the Sun, W (nominal value, IAU 2015 resolution B3)."""

STEFAN_BOLTZMANN_W_M2_K4 = 5.670374419e-8
"""Stefan-Boltzmann constant, W/(m2 K4) (exact in the SI of 2019, CODATA 2018)."""

SPEED_OF_LIGHT_M_S = 299_792_458.0
"""Speed of light in vacuum, m/s (exact, SI)."""

STANDARD_GRAVITY_M_S2 = 9.80665
"""Standard gravity, m/s2, which turns specific impulse in seconds into exhaust speed (exact, CGPM 1901)."""

EARTH_MU_M3_S2 = 3.986004418e14
"""Gravitational parameter of the Earth, m3/s2 (WGS 84)."""

EARTH_MEAN_RADIUS_KM = 6371.0
"""Mean radius of the Earth, km (IUGG, rounded); altitudes and shadows here are measured from it."""

EARTH_EQUATORIAL_RADIUS_KM = 6378.137
"""Equatorial radius of the Earth, km (WGS 84); it belongs to the J2 coefficient."""

EARTH_J2 = 1.08262668e-3
"""Second zonal harmonic of the Earth, unnormalised, dimensionless (EGM96)."""

EARTH_OBLIQUITY_DEG = 23.4393
"""Tilt of the Earth's axis to the ecliptic at the epoch J2000, degrees (IAU 2006)."""

TROPICAL_YEAR_DAYS = 365.24219
"""Tropical year, days: period of the Sun's mean motion, which a sun-synchronous node follows."""

JULIAN_YEAR_DAYS = 365.25
"""Julian year, days; rates per year in orbit mechanics use it."""

SECONDS_PER_DAY = 86_400.0
"""Seconds in a day."""

SECONDS_PER_YEAR = JULIAN_YEAR_DAYS * SECONDS_PER_DAY
"""Seconds in a Julian year."""

HOURS_PER_YEAR = 8760.0
"""Hours in the 365-day year of energy accounts (kWh per kW and year)."""

ALUMINIUM_DENSITY_KG_M3 = 2700.0
"""Density of aluminium, kg/m3; 1 mm is 2.7 kg/m2."""
