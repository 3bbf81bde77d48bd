"""Files of tier instances by name: drawn again from their seed, such as ``m-10-seed2``."""

from __future__ import annotations

import os
import re
from pathlib import Path

from solver.errors import UsageError
from solver.io.files import write_text
from solver.tiers.generate import Tier, instance_text
from solver.tiers.recipes import chosen

_NAME = re.compile(r"(s|m|l|xl)-(moon|[0-9]+)-seed([0-9]+)")


def tier_file(name: str, instances: Path, folder: Path) -> Path:
    """Generate the tier instance of that name into a folder and return its path; UsageError for another name.

    ``instances`` is the folder of the catalogue. The file is the same at every call.
    """
    match = _NAME.fullmatch(name)
    if match is None:
        raise UsageError(f"{name}: found no tier of that name, expected one such as m-10-seed2")
    moon = match[2] == "moon"
    recipe, launches = chosen(match[1], None if moon else int(match[2]), moon)[0]
    relative = Path(os.path.relpath(instances, folder)).as_posix()
    text = instance_text(Tier(recipe, launches, int(match[3])), relative, instances / "catalogue/2026.yaml")
    path = folder / f"{name}.yaml"
    folder.mkdir(parents=True, exist_ok=True)
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        write_text(path, text)
    return path
