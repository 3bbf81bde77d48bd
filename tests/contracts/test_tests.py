"""Tests cannot pass without testing: no assertion depends on a branch, and every test makes one."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
SOURCES = sorted(path for path in TESTS.rglob("*.py") if "bench" not in path.relative_to(TESTS).parts[:1])
MODULES = [path for path in SOURCES if path.name.startswith("test_")]
CHECKS = ("assert_", "check_", "raises", "warns")
"""Beginnings of calls that fail by themselves: helpers that assert, and contexts of pytest."""

ALLOWED: dict[str, str] = {}
"""Findings that stay, as ``module::function``, each with the reason why its claim is tested all the same."""


@cache
def parsed(source: str) -> ast.Module:
    """Return the syntax tree of a module."""
    return ast.parse(source)


def functions_in(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    """Return the test functions of a module."""
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"))


def own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Return the nodes below one, but not those of functions defined within."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.Lambda):
            yield child
            yield from own_nodes(child)


def conditional(test: ast.FunctionDef) -> bool:
    """Return whether an assertion runs only in some branch, or is passed by an early return."""
    branches = [node for node in ast.walk(test) if isinstance(node, ast.If | ast.ExceptHandler | ast.Match)]
    asserted = any(isinstance(below, ast.Assert) for branch in branches for below in ast.walk(branch))
    return asserted or any(isinstance(node, ast.Return) for node in own_nodes(test))


def unchecked(test: ast.FunctionDef) -> bool:
    """Return whether a test neither asserts nor calls what asserts."""
    calls = [node.func for node in ast.walk(test) if isinstance(node, ast.Call)]
    names = [func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "") for func in calls]
    return not any(isinstance(node, ast.Assert) for node in ast.walk(test)) and not any(
        name.startswith(CHECKS) for name in names
    )


def undescribed(test: ast.FunctionDef) -> bool:
    """Return whether a test does not open with the sentence it proves."""
    return ast.get_docstring(test) is None


FAULTS: dict[str, Callable[[ast.FunctionDef], bool]] = {
    "an assertion in a branch, or behind a return": conditional,
    "no assertion": unchecked,
    "no sentence": undescribed,
}


def findings(source: str, fault: str) -> list[str]:
    """Return the tests of a module that have a fault."""
    return [test.name for test in functions_in(parsed(source)) if FAULTS[fault](test)]


def alternatives(source: str) -> list[int]:
    """Return the lines of assertions that hold if one of several conditions does."""
    asserted = [node for node in ast.walk(parsed(source)) if isinstance(node, ast.Assert)]
    return [n.lineno for n in asserted if isinstance(n.test, ast.BoolOp) and isinstance(n.test.op, ast.Or)]


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_every_test_tests(fault: str) -> None:
    """No test of the suite has the fault, but for those that are allowed with a reason."""
    found = {
        f"{path.relative_to(TESTS)}::{name}" for path in MODULES for name in findings(path.read_text("utf-8"), fault)
    }
    assert len(MODULES) > 100
    assert sorted(found - set(ALLOWED)) == []


@pytest.mark.slow
def test_no_assertion_has_an_alternative() -> None:
    """``assert x is None or ...`` passes where nothing is found: the claim names the case it speaks of."""
    found = [f"{path.relative_to(TESTS)}:{n}" for path in SOURCES for n in alternatives(path.read_text("utf-8"))]
    assert found == []


def test_every_module_says_what_it_proves() -> None:
    """Every module of tests opens with a sentence."""
    assert [str(path) for path in MODULES if ast.get_docstring(parsed(path.read_text("utf-8"))) is None] == []


@pytest.mark.parametrize(
    ("fault", "body"),
    [
        ("an assertion in a branch, or behind a return", "if f():\n        assert g()"),
        ("an assertion in a branch, or behind a return", "try:\n        f()\n    except E:\n        assert g()"),
        ("an assertion in a branch, or behind a return", "if f():\n        return\n    assert g()"),
        ("no assertion", "f()"),
        ("no sentence", "assert g()"),
    ],
)
def test_a_fault_is_found(fault: str, body: str) -> None:
    """Each fault is seen in a test that has it."""
    assert findings(f"def test_one():\n    {body}\n", fault) == ["test_one"]


def test_an_alternative_is_found() -> None:
    """An assertion with ``or`` is seen, one whose alternatives stand within a call is not."""
    assert alternatives("assert x is None or x > 1\nassert all(a or b for a, b in c)\n") == [1]
