"""The docstring of a family and its rows cannot part: the page lists exactly what the model has."""

from __future__ import annotations

import dataclasses
import importlib
import re
from pathlib import Path

import pyomo.environ as pyo
import pytest

from formulations import coefficients
from tests.formulations.everything import FAMILIES, matrix, model

PARAGRAPHS = ["Variables", "Parameters", "Uses", "Constraints", "Exports", "Bounds", "Source"]
HEAD = re.compile(r"^([A-Z][a-z]+)(?:  +(.*))?$")
NAME = re.compile(r"^ {2}([a-z_]+)(?:\[([a-z,]*)\])? {2,}\S")
INDEXED = re.compile(r"([a-z_]+)\[")
TOGETHER = (
    "everything", "most_power", "most_value", "orbit_only", "made_on_lines", "lit_moon", "stored_chips", "learning",
    "network",
)  # fmt: skip
"""Instances that between them use every rule."""


def page(family: str) -> dict[str, list[str]]:
    """Paragraphs of a family's docstring by their first word, as lines; what follows that word is indented by two."""
    found: dict[str, list[str]] = {}
    for line in (importlib.import_module(f"formulations.{family}").__doc__ or "").splitlines()[1:]:
        head = HEAD.match(line)
        if head:
            found[head[1]] = [f"  {head[2]}"] if head[2] else []
        elif found:
            found[next(reversed(found))].append(line)
    return found


def listed(lines: list[str]) -> dict[str, int]:
    """Names that begin a line of a paragraph, with the number of their indices."""
    matches = [match for match in map(NAME.match, lines) if match]
    return {match[1]: len(match[2].split(",")) if match[2] else 0 for match in matches}


def indexed(lines: list[str]) -> set[str]:
    """Names used with an index, without the family they come from."""
    return set(INDEXED.findall("\n".join(lines)))


def components(family: str, kind: type) -> dict[str, int]:
    """Names of a family's components that have members in one of the instances, with the number of their indices."""
    return {
        component.local_name: component.dim()
        for variant in TOGETHER
        for component in model(variant).component(family).component_objects(kind, active=True)
        if len(component)
    }


def test_every_family_module_is_looked_at() -> None:
    """A new file with a page of its own is under the tests below from its first day."""
    folder = Path(coefficients.__file__).parent
    pages = {path.stem for path in folder.glob("*.py") if "\nConstraints\n" in path.read_text(encoding="utf-8")}
    assert pages == set(FAMILIES)
    assert {block.local_name for block in model("moon").component_objects(pyo.Block)} == set(FAMILIES)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_page_has_its_paragraphs_in_order(family: str) -> None:
    """Every family has all paragraphs, from Variables to Source, in that order, and none is empty."""
    found = page(family)
    assert [head for head in found if head in PARAGRAPHS] == PARAGRAPHS
    assert all(any(line.strip() for line in found[head]) for head in PARAGRAPHS)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_constraints_listed_are_those_of_the_block(family: str) -> None:
    """Every constraint of the block has its line of mathematics, and every line its constraint."""
    assert set(listed(page(family)["Constraints"])) == set(components(family, pyo.Constraint))


def test_every_constraint_has_rows() -> None:
    """The constraints of the compiled matrix, which solver and reports see, are those of the pages, family in front."""
    rows = {row for variant in TOGETHER for row in matrix(variant).components()}
    assert rows == {f"{family}.{name}" for family in FAMILIES for name in listed(page(family)["Constraints"])}


@pytest.mark.parametrize("family", FAMILIES)
def test_the_variables_listed_are_those_of_the_block(family: str) -> None:
    """Every variable of the block is announced with as many indices as it has, and nothing else is."""
    assert listed(page(family)["Variables"]) == components(family, pyo.Var)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_finite_bound_has_its_proof(family: str) -> None:
    """Bounds has one entry for each variable with a finite upper bound, or none where no variable has one."""
    bounds = page(family)["Bounds"]
    bounded = {
        component.local_name
        for variant in TOGETHER
        for component in model(variant).component(family).component_objects(pyo.Var, active=True)
        if any(member.ub is not None for member in component.values())
    }
    assert set(listed(bounds)) == bounded
    assert bounds[0].strip().startswith("none") is not bool(bounded)


@pytest.mark.parametrize("family", FAMILIES)
def test_what_it_uses_exists_in_the_other_families(family: str) -> None:
    """All that a family uses is a variable or an expression of another family, by its name."""
    text = " ".join(page(family)["Uses"])
    used = re.findall(r"([a-z_]+)\.([a-z_]+)\[", text)
    rest = re.sub(r"[a-z_]+\.[a-z_]+\[[a-z,]*\],?", "", text).strip()
    assert rest in ("", "nothing", "every decision of every family")
    for other, name in used:
        assert other in set(FAMILIES) - {family}
        assert model("moon").component(other).component(name) is not None


@pytest.mark.parametrize("family", FAMILIES)
def test_its_parameters_are_coefficients(family: str) -> None:
    """A parameter is a field of the coefficients, under the same name."""
    kinds = [kind for kind in vars(coefficients).values() if dataclasses.is_dataclass(kind)]
    fields = {field.name for kind in kinds for field in dataclasses.fields(kind)}
    assert indexed(page(family)["Parameters"]) <= fields


@pytest.mark.parametrize("family", FAMILIES)
def test_the_rows_use_only_listed_names(family: str) -> None:
    """Every indexed name in the mathematics is a variable, a parameter or used from another family."""
    found = page(family)
    known = indexed([line for head in ("Variables", "Parameters", "Uses") for line in found[head]])
    defined = set(re.findall(r"with ([a-z_]+)\[", "\n".join(found["Constraints"])))
    assert indexed(found["Constraints"]) <= known | defined
