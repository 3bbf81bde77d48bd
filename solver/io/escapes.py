"""Escaping of text that comes from files: one function for each exit (terminal, HTML, picture, Markdown, CSV)."""

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
_FORMULA = "=+\\-@\t\n\uff1d\uff0b\uff0d\uff20"
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_CONTROL_CODE = re.compile(r"\\x(0[0-8b-f]|1[0-9a-f]|7f|[89][0-9a-f])")
_DANGEROUS = re.compile(f"'*[{_FORMULA}]")
_GUARDED = re.compile(f"'+[{_FORMULA}]")
_MARKS = re.compile(r"[\\`*\[\]|~$]|(?<![^\W_])_|_(?![^\W_])")
_BLOCK = re.compile(r"^[#+-]+(?=\s)")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_STAND_INS = {"<": "\ufdd0", ">": "\ufdd1", "&": "\ufdd2"}
"""Noncharacters of Unicode, which no text may contain, in place of the letters that could end a script."""


def line(text: object) -> str:
    """Return text as one printable line: ``\\x1b`` for an escape character, ``\\n`` for a line feed."""
    shown = str(text)
    if shown.isprintable():
        return shown
    return "".join(_NAMED.get(c) or _code(c) if _is_hidden(c) else c for c in shown)


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
    return _BLOCK.sub(lambda found: "\\" + found[0], escaped)


def csv(value: Any) -> Any:
    """Return the cell of a CSV table: text that a spreadsheet would compute gets an apostrophe before it.

    Control characters other than tabs and line feeds become ``\\x1b``; numbers, also as text, stay as they are.
    """
    if not isinstance(value, str) or _NUMBER.fullmatch(value):
        return value
    text = _CONTROL.sub(lambda found: _code(found[0]), value)
    return "'" + text if _DANGEROUS.match(text) else text


def from_csv(cell: str) -> str:
    """Return the text of a cell written by ``csv``."""
    text = cell[1:] if _GUARDED.match(cell) else cell
    return _CONTROL_CODE.sub(lambda found: chr(int(found[1], 16)), text)


def _is_hidden(c: str) -> bool:
    return c not in _JOINERS and (unicodedata.category(c) in _HIDDEN or c in _STAND_INS.values())


def _code(c: str) -> str:
    number = ord(c)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
