"""The language of docstrings: a verb in the imperative or a field term comes first, and no word of a dialect."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted(path for room in ("formulations", "solver") for path in (ROOT / room).rglob("*.py"))
VERBS = frozenset((Path(__file__).with_name("verbs.txt")).read_text(encoding="utf-8").split())
NOT_A_TERM = frozenset(
    [
        "a",
        "all",
        "an",
        "and",
        "anything",
        "as",
        "at",
        "both",
        "by",
        "each",
        "every",
        "for",
        "from",
        "how",
        "if",
        "in",
        "it",
        "no",
        "nobody",
        "none",
        "nothing",
        "of",
        "on",
        "one",
        "only",
        "others",
        "some",
        "that",
        "the",
        "these",
        "they",
        "this",
        "those",
        "to",
        "two",
        "what",
        "whatever",
        "when",
        "where",
        "whether",
        "which",
        "who",
        "whoever",
        "why",
        "with",
    ]
)
DIALECT = re.compile(
    r"\b(told|tells?|honest|nobody|whoever|quarrel\w*|woven|that which|heard|hears?|says)\b", re.IGNORECASE
)
Definition = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def public(tree: ast.Module) -> Iterator[tuple[Definition, bool]]:
    """Public definitions of a module with a docstring, and whether each is called rather than read."""
    yield tree, False
    stack: list[ast.Module | ast.ClassDef] = [tree]
    while stack:
        for node in stack.pop().body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield node, False
                stack.append(node)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
                decorators = {ast.unparse(decorator).split("(")[0] for decorator in node.decorator_list}
                yield node, not decorators & {"property", "cached_property"}


def faulty(tree: ast.Module) -> Iterator[str]:
    """Docstrings that break the rule, with their line and first word."""
    for node, called in public(tree):
        text = ast.get_docstring(node)
        if not text:
            continue
        first = re.split(r"[\s,:;.]", text.lstrip("`r"), maxsplit=1)[0]
        line = getattr(node, "lineno", 1)
        if called and first.lower() not in VERBS:
            yield f"{line}: {first!r} is no verb in the imperative"
        if not called and (first.lower() in NOT_A_TERM or first.lower().removesuffix("s") in VERBS - {"cost", "plan"}):
            yield f"{line}: {first!r} is no field term"
        yield from (f"{line}: {word.group(0)!r} is of the dialect" for word in DIALECT.finditer(text))


def test_docstrings_speak_the_field() -> None:
    """Functions begin with a verb, all else with a noun of the field, and no docstring has a word of the dialect."""
    texts = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in FILES}
    assert [f"{name}:{fault}" for name, text in texts.items() for fault in faulty(ast.parse(text))] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('"""Rows."""\ndef f():\n    """What is left."""\n', "2: 'What' is no verb in the imperative"),
        ('"""The rows."""\n', "1: 'The' is no field term"),
        ('"""Returns rows."""\n', "1: 'Returns' is no field term"),
        ('"""Rows."""\nclass A:\n    """Kind that is told."""\n', "2: 'told' is of the dialect"),
    ],
)
def test_a_docstring_of_another_language_is_found(text: str, found: str) -> None:
    """Each rule refuses what it is there for."""
    assert list(faulty(ast.parse(text))) == [found]
