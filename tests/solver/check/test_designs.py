"""Designs are rebuilt from the instance: figures agree with numbers worked by hand, and every false one is found."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import pytest

from solver.check import check
from solver.design.sizing import design
from solver.instance.consistency import cross_check
from solver.instance.schema import Instance
from solver.plan import Choices, Design, Plan
from tests.solver.check.plans import RawResult, blank, rich, violated
from tests.solver.check.sized import BATTERY, raw_sized, sized


def spoiled(plan: Plan, name: str, /, **changes: Any) -> Plan:
    """The plan with one design changed, and its claims as they were."""
    return replace(plan, designs=tuple(replace(d, **changes) if d.name == name else d for d in plan.designs))


def test_sized_design_passes() -> None:
    """A plan with sized designs breaks no rule."""
    instance, plan = sized()
    assert cross_check(instance) == []
    assert check(instance, plan) == []


def test_battery_design_by_hand() -> None:
    """The battery design agrees with its formulas written out in numbers."""
    d = sized()[1].design("hot", "dawn")
    load_kw = 1000 * 1.1 + 4 * 0.5
    share = 30.0 / (2 * math.pi * math.sqrt(7_021_000.0**3 / 3.986004418e14) / 60)
    array_w_at_1_au = load_kw * 1000 * (1 + share / ((1 - share) * 0.8)) * 1.1 * 4
    radiator_m2 = load_kw * 1000 / (2 * 0.8 * 0.9 * 5.670374419e-8 * (330.0**4 - 200.0**4)) * 1.1
    battery_kwh = load_kw * 0.5 / (0.5 * 0.8)
    mass = {
        "array": array_w_at_1_au / 150,
        "radiator": radiator_m2 * 4,
        "battery": battery_kwh * 1000 / 200,
        "accelerators": 3000.0,
        "terminals": 40.0,
        # 200 rad a year behind 10 mm for five years is the limit of 1,000 rad exactly.
        "shielding": 27.0 * 0.05 * 1000,
    }
    others = sum(mass.values()) + 200 + load_kw
    mass["bus"] = 200 + load_kw + others / 9
    mass["propellant"] = sum(mass.values()) * math.expm1(((5 + 1) * 5 + 100) / (1500 * 9.80665))
    assert d.mass_kg == pytest.approx(mass, rel=1e-9)
    assert d.area_m2 == pytest.approx({"array": array_w_at_1_au / 300, "radiator": radiator_m2}, rel=1e-9)
    assert d.cost_musd == pytest.approx(
        {
            "array": array_w_at_1_au * 2e-6,
            "radiator": radiator_m2 * 1e-3,
            "battery": battery_kwh * 5e-4,
            "accelerators": 25.0,
            "terminals": 0.8,
            "shielding": mass["shielding"] * 3e-5,
            "bus": mass["bus"] * 2e-3,
        },
        rel=1e-9,
    )
    dense_kg = mass["bus"] + mass["battery"] + mass["shielding"] + mass["terminals"]
    stowed = array_w_at_1_au / 20_000 + radiator_m2 / 20 + 1000 / 60 + dense_kg / 150
    assert d.stowed_m3 == pytest.approx(stowed, rel=1e-9)
    assert (d.array_share, d.sunlit_share, d.life_years) == (1.1, 1.0, 5.0)
    assert d.eflops == pytest.approx(2.0)


def test_battery_of_rated_cycles_by_hand() -> None:
    """A tenth of five years in shadow are 8,766 eclipses of 30 minutes: four times the rated, to half the depth."""
    raw = raw_sized()
    raw["technology"]["batteries"]["x"] |= {"rated_cycles": 8766 / 4, "rated_depth_share": 0.5, "cycle_exponent": 2.0}
    instance, plan = sized(raw)
    load_kw = 1000 * 1.1 + 4 * 0.5
    assert plan.design("hot", "dawn").mass_kg["battery"] == pytest.approx(load_kw * 0.5 / (0.25 * 0.8) * 1000 / 200)
    model = design(instance, "sat", "dawn", BATTERY)
    assert model is not None
    assert model.mass_kg == pytest.approx(plan.design("hot", "dawn").mass_kg)


def test_redundancy_by_hand() -> None:
    """Five years are four times the rated life: with an exponent of a half twice the avionics and twice the prices."""
    raw = raw_sized()
    raw["technology"]["buses"]["x"] |= {"rated_life_years": 1.25, "life_exponent": 0.5}
    instance, plan = sized(raw)
    free, bought = sized()[1].design("hot", "dawn"), plan.design("hot", "dawn")
    assert bought.mass_kg["bus"] - free.mass_kg["bus"] == pytest.approx(200 / 0.9)
    assert bought.cost_musd["bus"] == pytest.approx(2 * bought.mass_kg["bus"] * 2e-3)
    assert bought.cost_musd["array"] == pytest.approx(2 * free.cost_musd["array"])
    assert bought.cost_musd["accelerators"] == free.cost_musd["accelerators"]
    model = design(instance, "sat", "dawn", BATTERY)
    assert model is not None
    assert model.cost_musd == pytest.approx(bought.cost_musd)
    assert model.mass_kg == pytest.approx(bought.mass_kg)


def test_throttling_design_carries_no_battery() -> None:
    """A throttling design has an array for its load alone, no battery, and the shell's share of sunlight."""
    d = sized()[1].design("cold", "dawn")
    assert d.mass_kg["battery"] == d.cost_musd["battery"] == 0.0
    assert d.area_m2["array"] == pytest.approx(1102 * 1000 / 300 * 4)
    assert d.sunlit_share == 0.9
    # Eight years at 200 rad want 25 ln(1.6) mm more than 10 mm.
    thickness_mm = 10 + 25 * math.log(1.6)
    assert d.mass_kg["shielding"] == pytest.approx(2.7 * thickness_mm * 50, rel=1e-9)


def test_environment_comes_from_the_geometry() -> None:
    """Without figures of its own a dawn-dusk shell at 650 km has the light, drag and dose of its place."""
    raw = raw_sized()
    raw["shells"]["dawn"] = {"orbit": "dawn_dusk", "altitude_km": 650.0}
    instance, plan = sized(raw)
    assert check(instance, plan) == []
    d = plan.design("cold", "dawn")
    assert 0.95 < d.sunlit_share < 1.0
    assert 20.0 < d.decay_years < 150.0
    # 150 rad a year behind 10 mm at this height: eight years want 25 ln(1.2) mm more.
    assert d.mass_kg["shielding"] == pytest.approx(2.7 * (10 + 25 * math.log(1.2)) * 50, rel=1e-6)


def test_a_low_dose_still_needs_the_thinnest_shield() -> None:
    """A shell nearly without dose needs 4 mm, the lower end of the dose table."""
    raw = raw_sized()
    raw["shells"]["dawn"]["dose_rad_per_year"] = 0.0
    assert sized(raw)[1].design("hot", "dawn").mass_kg["shielding"] == pytest.approx(2.7 * 4 * 50)


AGEING = (
    "array_share",
    "array_loss_share_per_year",
    "accelerator_failure_share_per_year",
    "sunlit_share",
    "infant_mortality_share",
    "hazard_share_per_year",
    "disposal_share",
    "dead_disposal_share",
    "decay_years",
    "operations_share_per_year",
    "upkeep_t_per_year",
    "upkeep_musd_per_year",
    "eflops_growth_share_per_year",
    "accelerator_price_change_share_per_year",
)
FIGURES = {
    "power_kw": "design.power",
    "eflops": "design.power",
    "life_years": "design.life",
    "stowed_m3": "design.stowed",
    **dict.fromkeys(AGEING, "design.ageing"),
}
BREAKDOWNS = {"mass_kg": "design.mass", "area_m2": "design.area", "cost_musd": "design.cost"}


def test_every_figure_of_a_design_has_a_constraint() -> None:
    """No field of a design goes unchecked: each is part of its name, a breakdown or a figure with its constraint."""
    names = {"name", "platform", "shell", "choices", "chip_years"}
    assert {field.name for field in fields(Design)} == names | set(FIGURES) | set(BREAKDOWNS)


@pytest.mark.parametrize(("figure", "constraint"), FIGURES.items())
def test_false_figure_violates_its_constraint(figure: str, constraint: str) -> None:
    """A figure off by a hundred thousandth, and one that is no number, violate the constraint of the figure."""
    instance, plan = sized()
    value = getattr(plan.design("hot", "dawn"), figure)
    for wrong in (value * (1 + 1e-5) if value else 1e-5, float("nan"), None):
        assert violated(instance, spoiled(plan, "hot", **{figure: wrong})) == {constraint}


@pytest.mark.parametrize(("breakdown", "constraint"), BREAKDOWNS.items())
def test_false_part_violates_its_constraint(breakdown: str, constraint: str) -> None:
    """A part that is off, missing or invented violates the constraint of its breakdown."""
    instance, plan = sized()
    parts: Mapping[str, float] = getattr(plan.design("hot", "dawn"), breakdown)
    for wrong in ({**parts, "array": parts["array"] * (1 + 1e-5)}, {**parts, "sails": 1.0}):
        assert violated(instance, spoiled(plan, "hot", **{breakdown: wrong})) == {constraint}
    missing = {part: value for part, value in parts.items() if part != "radiator"}
    assert violated(instance, spoiled(plan, "hot", **{breakdown: missing})) == {constraint}


def test_a_part_of_nothing_may_be_left_out() -> None:
    """A throttling design may leave its empty battery out of the breakdown."""
    instance, plan = sized()
    mass = {part: kg for part, kg in plan.design("cold", "dawn").mass_kg.items() if part != "battery"}
    assert check(instance, spoiled(plan, "cold", mass_kg=mass)) == []


def test_serviced_platform_trades_failures_for_upkeep() -> None:
    """Upkeep replaces the failures of accelerators, per kilowatt of the node."""
    design = rich()[1].design("block", "low")
    assert design.accelerator_failure_share_per_year == 0.0
    assert design.upkeep_t_per_year == pytest.approx(1.0)
    assert design.upkeep_musd_per_year == pytest.approx(5.0)


def test_declared_design_by_hand() -> None:
    """A declared design is the platform's own figures, with sunlight and decay of its shell."""
    instance, plan = rich()
    d = plan.design("plain", "high")
    assert (d.mass_kg, d.cost_musd, d.stowed_m3, d.life_years) == ({"node": 10_000.0}, {"node": 80.0}, 60.0, 4.0)
    assert (d.array_share, d.sunlit_share, d.decay_years) == (1.0, 0.7, 200.0)
    assert violated(instance, spoiled(plan, "block", mass_kg={"node": 19_000.0})) == {"design.mass"}


ADMITS_NOT = [
    ("hot", {"choices": Choices(420.0, 5.0, "battery", 0.1)}, "radiator above its maximum temperature"),
    ("hot", {"choices": Choices(330.0, 1000.0, "battery", 0.1)}, "dose too high for any shield"),
    (
        "hot",
        {"choices": Choices(335.0, 5.0, "battery", 0.1)},
        "radiator_temperature_k 335.0 is not among candidate_designs",
    ),
    ("hot", {"choices": Choices(330.0, 5.0, "nap", 0.1)}, "eclipse nap is not among candidate_designs"),
    ("hot", {"choices": None}, "platform sat is sized and needs choices"),
    ("hot", {"platform": "cat"}, "platform cat is not in use"),
    ("hot", {"name": "cold"}, "design named twice in one shell"),
]


@pytest.mark.parametrize(("name", "changes", "why"), ADMITS_NOT, ids=[why for *_, why in ADMITS_NOT])
def test_designs_that_the_instance_does_not_allow(name: str, changes: RawResult, why: str) -> None:
    """A design not among the candidates, or against the physics, is unknown to the instance, with the reason."""
    instance, plan = sized()
    found = check(instance, spoiled(plan, name, **changes))
    assert {violation.constraint for violation in found} == {"plan.unknown"}
    assert str(found[0]).endswith(why)


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        (("shells", "dawn", "eclipse_minutes"), 120.0, "eclipse longer than the orbit"),
        (("shells", "dawn", "sink_temperature_k"), 320.0, "radiator that rejects no heat"),
    ],
)
def test_designs_that_the_physics_rules_out(path: tuple[str, ...], value: float, why: str) -> None:
    """A design that the physics rules out is a violation with its reason."""
    raw = raw_sized()
    *parents, last = path
    section = raw
    for parent in parents:
        section = section[parent]
    section[last] = value
    _, plan = sized()
    found = check(Instance.model_validate(raw), plan)
    assert why in {violation.unit for violation in found}
    assert {violation.constraint for violation in found} == {"plan.unknown"}


def test_declared_platforms_have_no_choices_and_their_own_shells() -> None:
    """A declared platform with choices, under another name or in a shell it is not made for is unknown."""
    instance, plan = rich()
    assert violated(instance, spoiled(plan, "block", choices=BATTERY)) == {"plan.unknown"}
    assert violated(instance, replace(plan, designs=(*plan.designs, blank("brick", "block", "low")))) == {
        "plan.unknown"
    }
    assert violated(instance, replace(plan, designs=(*plan.designs, blank("block", "block", "high")))) == {
        "plan.unknown"
    }
    assert violated(instance, replace(plan, designs=(*plan.designs, blank("plain", "plain", "far")))) == {
        "plan.unknown"
    }
    assert violated(instance, replace(plan, designs=(*plan.designs, blank("unused", "unused", "low")))) == {
        "plan.unknown"
    }
