"""Finding of a hunt: broken property, the seed that draws it, and the files that show it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """Broken property: seed, name of what was tried, sentence, and files by name, as plain data or as bytes."""

    seed: int
    name: str
    text: str
    files: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"seed {self.seed}, {self.name}: {self.text}"


Tried = Iterator[tuple[str, Finding | None]]
"""Properties tried with one seed, each with what was found."""


def save(finding: Finding, folder: Path) -> Path:
    """Write the files of a finding and its text into a folder of their own, and return it."""
    target = folder / f"{finding.seed}-{finding.name.replace(' ', '-')}"
    target.mkdir(parents=True, exist_ok=True)
    for name, data in finding.files.items():
        path = target / (name if name.endswith(".yaml") else f"{name}.yaml")
        path.write_bytes(data if isinstance(data, bytes) else f"{json.dumps(data, indent=1)}\n".encode())
    (target / "finding.txt").write_text(f"{finding}\n", encoding="utf-8")
    return target
