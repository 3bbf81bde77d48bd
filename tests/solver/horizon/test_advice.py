"""Warnings about money that is not discounted, and the tail that an earliest date cannot have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from solver.cli.app import app
from solver.horizon.advice import instance_warnings
from solver.instance.consistency import cross_check
from solver.instance.schema import Instance
from solver.milp.limits import Limits
from solver.run.solve import Callbacks, Options, solve_loaded
from tests.solver.small import loaded, raw, small

TINY = Path(__file__).parents[3] / "instances" / "tiny"
KEY = ("horizon", "discount_share_per_year")


@pytest.mark.parametrize(("rate", "warned"), [(None, True), (0.0, False), (0.05, False)])
def test_a_discount_rate_left_out_is_warned_of_and_zero_is_not(rate: float | None, warned: bool) -> None:
    """Zero may be meant, so only its absence is a warning: of `validate` and `show`, and of a solve."""
    changes: dict[str, Any] = {} if rate is None else {"horizon.discount_share_per_year": rate}
    assert (KEY in [path for path, _ in instance_warnings(small(changes))]) == warned
    outcome = solve_loaded(loaded(changes), Options(limits=Limits(gap=0.1)), Callbacks())
    assert any("not discounted" in text for text in outcome.result.stats.warnings) == warned


def test_validate_prints_the_warning() -> None:
    """The line names the file and the key."""
    file = str(TINY / "one_flight.yaml")
    result = CliRunner().invoke(app, ["validate", file, "--set", "horizon.start=2030-01"])
    assert result.exit_code == 0
    assert ("horizon.discount_share_per_year: left out" in result.output) == (
        "discount" not in Path(file).read_text(encoding="utf-8")
    )


def test_an_earliest_date_has_no_tail() -> None:
    """The key is named, and what is expected."""
    data = raw({"objective": {"kind": "earliest_date"}, "horizon.tail_years": 2})
    issues = cross_check(Instance.model_validate(data))
    assert [(path, text) for path, text in issues] == [
        (("horizon", "tail_years"), "found 2, expected 0 where the objective is earliest_date")
    ]
