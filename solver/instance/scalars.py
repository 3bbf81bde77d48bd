"""Scalars of YAML: unquoted words by a small, strict part of the YAML 1.2 rules."""

from __future__ import annotations

import math
import re
from functools import lru_cache

Scalar = str | int | float | bool | None

_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.?(inf|nan)", re.IGNORECASE)
_WORDS: dict[str, Scalar] = {"": None, "~": None, "null": None, "true": True, "false": False}
_MOST_DIGITS = 18


class NotANumberError(ValueError):
    """Error of a word for a number that cannot be computed with: nan, infinite or too long."""


@lru_cache(maxsize=4096)
def scalar(text: str) -> Scalar:
    """Return what an unquoted word means: null, true, false, a number, or the text itself.

    Dates (``2027-01``), ``1_000``, ``0x10``, ``yes`` stay text. Raises NotANumberError for nan, infinities,
    numbers past the range of floats and whole numbers longer than 18 digits.
    """
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        if len(text.lstrip("+-").lstrip("0")) > _MOST_DIGITS:
            raise NotANumberError(f"found {_short(text)}, expected at most {_MOST_DIGITS} digits; write it like 1.5e20")
        return int(text.lstrip("+-").lstrip("0") or "0") * (-1 if text[0] == "-" else 1)
    if _NOT_FINITE.fullmatch(text):
        raise NotANumberError(f"found {text}, expected a finite number; a name that reads so stands in quotes")
    if _FLOAT.fullmatch(text):
        number = float(text)
        if not math.isfinite(number):
            raise NotANumberError(f"found {_short(text)}, expected a finite number")
        return number
    return text


def _short(text: str) -> str:
    return text if len(text) <= 24 else f"{text[:20]}…"
