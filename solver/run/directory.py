"""The run directory: what a solve leaves behind, written whole or not at all.

``manifest.json``, ``plan.json`` (if there is a plan), ``tables/*.csv``, ``trace.csv`` and
``log.txt``. A run is written into a hidden directory beside its target and renamed, so that a reader never sees half
of one.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from solver.errors import EnvironmentFailure, UsageError
from solver.instance.schema import Instance
from solver.io.files import alive, finite, plain, why, write
from solver.plan import Plan

if TYPE_CHECKING:
    from pandas import DataFrame

FORMAT = 2
_OURS = frozenset({"manifest.json", "plan.json", "tables", "trace.csv", "log.txt", "plan.svg", "plan.png", "plan.html"})
_NEEDED = ("name", "resolved", "status")


@dataclass(frozen=True, slots=True)
class Run:
    """A run directory as read: its manifest, the instance it solved, and its plan if it found one."""

    manifest: Mapping[str, Any]
    instance: Instance
    plan: Plan | None
    path: Path


def is_run(directory: str | Path) -> bool:
    """Say whether a directory is a finished run; half-written ones are not."""
    path = Path(directory)
    return (path / "manifest.json").is_file() and _pid_of(path.name) is None


def require_free(directory: str | Path, run_key: str | None, force: bool = False) -> None:
    """Raise UsageError if a run may not be written there: ask before a long solve.

    Free are a path that does not exist, an empty directory, and a run with the same ``run_key``; with ``force`` any
    run. A directory that is no run is never replaced.
    """
    path = Path(directory)
    try:
        if not path.exists() and not path.is_symlink():
            return
        if not path.is_dir():
            raise UsageError(f"{path}: is a file, wanted a directory to write the run into")
        if not any(path.iterdir()):
            return
    except OSError as error:
        raise EnvironmentFailure(f"{path}: {why(error)}") from error
    if not is_run(path):
        raise UsageError(f"{path}: holds other files and is not a run; name another directory, or empty this one")
    if not force and (run_key is None or _run_key(path) != run_key):
        raise UsageError(f"{path}: holds another run; name another directory, or replace it with --force")


def require_writable(directory: str | Path) -> None:
    """Raise EnvironmentFailure if nothing can be written beside a run directory: better known before a long solve."""
    parent = Path(directory).absolute().parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=parent):
            pass
    except OSError as error:
        raise EnvironmentFailure(f"{directory}: a run cannot be written there: {why(error)}; nothing solved") from error


def write_run(
    directory: str | Path,
    manifest: Mapping[str, Any],
    plan: Plan | None,
    frames: Mapping[str, DataFrame] | None,
    log: str,
    force: bool = False,
    trace: str | None = None,
) -> Path:
    """Write a run directory, whole or not at all, and return its path.

    A number of the manifest that is not finite is written as null. Files that others put into a run that is replaced
    are kept. UsageError if the target is taken (see ``require_free``), EnvironmentFailure if the disk refuses; both
    say where the plan was saved instead.
    """
    target = Path(directory).absolute()
    try:
        require_free(target, manifest.get("run_key"), force)
        target = target.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        _clear_leftovers(target)
        with _partial(target) as partial:
            _fill(partial, manifest, plan, frames, log, trace)
            _move_into_place(partial, target)
    except UsageError as error:
        raise UsageError(f"{error}{_rescued(plan, target)}") from error
    except EnvironmentFailure as error:
        raise EnvironmentFailure(f"{error}{_rescued(plan, target)}") from error
    except OSError as error:
        message = f"{directory}: the run could not be written: {why(error)}{_rescued(plan, target)}"
        raise EnvironmentFailure(message) from error
    return target


def read_run(directory: str | Path) -> Run:
    """Read a run directory back; UsageError that names what is missing or damaged in it."""
    path = Path(directory)
    if not path.is_dir():
        raise UsageError(f"{path}: no such run directory")
    manifest = _json(path / "manifest.json")
    if not isinstance(manifest, dict):
        raise UsageError(f"{path / 'manifest.json'}: damaged: wanted an object")
    if manifest.get("format") != FORMAT:
        found = f"found format {manifest.get('format')!r}, wanted {FORMAT}"
        raise UsageError(f"{path / 'manifest.json'}: {found}; runs of other versions are not read: solve it again")
    missing = [key for key in _NEEDED if key not in manifest]
    if missing:
        raise UsageError(f"{path / 'manifest.json'}: {', '.join(missing)} missing")
    return Run(manifest, _instance(path, manifest), _plan(path, manifest), path)


def _instance(path: Path, manifest: Mapping[str, Any]) -> Instance:
    try:
        return Instance.model_validate(manifest["resolved"])
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UsageError(
            f"{path / 'manifest.json'}: resolved is no instance of this version: {where}: {first['msg']}"
        ) from error


def _plan(path: Path, manifest: Mapping[str, Any]) -> Plan | None:
    file = path / "plan.json"
    if not file.exists():
        if manifest.get("objective") is not None:
            raise UsageError(f"{file}: missing, although the run found a plan")
        return None
    data = _json(file)
    try:
        return Plan.from_json(data)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise UsageError(f"{file}: damaged: not a plan of this version ({type(error).__name__}: {error})") from error


def _json(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UsageError(f"{file}: missing; {file.parent} is not a run directory, or not a whole one") from error
    except OSError as error:
        raise EnvironmentFailure(f"{file}: {why(error)}") from error
    except ValueError as error:
        raise UsageError(f"{file}: damaged: {error}") from error


def _run_key(path: Path) -> str | None:
    try:
        key = json.loads((path / "manifest.json").read_text(encoding="utf-8"))["run_key"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return str(key)


def _fill(
    folder: Path,
    manifest: Mapping[str, Any],
    plan: Plan | None,
    frames: Mapping[str, DataFrame] | None,
    log: str,
    trace: str | None,
) -> None:
    if plan is not None:
        write(folder / "plan.json", _plan_text(plan))
    if frames is not None:
        from solver.tables import write_tables

        write_tables(frames, folder / "tables")
    if trace is not None:
        write(folder / "trace.csv", trace)
    write(folder / "log.txt", log)
    text = json.dumps(
        finite({"format": FORMAT, **manifest}), indent=1, ensure_ascii=False, allow_nan=False, default=plain
    )
    write(folder / "manifest.json", text + "\n")


def _plan_text(plan: Plan) -> str:
    return json.dumps(plan.to_json(), indent=1, ensure_ascii=False, default=plain) + "\n"


@contextlib.contextmanager
def _partial(target: Path) -> Iterator[Path]:
    partial = target.parent / f".{target.name}.partial-{os.getpid()}"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    try:
        yield partial
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _move_into_place(partial: Path, target: Path) -> None:
    if not target.exists():
        partial.rename(target)
        return
    old = target.parent / f".{target.name}.old-{os.getpid()}"
    target.rename(old)
    try:
        partial.rename(target)
    except BaseException:
        old.rename(target)
        raise
    _keep_foreign(old, target)
    shutil.rmtree(old, ignore_errors=True)


def _keep_foreign(old: Path, target: Path) -> None:
    for entry in sorted(old.iterdir()):
        if entry.name not in _OURS and not (target / entry.name).exists():
            entry.rename(target / entry.name)


def _clear_leftovers(target: Path) -> None:
    """Remove what killed writers of this target left, and put back a run they had moved aside."""
    for entry in sorted(target.parent.glob(f".{_escaped(target.name)}.*-*")):
        pid = _pid_of(entry.name)
        if pid is None or alive(pid):
            continue
        if ".old-" in entry.name:
            if not target.exists():
                entry.rename(target)
                continue
            _keep_foreign(entry, target)
        shutil.rmtree(entry, ignore_errors=True)


def _escaped(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _pid_of(name: str) -> int | None:
    """The process that wrote a hidden directory; none for any other name."""
    if not name.startswith("."):
        return None
    stem, _, pid = name.rpartition("-")
    return int(pid) if pid.isdecimal() and stem.endswith((".partial", ".old")) else None


def _rescued(plan: Plan | None, target: Path) -> str:
    """Save a plan that has no other home, and say where; or say that it could not be saved."""
    if plan is None:
        return ""
    name = ""
    try:
        handle, name = tempfile.mkstemp(prefix=f"kardashev-{target.name}-", suffix=".plan.json")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(_plan_text(plan))
    except OSError as error:
        if name:
            Path(name).unlink(missing_ok=True)
        return f"; the plan could not be saved elsewhere either: {why(error)}"
    return f"; the plan is saved in {name}"
