"""The rocket equation against a published landing."""

from __future__ import annotations

import pytest

from solver.physics import ascent

TANKER_ISP_S = 3680.0 / 9.80665


def test_propellant_of_a_lunar_landing() -> None:
    """A one-way 100 t landing with a dry mass of 120 t at 6.1 km/s burns 935 t."""
    assert ascent.propellant_mass(220.0, 6100.0, TANKER_ISP_S) == pytest.approx(935.0, rel=0.002)


def test_nonsense_is_refused() -> None:
    """A negative delta-v and a zero impulse are refused by name."""
    with pytest.raises(ValueError, match="delta_v_m_per_s"):
        ascent.mass_ratio(-1.0, 300.0)
    with pytest.raises(ValueError, match="isp_s"):
        ascent.mass_ratio(1.0, 0.0)
