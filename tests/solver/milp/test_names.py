"""Names of rows and columns as arrays: taking some, joining, kinds and periods, repeated ones."""

from __future__ import annotations

import numpy as np
import pytest

from formulations.names import Row, Var
from solver.errors import ModelError
from solver.milp.names import Names
from tests.named import named

NAMES = named(["b.y[s,0]", "a.x[s,0]", "a.x[s,2]", "a.x[r,0]", "a.x[r,1]", "c.z", "b.y[s,3]", "c.t[0]", "c.u[0]"])


def test_names_that_are_taken_keep_their_component_and_indices() -> None:
    """Positions and masks take the same names, in the order of the positions."""
    some = NAMES.take(np.array([6, 1, 5]))
    assert list(some) == ["b.y[s,3]", "a.x[s,0]", "c.z"]
    assert list(some.components) == ["b.y", "a.x", "c.z"]
    mask = np.zeros(len(NAMES), dtype=bool)
    mask[[1, 5]] = True
    assert list(NAMES.take(mask)) == ["a.x[s,0]", "c.z"]
    assert list(NAMES.only(["b.y"])) == ["b.y[s,0]", "b.y[s,3]"]


def test_parts_are_joined_under_one_component() -> None:
    """The same component in two parts is one component, whatever its code was in each."""
    both = Names.joined(NAMES.take(np.array([1, 0])), NAMES.take(np.array([6, 2])))
    assert list(both) == ["a.x[s,0]", "b.y[s,0]", "b.y[s,3]", "a.x[s,2]"]
    assert both.of("a.x", Var).tolist() == [0, 3]
    assert both == named(list(both))
    assert len(Names.joined()) == 0


def test_names_are_equal_by_component_and_indices() -> None:
    """The codes of components do not count, and neither does sharing: a name with another index or component does."""
    first, again = named(["a.x[0]", "b.y[0]"]), named(["a.x[0]", "b.y[0]"])
    assert first == again
    assert first == named(["b.y[0]", "a.x[0]"]).take(np.array([1, 0]))
    assert first != named(["a.x[0]", "b.y[1]"])
    assert first != named(["a.x[0]", "a.x[0]"])
    assert first != first.take(np.array([0]))


def test_a_kind_is_a_name_without_its_period() -> None:
    """Names that differ in the last index alone are of one kind; names of two components never are."""
    assert NAMES.kinds.tolist() == [0, 1, 1, 2, 2, 3, 0, 4, 5]
    assert NAMES.periods.tolist() == [0, 0, 2, 0, 1, 0, 3, 0, 0]


def test_a_label_of_digits_is_no_period() -> None:
    """A shell called 7 does not become period 7."""
    assert Names.of_pairs([("shells.slots", ("7",)), ("shells.slots", ("7", 3))]).periods.tolist() == [0, 3]


def test_repeated_names_are_found() -> None:
    """The same component with the same indices twice is repeated; text and number are not the same."""
    pairs = [("a", ("1",)), ("a", (1,)), ("b", (1,)), ("b", (1,))]
    assert Names.of_pairs(pairs).repeated() == {"b[1]"}


def test_an_unknown_component_raises_and_a_known_one_may_be_absent() -> None:
    """Only names of the enum may be asked for where the model has none of them."""
    assert NAMES.of(Var.NODES_LOADED, Var).size == 0
    assert NAMES.find(Var.NODES_LOADED, ("a", 0), Var) is None
    for known in (Row, Var):
        with pytest.raises(ModelError, match=r"nodes\.laoded"):
            NAMES.of("nodes.laoded", known)
