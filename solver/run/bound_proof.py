"""Derivation of the bound of a resumed run from the proof in its checkpoint, on the matrix that was built again.

Nothing of a proof is believed. A cut is rounded again from the rows of the matrix. Any duals prove a bound within any
box (``solver.milp.safe_bounds``). A node is bounded by its children only where these split one integer column at one
integer, so the leaves cover its box; where a child is missing or the two do not fit together, the duals of the node or
of its ancestors bound it. So a changed proof may give a weaker bound, never a false one.
"""

from __future__ import annotations

import base64
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from pydantic import BaseModel, ConfigDict, Field

from solver.milp.matrix import Floats, Indices, Matrix
from solver.milp.safe_bounds import lp_bound, proves_infeasible, tighten_column_bounds
from solver.search.core.bound_proof import MOST_ENTRIES
from solver.search.core.cumulative_columns import with_cumulative_columns
from solver.search.dual.flight_cuts import CUT_ROW
from solver.search.dual.mir import AggregatedRow, Cut, with_cuts
from solver.search.dual.tree import SUMMED
from solver.search.variants.earliest_date import target_periods, with_target_from

MOST_NODES = 1_000_000
SPREAD = 1e12
"""Largest ratio of two multipliers of a cut: beyond it coefficients are lost to rounding."""
CROSSED = 1e-6


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class CutRecord(_Record):
    """Derivation of a cut as stored: multipliers of rows and divisor."""

    rows: str
    times: str
    divisor: float = Field(gt=0)


class NodeRecord(_Record):
    """Node of a proof as stored."""

    parent: int | None = Field(ge=0)
    column: int | None = Field(ge=0)
    below: float
    up: bool
    ray: bool
    duals: tuple[str, str] | None


class ProofRecord(_Record):
    """Proof of a bound as stored."""

    rows: int = Field(ge=0, le=2**31)
    period: int | None = Field(ge=0)
    cuts: tuple[CutRecord, ...]
    nodes: tuple[NodeRecord, ...] = Field(min_length=1, max_length=MOST_NODES)

    def data(self) -> dict[str, object]:
        """Return the proof as JSON."""
        return self.model_dump(mode="json")


def derived_bound(matrix: Matrix, proof: ProofRecord, cutoff: float, deadline: float = np.inf) -> float:
    """Return the bound that a proof gives for a matrix, at most ``cutoff``; -inf where it proves nothing.

    ``cutoff`` is the value of a known plan, or infinite. ValueError for a proof whose arrays cannot be read. Nodes that
    are not reached by ``deadline`` (monotonic clock) are bounded by their ancestors.
    """
    if proof.period is not None:
        return -np.inf
    tree = _Tree.of(matrix, proof, cutoff)
    bound = tree.bound(deadline)
    # Without a known plan an infinite bound would be an infeasibility, which the search finds again.
    return min(bound, cutoff) if np.isfinite(min(bound, cutoff)) else -np.inf


def derived_date(matrix: Matrix, proof: ProofRecord) -> float:
    """Return the first period that a proof does not exclude for an earliest date; -inf where it proves nothing."""
    periods = target_periods(matrix)
    later = [t for t in periods if proof.period is not None and t > proof.period]
    if proof.period not in periods or not later:
        return -np.inf
    # A target that starts later is a relaxation, so all earlier periods are excluded with this one.
    trial = with_target_from(matrix, proof.period).relaxed()
    ray = _dense(proof.nodes[0].duals, trial.rows)
    return float(later[0]) if ray is not None and proves_infeasible(trial, ray) else -np.inf


@dataclass(slots=True)
class _Tree:
    """Tree of a proof on the matrix with its cuts and cumulative columns; ``place`` maps stored rows to its rows."""

    matrix: Matrix
    nodes: Sequence[NodeRecord]
    place: Indices
    box: tuple[Floats, Floats]
    tight: tuple[Floats, Floats]

    @classmethod
    def of(cls, matrix: Matrix, proof: ProofRecord, cutoff: float) -> _Tree:
        cuts = list(_cuts(matrix, proof))
        kept = [cut for cut in cuts if cut is not None]
        base = min(proof.rows, matrix.rows)
        wider = with_cuts(matrix, kept, CUT_ROW)
        # Rows that the matrix lacks now, such as those of contingencies, and cuts that are not valid lose their duals.
        place = np.full(proof.rows + len(cuts), -1, dtype=np.int64)
        place[:base] = np.arange(base)
        valid = [n for n, cut in enumerate(cuts) if cut is not None]
        place[proof.rows + np.array(valid, dtype=np.int64)] = matrix.rows + np.arange(len(kept))
        if len(proof.nodes) > 1:
            before = wider.rows
            wider, _ = with_cumulative_columns(wider, SUMMED)
            place = np.concatenate([place, np.arange(before, wider.rows)])
        tight = tighten_column_bounds(wider, cutoff=cutoff if np.isfinite(cutoff) else None)
        return cls(wider, proof.nodes, place, (wider.lower, wider.upper), tight)

    def bound(self, deadline: float) -> float:
        """Return the bound of the root: the least over leaves that cover it."""
        children = self._covering_children()
        own = np.full(len(self.nodes), -np.inf)
        own[0] = self._own(0)
        for n in range(1, len(self.nodes)):
            if time.monotonic() > deadline:
                break
            # Where children cover a node, they are at least as good as its own duals.
            if not children[n]:
                own[n] = self._own(n)
        value = own.copy()
        for n in range(len(self.nodes) - 1, -1, -1):
            if children[n]:
                value[n] = max(own[n], min(value[child] for child in children[n]))
        return float(value[0])

    def _covering_children(self) -> list[list[int]]:
        """Return the children of each node that cover its box: one with the same box, or both sides of a split."""
        found: list[list[int]] = [[] for _ in self.nodes]
        for n, node in enumerate(self.nodes):
            if node.parent is not None and node.parent < n:
                found[node.parent].append(n)
        return [children if self._covers(children) else [] for children in found]

    def _covers(self, children: Sequence[int]) -> bool:
        if len(children) == 1:
            return self.nodes[children[0]].column is None
        if len(children) != 2:
            return False
        a, b = (self.nodes[child] for child in children)
        column = a.column
        if column is None or column >= self.matrix.columns or not self.matrix.integer[column]:
            return False
        return b.column == column and a.below == b.below and a.below == round(a.below) and a.up != b.up

    def _own(self, n: int) -> float:
        """Return the bound of a node by its own duals or those of its nearest ancestor; infinite for an empty box."""
        lower, upper = self._box(n, self.tight)
        if np.any(lower > upper + CROSSED * np.maximum(1.0, np.abs(upper))):
            return np.inf
        above: int | None = n
        while above is not None and self.nodes[above].duals is None:
            above = self._parent(above)
        if above is None:
            return -np.inf
        duals = _dense(self.nodes[above].duals, self.matrix.rows, self.place)
        if duals is None:
            return -np.inf
        if self.nodes[above].ray:
            low, high = self._box(n, self.box)
            return np.inf if proves_infeasible(self.matrix.with_(lower=low, upper=high), duals) else -np.inf
        return lp_bound(self.matrix, duals, lower, upper)

    def _parent(self, n: int) -> int | None:
        parent = self.nodes[n].parent
        return parent if parent is not None and parent < n else None

    def _box(self, n: int, of: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
        """Return the column bounds of a node: those given, within the splits on its way from the root."""
        lower, upper = of[0].copy(), of[1].copy()
        at: int | None = n
        while at is not None:
            node = self.nodes[at]
            if node.column is not None and node.column < self.matrix.columns:
                if node.up:
                    lower[node.column] = max(lower[node.column], node.below + 1.0)
                else:
                    upper[node.column] = min(upper[node.column], node.below)
            at = self._parent(at)
        return lower, upper


def _cuts(matrix: Matrix, proof: ProofRecord) -> Iterator[Cut | None]:
    """Yield each cut as rounded again from the rows of the matrix; None for one that does not follow from them."""
    by_row = sp.csr_matrix(matrix.a)
    for record in proof.cuts:
        at, times = _integers(record.rows), _floats(record.times)
        size = np.abs(times[times != 0.0])
        fits = len(at) == len(times) and size.size and np.isfinite(times).all() and size.max() <= SPREAD * size.min()
        if not fits or at.min() < 0 or at.max() >= min(matrix.rows, proof.rows):
            yield None
            continue
        full = np.zeros(matrix.rows)
        full[at] = times
        yield AggregatedRow(matrix, by_row, full).rounded(record.divisor)


def _dense(duals: tuple[str, str] | None, rows: int, place: Indices | None = None) -> Floats | None:
    """Return stored duals as a vector over the rows of a matrix; None where there are none, or they do not fit."""
    if duals is None:
        return None
    at, values = _integers(duals[0]), _floats(duals[1])
    most = rows if place is None else len(place)
    if len(at) != len(values) or (at.size and (at.min() < 0 or at.max() >= most)):
        return None
    where = at if place is None else place[at]
    full = np.zeros(rows)
    full[where[where >= 0]] = values[where >= 0]
    return full


def _integers(text: str) -> Indices:
    return np.frombuffer(_bytes(text), dtype="<i8").astype(np.int64)


def _floats(text: str) -> Floats:
    return np.frombuffer(_bytes(text), dtype="<f8").astype(np.float64)


def _bytes(text: str) -> bytes:
    """Return the bytes of a packed array; ValueError where it is damaged or longer than any proof."""
    try:
        reader = zlib.decompressobj()
        content = reader.decompress(base64.b64decode(text, validate=True), 8 * MOST_ENTRIES)
    except zlib.error as error:
        raise ValueError(f"an array of the proof cannot be read: {error}") from error
    if reader.unconsumed_tail or not reader.eof:
        raise ValueError("an array of the proof is cut off or too long")
    return content
