"""Rules of recourse of a replay."""

from __future__ import annotations

from enum import StrEnum


class Recourse(StrEnum):
    """Rule of recourse: losses are made up again where limits allow, or not at all."""

    again = "again"
    none = "none"
