"""Storage of studies: a journal file, or a database by its URL, whose password appears in no message and no file."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from optuna.exceptions import ExperimentalWarning, StorageInternalError
from optuna.storages import BaseStorage, JournalStorage, RDBStorage, RetryHeartbeatStaleTrialCallback
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from solver.errors import EnvironmentFailure, KardashevError, UsageError
from solver.tune.journal import cure, journal_backend

RETRIES = 2
"""Number of repetitions of a trial whose process died."""
BEATS = 3
"""Signs of life within the time after which a trial counts as dead."""


def opened_storage(storage: str, stale_seconds: float) -> BaseStorage:
    """Open a journal or database; in the latter a trial without a sign of life for ``stale_seconds`` is repeated.

    UsageError for a URL that cannot be used, or a journal whose records are not those of a study.
    """
    if not is_url(storage):
        return _journal(storage)
    try:
        url = make_url(storage)
        if url.drivername == "postgresql":
            # Versions of SQLAlchemy differ in the driver that they take without a name.
            url = url.set(drivername="postgresql+psycopg")
        beat = max(1, round(stale_seconds / BEATS))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExperimentalWarning)
            return RDBStorage(
                url.render_as_string(hide_password=False),
                engine_kwargs={"pool_pre_ping": True},
                heartbeat_interval=beat,
                grace_period=BEATS * beat,
                heartbeat_stale_trial_callback=RetryHeartbeatStaleTrialCallback(max_retry=RETRIES),
            )
    except (ImportError, NoSuchModuleError) as error:
        hint = "no driver for it; for PostgreSQL pip install 'kardashev-planner[postgres]'"
        raise UsageError(f"--storage {shown(storage)}: {hint}") from error
    except (ArgumentError, ValueError):
        # The text of the error may hold parts of a password that was not written as a URL requires.
        form = "postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with % codes for signs such as / and @ in the password"
        raise UsageError(f"--storage: is no URL of a database; expected {form}") from None
    except SQLAlchemyError as error:
        raise UsageError(f"--storage {shown(storage)}: could not be opened: {_cause(storage, error)}") from None


@contextmanager
def reaching(storage: str) -> Iterator[None]:
    """Report a database that cannot be reached, or refuses a step, as EnvironmentFailure."""
    try:
        yield
    except (SQLAlchemyError, StorageInternalError) as error:
        raise EnvironmentFailure(
            f"--storage {shown(storage)}: {_cause(storage, error)}; the study goes on when the command is run again"
        ) from None


def is_url(storage: str) -> bool:
    """Return whether a storage is the URL of a database, not a file."""
    return "://" in storage


def shown(storage: str) -> str:
    """Return a storage for messages and files: a URL without user, password and query."""
    if not is_url(storage):
        return storage
    scheme, _, rest = storage.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2].partition('?')[0]}"


def _cause(storage: str, error: Exception) -> str:
    """Return the first line of the cause of an error, without the password."""
    inner = getattr(error, "orig", None) or error.__cause__ or error
    text = (str(inner).splitlines() or [type(inner).__name__])[0]
    password = make_url(storage).password
    return text.replace(password, "***") if password else text


def _journal(storage: str) -> JournalStorage:
    try:
        return JournalStorage(journal_backend(storage))
    except (KardashevError, OSError):
        raise
    except Exception as error:
        # Optuna replays the records; what it raises for a wrong one is of any type.
        raise UsageError(f"{storage}: damaged: {type(error).__name__}: {error}; {cure(storage)}") from error
