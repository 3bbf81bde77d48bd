"""Electric power: array output and area, batteries, ageing of cells, price of power in orbit and on the ground."""

from __future__ import annotations

from solver.physics.constants import HOURS_PER_YEAR, SOLAR_CONSTANT_W_M2
from solver.physics.guard import require_not_negative, require_positive, require_positive_share, require_share


def flux_at_distance_w_m2(distance_au: float) -> float:
    """Return sunlight at a distance from the Sun, W/m2: 1,361 at 1 au, falling with the square."""
    require_positive(distance_au=distance_au)
    return SOLAR_CONSTANT_W_M2 / distance_au**2


def array_output_w_m2(
    efficiency: float, packing_share: float, other_share: float = 1.0, flux_w_m2: float = SOLAR_CONSTANT_W_M2
) -> float:
    """Return the electric power of a new array facing the Sun, W per m2 of array.

    Flux x cell efficiency x share of area covered by cells x other factors (pointing, wiring, conversion, heat).
    """
    require_share(efficiency=efficiency, packing_share=packing_share, other_share=other_share)
    require_not_negative(flux_w_m2=flux_w_m2)
    return flux_w_m2 * efficiency * packing_share * other_share


def aged_output_share(yearly_loss_share: float, years: float) -> float:
    """Return the share of its first output an array still gives after some years of compound loss."""
    require_share(yearly_loss_share=yearly_loss_share)
    require_not_negative(years=years)
    return float((1.0 - yearly_loss_share) ** years)


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


def array_area_m2(load_w: float, output_w_m2: float, recharge: float = 1.0, end_of_life_share: float = 1.0) -> float:
    """Return the array area that carries a load at the end of life, m2.

    ``recharge`` comes from :func:`recharge_factor`, ``end_of_life_share`` from :func:`aged_output_share`.
    """
    require_not_negative(load_w=load_w)
    require_positive(output_w_m2=output_w_m2, recharge=recharge)
    require_positive_share(end_of_life_share=end_of_life_share)
    return load_w * recharge / (output_w_m2 * end_of_life_share)


def battery_energy_wh(
    load_w: float, eclipse_min: float, depth_of_discharge: float, discharge_efficiency: float = 1.0
) -> float:
    """Return the nameplate battery energy that carries a load through an eclipse, Wh."""
    require_not_negative(load_w=load_w, eclipse_min=eclipse_min)
    require_positive_share(depth_of_discharge=depth_of_discharge, discharge_efficiency=discharge_efficiency)
    return load_w * eclipse_min / 60.0 / (depth_of_discharge * discharge_efficiency)


def launched_power_price_usd_kw_yr(mass_kg: float, power_kw: float, life_yr: float, launch_usd_per_kg: float) -> float:
    """Return what launch alone makes a kilowatt in orbit cost per year of life, USD/(kW yr).

    Mass x launch price / (power x life); no build cost, no discounting (Google Suncatcher, arXiv 2511.19468v2,
    section 4.4).
    """
    require_positive(power_kw=power_kw, life_yr=life_yr)
    require_not_negative(mass_kg=mass_kg, launch_usd_per_kg=launch_usd_per_kg)
    return mass_kg * launch_usd_per_kg / (power_kw * life_yr)


def ground_power_price_usd_kw_yr(energy_usd_per_kwh: float, pue: float) -> float:
    """Return what a kilowatt of computing pays for electricity on the ground each year, USD/(kW yr).

    Energy price x 8,760 h x power usage effectiveness (same source, section 4.4).
    """
    require_not_negative(energy_usd_per_kwh=energy_usd_per_kwh)
    if not pue >= 1.0:
        raise ValueError(f"pue: found {pue}, expected at least 1")
    return energy_usd_per_kwh * HOURS_PER_YEAR * pue
