"""Parsing: the tree keeps places, scalars follow our rules, nothing is constructed."""

from __future__ import annotations

import pytest
import yaml

from solver.errors import ValidationIssue
from solver.instance import tree
from solver.instance.scalars import NotANumberError, scalar
from solver.instance.tree import parse, places, plain
from solver.instance.validation_issues import Place, ValidationIssues

SMALL = """\
# a comment
format: 2
horizon:
  start: 2027-01   # stays text
  periods: [{count: 40, length: quarter},
            {count: 10, length: year}]
list:
- a
- "10"
"""


def _faults(text: str) -> list[ValidationIssue]:
    faults = ValidationIssues("x.yaml")
    parse(text, "x.yaml", faults)
    return faults.found


@pytest.mark.parametrize("loader", [tree.LOADER, yaml.SafeLoader])
def test_places(monkeypatch: pytest.MonkeyPatch, loader: type) -> None:
    """Both parsers of PyYAML give the same data, and the line of every key and item."""
    monkeypatch.setattr(tree, "LOADER", loader)
    node = parse(SMALL, "x.yaml", ValidationIssues("x.yaml"))
    assert node is not None
    where = places(node)
    assert plain(node)["horizon"]["periods"] == [{"count": 40, "length": "quarter"}, {"count": 10, "length": "year"}]
    assert plain(node)["list"] == ["a", "10"]
    assert where[()] == Place("x.yaml", 1)
    assert where[("horizon",)] == Place("x.yaml", 3)
    assert where[("horizon", "periods", 1, "length")] == Place("x.yaml", 6)
    assert where[("list", 1)] == Place("x.yaml", 9)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("", None), ("~", None), ("null", None), ("true", True), ("false", False), ("0", 0), ("-12", -12), ("+5", 5),
        ("007", 7), ("1.5e3", 1500.0), ("1e6", 1e6), (".5", 0.5), ("5.", 5.0), ("-1.5E-3", -0.0015), ("1e-400", 0.0),
        ("2027-01", "2027-01"), ("1_000", "1_000"), ("0x10", "0x10"), ("0o17", "0o17"), ("yes", "yes"), ("No", "No"),
        ("True", "True"), ("NULL", "NULL"), ("1:30", "1:30"), ("1e", "1e"), (".", "."), ("e5", "e5"), ("+", "+"),
        ("１２", "１２"), ("999999999999999999", 999999999999999999), ("000000000000000000000001", 1),
    ],
)  # fmt: skip
def test_scalar(text: str, meaning: object) -> None:
    """An unquoted word means what a planner expects, and its type is exact."""
    found = scalar(text)
    assert found == meaning
    assert type(found) is type(meaning)


@pytest.mark.parametrize(
    "text", [".nan", "nan", "NaN", ".inf", "-inf", "+.inf", "1e400", "-1e999", "1" * 19, "9" * 5000]
)
def test_no_number(text: str) -> None:
    """Numbers that cannot be computed with are refused, in a short message."""
    with pytest.raises(NotANumberError) as caught:
        scalar(text)
    assert len(str(caught.value)) < 100


def test_quoted_words_are_text() -> None:
    """Quotes of both kinds and block text make text of anything."""
    node = parse("a: '1'\nb: \"nan\"\nc: |\n  true\nd: >-\n  12\n", "x.yaml", ValidationIssues("x.yaml"))
    assert node is not None
    assert plain(node) == {"a": "1", "b": "nan", "c": "true\n", "d": "12"}


def test_nothing_is_constructed() -> None:
    """A tag that would run code in a careless loader is a fault with its line."""
    (fault,) = _faults("a: 1\nb: !!python/object/apply:os.system ['true']\n")
    assert fault.line == 2
    assert "tag" in fault.message


def test_windows_file() -> None:
    """A byte order mark's leftovers aside, Windows line ends change no line number."""
    node = parse("a: 1\r\nb:\r\n  c: 2\r\n", "x.yaml", ValidationIssues("x.yaml"))
    assert node is not None
    assert places(node)[("b", "c")].line == 3


@pytest.mark.parametrize(
    ("opening", "said"),
    [("[", "levels"), ("{a: ", "levels"), ("- ", "levels"), ("? ", "levels"), ("a: [", "levels")],
)
def test_deep_nesting(opening: str, said: str) -> None:
    """A million opened brackets end in one fault, not in a crash."""
    (fault,) = _faults("a:\n  " + opening * 100_000)
    assert fault.line == 2
    assert said in fault.message


def test_all_faults_of_a_text() -> None:
    """Faults that leave the rest readable are all found in one pass."""
    lines = [fault.line for fault in _faults("a: nan\na: 2\n3: x\nb: &anchor 1\nc: *anchor\n")]
    assert lines == [1, 2, 3, 4, 5]


def test_python_parser_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the C parser, syntax faults have the same lines."""
    for text in ("a: 1\n b: 2\n", "a: [1, 2\nb: 3\n", "a:\n  - 1\n  b: 2\n", 'a: 1\nb: "open\n'):
        monkeypatch.undo()
        fast = _faults(text)
        monkeypatch.setattr(tree, "LOADER", yaml.SafeLoader)
        assert [fault.line for fault in _faults(text)] == [fault.line for fault in fast]
