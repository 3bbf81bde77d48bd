"""Packages of the program, bound to the copies that lie beside this one.

``solver`` and ``formulations`` are common names. A folder of the same name in the working directory, or elsewhere on
the path, must not be taken for them.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

_BESIDE = Path(__file__).resolve().parents[1]


def bind() -> None:
    """Import ``solver`` and ``formulations`` from beside this package; ImportError if another one is loaded."""
    for name in ("solver", "formulations"):
        own = _BESIDE / name / "__init__.py"
        loaded = sys.modules.get(name)
        if loaded is None:
            _load(name, own)
        elif Path(loaded.__file__ or "").resolve() != own:
            raise ImportError(
                f"kardashev needs its own package {name!r} ({own.parent}), but another one is loaded already "
                f"({loaded.__file__ or 'a folder without __init__.py'}): import kardashev first, or rename the other"
            )


def _load(name: str, own: Path) -> None:
    spec = importlib.util.spec_from_file_location(name, own, submodule_search_locations=[str(own.parent)])
    if spec is None or spec.loader is None or not own.is_file():
        raise ImportError(f"kardashev is incomplete: {own} is missing; install it again")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
