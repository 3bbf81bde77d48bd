"""A tree of our own over what is developed: LP bounds at its leaves, derived again from their duals, and plans there.

Where all developments are whole, the sums of orders over time are branched upon: a single order only moves on to the
next period. A sum is a column of its own in the tree's matrix, so that the same bounds hold it.

Developments (platforms, the Moon, its unlocks) are few, cost much at once, and the LP takes shares of them; no other
column moves the LP bound as much. Each is a path of yes/no columns that never falls, so one column decides many: at
one, all later ones are; at nothing, all earlier ones are. The node with the least bound is opened first. The bound of
the tree is the least over nodes that are not opened yet and leaves: any duals prove it (``solver.bound``), so it does
not rest on the solver's word. A node whose LP is infeasible is closed only on a ray that proves so, or keeps its
parent's bound.

A node begins at the basis of the one above it, and is left when its duals pass the known plan: 0.1 s where nodes took
15 s with the Moon. The column branched on is the date that the best plan has, and the one before it, which leaves
little on either side; else the one in the middle. By the first date of which the LP takes a third, the bound rose by
a period for each node.

Measured: with the Moon (30,001 columns, one thread) 76 nodes took the bound from 652.8 to 689.5 in 18 s, for a plan of
700.4; with 10 launches a quarter (17,566 columns) 11 nodes from 24.10 to 25.32 in 3 s, for one of 25.57; HiGHS on that
whole model had no plan after 60 s, and on the structure with the Moon a bound of 654 after 90 s.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field, replace

import numpy as np

from solver.bound import lp_bound, tighten_column_bounds
from solver.highs import solve
from solver.limits import one_value
from solver.matrix import Floats, Indices, Matrix
from solver.search.board import Board
from solver.search.paths import PATHS, STEP, has_paths
from solver.search.rounding import plan_at
from solver.search.settings import Settings
from solver.search.structure import ORDERS
from solver.search.sums import with_sums
from solver.solution import Basis, Solution, Status
from solver.warm import Point, WarmLp

WHOLE = 1e-5
CROSSED = 1e-6
NOTHING = np.empty(0)
AT_ONCE = 200
"""Nodes opened in one go where no clock ends it."""
PLANS, FIRST = 4, (1, 2)
"""Nodes from which a plan is sought: the children of the root and the first leaves."""
PATIENCE, WORTH_SHARE = 60, 0.05
"""Nodes in a row that must raise the bound by a share of the gap asked."""


@dataclass(order=True, slots=True)
class Node:
    """A part of the tree: what its columns are held at, a bound on all plans in it, and where its LP begins."""

    bound: float
    number: int
    lower: Floats = field(compare=False)
    upper: Floats = field(compare=False)
    begin: Point | None = field(default=None, compare=False)


@dataclass(slots=True)
class Tree:
    """Nodes that are open, and leaves, which are not opened any more."""

    board: Board
    matrix: Matrix
    lp: WarmLp
    settings: Settings
    columns: Indices
    paths: int
    tight: tuple[Floats, Floats]
    open: list[Node]
    leaves: list[Node] = field(default_factory=list)
    history: list[float] = field(default_factory=list)
    verified: bool = True
    numbered: int = 1
    plans: int = 0

    @classmethod
    def of(cls, board: Board, root: Solution, settings: Settings) -> Tree | None:
        """The tree of a board's matrix from the optimum of its LP; None where nothing is developed."""
        columns = np.concatenate([board.matrix.columns_of(word) for word in PATHS]).astype(np.int64)
        columns = columns[board.matrix.integer[columns] & (board.matrix.lower[columns] < board.matrix.upper[columns])]
        if not columns.size or root.x is None or root.row_dual is None:
            return None
        matrix, summed = with_sums(board.matrix, ORDERS)
        cutoff = board.objective + one_value(board.objective) if board.x is not None else None
        tight = tighten_column_bounds(matrix, cutoff=cutoff)
        sums = np.arange(board.matrix.columns, matrix.columns)
        lp = WarmLp(matrix, board.request.limits, board.request.stop, _with_basic(board.basis, len(sums)))
        places = np.concatenate([columns, sums])
        tree = cls(board, matrix, lp, settings, places, len(columns), tight, [])
        x, row_dual = np.concatenate([root.x, summed @ root.x]), np.concatenate([root.row_dual, np.zeros(len(sums))])
        tree._settle(Node(root.bound, 0, matrix.lower[places], matrix.upper[places]), x, row_dual)
        return tree

    @property
    def bound(self) -> float:
        """Least bound over all parts of the tree, and no more than the known plan."""
        return min([self.board.objective, *(node.bound for node in (*self.open[:1], *self.leaves))])

    def grow(self, share: float) -> None:
        """Open nodes for a share of the time left; what that proves and finds goes to the board."""
        left = self.board.left()
        most, ends = None if left is None else left * (1 - share), len(self.history) + AT_ONCE
        while not self.done and not self.board.over:
            now = self.board.left()
            if left is None and len(self.history) >= ends:
                break
            if most is not None and now is not None and now < most:
                self.board.cut_short("time")
                break
            self._open(heapq.heappop(self.open))
            self.board.spent += 1
            self.board.say("tree")
            self.history.append(self.bound)
            # Without end where no development leaves a point: a plan was not found, and none is bounded by that.
            if np.isfinite(self.bound):
                self.board.prove(self.bound, "lp_verified" if self.verified else "solver", "tree")

    @property
    def done(self) -> bool:
        """Whether the tree can prove no more, or so slowly that branch and bound on more columns does better.

        With a lunar industry it never did: no better bound in three minutes, where the tree opens a node in 0.2 s.
        """
        if not self.open or self.bound >= min([np.inf, *(leaf.bound for leaf in self.leaves)]):
            return True
        if has_paths(self.matrix):
            return False
        worth = self.board.request.limits.gap * abs(self.bound) * WORTH_SHARE
        return len(self.history) > PATIENCE and self.history[-1] - self.history[-1 - PATIENCE] < worth

    def agreed(self) -> Matrix:
        """The matrix with developments held within what all parts of the tree that are left allow.

        Parts that were closed hold no plan better than the known one, so the best of all plans is in what is left, or
        known already.
        """
        left = [node for node in (*self.open, *self.leaves) if node.bound < self.board.objective]
        if not left:
            return self.board.matrix
        return self._developed(
            np.min([node.lower for node in left], axis=0), np.max([node.upper for node in left], axis=0)
        )

    def _open(self, node: Node) -> None:
        solved = self._solved(node)
        if solved is not None:
            self._settle(node, *solved)

    def _settle(self, node: Node, x: Floats, row_dual: Floats, point: Point | None = None) -> None:
        """What the optimum of a node says: nothing better is in it, it is a leaf, or it has two children."""
        bound = max(node.bound, self._bound(node, row_dual))
        if bound >= self.board.objective:
            return
        j = self._branching(x)
        if self.plans < PLANS and (j is None or j >= self.paths or node.number in FIRST):
            self.plans += 1
            plan_at(
                self.board,
                self._developed(node.lower, node.upper),
                x[: self.board.matrix.columns],
                self.settings,
                "tree",
            )
        if j is None:
            self.leaves.append(replace(node, bound=bound))
            return
        # Of where the LP ended only the basis is kept: there may be thousands of nodes.
        begin = None if point is None else replace(point, x=NOTHING, row_dual=NOTHING)
        for child in self._children(replace(node, bound=bound, begin=begin), j, float(np.floor(x[self.columns[j]]))):
            heapq.heappush(self.open, child)

    def _bound(self, node: Node, row_dual: Floats) -> float:
        """What row duals prove of all plans in a node that are cheaper than the known one; infinite for none."""
        lower, upper = (bounds.copy() for bounds in self.tight)
        lower[self.columns] = np.maximum(lower[self.columns], node.lower)
        upper[self.columns] = np.minimum(upper[self.columns], node.upper)
        if np.any(lower > upper + CROSSED * np.maximum(1.0, np.abs(upper))):
            return np.inf
        return lp_bound(self.matrix, row_dual, lower, upper)

    def _branching(self, x: Floats) -> int | None:
        """Place of the column to branch on: where its development, begun in full, costs most beyond the LP."""
        best, chosen = 0.0, None
        kinds = self.matrix.column_names.kinds[self.columns[: self.paths]]
        for kind in np.unique(kinds):
            places = np.flatnonzero(kinds == kind)
            path = x[self.columns[places]]
            shares = np.abs(path - np.rint(path))
            if shares.max() <= WHOLE:
                continue
            cost = np.abs(self.matrix.cost[self.columns[places]])
            rise = float(cost @ np.where(path > STEP, 1 - path, 0.0)) + 1e-12
            if rise > best:
                best, chosen = rise, int(places[self._dividing(places, np.flatnonzero(shares > WHOLE))])
        return self._sum_to_branch_on(x) if chosen is None else chosen

    def _sum_to_branch_on(self, x: Floats) -> int | None:
        """Place of the sum of orders that is furthest from whole; None where all are whole."""
        sums = x[self.columns[self.paths :]]
        far = np.abs(sums - np.rint(sums))
        return self.paths + int(far.argmax()) if far.size and far.max() > WHOLE else None

    def _dividing(self, places: Indices, fractional: Indices) -> int:
        """Which of the fractional dates of a development to branch on.

        That of the best plan and the one before it leave little on either side; else the one in the middle.
        """
        if self.board.x is not None:
            begun = int((self.board.x[self.columns[places]] < 0.5).sum())
            for date in (begun, begun - 1):
                if date in fractional:
                    return date
        return int(fractional[len(fractional) // 2])

    def _children(self, node: Node, place: int, below: float) -> list[Node]:
        """The node with a column at most at the whole number below its value, and at least at the one above."""
        children = []
        for up in (False, True):
            lower, upper = node.lower.copy(), node.upper.copy()
            if up:
                lower[place] = below + 1.0
            else:
                upper[place] = below
            children.append(Node(node.bound, self.numbered, lower, upper, node.begin))
            self.numbered += 1
        return children

    def _within(self, node: Node) -> Matrix:
        lower, upper = self.matrix.lower.copy(), self.matrix.upper.copy()
        lower[self.columns], upper[self.columns] = node.lower, node.upper
        return self.matrix.with_(lower=lower, upper=upper)

    def _developed(self, low: Floats, high: Floats) -> Matrix:
        """The board's matrix with developments held within bounds, those of sums left out."""
        lower, upper, columns = (
            self.board.matrix.lower.copy(),
            self.board.matrix.upper.copy(),
            self.columns[: self.paths],
        )
        lower[columns], upper[columns] = low[: self.paths], high[: self.paths]
        return self.board.matrix.with_(lower=lower, upper=upper)

    def _solved(self, node: Node) -> tuple[Floats, Floats, Point | None] | None:
        """Optimum and duals of a node's LP, warm or else cold; None where it has none, or there was no time."""
        lp = self.lp
        if node.begin is not None:
            lp.back(node.begin)
        lp.hold(self.columns, node.lower, node.upper)
        point = lp.solve(self.board.left(), self.board.objective + one_value(self.board.objective))
        lp.hold(self.columns, self.matrix.lower[self.columns], self.matrix.upper[self.columns])
        if point is not None and (not point.beyond or self._bound(node, point.row_dual) >= self.board.objective):
            return point.x, point.row_dual, point
        limits = self.board.limits(0.5, self.board.request.limits.gap)
        found = solve(self._within(node), replace(limits, work=None), relax=True, stop=self.board.request.stop)
        self.board.cut_short(found.reason)
        if found.x is not None and found.row_dual is not None:
            return found.x, found.row_dual, None
        if found.status is Status.INFEASIBLE:
            self.verified &= "ray verified" in found.reason or found.reason.startswith("infeasible (bounds")
        else:
            self.leaves.append(node)
        return None


def _with_basic(basis: Basis | None, more: int) -> Basis | None:
    """The basis of a matrix with sums: they are basic, and the rows that define them hold with equality."""
    if basis is None:
        return None
    return np.concatenate([basis[0], np.ones(more, np.int64)]), np.concatenate([basis[1], np.zeros(more, np.int64)])
