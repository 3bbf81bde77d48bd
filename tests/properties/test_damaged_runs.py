"""Some damaged runs in the suite; many thousands by ``python -m tests.properties.damaged_runs``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.properties.damaged_runs import fuzz, samples

pytestmark = pytest.mark.slow

COUNT, SEED = 60, 7


def test_damaged_runs_are_reported(tmp_path: Path) -> None:
    """No reader ends with an internal error or hangs, whatever is damaged or forged."""
    counts: Counter[str] = Counter()
    faults = list(fuzz(samples(tmp_path, ("one_flight",)), tmp_path, range(COUNT), SEED, counts))
    assert faults == []
    # Every reader was reached, and both found damage and let sound files pass.
    for reader, code in (("check", 1), ("check", 2), ("compare", 2), ("resume", 2), ("tune", 0), ("tune", 2)):
        assert counts[f"{reader} {code}"] > 0
