"""Parts of the catalogue that only some scenarios extend: valid in every case, with the effect that they are for."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver.design import slots
from solver.design.sizing import design
from solver.instance.read import read
from solver.instance.schema import Instance
from solver.plan import Choices

pytestmark = pytest.mark.slow

INSTANCES = Path(__file__).parents[3] / "instances"
CASES = ("low", "central", "high", "pessimistic", "optimistic")


def extended(folder: Path, scenario: str, fragment: str, case: str = "central") -> Instance:
    """A scenario with a part of the catalogue beside it."""
    path = folder / f"{case}.yaml"
    files = f"[{INSTANCES / 'reference' / scenario}, {INSTANCES / 'catalogue' / fragment}]"
    path.write_text(f"format: 2\nname: Extended\nextends: {files}\ncase: {case}\n", encoding="utf-8")
    return read(path).instance


@pytest.mark.parametrize("fragment", ["long_life.yaml", "lunar_light.yaml", "orbit_limits.yaml", "refuelled.yaml"])
@pytest.mark.parametrize("case", CASES)
def test_fragments_are_valid_in_every_case(fragment: str, case: str, tmp_path: Path) -> None:
    """A terawatt with each of them reads without a fault."""
    assert extended(tmp_path, "terawatt.yaml", fragment, case).case == case


def test_a_long_life_costs_what_it_takes(tmp_path: Path) -> None:
    """From 5 to 12 years a node costs 2.8 % more by the catalogue, and 12 % with redundancy for them."""
    for instance, more in (
        (read(INSTANCES / "reference" / "gigawatt.yaml").instance, 1.0277),
        (extended(tmp_path, "gigawatt.yaml", "long_life.yaml"), 1.117),
    ):
        nodes = [design(instance, "node_1mw", "dawn_dusk_650", Choices(330.0, y, "battery", 0.0)) for y in (5.0, 12.0)]
        short, long = (node.price_musd if node is not None else 0.0 for node in nodes)
        assert long / short == pytest.approx(more, abs=0.002)


def test_slots_by_area_hold_few_large_nodes(tmp_path: Path) -> None:
    """A node of 120 kW takes at least 6.7 slots of 105 m2, one of a megawatt 55: low orbits hold 4.3 GW at most."""
    instance = extended(tmp_path, "terawatt.yaml", "orbit_limits.yaml")
    low, leo = instance.shells["dawn_dusk_650"], instance.regimes["leo"]
    assert low.regimes == ("leo", "spacex_filing")
    assert (leo.kind, instance.regimes["spacex_filing"].kind) == ("orbit_class", "filing")
    per_kw = []
    for platform, expected in (("node_120kw", 6.7), ("node_1mw", 55.3)):
        node = design(instance, platform, "dawn_dusk_650", Choices(350.0, 5.0, "throttle", 0.0))
        assert node is not None
        assert slots.of_shell(node, low) == slots.of_regime(node, leo) == pytest.approx(expected, rel=0.01)
        per_kw.append(node.power_kw / slots.of_regime(node, leo))
    assert leo.slots * max(per_kw) * 1e-6 == pytest.approx(4.3, rel=0.05)
