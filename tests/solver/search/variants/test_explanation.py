"""The explanation of an infeasible instance names the constraint, the place, the key of the file and by how much."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from solver.instance.consistency import cross_check
from solver.instance.read import Loaded, read
from solver.instance.schema import Instance
from solver.milp.limits import Limits
from solver.milp.solution import Status
from solver.run.solve import Callbacks, Options, Outcome, solve_loaded
from tests.solver.small import DATA, with_changes

TINY = Path(__file__).parents[4] / "instances" / "tiny"
CASES = sorted((Path(__file__).parents[3] / "data" / "infeasible").glob("*.yaml"))


OF_THE_PLAN = ("lunar.reserve",)
"""Constraints of the whole plan, without a period."""


def solved(case: dict[str, Any]) -> Outcome:
    """The outcome of a case: a small instance with one mistake of a planner in it."""
    data = DATA if case["base"] == "small" else read(TINY / f"{case['base']}.yaml").resolved
    data = with_changes(data, case["changes"])
    instance = Instance.model_validate(data)
    assert cross_check(instance) == []
    return solve_loaded(Loaded(instance, {}, (), data, ""), Options(Limits(gap=0.0, seconds=60)), Callbacks())


@pytest.mark.slow
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_mistake_is_named_by_its_key(path: Path) -> None:
    """Each file is one mistake: its constraint and key are in the conflict, with the limit and the one needed."""
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    outcome, expected = solved(case), case["expected"]
    assert outcome.status is Status.INFEASIBLE
    named = {(reason.constraint, reason.key): reason for reason in outcome.reasons}
    reason = named[expected["constraint"], expected["key"]]
    given = {limit: value for limit, value in expected.items() if limit in ("allows", "needs")}
    assert {limit: getattr(reason, limit) for limit in given} == {
        limit: value if isinstance(value, str) else pytest.approx(value, rel=2e-3) for limit, value in given.items()
    }
    assert reason.unit
    assert bool(reason.periods) != (reason.constraint in OF_THE_PLAN)
    assert all(other.constraint != "target.demand" for other in outcome.reasons)
