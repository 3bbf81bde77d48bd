"""A Pyomo model compiles to exactly the rows, columns and bounds it states."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyomo.environ as pyo
import pytest
import scipy.sparse as sp

from formulations.demand import at_least
from formulations.names import Row, Var
from solver.errors import ModelError
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix, compile_matrix
from solver.milp.solution import Certificate, Status
from tests.named import named


def small_model() -> pyo.ConcreteModel:
    """Two families, every kind of row, one fixed and one unused variable."""
    m = pyo.ConcreteModel()
    m.nodes = pyo.Block()
    m.nodes.built = pyo.Var(["d1", "d 2"], ["leo"], [1, 2], domain=pyo.NonNegativeIntegers, bounds=(0, 9))
    m.nodes.idle = pyo.Var()
    m.launch = pyo.Block()
    m.launch.flights = pyo.Var([1, 2], bounds=(-1.5, 4))
    m.launch.opens = pyo.Var(domain=pyo.Binary)
    m.launch.spare = pyo.Var(initialize=3.0)
    m.launch.spare.fix()
    built, flights = m.nodes.built, m.launch.flights
    m.launch.lift = pyo.Constraint(["leo"], [1, 2], rule=lambda _b, _o, t: built["d1", "leo", t] + 2 <= 5 * flights[t])
    m.launch.cadence = pyo.Constraint([1, 2], rule=lambda b, t: (1, flights[t] + b.spare + 2 * b.opens, 9))
    m.launch.balance = pyo.Constraint(expr=flights[1] - flights[2] == 2 - m.launch.spare)
    m.launch.floor = pyo.Constraint(expr=built["d 2", "leo", 1] >= 1)
    m.launch.constant = pyo.Constraint(expr=m.launch.spare <= 4)
    m.cost = pyo.Objective(expr=3 * flights[1] + m.launch.opens + m.launch.spare + 5)
    return m


def test_rows_of_every_kind_keep_their_sides() -> None:
    """Upper, lower, equal and range rows arrive once each, with fixed variables and constants moved to the sides."""
    matrix = compile_matrix(small_model())
    sides = {name: (matrix.row_lower[i], matrix.row_upper[i]) for name, i in matrix.row_index.items()}
    assert sides == {
        "launch.lift[leo,1]": (-np.inf, -2.0),
        "launch.lift[leo,2]": (-np.inf, -2.0),
        "launch.cadence[1]": (-2.0, 6.0),
        "launch.cadence[2]": (-2.0, 6.0),
        "launch.balance": (-1.0, -1.0),
        "launch.floor": (1.0, np.inf),
    }


def test_columns_are_those_that_matter() -> None:
    """Fixed and unused variables have no column; the others keep name, bounds, kind and coefficients."""
    matrix = compile_matrix(small_model())
    assert set(matrix.column_names) == {
        "nodes.built[d1,leo,1]",
        "nodes.built[d1,leo,2]",
        "nodes.built[d 2,leo,1]",
        "launch.flights[1]",
        "launch.flights[2]",
        "launch.opens",
    }
    at = matrix.index
    built, flights, opens = at["nodes.built[d1,leo,1]"], at["launch.flights[1]"], at["launch.opens"]
    assert (matrix.lower[flights], matrix.upper[flights], matrix.integer[flights]) == (-1.5, 4.0, False)
    assert (matrix.lower[built], matrix.upper[built], matrix.integer[built]) == (0.0, 9.0, True)
    assert (matrix.lower[opens], matrix.upper[opens], matrix.integer[opens]) == (0.0, 1.0, True)
    row = matrix.a.toarray()[matrix.row_index["launch.lift[leo,1]"]]
    assert (row[built], row[flights], row[opens]) == (1.0, -5.0, 0.0)
    assert (matrix.cost[flights], matrix.cost[opens], matrix.cost_offset, matrix.sign) == (3.0, 1.0, 8.0, 1)


def test_names_are_pyomo_names() -> None:
    """Names built by prefix and index are the names Pyomo gives, quotes for a comma inside an index included."""
    m = pyo.ConcreteModel()
    m.b = pyo.Block([1])
    m.b[1].x = pyo.Var(["a,b", "c"], [1])
    m.y = pyo.Var()
    m.cost = pyo.Objective(expr=pyo.quicksum(m.b[1].x.values()) + m.y)
    assert set(compile_matrix(m).column_names) == {v.name for v in m.component_data_objects(pyo.Var)}


def test_maximise_is_stored_negated() -> None:
    """A maximised model is minimised with sign -1, and sign times value is the model's own objective."""
    m = pyo.ConcreteModel()
    m.x = pyo.Var(bounds=(0, 2))
    m.cost = pyo.Objective(expr=3 * m.x + 1, sense=pyo.maximize)
    matrix = compile_matrix(m)
    assert (matrix.sign, matrix.cost[0], matrix.cost_offset) == (-1, -3.0, -1.0)
    assert matrix.sign * matrix.value(np.array([2.0])) == 7.0


def test_components_find_rows_and_columns() -> None:
    """A component finds its rows and columns; a known one that the model lacks finds none, a misspelt one raises."""
    matrix = compile_matrix(small_model())
    assert sorted(matrix.components()) == ["launch.balance", "launch.cadence", "launch.floor", "launch.lift"]
    assert [matrix.row_names[i] for i in matrix.rows_of("launch.lift")] == ["launch.lift[leo,1]", "launch.lift[leo,2]"]
    assert len(matrix.columns_of("nodes.built")) == 3
    assert len(matrix.rows_of(Row.LAUNCH_LICENCE)) == 0
    assert len(matrix.columns_of(Var.LAUNCH_CARGO)) == 0
    with pytest.raises(ModelError, match=r"launch\.lif: no Row of the formulations"):
        matrix.rows_of("launch.lif")
    with pytest.raises(ModelError, match=r"launch\.licence: no Var of the formulations"):
        matrix.columns_of(Row.LAUNCH_LICENCE)


def test_one_row_or_column_is_found_by_its_indices() -> None:
    """An index finds its row or column; one that is not there is None where it may be, and raises where it must be."""
    matrix = compile_matrix(small_model())
    assert matrix.row("launch.lift", "leo", 1) == matrix.row_index["launch.lift[leo,1]"]
    assert matrix.column("launch.opens") == matrix.index["launch.opens"]
    assert matrix.find_row("launch.lift", "leo", "1") is None
    assert matrix.find_column(Var.TARGET_FACTOR) is None
    with pytest.raises(ModelError, match=r"launch\.lift\[leo,7\]: not in this model"):
        matrix.row("launch.lift", "leo", 7)
    with pytest.raises(ModelError, match=r"launch\.flihgts: no Var"):
        matrix.find_column("launch.flihgts", 1)


AWKWARD = ("nan", "inf", "-inf", "1", "1e5", "a,b", "x]y", "x[0]", "a.b", "it's", 'a"b', "", "|", "two words", "Zürich")


def test_labels_of_any_kind_stay_what_they_are() -> None:
    """Labels that read like numbers or hold brackets keep their type, and are printed as Pyomo prints them."""
    m = pyo.ConcreteModel()
    m.x = pyo.Var(AWKWARD, AWKWARD, [0, 1])
    m.alone = pyo.Var(AWKWARD)
    m.cost = pyo.Objective(expr=pyo.quicksum(m.x.values()) + pyo.quicksum(m.alone.values()))
    names = compile_matrix(m).column_names
    assert set(names) == {v.name for v in m.component_data_objects(pyo.Var)}
    assert len(names.positions) == len(names)
    expected = {("x", (a, b, t)) for a in AWKWARD for b in AWKWARD for t in (0, 1)} | {("alone", (a,)) for a in AWKWARD}
    assert set(names.pairs()) == expected


def test_inactive_parts_are_not_seen() -> None:
    """Rows of a block or constraint that is switched off are left out."""
    m = small_model()
    m.launch.lift.deactivate()
    assert len(compile_matrix(m).rows_of("launch.lift")) == 0


def test_model_without_objective_costs_nothing() -> None:
    """A model without an objective compiles with cost 0."""
    m = small_model()
    m.cost.deactivate()
    matrix = compile_matrix(m)
    assert not matrix.cost.any()
    assert matrix.cost_offset == 0.0


def _nonlinear(m: pyo.ConcreteModel) -> None:
    m.launch.curve = pyo.Constraint(expr=m.launch.opens * m.launch.flights[1] <= 1)


def _two_objectives(m: pyo.ConcreteModel) -> None:
    m.launch.second = pyo.Objective(expr=m.launch.opens)


def _infinite_coefficient(m: pyo.ConcreteModel) -> None:
    m.launch.wild = pyo.Constraint(expr=float("inf") * m.launch.opens + m.launch.flights[1] <= 1)


def _crossed(m: pyo.ConcreteModel) -> None:
    m.launch.least = pyo.Param(initialize=2, mutable=True)
    m.launch.crossed = pyo.Constraint(expr=(m.launch.least, m.launch.opens, 1))


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (_nonlinear, "launch.curve"),
        (_two_objectives, "launch.second"),
        (_infinite_coefficient, "launch.wild"),
        (_crossed, "launch.crossed"),
    ],
)
def test_faults_of_a_model_are_named(spoil: Callable[[pyo.ConcreteModel], None], named: str) -> None:
    """A model that cannot be compiled exactly is refused with the name of the row or objective at fault."""
    m = small_model()
    spoil(m)
    with pytest.raises(ModelError, match=named):
        compile_matrix(m)


def test_demand_that_nothing_serves_is_a_row_that_no_point_satisfies() -> None:
    """A demand row without terms stays as a row without coefficients; one that holds without terms is dropped."""
    m = pyo.ConcreteModel()
    m.target = pyo.Block()
    m.x = pyo.Var([0], bounds=(0, 1))
    served = {0: m.x[0], 1: 0.0, 2: pyo.quicksum([])}
    m.target.demand = pyo.Constraint([0, 1, 2], rule=lambda b, t: at_least(b, served[t], 0.5 if t < 2 else 0.0))
    m.cost = pyo.Objective(expr=m.x[0])
    matrix = compile_matrix(m)
    assert list(matrix.column_names) == ["x[0]"]
    assert list(matrix.row_names) == ["target.demand[0]", "target.demand[1]"]
    assert (matrix.row_lower.tolist(), matrix.a.toarray().tolist()) == ([0.5, 0.5], [[1.0], [0.0]])
    found = solve(matrix, Limits())
    assert (found.status, found.termination.certificate) == (Status.INFEASIBLE, Certificate.LP_VERIFIED)
    assert "target.demand[1]" in str(found.termination)


def test_violation_names_the_worst_row() -> None:
    """A point outside a row or a bound is reported by its name, amount and share; a good point by nothing."""
    matrix = compile_matrix(small_model())
    x = np.zeros(matrix.columns)
    x[matrix.index["launch.flights[1]"]] = 1.0
    x[matrix.index["launch.flights[2]"]] = 2.0
    x[matrix.index["nodes.built[d 2,leo,1]"]] = 1.0
    assert matrix.violation(x).name == ""
    broken = x.copy()
    broken[matrix.index["launch.flights[2]"]] = 2.5
    worst = matrix.violation(broken)
    assert worst.name == "launch.balance"
    assert worst.absolute == pytest.approx(0.5)
    assert worst.relative == pytest.approx(0.2)
    broken = x.copy()
    broken[matrix.index["launch.opens"]] = 1.25
    assert matrix.violation(broken).name == "launch.opens"
    broken[0] = np.nan
    assert matrix.violation(broken).relative == np.inf


def test_violation_is_measured_by_the_unit_of_a_row() -> None:
    """A row of small amounts is measured by its own size, one of large amounts by its largest term, in any unit."""
    matrix = Matrix(
        a=sp.csc_matrix(np.array([[1.0, -1.0]])),
        row_lower=np.zeros(1),
        row_upper=np.zeros(1),
        cost=np.zeros(2),
        cost_offset=0.0,
        sign=1,
        lower=np.zeros(2),
        upper=np.full(2, 1e7),
        integer=np.zeros(2, dtype=bool),
        row_names=named(["stock"]),
        column_names=named(["x", "y"]),
    )
    small, large = np.array([1e-4, 1.01e-4]), np.array([1e6, 1e6 + 1.0])
    assert matrix.violation(small).relative == pytest.approx(1e-6)
    assert matrix.violation(small, np.array([1e-5])).relative == pytest.approx(0.01, rel=0.02)
    assert matrix.violation(small, np.array([1e-5])).absolute == pytest.approx(1e-6)
    for unit in (1e-5, 1.0):
        assert matrix.violation(large, np.array([unit])).relative == pytest.approx(1e-6, rel=1e-3)


def test_patched_copies_leave_the_original() -> None:
    """``with_`` and ``with_rows`` give new matrices; the first keeps its numbers and cannot be written to."""
    matrix = compile_matrix(small_model())
    higher = matrix.with_(upper=matrix.upper + 1, cost_offset=0.0)
    assert (higher.upper == matrix.upper + 1).all()
    assert (higher.cost_offset, matrix.cost_offset) == (0.0, 8.0)
    cut = sp.csr_matrix(np.ones((1, matrix.columns)))
    more = matrix.with_rows(cut, np.array([-np.inf]), np.array([7.0]), named(["cuts.all"]))
    assert (more.rows, matrix.rows) == (7, 6)
    assert more.rows_of("cuts.all").tolist() == [6]
    assert more.violation(np.full(matrix.columns, 100.0)).name != ""
    with pytest.raises(ModelError, match=r"cuts\.all"):
        more.with_rows(cut, np.array([0.0]), np.array([7.0]), named(["cuts.all"]))
    with pytest.raises(ValueError, match="read-only"):
        matrix.upper[0] = 3.0


def test_wrong_shapes_and_numbers_are_refused() -> None:
    """An array of the wrong length, or one with a value that is no bound or cost, never becomes a matrix."""
    matrix = compile_matrix(small_model())
    with pytest.raises(ValueError, match=r"matrix\.upper"):
        matrix.with_(upper=np.ones(2))
    for field in ("cost", "lower", "upper", "row_lower", "row_upper"):
        wrong = getattr(matrix, field).copy()
        wrong[0] = np.nan
        with pytest.raises(ModelError, match=field):
            matrix.with_(**{field: wrong})


def test_matrix_of_the_relaxation_has_no_integers() -> None:
    """The relaxed copy differs in its kinds only."""
    matrix = compile_matrix(small_model())
    relaxed: Matrix = matrix.relaxed()
    assert matrix.integer.any()
    assert not relaxed.integer.any()
    assert relaxed.a is matrix.a
