"""Ground for panels: its rows against panels that fill the best ground first, and what breaks its rules."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from solver.check import check
from solver.derive.lunar import HOURS_PER_YEAR
from solver.instance.consistency import cross_check
from tests.pipeline import tiny_plan
from tests.solver.check.test_network import changed
from tests.solver.small import derived


@pytest.mark.parametrize("seed", range(5))
def test_rows_are_the_energy_of_panels_on_the_best_free_ground(seed: int) -> None:
    """For any power of panels the least of all rows of light is the energy summed ground by ground."""
    draw = random.Random(seed)
    shares = [1.0, *sorted((draw.uniform(0.1, 1.0) for _ in range(3)), reverse=True)]
    grounds = [{"area_km2": draw.uniform(1e-4, 1e-3), "light_share": share} for share in shares]
    found = derived(changed(tiny_plan("moon_light")[0], {"moon.lit_area": grounds})).coefficients.lunar
    u = max(found.max_capital)
    for kw in (10.0, 100.0, 300.0, 700.0, 2000.0):
        full = kw / 5.0 * 1e-3 * found.power["panels", u]
        rows = [full, *(share * full + more for (_, step), (share, more) in found.light.items() if step == u)]
        left, lit = kw, 0.0
        for ground in grounds:
            stands = min(left, ground["area_km2"] * 1e6 / 5.0)
            lit, left = lit + stands * ground["light_share"], left - stands
        assert min(rows) == pytest.approx(lit * 0.8 * HOURS_PER_YEAR * 1e-6 / HOURS_PER_YEAR)


def test_panels_without_ground_and_metal_without_ore_are_found() -> None:
    """The plan needs the second ground, and all of its reserve."""
    instance, plan = tiny_plan("moon_light")
    assert list(check(instance, plan)) == []
    one = changed(instance, {"moon.lit_area": [{"area_km2": 0.001}]})
    assert {v.constraint for v in check(one, plan)} == {"lunar.light"}
    poorer = changed(instance, {"moon.commodities.metal.reserve_kt": 0.26})
    assert {v.constraint for v in check(poorer, plan)} == {"lunar.reserve"}
    less = {key: 0.9 * made for key, made in plan.decisions.made_t.items()}
    cut = replace(plan, decisions=replace(plan.decisions, made_t=less))
    assert not {"lunar.light", "lunar.reserve"} & {v.constraint for v in check(instance, cut)}


FAULTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "worse ground first": ({"moon.lit_area": [{"area_km2": 1, "light_share": 0.5}]}, "moon.lit_area.0", "expected 1"),
    "better ground later": (
        {"moon.lit_area": [{"area_km2": 1}, {"area_km2": 1, "light_share": 0.5}, {"area_km2": 1}]},
        "moon.lit_area.2",
        "expected at most 0.5",
    ),
    "no area of panels": ({"moon.activities.panels.area_m2_per_kw": None}, "moon.activities.panels", "missing"),
    "area of a mine": ({"moon.activities.works.area_m2_per_kw": 3.0}, "moon.activities.works", "expected none"),
}


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_faults_of_the_ground(fault: str) -> None:
    """Each is named at its key, alone."""
    changes, path, text = FAULTS[fault]
    ((at, found),) = cross_check(changed(tiny_plan("moon_light")[0], changes))
    assert ".".join(map(str, at)).startswith(path)
    assert text in found
