"""Branch-and-bound tree over developments: verified LP bounds of its nodes, and plans at its leaves.

Developments (platforms, the Moon, its unlocks) are few and expensive, the LP takes fractions of them, and no other
column moves the LP bound as much. Each is a path of binary columns that never falls over time, so one column fixes
many: at one, all later ones; at zero, all earlier ones. Where all developments are integral, cumulative orders are
branched on: branching on a single order only moves it to the next period. A cumulative sum is a column of the tree's
matrix, so that column bounds can fix it. Vehicles come last, on small models without a lunar industry and without
learning curves. The branching rule is in ``branching.py``.

The node with the least bound is opened first. The bound of the tree is the least over open nodes and leaves. Any duals
prove it (``solver.milp.safe_bounds``), so it does not depend on the solver's tolerances. A node with an infeasible LP
is closed; without a Farkas ray that proves it, the bound of the tree is no longer ``lp_verified``.

The LP of a node starts at the basis of its parent and ends as soon as its duals prove a bound above the incumbent. An
LP that takes too long is interrupted and put back into the queue with its basis and the bound of its duals so far: an
unsolved leaf would hold the bound of the whole tree at its parent's.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field, replace

import numpy as np

from formulations.names import Var
from solver.milp.highs import solve
from solver.milp.limits import objective_tolerance
from solver.milp.matrix import Floats, Indices, Matrix
from solver.milp.safe_bounds import lp_bound, tighten_column_bounds
from solver.milp.solution import Basis, Certificate, Solution, Status
from solver.milp.warm_lp import LpPoint, WarmLp
from solver.search.core.bound_proof import BoundProof
from solver.search.core.cumulative_columns import with_cumulative_columns
from solver.search.core.developments import DEVELOPMENTS, has_lunar_industry
from solver.search.core.settings import Settings
from solver.search.core.state import SearchState
from solver.search.dual.branching import Branching
from solver.search.dual.reduced_cost_tightening import reduced_cost_tightening
from solver.search.dual.segments import segmented_curves
from solver.search.primal.investments import ORDERS
from solver.search.primal.rounding import plan_at

CROSSED = 1e-6
EMPTY = np.empty(0)
SUMMED = (*ORDERS, Var.FLEET_ORDERED)
"""Variables whose cumulative sums are branched on; proofs of bounds number the sums in this order."""
VEHICLES_UP_TO_INTEGERS = 2_000
"""Integer columns up to which vehicles are branched on: on larger models plans are what is missing, not the bound."""
NODES_PER_STEP = 200
"""Nodes opened in one step where no time limit ends it."""
EXPECTED_GAIN_SHARE = 0.5
"""Expected gain of the first step, as a share of the open gap."""
PATIENCE, MIN_GAIN_SHARE = 60, 0.05
"""Number of consecutive nodes that must raise the bound by a share of the gap limit."""

MOST_NARROWED = 100
"""Nodes up to which the box of each is narrowed by its own duals."""


@dataclass(order=True, slots=True)
class Node:
    """Node of the tree: bounds of the branching columns, dual bound of its plans, starting point of its LP."""

    bound: float
    number: int
    lower: Floats = field(compare=False)
    upper: Floats = field(compare=False)
    start_point: LpPoint | None = field(default=None, compare=False)


@dataclass(slots=True)
class Tree:
    """Branch-and-bound tree: open nodes, and leaves, not branched on any more; ``proof`` records all nodes.

    ``last`` is the node opened last, with the LP optimum within it as a point of the matrix of the state.
    ``least_integral`` is the least LP optimum with integral developments and orders at which fleets were branched on.
    """

    state: SearchState
    matrix: Matrix
    lp: WarmLp
    settings: Settings
    columns: Indices
    paths: int
    branching: Branching
    tightened: tuple[Floats, Floats]
    open: list[Node]
    leaves: list[Node] = field(default_factory=list)
    history: list[float] = field(default_factory=list)
    verified: bool = True
    next_number: int = 1
    searched_nodes: set[int] = field(default_factory=set)
    least_integral: float = np.inf
    proof: BoundProof | None = None
    last: tuple[Node, Floats] | None = None

    @classmethod
    def of(cls, state: SearchState, root: Solution, settings: Settings) -> Tree | None:
        """Build the tree of a search state from its LP optimum; None without open developments or learning curves."""
        columns = np.concatenate([state.matrix.columns_of(component) for component in DEVELOPMENTS]).astype(np.int64)
        columns = columns[state.matrix.integer[columns] & (state.matrix.lower[columns] < state.matrix.upper[columns])]
        curves = segmented_curves(state.matrix)
        if not (columns.size or curves) or root.x is None or root.row_dual is None:
            return None
        large = int(state.matrix.integer.sum()) > VEHICLES_UP_TO_INTEGERS
        summed = ORDERS if large or curves or has_lunar_industry(state.matrix) else SUMMED
        matrix, cumulative = with_cumulative_columns(state.matrix, summed)
        cutoff = state.objective + objective_tolerance(state.objective) if state.x is not None else None
        tightened = tighten_column_bounds(matrix, cutoff=cutoff)
        sums = np.arange(state.matrix.columns, matrix.columns)
        lp = WarmLp(matrix, state.options.limits, state.options.stop, _extended_basis(state.basis, len(sums)))
        places = np.concatenate([columns, sums, *(curve.active for curve in curves)])
        fleets = sum(matrix.column_names.component(j) == f"sum.{Var.FLEET_ORDERED}" for j in sums.tolist())
        branching = Branching(matrix, places, len(columns), len(sums), curves, fleets)
        tree = cls(state, matrix, lp, settings, places, len(columns), branching, tightened, [])
        tree.proof = state.new_proof()
        x, row_dual = (
            np.concatenate([root.x, cumulative @ root.x]),
            np.concatenate([root.row_dual, np.zeros(len(sums))]),
        )
        node = Node(root.bound, 0, matrix.lower[places], matrix.upper[places])
        tree._branch_or_close(node, x, row_dual)
        tree.last = node, root.x
        return tree

    @property
    def bound(self) -> float:
        """Least bound over all open nodes and leaves, at most the objective of the incumbent."""
        return min([self.state.objective, *(node.bound for node in (*self.open[:1], *self.leaves))])

    def expected_gain(self) -> tuple[float, float]:
        """Return the estimates before the first step: the gain, a share of the objective, and the effort.

        The first nodes may take long and raise the bound only together.
        """
        return EXPECTED_GAIN_SHARE * min(1.0, self.state.gap), self.state.step_effort(
            self.settings.tree_share, NODES_PER_STEP
        )

    def grow(self, share: float) -> None:
        """Open nodes for a share of the time left and pass bounds to the search state."""
        left = self.state.left()
        until, ends = None if left is None else left * (1 - share), len(self.history) + NODES_PER_STEP
        while not self.done and not self.state.finished:
            remaining = self.state.left()
            if left is None and len(self.history) >= ends:
                break
            if until is not None and remaining is not None and remaining < until:
                self.state.time_limited = True
                break
            self._open(heapq.heappop(self.open))
            self.state.work_done += 1
            self.state.report_progress("tree")
            self.history.append(self.bound)
            # Infinite where all nodes are infeasible and there is no incumbent: no bound follows for the search.
            if np.isfinite(self.bound):
                certificate = Certificate.LP_VERIFIED if self.verified else Certificate.SOLVER
                self.state.raise_bound(self.bound, certificate, "tree", self.proof)

    @property
    def has_integral_bound(self) -> bool:
        """Integrality of the bound: whether it is that of a leaf, where all branching columns are integral."""
        return self.bound >= min([np.inf, *(leaf.bound for leaf in self.leaves)])

    @property
    def has_integral_investments(self) -> bool:
        """True where branch and bound on developments and orders alone would prove no more than the bound."""
        return self.has_integral_bound or self.bound >= self.least_integral

    @property
    def done(self) -> bool:
        """Completion: no node can raise the bound, or so slowly that branch and bound on more columns is preferred.

        With a lunar industry the tree goes on, as its nodes raise the bound faster than branch and bound does.
        """
        if not self.open or self.has_integral_bound:
            return True
        if has_lunar_industry(self.matrix):
            return False
        min_gain = self.state.options.limits.gap * abs(self.bound) * MIN_GAIN_SHARE
        return len(self.history) > PATIENCE and self.history[-1] - self.history[-1 - PATIENCE] < min_gain

    def open_hull(self) -> Matrix:
        """Restrict developments to the smallest box that contains all remaining nodes.

        Closed nodes contain no plan better than the incumbent, so the optimum is in the box or known already.
        """
        left = self._remaining()
        if not left:
            return self.state.matrix
        return self._with_investments_within(
            np.min([node.lower for node in left], axis=0), np.max([node.upper for node in left], axis=0)
        )

    def narrowed_hull(self) -> Matrix:
        """Return the smallest box with all plans of the remaining nodes that are better than the incumbent.

        The duals of a node prove more in its box than those of the root do. Without an incumbent, with a lunar industry
        or with many nodes it is the hull of developments alone.
        """
        hull, left = self.open_hull(), self._remaining()
        if self.state.x is None or not 0 < len(left) <= MOST_NARROWED or has_lunar_industry(self.matrix):
            return hull
        lower, upper = np.full(hull.columns, np.inf), np.full(hull.columns, -np.inf)
        for node in left:
            box, point = self._node_matrix(node), self._warm_point(node)
            if point is not None:
                box = reduced_cost_tightening(box, point.row_dual, self.state.objective)
            lower = np.minimum(lower, box.lower[: hull.columns])
            upper = np.maximum(upper, box.upper[: hull.columns])
        return hull.with_(lower=np.maximum(hull.lower, lower), upper=np.minimum(hull.upper, upper))

    def seek(self) -> bool:
        """Search a plan in the node with the least bound that was not searched yet; False without one.

        Under learning no plan is searched here, as plans come from tangent prices.
        """
        if self.branching.curves:
            return False
        part = min((leaf for leaf in self.leaves if leaf.number not in self.searched_nodes), default=None)
        if part is not None and not (self.open and self.open[0] < part):
            self.leaves.remove(part)
        elif self.open:
            part = heapq.heappop(self.open)
        else:
            return False
        self.searched_nodes.add(part.number)
        self.state.work_done += 1
        solved = self._solve_lp(part)
        if solved is not None:
            self._branch_or_close(part, *solved)
            x = solved[0][: self.state.matrix.columns]
            plan_at(self.state, self._with_investments_within(part.lower, part.upper), x, self.settings, "tree")
        return True

    def _open(self, node: Node) -> None:
        solved = self._solve_lp(node)
        if solved is not None:
            self.last = node, solved[0][: self.state.matrix.columns]
            self._branch_or_close(node, *solved)

    def _branch_or_close(self, node: Node, x: Floats, row_dual: Floats, point: LpPoint | None = None) -> None:
        """Close a node by its LP optimum, keep it as a leaf, or branch into two children."""
        self._record(node, row_dual)
        bound = max(node.bound, self._bound(node, row_dual))
        if bound >= self.state.objective:
            return
        chosen = self.branching.choose(x, self.state.x)
        if chosen is None:
            self.leaves.append(replace(node, bound=bound))
            return
        if self.branching.first_fleet <= chosen.position < self.branching.paths + self.branching.sums:
            self.least_integral = min(self.least_integral, bound)
        # Only the basis of the LP is kept: there may be thousands of nodes.
        start_point = None if point is None else replace(point, x=EMPTY, row_dual=EMPTY)
        below = float(np.floor(x[self.columns[chosen.position]]))
        for child in self._children(replace(node, bound=bound, start_point=start_point), chosen.position, below):
            heapq.heappush(self.open, child)

    def _bound(self, node: Node, row_dual: Floats) -> float:
        """Compute the bound of row duals for plans of a node cheaper than the incumbent; infinite if there are none."""
        lower, upper = (bounds.copy() for bounds in self.tightened)
        lower[self.columns] = np.maximum(lower[self.columns], node.lower)
        upper[self.columns] = np.minimum(upper[self.columns], node.upper)
        if np.any(lower > upper + CROSSED * np.maximum(1.0, np.abs(upper))):
            return np.inf
        return lp_bound(self.matrix, row_dual, lower, upper)

    def _children(self, node: Node, position: int, below: float) -> list[Node]:
        """Return the children of a node: a column at most at the integer below its value, or at least one more."""
        children = []
        for up in (False, True):
            lower, upper = node.lower.copy(), node.upper.copy()
            if up:
                lower[position] = below + 1.0
            else:
                upper[position] = below
            children.append(Node(node.bound, self.next_number, lower, upper, node.start_point))
            if self.proof is not None:
                self.proof.split(node.number, self.next_number, int(self.columns[position]), below, up)
            self.next_number += 1
        return children

    def _remaining(self) -> list[Node]:
        """Return the nodes that may have plans better than the incumbent."""
        return [node for node in (*self.open, *self.leaves) if node.bound < self.state.objective]

    def _node_matrix(self, node: Node) -> Matrix:
        lower, upper = self.matrix.lower.copy(), self.matrix.upper.copy()
        lower[self.columns], upper[self.columns] = node.lower, node.upper
        return self.matrix.with_(lower=lower, upper=upper)

    def _with_investments_within(self, low: Floats, high: Floats) -> Matrix:
        """Return the matrix of the search state with developments within bounds; bounds of sums are ignored."""
        lower, upper, columns = (
            self.state.matrix.lower.copy(),
            self.state.matrix.upper.copy(),
            self.columns[: self.paths],
        )
        lower[columns], upper[columns] = low[: self.paths], high[: self.paths]
        return self.state.matrix.with_(lower=lower, upper=upper)

    def _solve_lp(self, node: Node) -> tuple[Floats, Floats, LpPoint | None] | None:
        """Solve the LP of a node, warm or else cold: optimum and duals; None if infeasible or out of time."""
        point = self._warm_point(node)
        if point is not None and (not point.unfinished or self._bound(node, point.row_dual) >= self.state.objective):
            return point.x, point.row_dual, point
        if point is not None:
            self._postpone(node, point)
            return None
        limits = self.state.limits(0.5, self.state.options.limits.gap)
        result = solve(self._node_matrix(node), replace(limits, work=None), relax=True, stop=self.state.options.stop)
        self.state.record_termination(result.termination)
        if result.x is not None and result.row_dual is not None:
            return result.x, result.row_dual, None
        if result.status is Status.INFEASIBLE:
            self.verified &= result.termination.certificate is Certificate.LP_VERIFIED
            if result.ray is not None:
                self._record(node, result.ray, ray=True)
        else:
            self.leaves.append(node)
        return None

    def _warm_point(self, node: Node) -> LpPoint | None:
        """Solve the LP of a node from the basis of its parent; None if it is infeasible or out of time."""
        lp = self.lp
        if node.start_point is not None:
            lp.restart_from(node.start_point)
        lp.set_bounds(self.columns, node.lower, node.upper)
        cutoff = self.state.objective + objective_tolerance(self.state.objective)
        point = lp.solve(self.state.left(), cutoff, in_parts=True)
        lp.set_bounds(self.columns, self.matrix.lower[self.columns], self.matrix.upper[self.columns])
        return point

    def _postpone(self, node: Node, point: LpPoint) -> None:
        """Put a node with an unfinished LP back into the queue, with its basis and the bound of its duals so far."""
        bound = max(node.bound, self._bound(node, point.row_dual))
        start_point = replace(point, x=EMPTY, row_dual=EMPTY)
        heapq.heappush(self.open, Node(bound, self.next_number, node.lower, node.upper, start_point))
        self._record(node, point.row_dual)
        if self.proof is not None:
            self.proof.postpone(node.number, self.next_number)
        self.next_number += 1

    def _record(self, node: Node, row_dual: Floats, ray: bool = False) -> None:
        if self.proof is not None:
            self.proof.record(node.number, row_dual, ray)


def _extended_basis(basis: Basis | None, more: int) -> Basis | None:
    """Extend a basis by cumulative columns: they are basic, and their defining rows are nonbasic."""
    if basis is None:
        return None
    return np.concatenate([basis[0], np.ones(more, np.int64)]), np.concatenate([basis[1], np.zeros(more, np.int64)])
