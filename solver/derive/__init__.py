"""Instance -> coefficients: the one place where physics meets mathematics."""

from solver.derive.coefficients import Derived, derive

__all__ = ["Derived", "derive"]
