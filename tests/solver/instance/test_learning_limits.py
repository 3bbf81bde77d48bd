"""Learning needs a limit on flights, whose absence is reported by key."""

from __future__ import annotations

import pytest

from solver.instance.consistency import cross_check
from solver.instance.schema import Instance
from tests.solver.small import raw

CURVE = {"hardware": {"parts": ["node"], "rate_share": 0.3, "initial_experience_musd": 100.0}}
FREE = {"learning.components": CURVE, "vehicles.van.pad_days": 0.0}


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        (FREE, [("vehicles", "van", "pad_days")]),
        ({**FREE, "learning.components": {}}, []),
        ({**FREE, "vehicles.van.pad_days": 0.01}, []),
        ({**FREE, "vehicles.van.flights_per_year": {"start_per_year": 1e6}}, []),
        ({**FREE, "sites.cape.licence_flights_per_year": 10.0}, []),
    ],
)
def test_flights_have_a_limit_where_prices_learn(changes: dict[str, object], paths: list[tuple[str, ...]]) -> None:
    """Pads without days and nothing else give no largest experience; any limit does."""
    assert [path for path, _ in cross_check(Instance.model_validate(raw(changes)))] == paths
