"""Tables of shares hold for every build period and period what the law of ageing says of that age."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from formulations.vintages import Floats
from solver.derive.ages import Ages
from solver.design import vintages
from solver.horizon.periods import PlanningHorizon
from solver.instance.schema import Horizon, PeriodGroup
from solver.plan import Design
from tests.solver.design.test_vintages import design

CLOCK = PlanningHorizon.of(
    Horizon(
        start="2030-01",
        periods=[
            PeriodGroup(count=5, length="month"),
            PeriodGroup(count=3, length="quarter"),
            PeriodGroup(count=4, length="year"),
        ],
    )
)
LAWS: dict[str, tuple[Callable[[Ages, Design], Floats], Callable[[Design, float], float]]] = {
    "alive": (Ages.alive, vintages.alive),
    "occupied": (Ages.occupied, vintages.occupied),
    "derelict": (Ages.derelict, vintages.derelict),
    "power": (
        lambda ages, d: ages.power_share(d, 0.3),
        lambda d, age: vintages.alive(d, age) * vintages.it_share(d, age, 0.3),
    ),
}


@pytest.mark.parametrize("law", sorted(LAWS))
def test_a_table_is_the_law_at_every_age(law: str) -> None:
    """Months, quarters and years in one clock: each entry is the share at its age, and none lies before the build."""
    table, share = LAWS[law]
    d = design()
    found = table(Ages(CLOCK), d)
    for q in CLOCK.periods:
        for t in CLOCK.periods:
            expected = share(d, CLOCK.age(q, t)) if t >= q else 0.0
            assert found[q, t] == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_designs_that_age_alike_share_a_table() -> None:
    """One array serves both, and it cannot be written to."""
    ages = Ages(CLOCK)
    assert ages.alive(design()) is ages.alive(design())
    assert not ages.alive(design()).flags.writeable
