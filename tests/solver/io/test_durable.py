"""Files written aside are on the disk before they take their place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from solver.io.replace import replace_file, synchronise_tree


def test_content_reaches_the_disk_before_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The new file is synchronised, then renamed, then its directory is synchronised."""
    steps: list[str] = []
    fsync, rename = os.fsync, Path.replace

    def synced(descriptor: int) -> None:
        steps.append(f"sync {Path(f'/proc/self/fd/{descriptor}').readlink().name}")
        fsync(descriptor)

    def renamed(self: Path, target: Path) -> Path:
        steps.append("rename")
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", renamed)
    replace_file(tmp_path / "a.txt", b"new")
    assert steps == [f"sync .a.txt.partial-{os.getpid()}", "rename", f"sync {tmp_path.name}"]
    assert (tmp_path / "a.txt").read_bytes() == b"new"


def test_a_tree_is_synchronised_file_by_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file and every directory; what a link points to is not of the tree."""
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "a.csv").write_text("1", encoding="utf-8")
    (tmp_path / "b.json").write_text("2", encoding="utf-8")
    (tmp_path / "link").symlink_to("/nowhere")
    steps: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda fd: steps.append(Path(f"/proc/self/fd/{fd}").readlink().name))
    synchronise_tree(tmp_path)
    assert sorted(steps) == sorted(["a.csv", "tables", "b.json", tmp_path.name])
    assert steps[-1] == tmp_path.name
