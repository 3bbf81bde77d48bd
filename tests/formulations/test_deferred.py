"""Pyomo starts without the packages of SciPy that no model needs, and they are whole when something else does."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import sys
from solver.run.watchdog import import_engine
import_engine()
run = [name for name in ("scipy.stats._stats_py", "scipy.integrate._quadpack_py", "scipy.spatial._kdtree")
       if name in sys.modules]
assert not run, run
from scipy.spatial import KDTree
from scipy.spatial.transform import Rotation
import scipy.stats, scipy.integrate
assert KDTree([[0.0], [2.0]]).query([1.5])[1] == 1
assert scipy.spatial.distance.euclidean([0.0], [3.0]) == 3.0
assert scipy.stats.norm.cdf(0.0) == 0.5
assert abs(scipy.integrate.quad(lambda x: x, 0.0, 2.0)[0] - 2.0) < 1e-12
assert not hasattr(scipy.stats, "none_such")
"""


@pytest.mark.slow
def test_packages_of_scipy_run_when_they_are_first_used() -> None:
    """After the engine of a solve is imported they have not run; then each of them gives what it holds."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
