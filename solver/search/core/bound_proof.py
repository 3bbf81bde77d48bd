"""Proof of a bound: the duals, cuts and branching decisions from which another run can derive the bound again.

The proof of an LP is a single node. That of a tree has a node for each box: a node that was branched on has two
children, which split one integer column. Duals are kept for the nodes without children, and for the root; a node
without own duals is bounded by those of its nearest ancestor. The derivation is in ``solver.run.bound_proof``.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from solver.milp.matrix import Floats, Indices

MOST_ENTRIES = 4_000_000
"""Entries of duals that a proof holds at most; nodes beyond them are bounded by the duals of their ancestors."""


@dataclass(frozen=True, eq=False, slots=True)
class CutDerivation:
    """Derivation of a rounded cut: multipliers of rows of the matrix without cuts, and the divisor."""

    rows: Indices
    times: Floats
    divisor: float


@dataclass(slots=True)
class ProofNode:
    """Node of a proof: the split that made it from its parent, and its duals, or the ray of its infeasible LP.

    ``column`` is at most ``below``, or at least one more with ``up``. It is None where the box is that of the parent.
    """

    parent: int | None
    column: int | None = None
    below: float = 0.0
    up: bool = False
    duals: tuple[Indices, Floats] | None = None
    ray: bool = False
    children: list[int] = field(default_factory=list)


@dataclass(slots=True)
class BoundProof:
    """Proof of the bound of one matrix, recorded while its tree grows.

    ``rows`` counts the rows of the matrix without ``cuts``; the rows of cuts follow them, then those that define
    cumulative columns. ``shift`` is added to the duals of the first rows: the matrix searched may have costs that
    differ by a multiple of equations. ``period`` is that of a target that was proven infeasible.
    """

    rows: int
    cuts: Sequence[CutDerivation] = ()
    shift: Floats | None = None
    period: int | None = None
    nodes: dict[int, ProofNode] = field(default_factory=lambda: {0: ProofNode(None)})
    entries: int = 0

    @classmethod
    def of_date(cls, rows: int, period: int, ray: Floats | None) -> BoundProof | None:
        """Return the proof that a target from a period on is infeasible; None without a ray."""
        if ray is None:
            return None
        proof = cls(rows, period=period)
        proof.record(0, ray, ray=True)
        return proof

    def split(self, parent: int, number: int, column: int, below: float, up: bool) -> None:
        """Add a child of a node: a column at most at an integer, or at least one more."""
        self._add(number, ProofNode(parent, column, below, up))

    def postpone(self, parent: int, number: int) -> None:
        """Add a child with the box of its parent."""
        self._add(number, ProofNode(parent))

    def record(self, number: int, row_dual: Floats, ray: bool = False) -> None:
        """Record the duals of a node, or the ray of its infeasible LP, and drop those of its ancestors without use."""
        node = self.nodes[number]
        at = np.flatnonzero(row_dual) if self.shift is None or ray else np.arange(len(row_dual))
        if self.entries + at.size > MOST_ENTRIES:
            return
        values = row_dual[at].copy()
        if self.shift is not None and not ray:
            values[: len(self.shift)] += self.shift
            kept = np.flatnonzero(values)
            at, values = at[kept], values[kept]
        self.entries += at.size - (0 if node.duals is None else node.duals[0].size)
        node.duals, node.ray = (at.astype(np.int64), values), ray
        above = None if node.parent is None else self.nodes[node.parent]
        if above is None or node.parent == 0 or above.duals is None:
            return
        if all(self.nodes[child].duals is not None for child in above.children):
            self.entries -= above.duals[0].size
            above.duals = None

    def data(self) -> dict[str, Any]:
        """Return the proof as JSON; nodes are numbered anew in their order."""
        place = {number: n for n, number in enumerate(sorted(self.nodes))}
        nodes = []
        for number in sorted(self.nodes):
            node = self.nodes[number]
            nodes.append(
                {
                    "parent": None if node.parent is None else place[node.parent],
                    "column": node.column,
                    "below": float(node.below),
                    "up": node.up,
                    "ray": node.ray,
                    "duals": None if node.duals is None else [packed(node.duals[0]), packed(node.duals[1])],
                }
            )
        cuts = [{"rows": packed(c.rows), "times": packed(c.times), "divisor": float(c.divisor)} for c in self.cuts]
        return {"rows": self.rows, "period": self.period, "cuts": cuts, "nodes": nodes}

    def _add(self, number: int, node: ProofNode) -> None:
        assert node.parent is not None
        self.nodes[number] = node
        self.nodes[node.parent].children.append(number)


def packed(numbers: Indices | Floats) -> str:
    """Return an array of integers or floats, compressed, as text."""
    kind = "<i8" if numbers.dtype.kind == "i" else "<f8"
    return base64.b64encode(zlib.compress(numbers.astype(kind).tobytes(), 1)).decode()
