"""A table of runs reads regular files alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver.batch.run_table import run_table
from solver.errors import UsageError


def test_a_manifest_without_an_end_is_refused(tmp_path: Path) -> None:
    """A link to a device, from which reading never ends, is named as damage."""
    (tmp_path / "manifest.json").symlink_to("/dev/zero")
    with pytest.raises(UsageError, match=r"manifest\.json: cannot be read: not a regular file"):
        run_table([tmp_path])
