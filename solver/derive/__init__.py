"""Derivation of coefficients from an instance: the only room that joins physics and formulations."""

from solver.derive.coefficients import Derived, derive

__all__ = ["Derived", "derive"]
