"""The mathematics stands still: compiled matrices of the shipped instances have the digests of commit 841f52e."""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from solver.milp.matrix import Floats, Matrix
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


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow if known["columns"] > LARGE else ())  # type: ignore[operator]
        for name, known in DIGESTS.items()
    ],
)
def test_matrix_is_the_one_it_was(name: str) -> None:
    """Counts and names are equal, and sums of all arrays agree to rounding."""
    found, known = digest(shipped(name)[1]), DIGESTS[name]
    assert found.pop("names") == known["names"]
    assert found == pytest.approx({key: value for key, value in known.items() if key != "names"}, rel=1e-9, abs=1e-12)


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
