"""Golden rows: the first rows of every constraint word as plain text, and how they are written.

A row reads like an LP file: ``lines.cap[hall,1]: + 1 lines.ordered[hall,0] + 1 lines.ordered[hall,1] <= 2``.
Coefficients have nine significant digits. A long row has one term on each line, so that a changed coefficient is a
changed line. After a change that was meant, ``python -m tests.formulations.rows`` writes them all again.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from solver.milp.matrix import Matrix
from tests.formulations.everything import matrix

FOLDER = Path(__file__).parent
MOST_ROWS = 6
WIDTH = 120
LEARNING = ("learning.balance", "learning.segment", "learning.filled", "learning.ordered", "learning.active_monotone")
SHOWN = {
    "most_power": ("money.budget", "target.demand"),
    "most_value": ("target.demand", "target.market"),
    "orbit_only": ("cuts.flights",),
    "made_on_lines": ("cuts.lines", "cuts.developments", "cuts.delivered"),
    "learning": LEARNING,
    "lit_moon": ("lunar.light", "lunar.reserve"),
    "stored_chips": ("lunar.chip_age",),
    "by_area": ("shells.slots", "shells.regime", "shells.regime_object_years"),
    "refuelled": ("launch.sites", "launch.polar", "fleet.balance", "fleet.turnaround", "fleet.wear"),
    "compute_delivered": ("network.serving", "network.traffic", "network.workload_demand"),
}
"""Words whose rows exist only in a variant, or look different there."""
OF_THE_MOON = (
    "nodes.arrival",
    "nodes.supply",
    "fleet.balance",
    "fleet.turnaround",
    "fleet.wear",
    "launch.pads",
    "launch.sites",
)
"""Words of other families whose rows look different where there is a Moon."""


def golden() -> dict[str, str]:
    """Golden files by name: ``<family>.<word>.lp``, or ``<family>.<word>.<variant>.lp`` for a word shown twice."""
    files = {f"{word}.lp": text(matrix("everything"), word) for word in matrix("everything").components()}
    moon = [
        w
        for w in matrix("moon").components()
        if w in OF_THE_MOON or w.startswith(("landings.", "lunar.", "mass_drivers."))
    ]
    network = [w for w in matrix("network").components() if w.startswith("network.")]
    for variant, words in {"moon": moon, "network": network, **SHOWN}.items():
        for word in words:
            name = f"{word}.{variant}.lp" if f"{word}.lp" in files else f"{word}.lp"
            files[name] = text(matrix(variant), word)
    return files


def text(m: Matrix, word: str) -> str:
    """The first rows of a word, one after the other."""
    a = sp.csr_matrix(m.a)
    rows = sorted((int(i) for i in m.rows_of(word)), key=lambda i: _natural(m.row_names[i]))
    return "".join(f"{row_text(m, a, i)}\n" for i in rows[:MOST_ROWS])


def row_text(m: Matrix, a: sp.csr_matrix, i: int) -> str:
    """One row: its name, its terms in the order of their names, its side."""
    entries = slice(a.indptr[i], a.indptr[i + 1])
    terms = sorted(
        ((m.column_names[j], float(value)) for j, value in zip(a.indices[entries], a.data[entries], strict=True)),
        key=lambda term: _natural(term[0]),
    )
    written = [f"{'-' if value < 0 else '+'} {number(abs(value))} {name}" for name, value in terms]
    low, high = float(m.row_lower[i]), float(m.row_upper[i])
    before = f"{number(low)} <= " if -np.inf < low < high < np.inf else ""
    side = f"= {number(low)}" if low == high else f"<= {number(high)}" if high < np.inf else f">= {number(low)}"
    line = f"{m.row_names[i]}: {before}{' '.join(written)} {side}"
    if len(line) <= WIDTH:
        return line
    return "\n  ".join([f"{m.row_names[i]}:{' ' + before.strip() if before else ''}", *written, side])


def number(value: float) -> str:
    """Nine significant digits, and no negative zero."""
    return f"{value + 0.0:.9g}"


def rewrite() -> None:
    """Write every golden file, and remove those whose word is gone."""
    files = golden()
    for path in FOLDER.glob("*.lp"):
        if path.name not in files:
            path.unlink()
    for name, content in files.items():
        (FOLDER / name).write_text(content, encoding="utf-8")


def _natural(name: str) -> list[tuple[int, str]]:
    """Key that puts period 10 after period 9."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"[\[\],]", name)]
