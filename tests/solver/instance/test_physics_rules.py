"""Physics over several keys: no power without the array or the light for it, no radiator colder than its sink."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from solver.check.environment import eclipse_minutes, eclipse_share
from solver.design.environment import environment
from solver.errors import InstanceError
from solver.instance.consistency import cross_check
from solver.instance.physics_rules import physics_warnings
from solver.instance.places import Shell
from solver.instance.read import read
from tests.solver.command import ONE_FLIGHT, ended
from tests.solver.sized import build, size

DEEP: dict[str, Any] = {"orbit": "heliocentric", "earth_distance_km": 1e8, "dose_rad_per_year": 10.0}
NODE: dict[str, Any] = {
    "use": {"vehicles": ["lifter"], "shells": ["low"], "platforms": ["given"]},
    "platforms.given": {"it_power_kw": 1000.0, "declared": {"mass_t": 20.0, "cost_musd": 1.0, "life_years": 5.0}},
}


def declared(**figures: float) -> dict[str, Any]:
    """Return the changes that make the node one of given figures."""
    return copy.deepcopy(NODE) | {f"platforms.given.declared.{key}": value for key, value in figures.items()}


@pytest.mark.parametrize(("m2", "au", "faulty"), [(840.0, 1.0, True), (850.0, 1.0, False), (850.0, 1.1, True)])
def test_an_array_must_catch_the_power_of_its_node(m2: float, au: float, faulty: bool) -> None:
    """A thousand kW need 846.5 m2 of the best possible cells at 1 au, and more farther out; 0 m2 says nothing."""
    issues = cross_check(build(declared(array_m2=m2) | {"shells.low.sun_distance_au": au}))
    assert [path for path, _ in issues] == ([("platforms", "given", "declared", "array_m2")] if faulty else [])
    assert all("no cell gives more than" in text for _, text in issues)
    assert cross_check(build(declared())) == []


def test_a_radiator_needs_a_temperature_above_its_sink() -> None:
    """Choices all below the sink, or above what the radiator stands, are a fault of the choices."""
    for kelvin in (210.0, 450.0):
        issues = cross_check(build({"candidate_designs.radiator_temperature_k": [kelvin]}))
        assert [path for path, _ in issues] == [("candidate_designs", "radiator_temperature_k")]
        assert "coldest sink in use (220 K)" in issues[0][1]
    assert cross_check(build({"candidate_designs.radiator_temperature_k": [210.0, 330.0]})) == []


@pytest.mark.parametrize(
    ("key", "most"),
    [
        ("technology.arrays.wing.stowed_w_per_m3", 22_590.0 * 100.0),
        ("technology.radiators.panel.stowed_m2_per_m3", 22_590.0 / 5.0),
        ("technology.buses.frame.stowed_kg_per_m3", 22_590.0),
        ("technology.terminals.laser.transmit_w", 100.0),
    ],
)
def test_no_light_without_power_and_nothing_denser_than_osmium(key: str, most: float) -> None:
    """Parts are stowed no denser than any material, and a terminal sends no more than it draws."""
    power = {"technology.terminals.laser.power_w": 100.0}
    assert cross_check(build(power | {key: most})) == []
    (issue,) = cross_check(build(power | {key: 1.01 * most}))
    assert ".".join(map(str, issue[0])) == key
    assert "expected at most" in issue[1]


@pytest.mark.parametrize(("kg", "faulty"), [(0.0, False), (1.9e-4, True), (2.1e-4, False)])
def test_supplies_are_none_or_more_than_the_tolerance_of_a_flight(kg: float, faulty: bool) -> None:
    """A node of 1,000 kW takes up two millionths of a flight of 100 t at 0.2 g a year and kW."""
    changes = declared() | {
        "vehicles.lifter.payload_t": {"low": 100.0},
        "platforms.given.serviced": {"mass_kg_per_kw_year": kg, "cost_usd_per_w_year": 0.0},
    }
    issues = cross_check(build(changes))
    assert [path[-1] for path, _ in issues] == (["mass_kg_per_kw_year"] if faulty else [])


def test_figures_beyond_reason_are_warned_of() -> None:
    """A node of grams for a kilowatt, or of a radiator for a rocket engine, is valid with a warning."""
    warned = [path[-1] for path, _ in physics_warnings(build(declared(mass_t=0.02, radiator_m2=10.0)))]
    assert warned == ["mass_t", "radiator_m2"]
    assert list(physics_warnings(build(declared(mass_t=20.0, radiator_m2=1000.0)))) == []
    ((path, text),) = physics_warnings(build(declared(mass_t=20_000.0, radiator_m2=1000.0)))
    assert (path[-1], "at least about 2 W/kg; are mass_t in t and it_power_kw in kW?" in text) == ("mass_t", True)


def test_validate_prints_the_warnings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``validate`` accepts such a node, and names what is odd after its answer."""
    path = tmp_path / "light.yaml"
    path.write_text(f"format: 2\nname: light\nextends: {ONE_FLIGHT}\n", encoding="utf-8")
    name, _ = next((n, p) for n, p in read(path).instance.platforms.items() if p.declared)
    assert ended("validate", str(path), "--set", f"platforms.{name}.declared.mass_t=0.000002") == 0
    assert f"warning: platforms.{name}.declared.mass_t: found" in capsys.readouterr().out


@pytest.mark.parametrize("share", [0.1, 0.5, 0.75])
def test_a_darker_orbit_needs_more_array_and_battery(share: float) -> None:
    """Power on battery is never free: the array makes in the light what is used in the shadow that the share leaves."""
    light, dark = (size({"shells.low.sunlit_share": at, "shells.low.eclipse_minutes": 0.0}) for at in (1.0, share))
    assert light is not None
    assert dark is not None
    assert dark.area_m2["array"] * share >= light.area_m2["array"]
    assert dark.mass_kg["battery"] > light.mass_kg["battery"] == 0.0
    shell = build({"shells.low.sunlit_share": share, "shells.low.eclipse_minutes": 0.0}).shells["low"]
    assert environment(shell).eclipse_minutes == pytest.approx(eclipse_minutes(shell))
    assert environment(shell).eclipse_share_worst_orbit == pytest.approx(1 - share)
    assert eclipse_share(shell) == pytest.approx(1 - share)


def test_shadow_in_deep_space_needs_its_longest_eclipse() -> None:
    """A sunlit share below 1 far from the Earth asks for the eclipse that batteries bridge, and costs array."""
    shell = Shell.model_validate({**DEEP, "sunlit_share": 0.8, "eclipse_minutes": 60.0})
    assert environment(shell).eclipse_share_worst_orbit == pytest.approx(0.2) == eclipse_share(shell)
    issues = cross_check(build({"shells.low": {**DEEP, "sunlit_share": 0.8}}))
    assert [path for path, _ in issues] == [("shells", "low", "eclipse_minutes")]
    assert cross_check(build({"shells.low": {**DEEP, "sunlit_share": 0.8, "eclipse_minutes": 60.0}})) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("arrays.wing.areal_output_w_per_m2", 1200),
        ("radiators.panel.emissivity_share", 1.1),
        ("batteries.cell.depth_of_discharge_share", 0),
        ("batteries.cell.efficiency_share", 1.01),
    ],
)
def test_more_than_nature_allows_is_refused(key: str, value: float, tmp_path: Path) -> None:
    """Cells above their limit, surfaces blacker than black, batteries that give back more than they took."""
    group, name, last = key.split(".")
    path = tmp_path / "wild.yaml"
    path.write_text(
        f"format: 2\nname: wild\nextends: {ONE_FLIGHT}\ntechnology: {{{group}: {{{name}: {{{last}: {value}}}}}}}\n",
        encoding="utf-8",
    )
    with pytest.raises(InstanceError, match=f"technology.{key}: found {value}"):
        read(path)


def test_chips_beyond_the_limit_of_silicon_are_warned_of() -> None:
    """2,727 EFLOP/s per GW, a third more a year: 1.1e7 after 29 years, 1.5e7 after 30, where computing counts."""
    node = declared(eflops_per_gw=2727.0, eflops_growth_share_per_year=0.333)
    computing = {"kind": "compute_alive", "milestones": [{"date": "2032-01", "eflops": 1.0}]}
    for years, changes, expected in (
        (29, {"target": computing}, []),
        (30, {"target": computing}, ["eflops_growth_share_per_year"]),
        (30, {}, []),
    ):
        given = build(node | changes | {"horizon.periods": [{"count": years, "length": "year"}]})
        assert [path[-1] for path, _ in physics_warnings(given)] == expected
