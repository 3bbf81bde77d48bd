"""Sizing: published nodes come out of their inputs, and every rule has the right sign."""

from __future__ import annotations

import math
from typing import Any

import pytest

from solver.design import pareto, sizing
from solver.design.candidates import candidate_designs
from solver.design.environment import environment
from solver.instance.places import Shell
from solver.plan import Choices, Design
from tests.solver.sized import BASE, DECLARED, PARTS, STEFAN_BOLTZMANN, build, made, size


def turyshev(accelerator_kg_per_kw: float) -> Design:
    """The 1 MW reference of Turyshev (JPL, 2026) from his inputs.

    Array 177 W/m2; radiator one-sided at 317 K, emissivity 0.9, sink 220 K. Of his ranges the arithmetic middle:
    array 97.5 of 30 to 165 W/kg, radiator 6 of 2 to 10 kg/m2, battery 207.5 of 150 to 265 Wh/kg, depth of discharge
    0.55 of 0.3 to 0.8. His array power equals the load, so the orbit must be almost free of eclipses: 5 minutes are
    assumed. Bus (3 kg/kW, structure 15 %) and shielding (0.05 m2/kW) are assumed too.
    """
    return made(
        {
            "shells.low.eclipse_minutes": 5.0,
            "technology.arrays.wing.areal_output_w_per_m2": 177.0,
            "technology.arrays.wing.specific_power_w_per_kg": 97.5,
            "technology.radiators.panel.faces": 1,
            "technology.radiators.panel.fin_efficiency_share": 1.0,
            "technology.radiators.panel.ageing_area_share_per_year": 0.0,
            "technology.radiators.panel.areal_mass_kg_per_m2": 6.0,
            "technology.batteries.cell.specific_energy_wh_per_kg": 207.5,
            "technology.batteries.cell.depth_of_discharge_share": 0.55,
            "technology.batteries.cell.efficiency_share": 0.95,
            "technology.accelerators.chip.mass_kg_per_kw": accelerator_kg_per_kw,
            "technology.buses.frame.overhead_share": 0.0,
            "technology.buses.frame.power_chain_kg_per_kw": 3.0,
            "technology.buses.frame.structure_share": 0.15,
            "technology.buses.frame.shield_m2_per_kw": 0.05,
        },
        radiator_temperature_k=317.0,
    )


def test_published_megawatt_node() -> None:
    """Turyshev's 1 MW node: 5,640 m2 of array, 2,500 m2 of radiator, 29.4 kg/kW for both and storage, within 15 %."""
    node = turyshev(accelerator_kg_per_kw=5.0)
    assert node.area_m2["array"] == pytest.approx(5640, rel=0.15)
    assert node.area_m2["radiator"] == pytest.approx(2500, rel=0.15)
    energy_and_heat_kg = sum(node.mass_kg[part] for part in ("array", "radiator", "battery"))
    assert energy_and_heat_kg / node.power_kw == pytest.approx(29.4, rel=0.15)


@pytest.mark.parametrize("accelerator_kg_per_kw", [0.001, 11.0])
def test_published_specific_mass(accelerator_kg_per_kw: float) -> None:
    """The same node as a whole weighs 34 to 59 kg/kW, without accelerators as with a rack's 11 kg/kW."""
    assert 34 < turyshev(accelerator_kg_per_kw).kg_per_kw < 59


@pytest.mark.parametrize("power_kw", [27.0, 28.0])
def test_array_and_bus_of_a_communication_satellite(power_kw: float) -> None:
    """Array and bus of 27 to 28 kW weigh what Starlink V2 mini weighs, 575 to 740 kg, within 20 %.

    Assumed: array 97.5 W/kg, fixed 150 kg, power chain 3 kg/kW, structure 15 %, next to no radiator or computing.
    """
    node = made(
        {
            "platforms.node.it_power_kw": power_kw,
            "shells.low.eclipse_minutes": 0.0,
            "technology.arrays.wing.specific_power_w_per_kg": 97.5,
            "technology.radiators.panel.areal_mass_kg_per_m2": 1e-6,
            "technology.accelerators.chip.mass_kg_per_kw": 0.001,
            "technology.buses.frame.fixed_kg": 150.0,
            "technology.buses.frame.power_chain_kg_per_kw": 3.0,
            "technology.buses.frame.structure_share": 0.15,
            "technology.buses.frame.shield_m2_per_kw": 0.0,
        }
    )
    assert 575 * 0.8 < node.mass_kg["array"] + node.mass_kg["bus"] < 740 * 1.2


def test_every_figure_of_a_sized_node() -> None:
    """The base node agrees, part by part, with the rules worked out on paper."""
    node = made(array_margin_share=0.1)
    load_kw = 1000 * 1.05 + 4 * 0.25
    period_min = 2 * math.pi * math.sqrt((6371e3 + 650e3) ** 3 / 3.986004418e14) / 60
    dark = 20 / period_min
    array_kw = load_kw * (1 + dark / ((1 - dark) * 0.9)) * 1.1
    battery_kwh = load_kw * 20 / 60 / (0.5 * 0.9)
    radiator_m2 = load_kw * 1000 / (2 * 0.8 * 0.9 * STEFAN_BOLTZMANN * (330**4 - 220**4)) * 1.1
    shielding_mm = 10 + 25 * math.log(150 * 5 / 500)
    dry = {
        "array": array_kw * 10,
        "radiator": radiator_m2 * 5,
        "battery": battery_kwh * 5,
        "accelerators": 5000,
        "terminals": 48,
        "shielding": shielding_mm * 2.7 * 0.1 * 1000,
        "bus": 300 + 2 * load_kw,
    }
    dry["bus"] += 0.25 * sum(dry.values())
    propellant = sum(dry.values()) * math.expm1((12 * 5 + 200) / (1500 * 9.80665))
    assert dict(node.mass_kg) == pytest.approx({**dry, "propellant": propellant})
    assert dict(node.area_m2) == pytest.approx({"array": array_kw * 5, "radiator": radiator_m2})
    assert dict(node.cost_musd) == pytest.approx(
        {
            "array": array_kw * 5e-3,
            "radiator": radiator_m2 * 1e-3,
            "battery": battery_kwh * 5e-4,
            "accelerators": 30,
            "terminals": 0.8,
            "shielding": dry["shielding"] * 3e-5,
            "bus": dry["bus"] * 8e-4,
        }
    )
    packed = sum(dry[part] for part in ("bus", "battery", "shielding", "terminals")) / 150
    assert node.stowed_m3 == pytest.approx(array_kw / 20 + radiator_m2 / 20 + 1000 / 60 + packed)
    assert (node.name, node.power_kw, node.life_years) == ("node-330k-5y-battery-m10", 1000, 5)
    assert (node.array_share, node.array_loss_share_per_year, node.sunlit_share) == (1.1, 0.02, 1.0)
    assert node.eflops == pytest.approx(2.5)
    assert node.eflops_growth_share_per_year == 0.3
    assert (node.accelerator_failure_share_per_year, node.accelerator_price_change_share_per_year) == (0.05, -0.1)


def test_reliability_comes_from_the_bus() -> None:
    """Dead nodes: infant failures, hazard and disposal are those of the bus, decay that of the shell."""
    node = made()
    assert (node.infant_mortality_share, node.hazard_share_per_year) == (0.01, 0.02)
    assert (node.disposal_share, node.dead_disposal_share) == (0.98, 0.3)
    assert (node.decay_years, node.operations_share_per_year) == (30.0, 0.015)


def test_parts_a_node_does_without_stay_listed_at_zero() -> None:
    """A node without battery, terminals or surface to shield lists them with neither mass nor cost."""
    node = made(
        {"platforms.node.sized": {**BASE["platforms"]["node"]["sized"], "terminals": 0}}
        | {"technology.buses.frame.shield_m2_per_kw": 0.0},
        eclipse="throttle",
    )
    assert list(node.mass_kg) == [*PARTS, "propellant"]
    assert list(node.cost_musd) == PARTS
    for part in ("battery", "terminals", "shielding"):
        assert node.mass_kg[part] == node.cost_musd[part] == 0


def test_hotter_radiator_is_smaller() -> None:
    """Radiator area falls with its temperature, and so does mass."""
    nodes = [made(radiator_temperature_k=kelvin) for kelvin in (300.0, 320.0, 350.0, 380.0)]
    areas = [node.area_m2["radiator"] for node in nodes]
    assert areas == sorted(areas, reverse=True)
    assert len(set(areas)) == 4
    assert nodes[-1].mass_t < nodes[0].mass_t


def test_longer_life_is_heavier() -> None:
    """Ageing radiators, shielding and propellant make a longer life heavier and dearer."""
    short, long = made(life_years=5.0), made(life_years=8.0)
    for part in ("radiator", "shielding", "propellant", "bus"):
        assert long.mass_kg[part] > short.mass_kg[part]
    assert long.price_musd > short.price_musd


def test_battery_is_sized_for_its_cycles() -> None:
    """A twentieth of five years in shadow are 6,574.5 eclipses of 20 minutes: 16 times the rated, to a quarter."""
    rated = {
        "technology.batteries.cell.rated_cycles": 6574.5 / 16,
        "technology.batteries.cell.rated_depth_share": 1.0,
        "technology.batteries.cell.cycle_exponent": 2.0,
    }
    assert made(rated).mass_kg["battery"] == pytest.approx(made().mass_kg["battery"] * 0.5 / 0.25)
    assert made(rated).cost_musd["battery"] == pytest.approx(made().cost_musd["battery"] * 0.5 / 0.25)
    longer = made(rated, life_years=8.0).mass_kg["battery"] / made(rated).mass_kg["battery"]
    assert longer == pytest.approx((8 / 5) ** 0.5)
    never = {"technology.batteries.cell.rated_cycles": 1e9}
    assert made(never).mass_kg["battery"] == made().mass_kg["battery"]


def test_a_longer_life_is_bought_by_redundancy() -> None:
    """Four times the rated life with an exponent of a half: twice the avionics, and all prices but of accelerators."""
    rated = {"technology.buses.frame.rated_life_years": 2.0, "technology.buses.frame.life_exponent": 0.5}
    free, bought = made(life_years=8.0), made(rated, life_years=8.0)
    assert bought.mass_kg["bus"] - free.mass_kg["bus"] == pytest.approx(300 / (1 - 0.2))
    for part in ("array", "radiator", "battery", "terminals", "shielding"):
        assert bought.mass_kg[part] == free.mass_kg[part]
        assert bought.cost_musd[part] == pytest.approx(2 * free.cost_musd[part])
    assert bought.cost_musd["accelerators"] == free.cost_musd["accelerators"]
    assert made(rated, life_years=2.0).cost_musd == pytest.approx(made(life_years=2.0).cost_musd)


def test_throttling_is_lighter_but_dark_in_eclipse() -> None:
    """A node that throttles has no battery, a smaller array, and power only while the Sun shines."""
    battery, throttle = made(), made(eclipse="throttle")
    assert throttle.mass_t < battery.mass_t
    assert throttle.area_m2["array"] == pytest.approx((1000 * 1.05 + 1) * 5)
    assert (battery.sunlit_share, throttle.sunlit_share) == (1.0, 0.95)


def test_array_grows_with_the_square_of_the_sun_distance() -> None:
    """At 2 au the array has four times the area, mass, price and volume for the same power; nothing else moves."""
    near, far = made(), made({"shells.low.sun_distance_au": 2.0})
    assert far.area_m2["array"] == pytest.approx(4 * near.area_m2["array"])
    assert far.mass_kg["array"] == pytest.approx(4 * near.mass_kg["array"])
    assert far.cost_musd["array"] == pytest.approx(4 * near.cost_musd["array"])
    assert far.area_m2["radiator"] == near.area_m2["radiator"]


@pytest.mark.parametrize(
    ("changes", "choices"),
    [
        pytest.param({}, {"radiator_temperature_k": 380.1}, id="radiator above what it stands"),
        pytest.param({}, {"radiator_temperature_k": 220.0}, id="radiator no hotter than its sink"),
        pytest.param({"shells.low.dose_rad_per_year": 1e5}, {}, id="shielding above 100 mm"),
        pytest.param({"shells.low.eclipse_minutes": 200.0}, {}, id="no sunlight to recharge in"),
        pytest.param({"shells.low.disposal_m_per_s": 1e7}, {}, id="delta-v out of reach"),
    ],
)
def test_impossible_points_give_no_design(changes: dict[str, Any], choices: dict[str, Any]) -> None:
    """Where physics forbids a node there is no design, while the point beside it exists."""
    assert size(changes, **choices) is None
    assert size() is not None


def test_shielding_keeps_the_dose_at_its_limit() -> None:
    """The thickness found lets through exactly the dose limit over the life, and is never below 4 mm."""
    surroundings = environment(build().shells["low"])
    thickness = surroundings.shielding_mm(500.0, 8.0)
    assert surroundings.dose_rad_per_year(thickness) * 8 == pytest.approx(500.0)
    assert surroundings.shielding_mm(1e6, 8.0) == 4.0
    dark = environment(build({"shells.low.dose_rad_per_year": 0.0}).shells["low"])
    assert dark.shielding_mm(1.0, 50.0) == 4.0


def test_environment_is_computed_where_nothing_is_given() -> None:
    """A dawn-dusk shell at 650 km gets the light, drag, dose and disposal that its altitude implies."""
    found = environment(Shell(orbit="dawn_dusk", altitude_km=650.0))
    assert 0.9 < found.sunlit_share < 1
    assert 15 < found.eclipse_minutes < 25
    assert found.eclipse_share_worst_orbit == pytest.approx(found.eclipse_minutes / 97.6, rel=0.01)
    assert found.reference_dose_rad_per_year == pytest.approx(150.0)
    assert found.dose_rad_per_year(35.0) == pytest.approx(150.0 / math.e)
    assert 20 < found.decay_years < 150
    assert 200 < found.disposal_m_per_s < 300
    assert 1 < found.drag_m_per_s_per_year < 20


def test_environment_of_an_inclined_shell_needs_its_inclination() -> None:
    """An inclined shell is darker than dawn-dusk; without inclination its light cannot be computed."""
    inclined = environment(Shell(orbit="inclined", altitude_km=650.0, inclination_deg=30.0))
    assert inclined.sunlit_share < 0.75
    with pytest.raises(ValueError, match="inclination_deg"):
        environment(Shell(orbit="inclined", altitude_km=650.0))


def test_dead_objects_far_out_stay() -> None:
    """High up a dead object outlives every plan: natural decay takes 10,000 years."""
    far = Shell(orbit="inclined", altitude_km=20_200.0, inclination_deg=55.0)
    assert environment(far).decay_years == 1e4


def test_given_numbers_replace_computed_ones() -> None:
    """Each environment number in the instance is used as it stands."""
    found = environment(build().shells["low"])
    assert (found.sunlit_share, found.eclipse_minutes, found.decay_years) == (0.95, 20.0, 30.0)
    assert (found.drag_m_per_s_per_year, found.disposal_m_per_s) == (10.0, 200.0)
    assert (found.sun_distance_au, found.sink_temperature_k) == (1.0, 220.0)


def test_declared_platform_passes_through() -> None:
    """A declared platform becomes one design with exactly its figures, under the platform's name."""
    instance = build({"platforms": {"box": DECLARED}, "use.platforms": ["box"]})
    (node,) = candidate_designs(instance)
    assert (node.name, node.platform, node.shell, node.choices) == ("box", "box", "low", None)
    assert dict(node.mass_kg) == {"node": 1700.0}
    assert dict(node.cost_musd) == {"node": 6.0}
    assert dict(node.area_m2) == {"array": 600.0, "radiator": 110.0}
    assert (node.power_kw, node.stowed_m3, node.life_years, node.array_share) == (120.0, 12.0, 5.0, 1.0)
    assert (node.array_loss_share_per_year, node.accelerator_failure_share_per_year) == (0.025, 0.09)
    assert (node.infant_mortality_share, node.hazard_share_per_year) == (0.02, 0.03)
    assert (node.disposal_share, node.dead_disposal_share) == (0.97, 0.1)
    assert (node.sunlit_share, node.decay_years, node.operations_share_per_year) == (0.95, 30.0, 0.01)
    assert node.eflops == pytest.approx(0.24)
    assert node.eflops_growth_share_per_year == 0.2
    assert node.accelerator_price_change_share_per_year == -0.05


def test_declared_platform_only_where_it_is_made_for() -> None:
    """A declared platform has no design in a shell it does not name, and steady power unless it follows the Sun."""
    box = {**DECLARED, "declared": {**DECLARED["declared"], "shells": ["low"], "follows_sun": False}}
    instance = build(
        {
            "platforms": {"box": box},
            "shells.high": {**BASE["shells"]["low"], "altitude_km": 1000.0},
            "use.platforms": ["box"],
            "use.shells": ["low", "high"],
        }
    )
    assert sizing.design(instance, "box", "high", None) is None
    assert [(node.shell, node.sunlit_share) for node in candidate_designs(instance)] == [("low", 1.0)]


def test_choices_must_fit_the_platform() -> None:
    """A sized platform without choices and a declared one with them are refused."""
    point = Choices(330.0, 5.0, "battery", 0.0)
    with pytest.raises(ValueError, match="expected choices of candidate_designs"):
        sizing.design(build(), "node", "low", None)
    with pytest.raises(ValueError, match="expected none"):
        sizing.design(build({"platforms.node": DECLARED}), "node", "low", point)


@pytest.mark.parametrize("platform", [BASE["platforms"]["node"], DECLARED], ids=["sized", "declared"])
def test_serviced_platform_trades_failures_for_upkeep(platform: dict[str, Any]) -> None:
    """A serviced node loses no accelerators and needs mass and money every year instead."""
    serviced = {**platform, "serviced": {"mass_kg_per_kw_year": 6.6, "cost_usd_per_w_year": 1.5}}
    instance = build({"platforms.node": serviced})
    choices = Choices(330.0, 5.0, "battery", 0.0) if "sized" in platform else None
    node = sizing.design(instance, "node", "low", choices)
    assert node is not None
    assert node.accelerator_failure_share_per_year == 0
    assert node.upkeep_t_per_year == pytest.approx(6.6e-3 * node.power_kw)
    assert node.upkeep_musd_per_year == pytest.approx(1.5e-3 * node.power_kw)


@pytest.mark.parametrize(
    ("array_loss", "failure", "margin"),
    [(0.02, 0.05, 0.0), (0.1, 0.0, 0.2), (0.1, 0.03, 0.1), (0.0, 0.0, 0.0), (0.05, 0.0, 0.9), (0.03, 0.0, 0.0)],
)
def test_full_power_years_is_the_integral(array_loss: float, failure: float, margin: float) -> None:
    """Years at full power equal the numeric integral of the weaker of array and accelerators, times sunlight."""
    node = made(
        {
            "technology.arrays.wing.loss_share_per_year": array_loss,
            "technology.accelerators.chip.failure_share_per_year": failure,
        },
        eclipse="throttle",
        array_margin_share=margin,
    )
    steps = 20_000
    ages = [(i + 0.5) * 5 / steps for i in range(steps)]
    shares = [min(1.0, (1 + margin) * (1 - array_loss) ** age, (1 - failure) ** age) for age in ages]
    assert pareto.full_power_years(node) == pytest.approx(0.95 * 5 * sum(shares) / steps, rel=1e-6)
