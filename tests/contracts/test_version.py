"""The version stands in one place, and everything that reports it agrees."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
import yaml

import solver
from solver.run import manifest
from tests.solver.command import ended

ROOT = Path(__file__).parents[2]


def test_version_comes_from_one_place(capsys: pytest.CaptureFixture[str]) -> None:
    """Packaging reads the version of the package; terminal, manifest and citation report the same."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" not in project["project"]
    assert ROOT / project["tool"]["hatch"]["version"]["path"] == Path(solver.__file__)
    assert ended("--version") == 0
    assert capsys.readouterr().out == f"kardashev {solver.__version__}\n"
    assert manifest.versions()["kardashev"] == solver.__version__
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))["version"] == solver.__version__
    assert f"[{solver.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_manifest_looks_for_the_commit_in_the_source_tree() -> None:
    """The folder whose commit a manifest reports is the top folder of the project."""
    assert manifest.ROOT == ROOT
