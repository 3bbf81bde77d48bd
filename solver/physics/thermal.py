"""Heat leaving a spacecraft: radiated flux, radiator area, equilibrium temperature.

Temperatures in kelvin. A sink temperature stands for everything a face sees (space, Earth, Sun load, other panels);
a sink of 0 K gives the ideal flux and so a lower bound on area.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from solver.physics.constants import STEFAN_BOLTZMANN_W_M2_K4
from solver.physics.guard import require_not_negative, require_positive, require_positive_share, require_share


def face_flux_w_m2(emissivity: float, temperature_k: float, sink_k: float = 0.0) -> float:
    """Return the net flux radiated by one grey face, W/m2; negative when the sink is the hotter one."""
    require_share(emissivity=emissivity)
    require_not_negative(temperature_k=temperature_k, sink_k=sink_k)
    return emissivity * STEFAN_BOLTZMANN_W_M2_K4 * (temperature_k**4 - sink_k**4)


def panel_flux_w_m2(
    emissivity: float, temperature_k: float, sinks_k: Sequence[float] = (0.0, 0.0), efficiency: float = 1.0
) -> float:
    """Return the net heat a radiator panel rejects per m2 of panel, W/m2, over one face per sink given.

    ``efficiency`` lumps fin efficiency and view factor (1 is an isothermal panel with a free view).
    """
    require_positive_share(efficiency=efficiency)
    return efficiency * sum(face_flux_w_m2(emissivity, temperature_k, sink) for sink in sinks_k)


def radiator_area_m2(
    heat_w: float,
    emissivity: float,
    temperature_k: float,
    sinks_k: Sequence[float] = (0.0, 0.0),
    efficiency: float = 1.0,
) -> float:
    """Return the panel area that rejects a heat load, m2 (panel area, not the sum of faces).

    One face per entry of ``sinks_k``. Pass the end-of-life emissivity to size for the end of life. ValueError when
    the panel would take heat in instead of giving it off.
    """
    require_not_negative(heat_w=heat_w)
    flux = panel_flux_w_m2(emissivity, temperature_k, sinks_k, efficiency)
    if flux <= 0.0:
        raise ValueError(f"temperature_k: found {temperature_k}, too cold to reject heat to sinks {tuple(sinks_k)}")
    return heat_w / flux


def end_of_life_emissivity(emissivity: float, yearly_loss_share: float, years: float) -> float:
    """Return the emissivity left after some years of compound loss."""
    require_share(emissivity=emissivity, yearly_loss_share=yearly_loss_share)
    require_not_negative(years=years)
    return float(emissivity * (1.0 - yearly_loss_share) ** years)


def end_of_life_area_factor(yearly_loss_share: float, years: float) -> float:
    """Return by how much a radiator must be larger at launch to do its duty at the end of life.

    The inverse of the emissivity share left. A factor 1.4 after five years (IEEE Spectrum, 11 June 2026) is a loss
    of 6.5 % a year. The sink load is taken to shrink with emissivity too, as it does for infrared.
    """
    left = end_of_life_emissivity(1.0, yearly_loss_share, years)
    if left <= 0.0:
        raise ValueError(f"yearly_loss_share: found {yearly_loss_share}, which leaves no emissivity")
    return 1.0 / left


def yearly_loss_from_area_factor(area_factor: float, years: float) -> float:
    """Return the yearly emissivity loss share that makes the radiator area grow by a factor over some years."""
    require_positive(area_factor=area_factor, years=years)
    return float(1.0 - area_factor ** (-1.0 / years))


def temperature_for_flux_k(
    flux_w_m2: float, emissivity: float, sinks_k: Sequence[float] = (0.0, 0.0), efficiency: float = 1.0
) -> float:
    """Return the panel temperature at which a given flux per m2 of panel leaves it, K.

    With two faces and cold sinks it is (q / (2 e s))^(1/4).
    """
    require_not_negative(flux_w_m2=flux_w_m2)
    require_positive_share(emissivity=emissivity, efficiency=efficiency)
    if not sinks_k:
        raise ValueError("sinks_k: found none, expected one sink temperature per radiating face")
    mean_sink_k4 = sum(sink**4 for sink in sinks_k) / len(sinks_k)
    own_k4 = flux_w_m2 / (efficiency * len(sinks_k) * emissivity * STEFAN_BOLTZMANN_W_M2_K4)
    return math.sqrt(math.sqrt(own_k4 + mean_sink_k4))


def equilibrium_temperature_k(absorbed_w_m2: float, emissivities: Sequence[float], sink_k: float = 0.0) -> float:
    """Return the temperature at which a flat plate radiates what it absorbs, K.

    ``absorbed_w_m2`` is all heat taken in or made per m2 of plate, ``emissivities`` one per radiating face.
    """
    require_not_negative(absorbed_w_m2=absorbed_w_m2, sink_k=sink_k)
    require_share(**{f"emissivity_{i}": value for i, value in enumerate(emissivities)})
    total = sum(emissivities)
    require_positive(emissivities=total)
    return math.sqrt(math.sqrt(absorbed_w_m2 / (total * STEFAN_BOLTZMANN_W_M2_K4) + sink_k**4))
