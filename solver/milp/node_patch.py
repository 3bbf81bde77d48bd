"""Patch of a compiled model for other nodes: new columns of loads and nodes placed, in the rows that stand.

Nodes enter a model only by sums over them (``formulations.node_arrays``), each of which is a column of the compiled
model until the nodes are put in its place. Where designs, their masses or their survival change, and each sum has its
terms as before, the rows of all other families stay: the arrays of nodes alone are worked out again. Where a sum is
gained or lost, there is no patch, and the model is built anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from formulations.coefficients import Coefficients
from formulations.implicit import SUM
from formulations.node_arrays import Key, NodeArrays, Terms
from solver.milp.coefficient_patch import with_cuts
from solver.milp.compile import compile_with_sums
from solver.milp.entry_patch import patched
from solver.milp.implicit_columns import with_implicit_columns
from solver.milp.matrix import Matrix

PREFIX = f"nodes.{SUM}"


@dataclass(frozen=True, slots=True, eq=False)
class PatchableModel:
    """Compiled model of some coefficients; ``with_sums`` has a column for each sum of nodes, by name and keys."""

    coefficients: Coefficients
    matrix: Matrix
    with_sums: Matrix
    sums: tuple[tuple[str, tuple[Key, ...]], ...]

    @classmethod
    def of(cls, c: Coefficients) -> PatchableModel:
        """Compile the model of some coefficients."""
        with_sums, implicit = compile_with_sums(c)
        sums = tuple((name, tuple(keys)) for name, keys, _ in implicit.sums)
        return cls(c, with_implicit_columns(with_sums, implicit), with_sums, sums)

    def patched(self, new: Coefficients) -> Matrix | None:
        """Return the compiled matrix of other coefficients, by known entries and by nodes; None where it is neither."""
        old = self.coefficients
        found = patched(self.matrix, old, new)
        if found is not None:
            return found
        between = _with_nodes_of(old, new)
        if not between.nodes.loads or between.nodes.driver_routes or old.nodes.driver_routes:
            return None
        matrix = self._with_nodes(between)
        recut = replace(
            between,
            cuts=replace(
                old.cuts,
                lines_by=new.cuts.lines_by,
                line_counts=new.cuts.line_counts,
                development_shares=new.cuts.development_shares,
            ),
        )
        if matrix is not None and recut.cuts != old.cuts:
            matrix = with_cuts(matrix, old.cuts, recut.cuts)
        return matrix if matrix is None or recut == new else patched(matrix, recut, new)

    def _with_nodes(self, c: Coefficients) -> Matrix | None:
        """Return the matrix with the nodes of coefficients that differ in nothing else; None where a sum differs."""
        arrays = NodeArrays(c)
        for name, keys in self.sums:
            terms = _terms(name.removeprefix(PREFIX), arrays, c)
            if terms is None or set(terms[0]) != set(keys):
                return None
            arrays.implicit.sums.append((name, *terms))
        return with_implicit_columns(self.with_sums, arrays.implicit)


def _with_nodes_of(old: Coefficients, new: Coefficients) -> Coefficients:
    """Return coefficients with the nodes of new ones, and all else as of old ones."""
    launch = replace(old.launch, nodes_per_flight=new.launch.nodes_per_flight)
    if not (old.launch.flies_cargo or new.launch.flies_cargo):
        # The payload stands in the rows of cargo alone.
        launch = replace(launch, payload_kt=new.launch.payload_kt)
    return replace(old, nodes=new.nodes, launch=launch)


def _terms(name: str, arrays: NodeArrays, c: Coefficients) -> Terms | None:
    """Return the terms of a sum as its family asks for it; None for one that only other models have."""
    from formulations.cuts import alone_weights
    from formulations.shells import derelict_weights, occupied_weights

    nodes, made = c.nodes, c.lines.max_lines
    match name:
        case "gw":
            return arrays.loaded_by(lambda _, k, s: nodes.gw[k, s], lambda *_: ())
        case "made":
            return arrays.loaded_by(
                lambda _, k, s: nodes.gw[k, s] if nodes.platform[k] in made else None,
                lambda _v, k, _s: (nodes.platform[k],),
            )
        case "filled":
            return arrays.loaded_by(lambda *i: 1.0 / c.launch.nodes_per_flight[i], lambda v, _, s: (v, s))
        case "upkeep":
            return arrays.placed_by(nodes.upkeep_kt, lambda _, s: (s,))
        case "occupied":
            return arrays.placed_by(occupied_weights(c), lambda _, s: (s,))
        case "derelict":
            return arrays.placed_by(derelict_weights(c), lambda _, s: (s,))
        case "delivered":
            return arrays.placed_by(nodes.delivers, lambda *_: ())
        case "alone":
            return arrays.placed_by(alone_weights(c), lambda k, _: (nodes.platform[k],))
        case "spent" | "salvage":
            return arrays.priced(name)
        case _:
            return None
