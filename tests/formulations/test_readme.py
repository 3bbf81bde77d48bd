"""The guide to the mathematics names what the model has, all of it and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pyomo.environ as pyo

import formulations
from formulations import PRESETS
from tests.formulations.everything import FAMILIES
from tests.formulations.test_pages import components

TEXT = (Path(formulations.__file__).parent / "README.md").read_text(encoding="utf-8")
LINES = TEXT.splitlines()


def test_every_word_is_explained() -> None:
    """Each constraint has one line that says what it means to a planner, and no line is left of a removed one."""
    explained = re.findall(r"^- `([a-z_]+\.[a-z_]+)`: \w", TEXT, flags=re.MULTILINE)
    words = [f"{family}.{word}" for family in FAMILIES for word in components(family, pyo.Constraint)]
    assert sorted(explained) == sorted(words)


def test_every_variable_is_in_the_table_with_its_indices() -> None:
    """Each variable has one row of the table, with as many letters as it has indices."""
    rows = re.findall(r"^\| `([a-z_]+\.[a-z_]+)(?:\[([a-z,]+)\])?` \|", TEXT, flags=re.MULTILINE)
    listed = {name: len(letters.split(",")) if letters else 0 for name, letters in rows}
    variables = {f"{f}.{name}": dim for f in FAMILIES for name, dim in components(f, pyo.Var).items()}
    assert listed == variables
    assert len(rows) == len(variables)


def test_the_letters_used_are_explained() -> None:
    """No index appears in the table of variables that the table of letters lacks."""
    letters = set(re.findall(r"^\| `([a-z])` \|", TEXT, flags=re.MULTILINE))
    used = {letter for group in re.findall(r"\[([a-z,]+)\]", TEXT) for letter in group.split(",")}
    assert used <= letters


def test_families_come_in_the_order_of_assembly() -> None:
    """The guide tells the families in the order in which the model is put together."""
    assert re.findall(r"^\*\*([a-z_]+)\*\*", TEXT, flags=re.MULTILINE) == list(FAMILIES)


def test_every_preset_is_compared() -> None:
    """A named formulation has its row in the table of variants."""
    named = re.findall(r"^\| `([a-z]+)`[^|]*\| `[A-Za-z_()]+` \|", TEXT, flags=re.MULTILINE)
    assert set(named) == set(PRESETS)


def test_the_guide_stays_short() -> None:
    """It can be read in one sitting."""
    assert len(LINES) < 250
