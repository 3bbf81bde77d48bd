"""Heat leaving a spacecraft: radiated flux and radiator area.

Temperatures in kelvin. A sink temperature stands for everything a face sees (space, Earth, Sun load, other panels);
a sink of 0 K gives the ideal flux and so a lower bound on area.
"""

from __future__ import annotations

from collections.abc import Sequence

from solver.physics.constants import STEFAN_BOLTZMANN_W_M2_K4
from solver.physics.guard import require_not_negative, require_positive_share, require_share


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
