"""Input guards: ValueError for arguments outside the domain of a formula."""

from __future__ import annotations

import math


def require_positive(**values: float) -> None:
    """Raise ValueError, naming the argument, unless every value is above zero."""
    for name, value in values.items():
        if not value > 0.0:
            raise ValueError(f"{name}: found {value}, expected more than 0")


def require_not_negative(**values: float) -> None:
    """Raise ValueError, naming the argument, unless every value is zero or more."""
    for name, value in values.items():
        if not value >= 0.0:
            raise ValueError(f"{name}: found {value}, expected 0 or more")


def require_share(**values: float) -> None:
    """Raise ValueError, naming the argument, unless every value lies between 0 and 1, ends included."""
    for name, value in values.items():
        if math.isnan(value) or not 0.0 <= value <= 1.0:
            raise ValueError(f"{name}: found {value}, expected a share between 0 and 1")


def require_positive_share(**values: float) -> None:
    """Raise ValueError, naming the argument, unless every value is above 0 and at most 1."""
    require_share(**values)
    require_positive(**values)
