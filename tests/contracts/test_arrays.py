"""The nodes in arrays are the nodes in Pyomo: the same matrix, row by row, for every rule and in full size."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from formulations import PRESETS, assemble
from formulations.coefficients import Coefficients
from formulations.implicit import ImplicitColumns
from formulations.presets import LARGE
from solver.derive import derive
from solver.design.candidates import candidate_designs
from solver.milp import compile as compiling
from solver.milp.implicit_columns import with_implicit_columns
from solver.milp.matrix import Matrix, compile_matrix
from tests.formulations.everything import VARIANTS, instance_of
from tests.pipeline import INSTANCES, shipped

SHIPPED = [*sorted(f"tiny/{path.stem}" for path in (INSTANCES / "tiny").glob("*.yaml")), "reference/first-gigawatt"]


def by_name(m: Matrix) -> tuple[list[str], list[str], sp.csr_matrix, np.ndarray, np.ndarray]:
    """Rows and columns in the order of their names: coefficients, then the numbers of rows and of columns."""
    rows, columns = np.argsort(np.array(m.row_names)), np.argsort(np.array(m.column_names))
    a = sp.csr_matrix(sp.csr_matrix(m.a)[rows][:, columns])
    a.sort_indices()
    of_rows = np.array([m.row_lower, m.row_upper])[:, rows]
    of_columns = np.array([m.cost, m.lower, m.upper, m.integer])[:, columns]
    return sorted(m.row_names), sorted(m.column_names), a, of_rows, of_columns


def assert_same(c: Coefficients, one: Matrix) -> None:
    """The way that the size of an instance does not choose gives the same matrix as the other, to the last digits."""
    large = len(c.nodes.loads) >= compiling.LARGE_FROM_LOADS
    built = assemble(c, PRESETS["tight"] if large else LARGE)
    assert large is (built.implicit is None)
    other = compile_matrix(built.model)
    if built.implicit is not None:
        other = with_implicit_columns(other, built.implicit)
    (rows, columns, a, of_rows, of_columns), found = by_name(one), by_name(other)
    assert found[0] == rows
    assert found[1] == columns
    assert (found[2].indptr.tolist(), found[2].indices.tolist()) == (a.indptr.tolist(), a.indices.tolist())
    np.testing.assert_allclose(found[2].data, a.data, rtol=1e-12)
    np.testing.assert_allclose(found[3], of_rows, rtol=1e-12)
    np.testing.assert_allclose(found[4], of_columns, rtol=1e-12)
    assert (other.sign, other.cost_offset) == (one.sign, pytest.approx(one.cost_offset, rel=1e-12))


@pytest.mark.slow
@pytest.mark.parametrize("name", SHIPPED)
def test_arrays_build_the_matrix_that_pyomo_builds(name: str) -> None:
    """Every name, coefficient, bound, side, cost and kind of a shipped instance is the same in both."""
    derived, matrix = shipped(name)
    assert_same(derived.coefficients, matrix)


@pytest.mark.parametrize("variant", sorted(VARIANTS))
def test_arrays_build_every_rule(variant: str) -> None:
    """The same for the instances that between them use every rule, target and question."""
    instance = instance_of(variant)
    c = derive(instance, candidate_designs(instance)).coefficients
    assert_same(c, compile_matrix(assemble(c).model))


@pytest.mark.slow
def test_a_matrix_is_the_same_whichever_way_its_size_has_it_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """Past the number of loads from which arrays are used, rows and columns are those from before it."""
    instance = instance_of("everything")
    c = derive(instance, candidate_designs(instance)).coefficients
    asked: list[ImplicitColumns] = []

    def seen(matrix: Matrix, implicit: ImplicitColumns) -> Matrix:
        asked.append(implicit)
        return with_implicit_columns(matrix, implicit)

    monkeypatch.setattr(compiling, "with_implicit_columns", seen)
    small = compiling.compile_model(c)
    assert not asked
    monkeypatch.setattr(compiling, "LARGE_FROM_LOADS", 1)
    large = compiling.compile_model(c)
    assert len(asked) == 1
    assert sorted(large.column_names) == sorted(small.column_names)
    assert sorted(large.row_names) == sorted(small.row_names)
