"""The checker's own survival and derelicts agree with physics, which integration and published figures pin."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from solver.check.survival import alive, derelict
from solver.physics import ageing
from solver.plan import Design
from tests.solver.check.plans import rich

ANY = rich()[1].designs[0]
SHARES = st.floats(0.0, 0.9)


def design(**figures: float) -> Design:
    """A design with other figures of ageing."""
    return dataclasses.replace(ANY, **figures)


@pytest.mark.slow
@given(st.floats(0.0, 30.0), SHARES, SHARES, st.floats(0.1, 20.0), st.floats(0.01, 1e4), SHARES, SHARES)
@example(age=5.0, hazard=0.1, infant=0.0, life=10.0, decay=10.0, dead=0.0, retired=0.0)
def test_survival_and_derelicts(
    age: float, hazard: float, infant: float, life: float, decay: float, dead: float, retired: float
) -> None:
    """At any age, also where decay and hazard agree, both writings give the same shares."""
    d = design(
        hazard_share_per_year=hazard,
        infant_mortality_share=infant,
        life_years=life,
        decay_years=decay,
        dead_disposal_share=dead,
        disposal_share=retired,
    )
    assert alive(d, age) == pytest.approx(ageing.alive_share(age, hazard, infant, life))
    expected = ageing.derelict_share(
        age,
        hazard_per_yr=hazard,
        life_yr=life,
        decay_yr=decay,
        infant_mortality_share=infant,
        undisposed_failure_share=1.0 - dead,
        undisposed_retirement_share=1.0 - retired,
    )
    assert derelict(d, age) == pytest.approx(expected, rel=1e-6, abs=1e-12)
