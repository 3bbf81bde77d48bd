"""Arrays, batteries and power prices against published figures."""

from __future__ import annotations

import pytest

from solver.physics import power


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
