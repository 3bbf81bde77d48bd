"""Shells between those of the catalogue: on the straight line, valid, and none of the catalogue's own is changed."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from solver.tiers.shells import fill

CATALOGUE = Path(__file__).parents[3] / "instances/catalogue/2026.yaml"


def test_payload_lies_on_the_straight_line() -> None:
    """At 620 km, two fifths of the way from 600 to 650, Starship V3 lifts 57.7 - 0.4 x 1.8 t; its sink is 221.6 K."""
    added = fill(CATALOGUE, ("starship_v3",), 20)
    output = yaml.safe_load("\n".join(added.sections))
    assert output["vehicles"]["starship_v3"]["payload_t"]["dawn_dusk_620"] == pytest.approx(57.0, abs=0.051)
    shell = output["shells"]["dawn_dusk_620"]
    assert (shell["altitude_km"], shell["regime"], shell["slots"]) == (620, "leo", 4500)
    assert shell["sink_temperature_k"] == pytest.approx(221.6)
    assert output["shells"]["leo_30_570"]["inclination_deg"] == 30


def test_shells_of_the_catalogue_stay() -> None:
    """What the catalogue describes is used under its own name and not described again."""
    added = fill(CATALOGUE, ("starship_v3",), 60)
    output = yaml.safe_load("\n".join(added.sections))
    assert {"dawn_dusk_600", "dawn_dusk_650", "dawn_dusk_1400", "leo_30_1000"} <= set(added.used)
    assert not {"dawn_dusk_600", "dawn_dusk_650", "dawn_dusk_1400", "leo_30_1000"} & set(output["shells"])
    assert set(output["shells"]) == {
        name for name in added.used if name in output["vehicles"]["starship_v3"]["payload_t"]
    }
    assert len(added.used) == (14 + 4) + (8 + 1)
