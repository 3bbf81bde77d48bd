"""File formats of pictures, importable without the drawing library."""

from __future__ import annotations

from enum import StrEnum


class Picture(StrEnum):
    """File formats of a picture."""

    svg = "svg"
    png = "png"
    html = "html"
