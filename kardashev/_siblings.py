"""Packages of the program, bound to the copies that lie beside this one.

``solver`` and ``formulations`` are common names. A folder of the same name in the working directory, or elsewhere on
the path, must not be taken for them.
"""

from __future__ import annotations

import importlib.util
import os.path
import sys

# pathlib would take a third of the time until the handlers of stop signals are set.
_BESIDE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))


def bind() -> None:
    """Import ``solver`` and ``formulations`` from beside this package; ImportError if another one is loaded."""
    for name in ("solver", "formulations"):
        folder = os.path.join(_BESIDE, name)
        own = os.path.join(folder, "__init__.py")
        loaded = sys.modules.get(name)
        if loaded is None:
            _load(name, folder, own)
        elif os.path.realpath(loaded.__file__ or "") != own:
            raise ImportError(
                f"kardashev needs its own package {name!r} ({folder}), but another one is loaded already "
                f"({loaded.__file__ or 'a folder without __init__.py'}): import kardashev first, or rename the other"
            )


def _load(name: str, folder: str, own: str) -> None:
    spec = importlib.util.spec_from_file_location(name, own, submodule_search_locations=[folder])
    if spec is None or spec.loader is None or not os.path.isfile(own):
        raise ImportError(f"kardashev is incomplete: {own} is missing; install it again")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
