"""The engine: files, physics, HiGHS, the screen."""

__version__ = "0.1.0"
"""Version of the program; packaging, terminal and manifest read it here."""
