"""Arrays, batteries and power prices against published figures."""

from __future__ import annotations

import math

import pytest

from solver.physics import power
from solver.physics.orbit import (
    FloatArray,
    eclipse_share,
    node_averaged_beta_deg,
    period_min,
    sun_synchronous_beta_deg,
)


@pytest.mark.parametrize("eclipse", [0.01, 0.2, 0.45])
@pytest.mark.parametrize("charge", [0.5, 0.9, 1.0])
@pytest.mark.parametrize("discharge", [0.5, 0.95, 1.0])
def test_recharge_conserves_energy(eclipse: float, charge: float, discharge: float) -> None:
    """Energy of the array in the sun, less storage losses, equals that of the load over an orbit."""
    array_w = power.recharge_factor(eclipse, charge, discharge)
    surplus = (array_w - 1.0) * (1.0 - eclipse)
    assert surplus * charge * discharge == pytest.approx(1.0 * eclipse)


def test_no_eclipse_needs_no_recharge() -> None:
    """Without eclipse the array is sized for the load alone."""
    assert power.recharge_factor(0.0, 0.9) == 1.0


def test_battery_energy() -> None:
    """100 kW through 36 minutes at 60 % depth and 95 % efficiency need 105.3 kWh; shallower needs more."""
    energy = power.battery_energy_wh(100e3, 36.0, 0.6, 0.95)
    assert energy == pytest.approx(105263.2, abs=0.1)
    assert power.battery_energy_wh(100e3, 36.0, 0.3, 0.95) == pytest.approx(2.0 * energy)
    assert power.battery_energy_wh(100e3, 0.0, 0.6) == 0.0


@pytest.mark.parametrize("depth", [0.0, 1.2, -0.1])
def test_impossible_depth_of_discharge_is_refused(depth: float) -> None:
    """A depth of discharge outside 0 to 1 is refused by name."""
    with pytest.raises(ValueError, match="depth_of_discharge"):
        power.battery_energy_wh(1.0, 1.0, depth)


def test_depth_of_discharge_by_cycles() -> None:
    """The cell of ESA's VES180 specification, five years in low orbit to 30 %, lasts twelve years there to 0.18."""
    five, twelve = (years * 365.25 * 15.06 for years in (5.0, 12.0))
    assert five == pytest.approx(27_500, rel=2e-3)
    assert power.cycle_depth_share(27_500, 27_500, 0.3, 1.7) == pytest.approx(0.3)
    assert power.cycle_depth_share(twelve, 27_500, 0.3, 1.7) == pytest.approx(0.3 * (5 / 12) ** (1 / 1.7), rel=1e-3)
    assert power.cycle_depth_share(0.0, 27_500, 0.3, 1.7) == math.inf
    assert power.cycle_depth_share(1e300, 1.0, 0.3, 1.0) == power.LEAST_DEPTH


def test_exponent_of_a_published_stress_model() -> None:
    """Xu and others (2018): wear of a cycle 1 / (140,000 depth^-0.501 - 123,000); from 0.3 to 1 a power of 1.7."""
    longer = (140_000 * 0.3**-0.501 - 123_000) / (140_000 - 123_000)
    assert math.log(longer) / math.log(1 / 0.3) == pytest.approx(1.7, abs=0.02)


@pytest.mark.parametrize(
    ("altitude_km", "betas"),
    [(550.0, node_averaged_beta_deg(53.0, 90)), (650.0, sun_synchronous_beta_deg(650.0, samples=365))],
)
@pytest.mark.parametrize("exponent", [1.0, 1.7, 3.0])
def test_full_eclipses_bound_the_wear_of_a_year(altitude_km: float, betas: FloatArray, exponent: float) -> None:
    """Wear summed orbit by orbit (Miner's rule) is that of the full eclipses at an exponent of 1, and less above."""
    shares = eclipse_share(altitude_km, betas)
    orbits = 525_960 / period_min(altitude_km)
    wear = orbits * float(((shares / shares.max()) ** exponent).mean())
    full = power.full_eclipses(1 - float(shares.mean()), float(shares.max()) * period_min(altitude_km), 1.0)
    assert full == pytest.approx(wear) if exponent == 1.0 else full > wear


def test_no_shadow_has_no_cycles() -> None:
    """Without shadow, or without an eclipse of any length, nothing is drawn."""
    assert power.full_eclipses(1.0, 30.0, 5.0) == power.full_eclipses(0.9, 0.0, 5.0) == 0.0
