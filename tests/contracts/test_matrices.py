"""Compiled matrices of the shipped instances: they have the digests of commit 841f52e, and numbers to be trusted."""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from solver.milp.conditioning import check_ranges, ranges
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Matrix
from solver.milp.scaling import as_handed_over
from tests.pipeline import INSTANCES, shipped

FILE = Path(__file__).with_name("matrices.json")
DIGESTS: dict[str, dict[str, float | str]] = json.loads(FILE.read_text(encoding="utf-8"))
LARGE = 500


def digest(matrix: Matrix) -> dict[str, float | str]:
    """Counts, a hash of the names in order, and weighted sums of every array: any changed entry changes one of them."""
    return {
        "rows": matrix.rows,
        "columns": matrix.columns,
        "nonzeros": int(matrix.a.nnz),
        "integers": int(matrix.integer.sum()),
        "names": sha256("\n".join((*matrix.row_names, *matrix.column_names)).encode()).hexdigest()[:16],
        "places": _weighted(np.asarray(matrix.a.indices, dtype=np.float64)),
        "coefficients": _weighted(np.asarray(matrix.a.data)),
        "row_lower": _weighted(matrix.row_lower),
        "row_upper": _weighted(matrix.row_upper),
        "lower": _weighted(matrix.lower),
        "upper": _weighted(matrix.upper),
        "cost": _weighted(matrix.cost),
        "kinds": _weighted(matrix.integer.astype(np.float64)),
        "offset": matrix.cost_offset,
        "sign": matrix.sign,
    }


def _weighted(values: Floats) -> float:
    """Sum of the values, each with a weight of its place between 1 and 2; infinite ones count as plus or minus 1e3."""
    weights = 1.0 + np.modf(np.arange(1, len(values) + 1) * 0.6180339887498949)[0]
    return float(
        np.clip(values, -1e3, 1e3) @ weights + np.log1p(np.abs(np.nan_to_num(values, posinf=0, neginf=0))) @ weights
    )


NAMES = [
    pytest.param(name, marks=pytest.mark.slow if known["columns"] > LARGE else ())  # type: ignore[operator]
    for name, known in DIGESTS.items()
]


@pytest.fixture(scope="module", params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    """Name of a shipped instance: all tests of one follow each other, and it is compiled once."""
    return str(request.param)


def test_matrix_is_the_one_it_was(name: str) -> None:
    """Counts and names are equal, and sums of all arrays agree to rounding."""
    found, known = digest(shipped(name)[1]), DIGESTS[name]
    assert found.pop("names") == known["names"]
    assert found == pytest.approx({key: value for key, value in known.items() if key != "names"}, rel=1e-9, abs=1e-12)


@pytest.mark.slow
def test_numbers_handed_over_are_within_reach(name: str) -> None:
    """After scaling, coefficients lie at most 1e7 apart, sides at most at 1e6: no fault of range is found."""
    matrix = shipped(name)[1]
    seen = as_handed_over(matrix)
    assert check_ranges(seen) == []
    measured = ranges(seen)
    assert measured.matrix.ratio <= 1e7
    assert measured.rhs.largest <= 1e6
    assert range_faults(matrix) == []


def test_a_matrix_handed_over_with_wild_numbers_is_reported() -> None:
    """A matrix with numbers too far apart is reported, so the test above can fail."""
    matrix = shipped("tiny/fleet")[1]
    cost = matrix.cost.copy()
    spent = np.flatnonzero(cost)
    cost[spent[0]] *= 1e-9
    cost[spent[1]] *= 1e9
    assert any("cost" in text for text in range_faults(matrix.with_(cost=cost)))


def range_faults(matrix: Matrix) -> list[str]:
    """Warnings of HiGHS about the data of a model it is given; the run is interrupted at its first callback."""
    interrupted = Event()
    interrupted.set()
    return solve(matrix, Limits(), options={"presolve": "off"}, stop=interrupted).warnings


def test_every_small_instance_has_a_digest() -> None:
    """Tiny, claim and reference instances and the tiers S and M are all held."""
    files = [path for room in ("tiny", "claims", "reference") for path in (INSTANCES / room).glob("*.yaml")]
    files += [path for path in (INSTANCES / "tiers").glob("*.yaml") if path.name[0] in "sm"]
    assert {str(path.relative_to(INSTANCES).with_suffix("")) for path in files} == set(DIGESTS)


if __name__ == "__main__":
    names = sys.argv[1:] or list(DIGESTS)
    FILE.write_text(
        json.dumps({**DIGESTS, **{n: digest(shipped(n)[1]) for n in names}}, indent=1) + "\n", encoding="utf-8"
    )
