"""Range of a lever: a key of the file with the values between which a question asks, numbers or months."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from solver.errors import InstanceError, UsageError
from solver.instance.fields import month_number
from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.search.variants.relaxation import month_text

Variant = Callable[[Sequence[str]], Loaded[Instance]]
"""Instance of a file with more values set on it; InstanceError for a key that does not exist."""
_BRACKETS = re.compile(r"\[(\d+)\]")
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
EXPECTED = "expected PATH=LOW:HIGH, such as vehicles.starship_v4.flight_musd=5:200"


@dataclass(frozen=True, slots=True)
class LeverRange:
    """Key of a file and the range of its values; a month counts in months from year 0.

    Months and counts (``whole``) have no value between two neighbours.
    """

    path: str
    low: float
    high: float
    month: bool = False
    whole: bool = False

    @classmethod
    def of(cls, text: str, option: str = "--lever", expected: str = EXPECTED) -> LeverRange:
        """Read ``PATH=LOW:HIGH``; UsageError for anything else, or low not below high."""
        path, equals, ends = text.partition("=")
        low, colon, high = (part.strip() for part in ends.partition(":"))
        path = path.strip()
        if not (path and equals and colon):
            raise UsageError(f"{option}: found {text!r}, {expected}")
        months = [bool(_MONTH.fullmatch(end)) for end in (low, high)]
        if all(months):
            numbers = [float(month_number(end)) for end in (low, high)]
        else:
            numbers = [_number(option, path, end, expected) for end in (low, high)]
        if not numbers[0] < numbers[1]:
            raise UsageError(f"{option} {path}: found low {low} and high {high}, expected low below high")
        return cls(path, numbers[0], numbers[1], all(months), all(months))

    def counted(self, variant: Variant) -> LeverRange:
        """Return the range with whole values where the file has a count at its key; InstanceError without this key."""
        value: Any = variant([self.change(self.low)]).instance.model_dump(mode="json", by_alias=True)
        for step in _BRACKETS.sub(r".\1", self.path).split("."):
            if isinstance(value, list) and step.isdigit() and int(step) < len(value):
                value = value[int(step)]
            else:
                value = value.get(step) if isinstance(value, dict) else None
        return replace(self, whole=True) if type(value) is int else self

    @property
    def step(self) -> float:
        """Distance of two neighbouring values; 0 where there is a value between any two."""
        return 1.0 if self.whole else 0.0

    def text(self, value: float) -> str:
        """Return a value as the file has it."""
        return month_text(round(value)) if self.month else str(round(value)) if self.whole else f"{value:.12g}"

    def change(self, value: float) -> str:
        """Return the option ``path=value``."""
        return f"{self.path}={self.text(value)}"

    def rounded(self, value: float) -> float:
        """Return a value as the file has it, as a number."""
        return float(round(value)) if self.whole else float(self.text(value))

    def shown(self, value: float) -> float | str:
        """Return a value for people and JSON."""
        return self.text(value) if self.month else float(f"{value:.6g}")


def named(variant: Variant, lever: LeverRange, option: str = "--lever") -> Variant:
    """Return a variant whose errors at the key of a lever name the option of the lever."""

    def read(changes: Sequence[str]) -> Loaded[Instance]:
        try:
            return variant(changes)
        except InstanceError as error:
            issues = [replace(i, file=option) if i.path and lever.path.startswith(i.path) else i for i in error.issues]
            raise InstanceError(issues) from error

    return read


def _number(option: str, path: str, text: str, expected: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise UsageError(f"{option} {path}: found {text!r}, {expected}")
    return number
