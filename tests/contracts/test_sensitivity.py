"""The table of sensitivities moves one quantity at a time and says what each rests on."""

from __future__ import annotations

from pathlib import Path

import pytest

from results.tools.sensitivity import effects, in_use, levelised_bound, table
from solver.instance.read import read
from tests.pipeline import INSTANCES

RANGED = "{low: 2.5, central: 5, high: 10, source: assumption, note: for the test}"


def test_each_quantity_moves_the_levelised_cost_alone(tmp_path: Path) -> None:
    """A node for half and for twice its price moves the cost by as much, and the table names the assumption."""
    path = tmp_path / "ranged.yaml"
    node = f"platforms: {{cube: {{declared: {{cost_musd: {RANGED}}}}}}}"
    path.write_text(f"format: 2\nname: ranged\nextends: {INSTANCES / 'tiny' / 'one_flight.yaml'}\n{node}\n", "utf-8")
    central = levelised_bound(path, [])
    (effect,) = effects(path, [], lambda _text: None)
    assert effect.path == "platforms.cube.declared.cost_musd"
    assert central - effect.at_low == pytest.approx((effect.at_high - central) / 2)
    assert effect.at_high > central > effect.at_low
    assert table([effect], central).endswith("1 of these 1 rest on an assumption or on general knowledge.\n")


def test_what_is_not_used_is_left_out() -> None:
    """Quantities of vehicles, shells and parts that a scenario does not use are no levers of it."""
    instance = read(INSTANCES / "reference" / "gigawatt.yaml").instance
    assert in_use(("vehicles", "starship_v4", "flight_musd"), instance)
    assert in_use(("technology", "arrays", "flexible_wing", "cost_usd_per_w"), instance)
    assert not in_use(("vehicles", "falcon_9", "flight_musd"), instance)
    assert not in_use(("vehicles", "starship_v4", "payload_t", "leo_30_1000"), instance)
    assert not in_use(("technology", "arrays", "thin_film", "cost_usd_per_w"), instance)
    assert not in_use(("moon", "doubling_years"), instance)
