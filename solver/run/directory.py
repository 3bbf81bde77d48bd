"""Output directory of a solve, written completely or not at all.

It holds ``manifest.json``, ``plan.json`` (if there is a plan), ``tables/*.csv``, ``trace.csv`` and ``log.txt``. A run
is written into a hidden directory beside its target and renamed, so that a reader never sees a partial one.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from solver.errors import EnvironmentFailure, UsageError
from solver.io.files import alive, os_error_text, plain, stored_text, write
from solver.io.replace import synchronise, synchronise_tree
from solver.plan import Plan
from solver.run.manifest_schema import Manifest
from solver.run.stored_json import sealed

_WRITTEN = frozenset(
    {"manifest.json", "plan.json", "tables", "trace.csv", "log.txt", "plan.svg", "plan.png", "plan.html"}
)


def is_run(directory: str | Path) -> bool:
    """Return whether a directory is a finished run; partially written ones are not."""
    path = Path(directory)
    return (path / "manifest.json").is_file() and _pid_of(path.name) is None


def has_plan(directory: str | Path) -> bool:
    """Return whether a run directory holds a plan."""
    return (Path(directory) / "plan.json").is_file()


def require_free(directory: str | Path, run_key: str | None, force: bool = False) -> None:
    """Raise UsageError if a run may not be written there; called before a long solve.

    A path that does not exist, an empty directory and a run with the same ``run_key`` are free; with ``force`` any
    run is. A directory that is not a run is never replaced.
    """
    path = Path(directory)
    try:
        if not path.exists() and not path.is_symlink():
            return
        if not path.is_dir():
            raise UsageError(f"{path}: is a file, expected a directory to write the run into")
        if not any(path.iterdir()):
            return
    except OSError as error:
        raise EnvironmentFailure(f"{path}: {os_error_text(error)}") from error
    if not is_run(path):
        raise UsageError(f"{path}: holds other files and is not a run; name another directory, or empty this one")
    if not force and (run_key is None or _run_key(path) != run_key):
        raise UsageError(f"{path}: holds another run; name another directory, or replace it with --force")


def require_writable(directory: str | Path) -> None:
    """Raise EnvironmentFailure if nothing can be written beside a run directory; called before a long solve."""
    parent = Path(directory).absolute().parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=parent):
            pass
    except OSError as error:
        raise EnvironmentFailure(
            f"{directory}: a run cannot be written there: {os_error_text(error)}; nothing solved"
        ) from error


def write_run(
    directory: str | Path,
    manifest: Manifest,
    plan: Plan | None,
    texts: Mapping[str, str] | None,
    log: str,
    force: bool = False,
    trace: str | None = None,
) -> Path:
    """Write a run directory, completely or not at all, and return its path.

    The manifest is written with its digest. Foreign files in a run that is replaced are kept. UsageError if the target
    is taken (see ``require_free``), EnvironmentFailure on a write error; both messages name the file in which the plan
    was saved instead.
    """
    target = Path(directory).absolute()
    try:
        require_free(target, manifest.run_key, force)
        target = target.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        _clear_leftovers(target)
        with _partial(target) as partial:
            _fill(partial, manifest, plan, texts, log, trace)
            _move_into_place(partial, target)
    except UsageError as error:
        raise UsageError(f"{error}{_rescued(plan, target)}") from error
    except EnvironmentFailure as error:
        raise EnvironmentFailure(f"{error}{_rescued(plan, target)}") from error
    except OSError as error:
        message = f"{directory}: the run could not be written: {os_error_text(error)}{_rescued(plan, target)}"
        raise EnvironmentFailure(message) from error
    return target


def _run_key(path: Path) -> str | None:
    try:
        key = json.loads(stored_text(path / "manifest.json"))["run_key"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return str(key)


def _fill(
    folder: Path,
    manifest: Manifest,
    plan: Plan | None,
    texts: Mapping[str, str] | None,
    log: str,
    trace: str | None,
) -> None:
    if plan is not None:
        write(folder / "plan.json", plan_text(plan))
    if texts is not None:
        from solver.tables import write_tables

        write_tables(texts, folder / "tables", durable=False)
    if trace is not None:
        write(folder / "trace.csv", trace)
    write(folder / "log.txt", log)
    data = manifest.sealed().model_dump(mode="json")
    write(folder / "manifest.json", json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    synchronise_tree(folder)


def plan_text(plan: Plan) -> str:
    """Return the text of ``plan.json``."""
    data = json.loads(json.dumps(plan.to_json(), default=plain))
    return json.dumps(sealed(data), indent=1, ensure_ascii=False) + "\n"


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
        synchronise(target.parent)
        return
    old = target.parent / f".{target.name}.old-{os.getpid()}"
    target.rename(old)
    try:
        partial.rename(target)
    except BaseException:
        old.rename(target)
        raise
    synchronise(target.parent)
    _keep_foreign(old, target)
    shutil.rmtree(old, ignore_errors=True)


def _keep_foreign(old: Path, target: Path) -> None:
    for entry in sorted(old.iterdir()):
        if entry.name not in _WRITTEN and not (target / entry.name).exists():
            entry.rename(target / entry.name)


def _clear_leftovers(target: Path) -> None:
    """Remove the directories of killed writers of this target, and restore a run that they had moved aside."""
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
    """Return the process that wrote a hidden directory; None for any other name."""
    if not name.startswith("."):
        return None
    stem, _, pid = name.rpartition("-")
    return int(pid) if pid.isdecimal() and stem.endswith((".partial", ".old")) else None


def _rescued(plan: Plan | None, target: Path) -> str:
    """Save a plan that could not be written to its run, and return the end of the error message that names the file."""
    if plan is None:
        return ""
    name = ""
    try:
        handle, name = tempfile.mkstemp(prefix=f"kardashev-{target.name}-", suffix=".plan.json")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(plan_text(plan))
    except OSError as error:
        if name:
            Path(name).unlink(missing_ok=True)
        return f"; the plan could not be saved elsewhere either: {os_error_text(error)}"
    return f"; the plan is saved in {name}"
