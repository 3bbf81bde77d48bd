"""Candidate designs: the Pareto set of each shell, thinned evenly; and its report."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from solver.design import pareto, sizing
from solver.design.candidates import candidate_designs
from solver.instance.schema import Instance
from solver.plan import Choices, Design
from solver.report.designs import design_json, design_table
from tests.solver.sized import DECLARED, PARTS, build, made


def crossed(instance: Instance) -> list[Design]:
    """Every possible design of the base platform, before any is dropped."""
    points = instance.candidate_designs
    found = [
        sizing.design(instance, "node", "low", Choices(kelvin, years, eclipse, margin))
        for kelvin in points.radiator_temperature_k
        for years in points.life_years
        for eclipse in points.eclipse
        for margin in points.array_margin_share
    ]
    return [design for design in found if design is not None]


def dominates(a: Design, b: Design) -> bool:
    """Whether a is nowhere worse than b and somewhere better."""
    return pareto.scores(a) != pareto.scores(b) and all(
        x <= y for x, y in zip(pareto.scores(a), pareto.scores(b), strict=True)
    )


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(
    array_loss=st.floats(0, 0.2),
    failure=st.floats(0, 0.2),
    eclipse_minutes=st.sampled_from([0.0, 10.0, 35.0]),
    sunlit_share=st.floats(0.5, 1.0),
    ageing=st.floats(0, 0.1),
    temperatures=st.lists(st.floats(200, 420), min_size=1, max_size=4, unique=True),
    lives=st.lists(st.floats(1, 15), min_size=1, max_size=3, unique=True),
    margins=st.lists(st.floats(0, 0.5), min_size=1, max_size=3, unique=True),
)
def test_pareto_set_is_exact(
    array_loss: float,
    failure: float,
    eclipse_minutes: float,
    sunlit_share: float,
    ageing: float,
    temperatures: list[float],
    lives: list[float],
    margins: list[float],
) -> None:
    """No design kept is dominated by any candidate, and each one dropped is beaten or equalled by one kept."""
    instance = build(
        {
            "technology.arrays.wing.loss_share_per_year": array_loss,
            "technology.accelerators.chip.failure_share_per_year": failure,
            "technology.radiators.panel.ageing_area_share_per_year": ageing,
            "shells.low.eclipse_minutes": eclipse_minutes,
            "shells.low.sunlit_share": sunlit_share,
            "candidate_designs": {
                "radiator_temperature_k": temperatures,
                "life_years": lives,
                "array_margin_share": margins,
                "max_designs": 60,
            },
        }
    )
    candidates = crossed(instance)
    kept = candidate_designs(instance)
    names = {node.name for node in kept}
    assert names == {node.name for node in pareto.pareto(candidates)}
    assert not any(dominates(other, node) for node in kept for other in candidates)
    covered = {
        node.name
        for node in candidates
        for other in kept
        if dominates(other, node) or pareto.scores(other) == pareto.scores(node)
    }
    assert covered == {node.name for node in candidates}


def test_equal_designs_are_kept_once() -> None:
    """Without eclipses battery and throttle are the same node, and only the first by name stays."""
    instance = build({"shells.low.eclipse_minutes": 0.0, "shells.low.sunlit_share": 1.0})
    assert {node.choices.eclipse for node in candidate_designs(instance) if node.choices} == {"battery"}


WIDE_MENU: dict[str, Any] = {
    "radiator_temperature_k": [330.0],
    "life_years": [3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0],
    "eclipse": ["battery", "throttle"],
    "array_margin_share": [0.0, 0.05, 0.1, 0.15],
}


def wide(keep: int) -> Instance:
    """An instance with many Pareto-optimal designs: no chip fails, so margin buys energy."""
    return build(
        {
            "candidate_designs": {**WIDE_MENU, "max_designs": keep},
            "technology.accelerators.chip.failure_share_per_year": 0.0,
        }
    )


@pytest.mark.parametrize("keep", [1, 2, 3, 8])
def test_thinning_keeps_the_cheapest_and_the_lightest(keep: int) -> None:
    """Exactly ``keep`` designs stay, first the cheapest per lifetime energy at 500 USD/kg, next the lightest."""
    candidates = pareto.pareto(crossed(wide(keep)))
    assert len(candidates) > 8

    def usd_per_w_year(node: Design) -> float:
        return (node.price_musd + 0.5 * node.mass_t) / pareto.full_power_years(node)

    kept = candidate_designs(wide(keep))
    assert len(kept) == keep
    first = [min(candidates, key=usd_per_w_year), min(candidates, key=lambda node: node.mass_t)]
    assert [node for node in first[:keep] if node not in kept] == []


def test_thinning_spreads() -> None:
    """Thinning takes from the empty regions: eight of many candidates still span the lives and both eclipses."""
    choices = [node.choices for node in candidate_designs(wide(8)) if node.choices]
    assert {choice.eclipse for choice in choices} == {"battery", "throttle"}
    assert {min(choice.life_years for choice in choices), max(choice.life_years for choice in choices)} == {3.0, 10.0}


def test_menu_is_deterministic_and_sorted() -> None:
    """The candidates do not depend on the order of the choices, have distinct names, and are sorted by name."""
    backwards = build(
        {
            "candidate_designs": {**{key: values[::-1] for key, values in WIDE_MENU.items()}, "max_designs": 8},
            "technology.accelerators.chip.failure_share_per_year": 0.0,
        }
    )
    designs = candidate_designs(wide(8))
    assert designs == candidate_designs(backwards) == candidate_designs(wide(8))
    names = [node.name for node in designs]
    assert names == sorted(set(names))


def test_menu_holds_every_platform_in_every_shell() -> None:
    """Each platform in use appears in each shell in use, and one not in use nowhere."""
    instance = build(
        {
            "platforms.box": DECLARED,
            "platforms.idle": DECLARED,
            "shells.high": {"orbit": "inclined", "altitude_km": 1000.0, "inclination_deg": 53.0},
            "use.platforms": ["node", "box"],
            "use.shells": ["low", "high"],
        }
    )
    found = {(node.platform, node.shell) for node in candidate_designs(instance)}
    assert found == {(platform, shell) for platform in ("node", "box") for shell in ("low", "high")}


def test_report_as_data() -> None:
    """The JSON report carries every design with its breakdown, and its totals are the sums of the parts."""
    node = made()
    (record,) = json.loads(json.dumps(design_json([node])))["designs"]
    assert record["mass_t"] == pytest.approx(sum(record["mass_kg"].values()) / 1000)
    assert record["price_musd"] == pytest.approx(sum(record["cost_musd"].values()))
    assert record["usd_per_w"] == pytest.approx(sum(node.cost_musd.values()) * 1e6 / 1_000_000.0)
    assert record["kg_per_kw"] == pytest.approx(record["mass_t"])
    assert (record["shell"], record["platform"], record["life_years"]) == ("low", "node", 5.0)


def test_report_as_tables() -> None:
    """The printed report shows each design once per table, with its parts as columns."""
    instance = build({"platforms.box": DECLARED, "use.platforms": ["node", "box"]})
    designs = candidate_designs(instance)
    console = Console(width=250)
    with console.capture() as capture:
        console.print(design_table(designs))
    text = capture.get()
    for node in designs:
        assert text.count(f" {node.name} ") == (4 if node.choices is None else 3)
    for word in ("kg/kW", "USD/W", "Mass, kg", "Price, MUSD", *PARTS, "propellant"):
        assert word in text
