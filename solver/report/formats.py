"""File formats of pictures; known without loading what draws them."""

from __future__ import annotations

from enum import StrEnum


class Picture(StrEnum):
    """File formats of a picture."""

    svg = "svg"
    png = "png"
    html = "html"
