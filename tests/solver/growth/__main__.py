"""Prints the published paces of growth beside the model's: ``python -m tests.solver.growth``."""

from __future__ import annotations

import sys

from tests.solver.growth.cases import table

sys.stdout.write(table() + "\n")
