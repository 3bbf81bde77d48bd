"""Nodes made on the Moon and places far from the Earth: figures agree with numbers worked by hand."""

from __future__ import annotations

import math

import pytest

from solver.check import check, environment
from solver.check.designs import rebuild_designs
from solver.instance.consistency import cross_check
from solver.instance.places import Shell
from solver.instance.schema import Instance
from solver.plan import Choices, Claims, Decisions, Design, Plan
from tests.solver.check.moon_plan import moon, raw_moon
from tests.solver.check.plans import RawResult, blank, violated
from tests.solver.check.sized import PARTS, raw_sized
from tests.solver.check.test_designs import spoiled

THROTTLE = Choices(310.0, 5.0, "throttle", 0.0)
BATTERY = Choices(310.0, 5.0, "battery", 0.0)


def raw_sized_moon() -> RawResult:
    """The sized platform once from Earth and once from the Moon, in a heliocentric shell without figures of its own."""
    raw = raw_sized()
    raw["shells"]["swarm"] = {
        "orbit": "heliocentric",
        "dose_rad_per_year": 50.0,
        "earth_distance_km": 1.5e8,
        "from_moon": {"delta_v_m_per_s": 700.0, "transfer_years": 0.5},
    }
    raw["vehicles"]["bus"]["payload_t"]["swarm"] = 20.0
    raw["platforms"]["sail"] = {"it_power_kw": 1000.0, "made_on": "moon", "sized": dict.fromkeys(PARTS, "x")}
    raw["moon"] = raw_moon()["moon"]
    for lander in raw["moon"]["landers"].values():
        lander["vehicle"] = "bus"
    raw["moon"]["depot"]["tankers"] = {"bus": 100.0}
    parts = ("array", "radiator", "battery", "accelerators", "terminals", "shielding", "bus", "propellant")
    raw["moon"]["bills"] = {part: {"metal": 1.0} for part in parts}
    raw["use"].update(shells=["dawn", "swarm"], platforms=["sat", "sail"], moon=True)
    return raw


def rebuilt(platform: str, choices: Choices, raw: RawResult | None = None) -> Design:
    """One design as the checker sizes it."""
    inst = Instance.model_validate(raw or raw_sized_moon())
    plan = Plan((blank("it", platform, "swarm", choices),), Decisions(), Claims(0.0, 0.0, 0.0, 1.0, 0, (), ()))
    designs, unknown = rebuild_designs(inst, plan)
    assert unknown == []
    return designs["it", "swarm"]


def test_the_instance_is_consistent() -> None:
    """The instance of these tests is valid."""
    assert cross_check(Instance.model_validate(raw_sized_moon())) == []


def test_a_node_made_on_the_moon_costs_only_its_running() -> None:
    """No part is paid, no share of a price is due each year, and every watt costs its operation."""
    earth, lunar = rebuilt("sat", THROTTLE), rebuilt("sail", THROTTLE)
    assert earth.price_musd > 0
    assert lunar.price_musd == 0.0
    assert (earth.operations_share_per_year, lunar.operations_share_per_year) == (0.01, 0.0)
    assert earth.upkeep_musd_per_year == 0.0
    assert lunar.upkeep_musd_per_year == pytest.approx(0.05)


def test_a_node_made_on_the_moon_makes_the_rest_of_its_way() -> None:
    """The same node but for the propellant that 700 m/s more take: of its own it only avoids others."""
    earth, lunar = rebuilt("sat", THROTTLE), rebuilt("sail", THROTTLE)
    dry = {part: kg for part, kg in earth.mass_kg.items() if part != "propellant"}
    assert {part: kg for part, kg in lunar.mass_kg.items() if part != "propellant"} == pytest.approx(dry)
    exhaust = 1500 * 9.80665
    assert earth.mass_kg["propellant"] == pytest.approx(sum(dry.values()) * math.expm1(5 / exhaust))
    assert lunar.mass_kg["propellant"] == pytest.approx(sum(dry.values()) * math.expm1(705 / exhaust))


def test_deep_space_has_neither_night_nor_air() -> None:
    """Defaults far from the Earth are full sun, no eclipse, no drag, no disposal and no decay."""
    for orbit in ("cislunar", "heliocentric"):
        shell = Shell.model_validate({"orbit": orbit, "dose_rad_per_year": 50.0})
        assert environment.sunlit_share(shell) == 1.0
        assert environment.eclipse_minutes(shell) == 0.0
        assert environment.drag_m_per_s_per_year(shell) == 0.0
        assert environment.disposal_m_per_s(shell) == 0.0
        assert environment.decay_years(shell) == 10_000.0
        assert environment.dose_rad_per_year(shell, 10.0) == pytest.approx(50.0)


def test_deep_space_keeps_the_figures_it_is_given() -> None:
    """Figures of a shell replace the defaults of deep space."""
    given = {"sunlit_share": 0.98, "eclipse_minutes": 40.0, "drag_m_per_s_per_year": 3.0, "disposal_m_per_s": 90.0}
    shell = Shell.model_validate({"orbit": "cislunar", "dose_rad_per_year": 50.0, "decay_years": 70.0, **given})
    assert environment.sunlit_share(shell) == 0.98
    assert environment.eclipse_minutes(shell) == 40.0
    assert environment.drag_m_per_s_per_year(shell) == 3.0
    assert environment.disposal_m_per_s(shell) == 90.0
    assert environment.decay_years(shell) == 70.0


def test_a_battery_in_deep_space_is_empty() -> None:
    """Without eclipses a node with a battery carries none, and needs no array to fill it."""
    battery, throttle = rebuilt("sail", BATTERY), rebuilt("sail", THROTTLE)
    assert battery.mass_kg["battery"] == 0.0
    assert battery.mass_kg == pytest.approx(throttle.mass_kg)
    assert (battery.sunlit_share, throttle.sunlit_share) == (1.0, 1.0)


def test_a_rare_eclipse_far_away_takes_a_battery_but_no_larger_array() -> None:
    """Forty minutes of shadow are bridged from a battery filled long before."""
    raw = raw_sized_moon()
    raw["shells"]["swarm"]["eclipse_minutes"] = 40.0
    battery, throttle = rebuilt("sail", BATTERY, raw=raw), rebuilt("sail", THROTTLE, raw=raw)
    assert battery.mass_kg["battery"] == pytest.approx(1102 * 1000 * 40 / 60 / (0.5 * 0.8) / 200)
    assert battery.mass_kg["array"] == pytest.approx(throttle.mass_kg["array"])


def test_declared_nodes_of_the_moon() -> None:
    """A declared node keeps its figures but for its price and its share of operations."""
    d = moon()[1].design("sail", "swarm")
    assert (d.mass_kg, d.price_musd, d.decay_years) == ({"node": 10_000.0}, 0.0, 10_000.0)
    assert d.operations_share_per_year == 0.0
    assert d.upkeep_musd_per_year == pytest.approx(0.05)


def test_a_price_on_a_node_of_the_moon_is_false() -> None:
    """A plan that claims a price or another running cost for a node made on the Moon names a false figure."""
    inst, plan = moon()
    assert violated(inst, spoiled(plan, "sail", cost_musd={"node": 20.0})) == {"design.cost"}
    assert violated(inst, spoiled(plan, "sail", cost_musd={})) == set()
    assert violated(inst, spoiled(plan, "sail", upkeep_musd_per_year=0.0)) == {"design.ageing"}
    assert violated(inst, spoiled(plan, "sail", operations_share_per_year=0.1)) == {"design.ageing"}


def test_nodes_of_the_moon_only_where_drivers_reach() -> None:
    """A node made on the Moon is unknown in a shell without a way from the Moon."""
    raw = raw_moon()
    raw["shells"]["swarm"]["from_moon"] = None
    found = check(Instance.model_validate(raw), moon()[1])
    assert {violation.constraint for violation in found} == {"plan.unknown"}
    assert str(found[0]).endswith("shell out of reach of mass drivers")
