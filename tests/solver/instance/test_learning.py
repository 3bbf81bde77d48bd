"""What the section on learning may not say."""

from __future__ import annotations

from typing import Any

import pytest

from solver.instance.consistency import cross_check
from solver.instance.schema import Instance
from tests.solver.small import raw

NODES: dict[str, Any] = {"parts": ["node"], "rate_share": 0.2, "initial_experience_musd": 100.0}
VAN: dict[str, Any] = {"vehicles": ["van"], "rate_share": 0.2, "initial_experience_musd": 100.0}
PRICE = "platforms.cube.declared"


def faults(components: dict[str, Any], changes: dict[str, Any] | None = None) -> list[tuple[str, str]]:
    """Path and text of every fault of the small instance with these components."""
    instance = Instance.model_validate(raw({"learning.components": components, **(changes or {})}))
    return [(".".join(str(step) for step in path), text) for path, text in cross_check(instance)]


def test_parts_and_vehicles_may_learn() -> None:
    """Components on parts and on flights side by side are no fault."""
    assert faults({"hardware": NODES, "flights": VAN}) == []


@pytest.mark.parametrize(
    ("component", "found"),
    [({**NODES, "vehicles": ["van"]}, "found parts and vehicles"), ({**NODES, "parts": []}, "found neither")],
)
def test_a_component_names_one_kind_of_thing(component: dict[str, Any], found: str) -> None:
    """Both, or nothing at all, is refused where it stands."""
    ((path, text),) = faults({"odd": component})
    assert path == "learning.components.odd"
    assert found in text


def test_nothing_learns_twice() -> None:
    """A part in two components is named at its second place."""
    ((path, text),) = faults({"one": NODES, "two": NODES})
    assert path == "learning.components.two.parts.0"
    assert 'found "node", which one has already' in text


def test_what_learns_is_in_use() -> None:
    """Vehicles not in use and parts that no platform in use has are refused."""
    ((path, text),) = faults({"odd": {**VAN, "vehicles": ["lorry"]}})
    assert (path, "expected a vehicle in use: van" in text) == ("learning.components.odd.vehicles.0", True)
    ((path, text),) = faults({"odd": {**NODES, "parts": ["array"]}})
    assert (path, "expected a sized platform" in text) == ("learning.components.odd.parts.0", True)


def test_prices_of_a_component_change_together() -> None:
    """Two declared platforms whose prices part from each other cannot share one curve."""
    other = {"it_power_kw": 1.0, "declared": {"mass_t": 1.0, "cost_musd": 1.0, "life_years": 1.0}}
    other["declared"]["price_change_share_per_year"] = -0.1  # type: ignore[index]
    ((path, text),) = faults({"odd": NODES}, {"platforms.brick": other, "use.platforms": ["cube", "brick"]})
    assert path == "learning.components.odd"
    assert "node of brick -0.1, node of cube 0" in text


def test_prices_do_not_outrun_the_discount_rate() -> None:
    """Where a later unit would weigh more than an earlier one, chords would be no bound: refused with both numbers."""
    price = {**raw()["platforms"]["cube"]["declared"], "price_change_share_per_year": 0.06}
    rising = {PRICE: price, "horizon.discount_share_per_year": 0.05}
    ((path, text),) = faults({"odd": NODES}, rising)
    assert path == "learning.components.odd"
    assert "rises by 0.06 a year; expected at most the discount rate, 0.05" in text
    assert faults({"odd": NODES}, {**rising, "horizon.discount_share_per_year": 0.06}) == []
