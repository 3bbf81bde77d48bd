"""Link geometry against known distances, and the inverse-square law."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.physics import link


def test_light_time() -> None:
    """Light takes 1 ms for 299.8 km and 1.28 s to the Moon."""
    assert link.light_time_ms(299.792458) == pytest.approx(1.0)
    assert link.light_time_ms(384400.0) == pytest.approx(1282.2, abs=0.1)


def test_chords() -> None:
    """Opposite nodes are a diameter apart, and a hexagon's neighbours one radius."""
    assert link.chord_km(550.0, 180.0) == pytest.approx(2.0 * 6921.0)
    assert link.ring_neighbour_km(550.0, 6) == pytest.approx(6921.0)


def test_longest_sight_at_550_km() -> None:
    """Two satellites at 550 km see each other above the air out to the 5,014 km used for such constellations."""
    assert link.longest_sight_km(550.0) == pytest.approx(5014.0, rel=0.002)


def test_slant_range_ends() -> None:
    """A satellite overhead is its altitude away; on the horizon it is the tangent away."""
    assert link.slant_range_km(550.0, 90.0) == pytest.approx(550.0)
    assert link.slant_range_km(550.0, 0.0) == pytest.approx((6921.0**2 - 6371.0**2) ** 0.5)
    assert link.visible_cap_deg(550.0, 90.0) == pytest.approx(0.0, abs=1e-9)


@given(st.floats(200.0, 40000.0), st.floats(0.0, 89.0))
def test_slant_range_closes_the_triangle(altitude_km: float, elevation_deg: float) -> None:
    """Slant range and visible cap belong to one triangle, by the law of cosines at the Earth's centre."""
    cap = link.visible_cap_deg(altitude_km, elevation_deg)
    chord_squared = 6371.0 * (6371.0 + altitude_km) / (6371.0 * 6371.0) * link.chord_km(0.0, cap) ** 2
    assert link.slant_range_km(altitude_km, elevation_deg) ** 2 == pytest.approx(
        altitude_km**2 + chord_squared, rel=1e-6
    )


def test_rate_falls_with_the_square_of_distance() -> None:
    """Twice the distance is a quarter of the rate, and the ceiling holds for short links."""
    assert link.rate_at_distance_gbps(10800.0, 100.0, 5400.0) == pytest.approx(25.0)
    assert link.rate_at_distance_gbps(1.0, 100.0, 5400.0, ceiling_gbps=400.0) == 400.0


def test_nonsense_is_refused() -> None:
    """A beam under the ground, an impossible elevation and a zero distance are refused by name."""
    with pytest.raises(ValueError, match="grazing_km"):
        link.longest_sight_km(50.0, 80.0)
    with pytest.raises(ValueError, match="elevation_deg"):
        link.slant_range_km(550.0, 91.0)
    with pytest.raises(ValueError, match="distance_km"):
        link.rate_at_distance_gbps(0.0, 1.0, 1.0)
