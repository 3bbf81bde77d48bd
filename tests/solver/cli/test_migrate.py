"""``kardashev migrate``: what it prints and writes, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.solver.command import ended

OLD = b"\xef\xbb\xbf# a comment\r\nformat:  1   # of old\r\nname: 'x'\r\n"
NEW = OLD.replace(b"  1 ", b"  2 ")
Captured = pytest.CaptureFixture[bytes]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_file_is_printed_with_comments_and_layout(capfdbinary: Captured) -> None:
    """Without --in-place the file goes to standard output, byte by byte, and stays as it is on the disk."""
    Path("a.yaml").write_bytes(OLD)
    assert ended("migrate", "a.yaml") == 0
    assert capfdbinary.readouterr() == (NEW, b"")
    assert Path("a.yaml").read_bytes() == OLD


def test_files_are_rewritten_in_place(capfdbinary: Captured) -> None:
    """With --in-place every file of an older format is replaced, with its rights and through links; others are not."""
    Path("a.yaml").write_bytes(OLD)
    Path("a.yaml").chmod(0o640)
    Path("link.yaml").symlink_to("a.yaml")
    Path("b.yaml").write_bytes(NEW)
    before = Path("b.yaml").stat().st_mtime_ns
    assert ended("migrate", "--in-place", "link.yaml", "b.yaml") == 0
    out, err = capfdbinary.readouterr()
    assert out == b"link.yaml: migrated\n"
    assert err == b"b.yaml: is in the current format already\n"
    assert Path("a.yaml").read_bytes() == NEW
    assert Path("a.yaml").stat().st_mode & 0o777 == 0o640
    assert Path("link.yaml").is_symlink()
    assert Path("b.yaml").stat().st_mtime_ns == before
    assert sorted(path.name for path in Path().iterdir()) == ["a.yaml", "b.yaml", "link.yaml"]


def test_a_file_of_the_current_format_is_printed_as_it_is(capfdbinary: Captured) -> None:
    """What is printed can always be used in place of the file."""
    Path("b.yaml").write_bytes(NEW)
    assert ended("migrate", "b.yaml") == 0
    assert capfdbinary.readouterr() == (NEW, b"b.yaml: is in the current format already\n")


def test_several_files_are_not_printed_together(capfdbinary: Captured) -> None:
    """Two files in one stream would be no instance file."""
    Path("a.yaml").write_bytes(OLD)
    assert ended("migrate", "a.yaml", "a.yaml") == 2
    out, err = capfdbinary.readouterr()
    assert out == b""
    assert b"--in-place" in err


def test_one_faulty_file_stops_all(capfdbinary: Captured) -> None:
    """If a file has an error it is reported with its line, and no file is rewritten."""
    Path("a.yaml").write_bytes(OLD)
    Path("bad.yaml").write_bytes(b"name: x\nformat: 7\n")
    assert ended("migrate", "--in-place", "a.yaml", "bad.yaml") == 2
    out, err = capfdbinary.readouterr()
    assert out == b""
    assert b"bad.yaml:2" in err
    assert Path("a.yaml").read_bytes() == OLD


def test_a_shipped_file_is_printed_by_its_name(capfdbinary: Captured) -> None:
    """A name such as catalogue:2026 means the shipped file, also where it is printed as it is."""
    assert ended("migrate", "reference:gigawatt") == 0
    assert b"format: 2" in capfdbinary.readouterr().out


def test_a_path_that_no_file_can_have_is_bad_input() -> None:
    """A name longer than a file system takes ends with 2, as a missing file does."""
    assert ended("check", "x" * 300) == 2
    assert ended("export", "x" * 300) == 2
