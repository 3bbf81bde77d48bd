"""JSON files that a run has written: reading with the file and key of each damage, and their digests."""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from solver.errors import EnvironmentFailure, UsageError
from solver.instance.pydantic_errors import issues_of
from solver.instance.validation_issues import shown, words
from solver.io.files import os_error_text, stored_text

M = TypeVar("M", bound=BaseModel)
_DIGITS = 18
_NO_FILE = frozenset({errno.EINVAL, errno.ELOOP, errno.EISDIR, errno.ENXIO, errno.ENAMETOOLONG})
_SHOWN = 3
_MOST_LETTERS = 300


def read_object(file: Path, missing: str, cure: str) -> dict[str, Any]:
    """Read a JSON object; UsageError for a missing or damaged file, EnvironmentFailure for one that cannot be read.

    ``missing`` ends the message of a missing file, ``cure`` that of a damaged one.
    """
    try:
        data = json.loads(stored_text(file), parse_int=_integer, parse_constant=_constant)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UsageError(f"{file}: missing; {missing}") from error
    except OSError as error:
        if error.errno in _NO_FILE:
            raise UsageError(f"{file}: is no file; {cure}") from error
        raise EnvironmentFailure(f"{file}: {os_error_text(error)}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file}: damaged: {str(error)[:_MOST_LETTERS]}; {cure}") from error
    if not isinstance(data, dict):
        raise UsageError(f"{file}: damaged: found {shown(data)}, expected an object; {cure}")
    return data


def validated(model: type[M], data: dict[str, Any], file: Path, cure: str, above: tuple[str, ...] = ()) -> M:
    """Return the record of plain data; UsageError that names file and keys where they do not fit the model."""
    try:
        # Through JSON, strict means what a file means: lists may fill tuples, but text is no number.
        return model.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as error:
        found = [f"{words((*above, *path))}: {message}" for path, message in issues_of(error, model, data)]
        more = f" (and {len(found) - _SHOWN} more)" if len(found) > _SHOWN else ""
        raise UsageError(f"{file}: damaged: {'; '.join(found[:_SHOWN])}{more}; {cure}") from error
    except (RecursionError, UnicodeError) as error:
        raise UsageError(f"{file}: damaged: {str(error)[:_MOST_LETTERS]}; {cure}") from error


def digest_of(data: Mapping[str, Any]) -> str:
    """Return the SHA-256 of all keys of plain data but ``digest``; it finds damage, not a forger."""
    kept = {key: value for key, value in data.items() if key != "digest"}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def sealed(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return plain data with their digest."""
    return {**data, "digest": digest_of(data)}


def _integer(text: str) -> int | float:
    """Return an integer, or a float for one with more digits than any count has."""
    return int(text) if len(text) <= _DIGITS else float(text)


def _constant(text: str) -> float:
    raise ValueError(f"found {text}, expected a number")
