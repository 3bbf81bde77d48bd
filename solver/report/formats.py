"""File formats of pictures, importable without the drawing library."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from solver.errors import UsageError
from solver.io.replace import is_stream


class Picture(StrEnum):
    """File formats of a picture."""

    svg = "svg"
    png = "png"
    pdf = "pdf"
    html = "html"


_OTHER_SUFFIXES = frozenset({"htm", "jpg", "jpeg", "gif", "webp"})
_PICTURE_SUFFIXES = _OTHER_SUFFIXES | frozenset(Picture)


def chosen(format: Picture | None, out: Path | None) -> Picture:
    """Return the requested format, else that of the file name's ending, else SVG; UsageError for another picture."""
    suffix = _suffix(out) if out is not None and not out.is_dir() else ""
    if format is None and suffix in _OTHER_SUFFIXES:
        raise UsageError(f"{out}: ends in .{suffix}, expected .svg, .png, .pdf or .html")
    return format or (Picture(suffix) if suffix in tuple(Picture) else Picture.svg)


def place(path: str | Path, stem: str, format: str) -> Path:
    """Return the file of a picture: the path itself, or ``stem.format`` in it where it is a directory.

    UsageError for a file name that ends in another format.
    """
    target = Path(path)
    if target.is_dir():
        return target / f"{stem}.{format}"
    suffix = _suffix(target)
    if suffix == format or is_stream(target):
        return target
    if suffix in _PICTURE_SUFFIXES:
        raise UsageError(f"{target}: ends in .{suffix}, expected .{format} (see --format), or a directory")
    return target / f"{stem}.{format}"


def _suffix(path: Path) -> str:
    return path.suffix.lower().removeprefix(".")
