"""Journal of a question: its answered points in a folder, one JSON file each, from which a killed command resumes.

A file is named by the hash of the instance as resolved, the question with its options, the versions and the point. It
is written aside and renamed, so that a killed process loses at most the point in work.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from solver.errors import EnvironmentFailure, KardashevError, StoppedError, UsageError
from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.io.files import finite, os_error_text, plain, write_text
from solver.run.manifest import versions
from solver.run.stored_json import digest_of, read_object, sealed

FOLDER = ".points"
"""Folder of the points within the one of a question."""
CURE = "it is solved again"
PACKAGES = ("kardashev", "highspy", "pyomo")
_OUT_OF_MEMORY = "out of memory"


@dataclass(frozen=True, slots=True)
class Answer:
    """Data that answer one point of a question, or the error with which it failed."""

    point: Mapping[str, Any]
    data: Mapping[str, Any]
    error: str = ""
    seconds: float = 0.0
    known: bool = False

    @property
    def failed(self) -> bool:
        """True where the point ended with an error."""
        return bool(self.error)


@dataclass(frozen=True, slots=True)
class Journal:
    """Folder of the answered points of one question; without one nothing is kept.

    ``identity`` is the plain data on which every answer depends. Once ``stop`` is set, answers are partial and are not
    kept. ``on_note`` is called with the file and the cure of each damage.
    """

    folder: Path | None
    identity: Mapping[str, Any]
    stop: threading.Event = field(default_factory=threading.Event)
    on_note: Callable[[str], None] = lambda _text: None

    def answer(self, point: Mapping[str, Any], solve: Callable[[], Mapping[str, Any]]) -> Answer:
        """Return the stored answer to a point, or solve it and store the answer; one that failed is solved again.

        An error of the point is recorded in its answer. EnvironmentFailure where the answer cannot be stored.
        """
        found = self.known(point)
        if found is not None and not found.failed:
            return found
        began = time.monotonic()
        data, error = _solved(solve)
        answer = Answer(point, data, error, round(time.monotonic() - began, 3))
        if self.folder is not None and not self.stop.is_set():
            self._write(answer)
        return answer

    def known(self, point: Mapping[str, Any]) -> Answer | None:
        """Return the stored answer to a point; None where there is none, or a damaged one."""
        file = self.file(point)
        if file is None or not file.exists():
            return None
        try:
            stored = read_object(file, CURE, CURE)
            if stored.get("digest") != digest_of(stored):
                raise UsageError(f"{file}: damaged: its digest does not fit; {CURE}")
            return Answer(stored["point"], stored["data"], str(stored["error"]), float(stored["seconds"]), known=True)
        except (UsageError, EnvironmentFailure) as error:
            self.on_note(str(error))
        except (KeyError, TypeError, ValueError) as error:
            self.on_note(f"{file}: damaged: {type(error).__name__} {error}; {CURE}")
        return None

    def kept(self, point: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Return the data of a stored answer; None where there is none, or one that failed."""
        found = self.known(point)
        return None if found is None or found.failed else found.data

    def file(self, point: Mapping[str, Any]) -> Path | None:
        """Return the file of a point; None without a folder."""
        if self.folder is None:
            return None
        text = json.dumps([self.identity, point], sort_keys=True, default=plain)
        return self.folder / f"{hashlib.sha256(text.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}.json"

    def _write(self, answer: Answer) -> None:
        file = self.file(answer.point)
        assert file is not None
        stored = {"point": answer.point, "data": answer.data, "error": answer.error, "seconds": answer.seconds}
        # Through JSON first, so that the digest is that of what is read again.
        data = json.loads(json.dumps(finite({"identity": self.identity, **stored}), default=plain))
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EnvironmentFailure(f"{file.parent}: no points can be kept there: {os_error_text(error)}") from error
        write_text(file, json.dumps(sealed(data)) + "\n")


def identity_of(loaded: Loaded[Instance], question: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the identity of a question: instance as resolved, kind of question, options that count, versions."""
    found = versions()
    return {
        "instance": loaded.hash,
        "question": question,
        "options": json.loads(json.dumps(dict(options), default=plain)),
        "versions": {name: found.get(name, "") for name in PACKAGES},
    }


def _solved(solve: Callable[[], Mapping[str, Any]]) -> tuple[Mapping[str, Any], str]:
    """Return the data of a point, and the error with which it failed."""
    try:
        return solve(), ""
    except (StoppedError, EnvironmentFailure):
        raise
    except KardashevError as error:
        return {}, str(error)
    except MemoryError:
        return {}, _OUT_OF_MEMORY
