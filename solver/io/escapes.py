"""Escapes of text that comes from files: one function for each exit (terminal, HTML, picture, Markdown, CSV)."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories without a sign of their own: controls, formats (bidi among them), surrogates, line separators."""
_JOINERS = "\u200c\u200d"
"""Formats that words of some languages and emoji need; they reorder nothing."""
_NAMED = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}
_FORMULA = "=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20"
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_DANGEROUS = re.compile(f"'*[{_FORMULA}]")
_GUARDED = re.compile(f"'+[{_FORMULA}]")
_MARKS = re.compile(r"[\\`*\[\]|~$]|(?<![^\W_])_|_(?![^\W_])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_STAND_INS = {"<": "\ufdd0", ">": "\ufdd1", "&": "\ufdd2"}
"""Noncharacters of Unicode, which no text may contain, in place of the letters that could end a script."""


def line(text: object) -> str:
    """Return text as one printable line: ``\\x1b`` for an escape character, ``\\n`` for a line feed."""
    return "".join(_NAMED.get(c) or _code(c) if _is_hidden(c) else c for c in str(text))


def terminal(text: str) -> str:
    """Return text of several lines as a terminal may show it: all but line feeds and tabs escaped."""
    return "".join(c if c in "\n\t" else line(c) for c in text)


def picture(spec: Any) -> Any:
    """Return a chart specification with every text of it escaped as one line; renderers abort on control characters."""
    if isinstance(spec, Mapping):
        return {key: picture(value) for key, value in spec.items()}
    if isinstance(spec, list | tuple):
        return [picture(value) for value in spec]
    return line(spec) if isinstance(spec, str) else spec


def script(spec: Any) -> str:
    """Return JSON of a specification in which stand-ins keep the place of ``<``, ``>`` and ``&``; see ``html``."""
    text = json.dumps(picture(spec), sort_keys=True)
    return "".join(_STAND_INS.get(c, c) for c in text)


def html(page: str) -> str:
    """Return a page made from ``script`` with each stand-in as an escape of JSON, which cannot end a script."""
    for letter, stand_in in _STAND_INS.items():
        page = page.replace(stand_in, f"\\u{ord(letter):04x}")
    return page


def markdown(text: object) -> str:
    """Return text as Markdown that shows it literally, within one line or one cell of a table."""
    escaped = _MARKS.sub(lambda found: "\\" + found[0], line(text))
    escaped = "".join(_ENTITIES.get(c, c) for c in escaped)
    return re.sub(r"^(\s*)([#+=-]|\d+(?=[.)]))", _literal, escaped)


def csv(value: Any) -> Any:
    """Return the cell of a CSV table: text that a spreadsheet would compute gets an apostrophe before it."""
    if isinstance(value, str) and _DANGEROUS.match(value) and not _NUMBER.fullmatch(value):
        return "'" + value
    return value


def from_csv(cell: str) -> str:
    """Return the text of a cell written by ``csv``."""
    return cell[1:] if _GUARDED.match(cell) else cell


def _is_hidden(c: str) -> bool:
    return c not in _JOINERS and (unicodedata.category(c) in _HIDDEN or c in _STAND_INS.values())


def _code(c: str) -> str:
    number = ord(c)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _literal(found: re.Match[str]) -> str:
    # Digits stay, their point is harmless in a cell and would begin a list in a line.
    return found[0] if found[2].isdigit() else f"{found[1]}\\{found[2]}"
