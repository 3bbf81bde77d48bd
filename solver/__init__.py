"""Engine: instance files, physics, coefficients, search with HiGHS, checker, tables and reports."""

__version__ = "0.1.0"
"""Version of the program; packaging, terminal and manifest read it here."""
