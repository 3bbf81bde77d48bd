"""Results decide by their types: no status, reason, limit, certificate or verdict is compared with a word."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOLVER = Path(__file__).parents[2] / "solver"
TYPED = {"status", "reason", "limit", "certificate", "verdict", "termination", "bound_kind", "ended", "detail"}


def _is_typed(node: ast.expr) -> bool:
    """Whether an expression is a typed field of a result, or the same read from JSON."""
    if isinstance(node, ast.Attribute):
        return node.attr in TYPED
    if isinstance(node, ast.Name):
        return node.id in TYPED
    key: ast.expr | None = None
    if isinstance(node, ast.Subscript):
        key = node.slice
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == "startswith":
            return _is_typed(node.func.value)
        key = node.args[0] if node.func.attr == "get" and node.args else None
    return isinstance(key, ast.Constant) and key.value in TYPED


def _is_word(node: ast.expr) -> bool:
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return any(_is_word(element) for element in node.elts)
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def decided_by_word(source: str) -> list[int]:
    """Lines in which a typed field of a result is compared with a word, or asked how its text begins."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare):
            operands = [node.left, *node.comparators]
            if any(map(_is_typed, operands)) and any(map(_is_word, operands)):
                found.append(node.lineno)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "startswith":
            found += [node.lineno] if _is_typed(node.func.value) else []
    return found


@pytest.mark.slow
def test_no_decision_rests_on_a_word() -> None:
    """Nowhere in the engine is a result judged by text."""
    places = [
        f"{path.relative_to(SOLVER)}:{line}"
        for path in sorted(SOLVER.rglob("*.py"))
        for line in decided_by_word(path.read_text(encoding="utf-8"))
    ]
    assert places == []


def test_a_decision_by_word_would_be_seen() -> None:
    """Each way of deciding by text that was in use is found."""
    ways = [
        'found.reason not in ("time", "interrupt")',
        'reason.startswith("infeasible")',
        'data["status"] == "optimal"',
        'facts.get("bound_kind") == "lp_verified"',
        'kind == "lp_verified" != self.bound_kind',
        'raw.verdict == "Optimal"',
    ]
    assert [decided_by_word(way) for way in ways] == [[1]] * len(ways)
    assert decided_by_word("found.status is Status.OPTIMAL") == []
