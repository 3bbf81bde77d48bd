"""The paragraphs on bounds and cuts are those of the registry of proofs, and no coefficient is a hidden bound."""

from __future__ import annotations

import numpy as np
import pytest

from formulations.bounds import BIG_M, BOUNDS, CUTS, DEFINITIONS
from formulations.names import SEARCH_ROWS, Row, Var
from tests.formulations.everything import FAMILIES, matrix
from tests.formulations.test_pages import TOGETHER, listed, page

LIMITS_OF_THE_FILE = {Row.LANDINGS_SEED_MIN, Row.LANDINGS_SEED_MAX}
"""Rows in which a binary variable stands with a limit of the file."""
SWITCHES = (
    Var.LINES_DEVELOPMENT_STARTED, Var.LANDINGS_DEVELOPMENT_STARTED, Var.LANDINGS_SEED_LANDED,
    Var.LUNAR_UNLOCK_STARTED, Var.LEARNING_SEGMENT_ACTIVE,
)  # fmt: skip
"""Binary variables; orders bounded by one are counts."""


@pytest.mark.parametrize("family", FAMILIES)
def test_every_bound_is_registered_with_the_proof_of_its_page(family: str) -> None:
    """The entries of Bounds are the registered variables, and each begins with the kind of its proof."""
    lines = page(family)["Bounds"]
    registered = {v: bound for v, bound in BOUNDS.items() if v.partition(".")[0] == family}
    assert {f"{family}.{name}" for name in listed(lines)} == set(registered)
    for variable, bound in registered.items():
        (entry,) = (line.split() for line in lines if line.startswith(f"  {variable.partition('.')[2]} "))
        assert entry[1] == f"{bound.proof}:", variable


def test_every_entry_has_its_ground() -> None:
    """An entry names a row, a definition or an argument; the word alone is no proof."""
    for variable in BOUNDS:
        family, _, name = variable.partition(".")
        text = "\n".join(page(family)["Bounds"]).partition(f"  {name} ")[2].partition("\n  ")[0]
        assert len(text.split()) > 1, variable


def test_every_cut_is_registered_and_proven() -> None:
    """The cuts of the page and the rows that a search adds are those registered; the proof names each of the page."""
    on_page = {f"cuts.{name}" for name in listed(page("cuts")["Constraints"])}
    assert on_page | set(SEARCH_ROWS) == set(CUTS)
    proof = "\n".join(page("cuts")["Proof"])
    assert {name for name in listed(page("cuts")["Constraints"]) if f" {name}:" not in proof} == set()


@pytest.mark.slow
def test_a_bound_is_a_coefficient_only_where_registered() -> None:
    """A binary variable whose coefficient is the bound of another variable of its row is a registered big-M."""
    found = dict[str, set[str]]()
    for variant in TOGETHER:
        model = matrix(variant)
        binary = np.zeros(model.columns, dtype=bool)
        for switch in SWITCHES:
            binary[model.columns_of(switch)] = True
        by_row = model.a.tocsr()
        for r in range(model.rows):
            part = slice(by_row.indptr[r], by_row.indptr[r + 1])
            columns, values = by_row.indices[part], np.abs(by_row.data[part])
            switches = binary[columns] & (values != 1.0)
            others = columns[~binary[columns]]
            if switches.any() and np.isin(values[switches], model.upper[others]).any():
                names = model.column_names
                found.setdefault(model.row_names.component(r), set()).update(
                    names.component(int(j)) for j in columns[switches]
                )
    assert set(found) - LIMITS_OF_THE_FILE <= set(BIG_M)
    assert all({BIG_M[Row(row)]} == names for row, names in found.items() if row in BIG_M)


def test_every_big_m_is_on_its_page() -> None:
    """The mathematics of the row has the bound before the binary variable."""
    for row, binary in BIG_M.items():
        family, _, name = row.partition(".")
        (line,) = (line for line in page(family)["Constraints"] if line.startswith(f"  {name} "))
        assert "max_" in line.partition(binary.partition(".")[2])[0]


def test_a_definition_says_so() -> None:
    """A bound that is the meaning of a variable is called so on its page."""
    for variable in DEFINITIONS:
        family, _, name = Var(variable).partition(".")
        (line,) = (line for line in page(family)["Bounds"] if line.startswith(f"  {name} "))
        assert "by definition" in line
