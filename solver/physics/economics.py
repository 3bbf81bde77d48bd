"""Cost arithmetic of whole projects, without discounting: power to build, satellites, flights, bills, break-even.

Enough to repeat published orbital-against-ground comparisons from their stated inputs. USD unless a name says
otherwise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from solver.physics.constants import HOURS_PER_YEAR
from solver.physics.guard import require_not_negative, require_positive, require_positive_share, require_share


def mean_share(yearly_loss_share: float, years: int) -> float:
    """Return the mean output over whole years when each year gives a fixed share less than the one before.

    The first year counts in full: (1 + r + ... + r^(n-1)) / n.
    """
    require_share(yearly_loss_share=yearly_loss_share)
    require_positive(years=years)
    return math.fsum((1.0 - yearly_loss_share) ** year for year in range(years)) / years


def initial_power(mean_power: float, sunlit_share: float, yearly_loss_share: float, years: int) -> float:
    """Return the power to install at first so that the mean over the years is as wanted, in the same unit."""
    require_not_negative(mean_power=mean_power)
    require_positive_share(sunlit_share=sunlit_share)
    return mean_power / (mean_share(yearly_loss_share, years) * sunlit_share)


def satellites_for(power_kw: float, satellite_kw: float) -> int:
    """Return how many whole satellites give at least a power."""
    return _whole(power_kw, satellite_kw)


def satellite_mass_kg(satellite_kw: float, specific_power_w_kg: float) -> float:
    """Return the mass of a satellite from its power and its watts per kilogram, kg."""
    require_positive(specific_power_w_kg=specific_power_w_kg)
    return satellite_kw * 1e3 / specific_power_w_kg


def flights_for(mass_t: float, payload_t: float) -> int:
    """Return the whole flights that lift a mass, if it may be shared across flights at will."""
    return _whole(mass_t, payload_t)


def flights_for_satellites(satellites: int, satellite_mass_kg: float, payload_t: float) -> int:
    """Return the whole flights that lift satellites which cannot be cut in two."""
    require_positive(satellite_mass_kg=satellite_mass_kg)
    per_flight = math.floor(payload_t * 1e3 / satellite_mass_kg)
    require_positive(satellites_per_flight=per_flight)
    return -(-satellites // per_flight)


def energy_mwh(power_mw: float, years: float, capacity_factor: float = 1.0) -> float:
    """Return the energy of a constant power over years of 8,760 h, MWh."""
    require_not_negative(power_mw=power_mw, years=years)
    require_share(capacity_factor=capacity_factor)
    return power_mw * years * HOURS_PER_YEAR * capacity_factor


def energy_cost_usd(power_mw: float, years: float, usd_per_kwh: float) -> float:
    """Return the cost of buying a constant power for years of 8,760 h, USD."""
    return energy_mwh(power_mw, years) * 1e3 * usd_per_kwh


@dataclass(frozen=True, slots=True)
class OrbitalBill:
    """What an orbital project costs over its years, USD, by item."""

    hardware_usd: float
    launch_usd: float
    operations_usd: float
    replacement_usd: float
    development_usd: float

    @property
    def total_usd(self) -> float:
        """The sum of the items."""
        return math.fsum(
            (self.hardware_usd, self.launch_usd, self.operations_usd, self.replacement_usd, self.development_usd)
        )


def orbital_bill(
    *,
    power_w: float,
    mass_kg: float,
    years: float,
    hardware_usd_per_w: float,
    launch_usd_per_kg: float,
    operations_share_per_yr: float = 0.0,
    replacement_share_per_yr: float = 0.0,
    development_usd: float = 0.0,
) -> OrbitalBill:
    """Return the bill of an orbital project: hardware by watt, launch by kilogram, yearly shares of hardware.

    The form of McCalip's comparison (2025); replacement is paid as a share of hardware and not launched again.
    """
    require_not_negative(power_w=power_w, mass_kg=mass_kg, years=years, development_usd=development_usd)
    hardware = power_w * hardware_usd_per_w
    return OrbitalBill(
        hardware_usd=hardware,
        launch_usd=mass_kg * launch_usd_per_kg,
        operations_usd=hardware * operations_share_per_yr * years,
        replacement_usd=hardware * replacement_share_per_yr * years,
        development_usd=development_usd,
    )


@dataclass(frozen=True, slots=True)
class GroundBill:
    """What a gas-powered ground project costs over its years, USD, and the energy its computers used, MWh."""

    plant_usd: float
    facility_usd: float
    fuel_usd: float
    energy_mwh: float

    @property
    def total_usd(self) -> float:
        """The sum of the items."""
        return math.fsum((self.plant_usd, self.facility_usd, self.fuel_usd))


def gas_ground_bill(
    *,
    power_w: float,
    years: float,
    plant_usd_per_kw: float,
    facility_usd_per_w: float,
    pue: float,
    heat_rate_btu_kwh: float,
    gas_usd_per_mmbtu: float,
    capacity_factor: float,
) -> GroundBill:
    """Return the bill of a ground project with its own gas plant; plant and fuel scale with the PUE.

    The form of McCalip's comparison (2025). Fuel is USD/MWh = heat rate x gas price / 1,000.
    """
    energy = energy_mwh(power_w / 1e6, years, capacity_factor)
    return GroundBill(
        plant_usd=power_w / 1e3 * plant_usd_per_kw * pue,
        facility_usd=power_w * facility_usd_per_w,
        fuel_usd=energy * pue * heat_rate_btu_kwh * gas_usd_per_mmbtu / 1e3,
        energy_mwh=energy,
    )


def break_even_launch_usd_kg(rival_usd: float, without_launch_usd: float, mass_kg: float) -> float:
    """Return the launch price at which an orbital project costs as much as its rival, USD/kg.

    Negative means that no launch price, not even free launch, is low enough.
    """
    require_positive(mass_kg=mass_kg)
    return (rival_usd - without_launch_usd) / mass_kg


def _whole(amount: float, each: float) -> int:
    """Round a count up, forgiving the last digits of floating point."""
    require_not_negative(amount=amount)
    require_positive(each=each)
    count = amount / each
    near = round(count)
    return near if math.isclose(count, near, rel_tol=1e-12) else math.ceil(count)
