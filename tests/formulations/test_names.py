"""The enums hold every variable and constraint of the formulations, each once, and nothing else."""

from __future__ import annotations

import pyomo.environ as pyo
import pytest

from formulations.names import SEARCH_ROWS, Row, Var
from solver.report.summary_limits import NOUNS
from tests.formulations.everything import FAMILIES
from tests.formulations.test_pages import components


@pytest.mark.parametrize(("kind", "names"), [(pyo.Var, list(Var)), (pyo.Constraint, sorted(set(Row) - {*SEARCH_ROWS}))])
def test_the_enums_are_the_components_of_the_families(kind: type, names: list[str]) -> None:
    """A new component must be named in the enum, and the name of a removed one must go."""
    written = [f"{family}.{component}" for family in FAMILIES for component in components(family, kind)]
    assert sorted(written) == sorted(str(name) for name in names)


def test_a_member_is_called_like_its_component() -> None:
    """``Row.LAUNCH_LIFT`` is ``launch.lift``: a reader need not look it up."""
    for name in (*Var, *Row):
        assert name.name == name.value.replace(".", "_").upper()


def test_no_row_is_called_like_a_variable() -> None:
    """One printed name is one thing."""
    assert not {str(row) for row in Row} & {str(variable) for variable in Var}


def test_the_summary_labels_rows_that_exist() -> None:
    """A limit is reported under the name of its row."""
    assert set(NOUNS) <= {str(row) for row in Row}
