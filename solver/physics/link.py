"""Geometry and rate of single links: distances, light time, slant range, budget of a free-space optical link.

The budget is the one of Friis with the gains of filled apertures: of the power sent, ``At Ar / (wavelength d)**2`` is
received, less all losses. It holds in the far field; nearer than that what is received is capped at what is sent. A
receiver needs a number of photons for each bit, so the rate is received power over photon energy and photons per bit.

=================== ======= ========== ========== ========= ====================================================
terminal            sent, W apertures  distance   rate      source
=================== ======= ========== ========== ========= ====================================================
DSOC to Palomar     4       0.22, 5.1  226e6 km   25 Mb/s   NASA, 25 April 2024; Biswas et al. (4 W, 22 cm, 1550 nm)
LLCD to White Sands 0.5     0.10, 0.80 400,000 km 622 Mb/s  Boroson et al., SMC-IT 2009; four 40 cm telescopes
Tesat LCT           2.2     0.135 both 45,000 km  1.8 Gb/s  Heine et al. (TDP1, 1064 nm); 2.8125 Gb/s on the beam
Tesat SCOT80        -       0.08 both  8,000 km   10 Gb/s   DLR and Via Satellite, 2024; power not published
Starlink            -       -          5,400 km   100 Gb/s  Aguera y Arcas et al., arXiv 2511.19468
=================== ======= ========== ========== ========= ====================================================

With a tenth of the light left by optics, pointing and coupling the first three come out at 0.8, 6 and 37 photons per
bit: about one is known of counted pulses, 9 is the limit of coherent binary keying. So a budget with a loss of 10 dB is
good to a factor of about three, and a published rate at a published distance is the better ground where there is one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from solver.physics.constants import EARTH_MEAN_RADIUS_KM, PLANCK_J_S, SPEED_OF_LIGHT_M_S
from solver.physics.guard import require_not_negative, require_positive


@dataclass(frozen=True, slots=True)
class LinkBudget:
    """One direction of an optical link: what is sent, through which apertures, and what a bit needs.

    ``left_share`` is what all losses leave (optics, pointing, coupling, sky); ``ceiling_gbps`` is the limit of the
    electronics, which binds at short range.
    """

    sent_w: float
    sending_aperture_m: float
    receiving_aperture_m: float
    wavelength_nm: float = 1550.0
    left_share: float = 0.1
    photons_per_bit: float = 10.0
    ceiling_gbps: float = math.inf

    def received_w(self, distance_km: float) -> float:
        """Return the power that is received at a distance, W."""
        require_positive(
            distance_km=distance_km,
            sent_w=self.sent_w,
            sending_aperture_m=self.sending_aperture_m,
            receiving_aperture_m=self.receiving_aperture_m,
            wavelength_nm=self.wavelength_nm,
            left_share=self.left_share,
        )
        areas_m4 = (math.pi / 4.0) ** 2 * (self.sending_aperture_m * self.receiving_aperture_m) ** 2
        caught = areas_m4 / (self.wavelength_nm * 1e-9 * distance_km * 1e3) ** 2
        return self.sent_w * self.left_share * min(1.0, caught)

    def rate_gbps(self, distance_km: float) -> float:
        """Return the rate at a distance, Gb/s."""
        require_positive(photons_per_bit=self.photons_per_bit)
        photons_per_s = self.received_w(distance_km) / photon_j(self.wavelength_nm)
        return min(self.ceiling_gbps, photons_per_s / self.photons_per_bit * 1e-9)

    def reach_km(self, rate_gbps: float) -> float:
        """Return the distance at which a rate is just held, km; 0 for a rate that is not held at any distance."""
        require_positive(rate_gbps=rate_gbps)
        nearest_km = 1e-3
        if self.rate_gbps(nearest_km) < rate_gbps:
            return 0.0
        needed_w = rate_gbps * 1e9 * self.photons_per_bit * photon_j(self.wavelength_nm)
        far_km = 1e9
        return far_km * math.sqrt(self.received_w(far_km) / needed_w)


def photon_j(wavelength_nm: float) -> float:
    """Return the energy of one photon, J."""
    require_positive(wavelength_nm=wavelength_nm)
    return PLANCK_J_S * SPEED_OF_LIGHT_M_S / (wavelength_nm * 1e-9)


def light_time_ms(distance_km: float) -> float:
    """Return the one-way light time in vacuum, milliseconds."""
    require_not_negative(distance_km=distance_km)
    return distance_km * 1e6 / SPEED_OF_LIGHT_M_S


def chord_km(altitude_km: float, angle_deg: float) -> float:
    """Return the straight line between two nodes at one altitude, an angle apart at the Earth's centre, km."""
    require_not_negative(altitude_km=altitude_km)
    return 2.0 * (EARTH_MEAN_RADIUS_KM + altitude_km) * abs(math.sin(math.radians(angle_deg) / 2.0))


def ring_neighbour_km(altitude_km: float, nodes: int) -> float:
    """Return the straight line between neighbours of a ring of evenly spaced nodes, km."""
    require_positive(nodes=nodes)
    return chord_km(altitude_km, 360.0 / nodes)


def longest_sight_km(altitude_km: float, grazing_km: float = 80.0) -> float:
    """Return the longest straight link between two nodes at one altitude that stays above the air, km.

    ``grazing_km`` is the lowest height of the beam; 80 km is the usual choice.
    """
    if not 0.0 <= grazing_km <= altitude_km:
        raise ValueError(f"grazing_km: found {grazing_km}, expected 0 to the altitude {altitude_km}")
    r, limit = EARTH_MEAN_RADIUS_KM + altitude_km, EARTH_MEAN_RADIUS_KM + grazing_km
    return 2.0 * math.sqrt(r * r - limit * limit)


def slant_range_km(altitude_km: float, elevation_deg: float) -> float:
    """Return the distance from a ground station to a satellite seen at an elevation, km (no refraction)."""
    require_not_negative(altitude_km=altitude_km)
    _require_elevation(elevation_deg)
    r, sine = EARTH_MEAN_RADIUS_KM + altitude_km, math.sin(math.radians(elevation_deg))
    return math.sqrt(r * r - EARTH_MEAN_RADIUS_KM**2 * (1.0 - sine * sine)) - EARTH_MEAN_RADIUS_KM * sine


def visible_cap_deg(altitude_km: float, elevation_deg: float = 0.0) -> float:
    """Return the angle at the Earth's centre out to which a satellite is seen above an elevation, degrees."""
    require_not_negative(altitude_km=altitude_km)
    _require_elevation(elevation_deg)
    cosine = math.cos(math.radians(elevation_deg))
    ratio = EARTH_MEAN_RADIUS_KM / (EARTH_MEAN_RADIUS_KM + altitude_km)
    return math.degrees(math.acos(min(1.0, ratio * cosine))) - elevation_deg


def rate_at_distance_gbps(
    distance_km: float, reference_rate_gbps: float, reference_km: float, ceiling_gbps: float = math.inf
) -> float:
    """Return the rate of an optical link at a distance, from a reference link of the same terminals, Gb/s.

    Received power falls with the square of distance (far field) and the rate is taken as proportional to it. Short
    links are then limited by the terminal, not by light: give its own limit as the ceiling.
    """
    require_positive(distance_km=distance_km, reference_km=reference_km)
    require_not_negative(reference_rate_gbps=reference_rate_gbps, ceiling_gbps=ceiling_gbps)
    return min(ceiling_gbps, reference_rate_gbps * (reference_km / distance_km) ** 2)


def _require_elevation(elevation_deg: float) -> None:
    """Refuse elevations outside 0 to 90 degrees."""
    if not 0.0 <= elevation_deg <= 90.0:
        raise ValueError(f"elevation_deg: found {elevation_deg}, expected 0 to 90")
