"""Syntax errors of YAML in plain words."""

from __future__ import annotations

import yaml

# Both parsers of PyYAML are covered: the C one says "did not find expected", the Python one "but found".
_PLAIN: tuple[tuple[str, str], ...] = (
    ("mapping values are not allowed", "found ':' where no key can stand; check the indentation, or quote the text"),
    ("could not find expected ':'", "expected ': ' after a key"),
    ("found character that cannot start any token", "found a sign that cannot start a value; put it in quotes"),
    ("found character '", "found a sign that cannot start a value; put it in quotes"),
    ("block sequence entries are not allowed", "found '- ' where no list item can stand; check the indentation"),
    ("sequence entries are not allowed", "found '- ' where no list item can stand; check the indentation"),
    ("did not find expected key", "found a line that fits no key above it; check the indentation"),
    ("expected <block end>", "found a line that fits nothing above it; check the indentation"),
    ("did not find expected '-' indicator", "expected a list item starting with '- '; check the indentation"),
    ("<document start>", "found a line that fits nothing above it; check the indentation"),
    ("unknown escape character", "found an unknown escape after '\\' in double quotes; use single quotes"),
    ("unexpected end of stream", "found a quote that is never closed"),
    ("unexpected document indicator", "found --- inside quotes"),
    ("did not find expected node content", "found a bracket or comma without a value"),
    ("expected the node content", "found a bracket or comma without a value"),
    ("undefined tag handle", "found a tag ('!'), expected a value without a tag; put text in quotes"),
    ("undefined alias", "found an alias ('*'); expected extends"),
)
_AT_OPENING = ("end of stream", "could not find expected ':'")
_FLOW = ("flow mapping", "flow sequence")


def spelled(error: yaml.YAMLError) -> tuple[int, str]:
    """Return the line (from 1) and a one-line message of a YAML syntax error."""
    problem = " ".join(str(getattr(error, "problem", None) or error).split())
    context = str(getattr(error, "context", None) or "")
    mark = getattr(error, "problem_mark", None)
    opened = getattr(error, "context_mark", None)
    if opened is not None and any(part in problem for part in _AT_OPENING):
        mark = opened
    line = mark.line + 1 if mark is not None else 1
    if opened is not None and any(flow in context for flow in _FLOW) and "expected ','" in problem:
        end = "}" if "mapping" in context else "]"
        return line, f"expected ',' or '{end}' for the bracket opened in line {opened.line + 1}"
    for part, message in _PLAIN:
        if part in problem:
            return line, message
    return line, f"not readable as YAML: {problem[:100]}"
