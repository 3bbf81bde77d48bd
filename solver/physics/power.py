"""Electric power through eclipses: array power for recharging, and battery energy."""

from __future__ import annotations

from solver.physics.guard import require_not_negative, require_positive, require_positive_share, require_share


def recharge_factor(eclipse_share: float, charge_efficiency: float, discharge_efficiency: float = 1.0) -> float:
    """Return the array power needed in sunlight per watt of constant load through the eclipse.

    1 + f / ((1 - f) x charge x discharge efficiency), with f the eclipse share of the worst orbit. A design that
    throttles in eclipse instead of carrying a battery has a factor of 1.
    """
    require_share(eclipse_share=eclipse_share)
    require_positive(sunlit_share=1.0 - eclipse_share)
    require_positive_share(charge_efficiency=charge_efficiency, discharge_efficiency=discharge_efficiency)
    stored = eclipse_share / (1.0 - eclipse_share)
    return 1.0 + stored / (charge_efficiency * discharge_efficiency)


def battery_energy_wh(
    load_w: float, eclipse_min: float, depth_of_discharge: float, discharge_efficiency: float = 1.0
) -> float:
    """Return the nameplate battery energy that carries a load through an eclipse, Wh."""
    require_not_negative(load_w=load_w, eclipse_min=eclipse_min)
    require_positive_share(depth_of_discharge=depth_of_discharge, discharge_efficiency=discharge_efficiency)
    return load_w * eclipse_min / 60.0 / (depth_of_discharge * discharge_efficiency)
