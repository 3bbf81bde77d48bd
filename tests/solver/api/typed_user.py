"""File of a user of the Python interface: ``make lint`` checks its types in the strict mode of mypy.

The last two lines are wrong on purpose, and mypy refuses a mark that it does not need: types that got lost are found.
"""

from __future__ import annotations

from typing import assert_type

import pandas as pd

import kardashev as kd


def answers() -> tuple[str, float | None]:
    """Use the interface as a script does."""
    scenario: kd.Scenario = kd.read("reference:gigawatt").set("vehicles.starship_v4.flight_musd", 40)
    result: kd.Result = kd.solve(scenario, gap=0.01, seconds=60, progress=True)
    money = assert_type(result.tables["money"], pd.DataFrame)["present_musd"].sum()
    comparison: kd.Comparison = kd.compare([result, "runs/first"])
    swept: kd.SweepResult = kd.sweep(scenario, {"vehicles.starship_v4.flight_musd": [20, 40]}, gap=0.01)
    least: float | None = result.bound
    return f"{result.summary()} {comparison.verdicts} {swept.levers} {money}", least


def mistakes() -> None:
    """Give a number for a file, and take a name for a number."""
    kd.read(3)  # type: ignore[arg-type]
    _count: int = kd.read("reference:gigawatt").name  # type: ignore[assignment]
