"""The vocabulary of the code: no identifier is a word of the private dialect that the glossary replaced."""

from __future__ import annotations

import ast
import io
import keyword
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from formulations.names import Row, Var

ROOT = Path(__file__).parents[2]
FILES = [path for room in ("formulations", "solver") for path in sorted((ROOT / room).rglob("*.py"))]
LINES = (Path(__file__).with_name("dialect.txt")).read_text(encoding="utf-8").splitlines()
BANNED = [(scope, word) for scope, word in (line.split("\t") for line in LINES if not line.startswith("#"))]


def words(scope: str) -> frozenset[str]:
    """Words that are banned in one scope."""
    return frozenset(word for of, word in BANNED if of == scope)


def identifiers(text: str) -> Iterator[tuple[int, str]]:
    """Identifiers of a module with their lines."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME and not keyword.iskeyword(token.string):
            yield token.start[0], token.string


def dialect(text: str, place: str) -> list[str]:
    """Words of the dialect in a module that stands at a place."""
    parts, classes = words("everywhere"), words("class")
    here = frozenset(word for scope, word in BANNED if "/" in scope + "/" and place.startswith(f"{scope}/"))

    def is_banned(name: str) -> bool:
        return name in here or bool(parts & {part.lower() for part in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", name)})

    # The words of comments and texts are among these; only where one is banned are the identifiers separated from them.
    suspects = set(re.findall(r"\w+", text))
    if not (suspects & classes or any(map(is_banned, suspects))):
        return []
    found = [f"{line}: {name}" for line, name in identifiers(text) if is_banned(name)]
    named = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef)]
    return found + [f"{node.lineno}: class {node.name}" for node in named if node.name in classes]


def test_identifiers_are_standard_words() -> None:
    """No identifier has a banned part, none is a banned word of its room, and no class has a banned name."""
    texts = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in FILES}
    assert [f"{name}:{fault}" for name, text in texts.items() for fault in dialect(text, name)] == []


def test_tests_and_tools_are_in_standard_words() -> None:
    """No name and no sentence of a test or a tool has one of the words that crept in there."""
    others = [path for room in ("tests", "results") for path in sorted((ROOT / room).rglob("*.py"))]
    banned = re.compile(rf"(?<![a-z])(?:{'|'.join(sorted(words('tests')))})(?![a-z])", re.IGNORECASE)
    quoting = {Path(__file__), Path(__file__).with_name("test_docstrings.py")}
    found = {
        f"{path.relative_to(ROOT)}: {word}"
        for path in others
        if path not in quoting
        for word in banned.findall(path.read_text(encoding="utf-8"))
    }
    assert found == set()


def test_rows_and_variables_are_standard_words() -> None:
    """No constraint and no variable has a banned name."""
    assert {name.split(".")[1] for name in (*Row, *Var)} & words("row") == set()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("told_x = 1\n", ["1: told_x"]),
        ("class Board:\n    pass\n", ["1: class Board"]),
        ("held = 1\n", ["1: held"]),
        ("upheld = withheld = 1\n", []),
    ],
)
def test_a_word_of_the_dialect_is_found(text: str, found: list[str]) -> None:
    """Each scope refuses what it is there for, and nothing else."""
    assert dialect(text, "solver/search/core/state.py") == found
