"""Import on first use of the packages of SciPy that Pyomo asks for and no model needs: they take most of its start."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from types import ModuleType
from typing import Any

PACKAGES = ("scipy.stats", "scipy.integrate", "scipy.spatial")


class _Deferred(ModuleType):
    """Package that runs when an attribute of it is first asked for; an import statement alone does not run it."""

    def __getattr__(self, name: str) -> Any:
        self.__class__ = ModuleType  # type: ignore[assignment]
        spec = self.__spec__
        assert spec is not None
        assert spec.loader is not None
        spec.loader.exec_module(self)
        return getattr(self, name)


def defer_scipy() -> None:
    """Register the packages so that Pyomo finds them without running them; call it before Pyomo is imported."""
    for name in PACKAGES:
        _defer(name)


def _defer(name: str) -> None:
    if name in sys.modules:
        return
    spec = find_spec(name)
    if spec is None:
        return
    module = _Deferred(name)
    module.__spec__, module.__loader__, module.__file__ = spec, spec.loader, spec.origin
    module.__package__, module.__path__ = name, list(spec.submodule_search_locations or ())
    sys.modules[name] = module
