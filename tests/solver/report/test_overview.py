"""Tests of ``solver.report.overview``."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from rich.console import Console

from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.report.overview import headline, overview
from tests.solver import lunar_samples, samples


def _shown(data: dict[str, Any]) -> str:
    console = Console(file=io.StringIO(), width=200, force_terminal=False)
    console.print(overview(Loaded(Instance.model_validate(data), data, (Path("moon.yaml"),), data, "")))
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text


def test_the_moon_has_its_own_tables() -> None:
    """Seed, landers, drivers, plant and materials are shown where the Moon may be used."""
    data = lunar_samples.busy()
    data["moon"]["title"] = "[red] Moon"
    text = _shown(data)
    for words in (
        "[red] Moon",
        "100 to 100 t for 10,000 USD/kg",
        "one_way (100 t), shuttle (50 t)",
        "up to 3 of 2.00 kt a year",
        "makes metal",
        "storage",
        "50 % from 2030-01",
        "not made",
    ):
        assert words in text


def test_a_tail_is_named_beside_the_horizon() -> None:
    """Years that are planned and not reported are no part of the years asked for."""
    data = lunar_samples.busy()
    assert "with a tail" not in _shown(data)
    data["horizon"]["tail_years"] = 3
    assert "with a tail of 3 years, discounted at" in _shown(data)


def test_deep_space_has_no_altitude() -> None:
    """A place round the Sun is given by its distance; platforms made on the Moon have no line on the Earth."""
    rows = {line.split()[0]: line for line in _shown(lunar_samples.busy()).splitlines() if line.strip()}
    assert "round the Sun at 1 au, reached from the Moon  -" in rows["swarm"]
    assert "dawn-dusk" in rows["near"]
    assert rows["lunar_node"].rstrip().endswith("made on the Moon")
    assert "near the Moon" in _shown({**lunar_samples.replication(), "shells": _cislunar()})


def _cislunar() -> dict[str, Any]:
    return {"swarm": {"orbit": "cislunar", "dose_rad_per_year": 0.0, "from_moon": {}}}


def test_headline_names_the_moon_only_where_it_is_in_use() -> None:
    """The size of a scenario tells whether the Moon may be used."""
    assert headline(Instance.model_validate(lunar_samples.replication())).endswith("1 vehicle, the Moon")
    assert "Moon" not in headline(samples.instance())
    assert "Lunar plant" not in _shown(samples.DATA)
