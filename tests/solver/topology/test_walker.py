"""Walker shells and points on the ground: radii, planes, phasing, the turning Earth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.physics.link import ring_neighbour_km
from solver.physics.orbit import period_min, sun_synchronous_inclination_deg
from solver.topology.walker import Walker, dawn_dusk, great_circle_km, ground_positions_km, nearly_square


@pytest.mark.slow
@given(st.integers(1, 12), st.integers(1, 20), st.floats(300.0, 36000.0), st.floats(0.0, 180.0), st.floats(0.0, 2000.0))
def test_every_place_lies_on_its_orbit(planes: int, slots: int, height: float, tilt: float, minutes: float) -> None:
    """All places have the radius of the orbit, and none comes to a higher latitude than its plane allows."""
    at = Walker(height, tilt, planes, slots).positions_km(minutes)
    assert np.linalg.norm(at, axis=1) == pytest.approx(np.full(planes * slots, 6371.0 + height))
    highest = np.sin(np.radians(min(tilt, 180.0 - tilt))) * (6371.0 + height)
    assert np.abs(at[:, 2]).max() <= highest + 1e-6


def test_neighbours_in_a_plane_are_a_chord_apart() -> None:
    """Slots of a plane lie evenly on the ring, and after one period all are where they began."""
    walker = Walker(550.0, 53.0, 3, 22)
    at = walker.positions_km()
    assert np.linalg.norm(at[0] - at[1]) == pytest.approx(ring_neighbour_km(550.0, 22))
    assert walker.positions_km(period_min(550.0)) == pytest.approx(at, abs=1e-6)


def test_phasing_adds_up_to_whole_slots_round_the_earth() -> None:
    """A step beyond the last plane is the first plane, as many slots on as the phasing says."""
    walker = Walker(1000.0, 60.0, 8, 5, phasing=2)
    longer = Walker(1000.0, 60.0, 8, 5, phasing=2, first_node_deg=360.0)
    along_next = 360.0 * walker.phasing * walker.planes / walker.count
    assert along_next == pytest.approx(walker.phasing * 360.0 / walker.slots)
    assert longer.positions_km() == pytest.approx(walker.positions_km(), abs=1e-6)


def test_dawn_dusk_planes_face_the_sun() -> None:
    """Planes of a dawn-dusk shell lie in a band: the Sun is within 20 degrees of their normals."""
    walker = dawn_dusk(650.0, 7, 10)
    assert walker.inclination_deg == pytest.approx(sun_synchronous_inclination_deg(650.0))
    assert walker.nodes_deg == pytest.approx(np.linspace(82.5, 97.5, 7))
    at = walker.positions_km().reshape(7, 10, 3)
    normals = np.cross(at[:, 0], at[:, 2])
    sun = np.abs(normals[:, 0]) / np.linalg.norm(normals, axis=1)
    assert np.degrees(np.arccos(sun)).max() < 20.0
    assert not walker.closed


def test_ground_turns_with_the_earth_and_distances_are_great_circles() -> None:
    """A quarter of the equator is a quarter of the way round; after a sidereal day a place is where it was."""
    at = ground_positions_km(np.array([0.0, 0.0]), np.array([0.0, 90.0]))
    assert great_circle_km(at[:1], at[1:]) == pytest.approx(2.0 * np.pi * 6371.0 / 4.0)
    assert ground_positions_km(np.array([10.0]), np.array([20.0]), 1436.068) == pytest.approx(
        ground_positions_km(np.array([10.0]), np.array([20.0])), abs=0.1
    )


def test_places_are_cut_into_planes_and_slots() -> None:
    """A number of places becomes planes and slots; too few of them for the planes are one ring."""
    assert nearly_square(4500) == (67, 67)
    assert nearly_square(4500, 75) == (75, 60)
    assert nearly_square(100, 75) == (1, 100)
    for wrong in ((0, None), (10, 0)):
        with pytest.raises(ValueError, match="expected 1 or more"):
            nearly_square(*wrong)


def test_impossible_shells_are_refused() -> None:
    """No planes, or a band beyond the whole round, are refused by name."""
    with pytest.raises(ValueError, match="planes and slots"):
        Walker(550.0, 53.0, 0, 5)
    with pytest.raises(ValueError, match="band_deg"):
        Walker(550.0, 53.0, 2, 5, band_deg=400.0)
