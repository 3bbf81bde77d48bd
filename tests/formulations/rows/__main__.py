"""Writes all golden rows again: ``python -m tests.formulations.rows``."""

from tests.formulations.rows import rewrite

rewrite()
