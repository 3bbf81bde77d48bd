"""Shipped instances: the catalogue, the reference scenarios and the tiers, found wherever the package is installed.

A file or ``extends`` names one as ``catalogue:2026`` or ``reference:gigawatt``.
"""

from __future__ import annotations

import re
from pathlib import Path

FOLDERS = ("catalogue", "reference", "tiers")
_NAME = re.compile(rf"({'|'.join(FOLDERS)}):([A-Za-z0-9_.-]+)")
_PACKAGES = Path(__file__).resolve().parents[2]


def folder() -> Path:
    """Return the folder that holds the shipped folders.

    An installed package holds them itself; in a source tree they lie beside it.
    """
    installed = _PACKAGES / "kardashev" / "instances"
    return installed if installed.is_dir() else _PACKAGES / "instances"


def is_shipped(name: str) -> bool:
    """Return whether a name means a shipped file, such as ``catalogue:2026``."""
    return _NAME.fullmatch(name) is not None


def located(name: str, beside: Path) -> Path:
    """Return the path of a file that a user or ``extends`` names: a shipped one, or one relative to a folder."""
    match = _NAME.fullmatch(name)
    if match is None:
        return beside / name
    kind, stem = match.groups()
    return folder() / kind / (stem if stem.endswith(".yaml") else f"{stem}.yaml")


def names(kind: str) -> list[str]:
    """Return the names of the shipped files of one folder, such as ``catalogue:2026``."""
    return sorted(f"{kind}:{path.stem}" for path in (folder() / kind).glob("*.yaml"))
