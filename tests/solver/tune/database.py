"""A real PostgreSQL on this machine for tests, with a password and without durability."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

FOLDERS = (os.environ.get("PATH", ""), *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)))
USER = "nobody" if os.name == "posix" and os.geteuid() == 0 else None
"""User of the server, which root may not be."""
PATIENCE_SECONDS = 60.0


def missing() -> str:
    """The reason why no PostgreSQL can be started here; empty where one can."""
    absent = [name for name in ("initdb", "postgres") if _program(name) is None]
    if absent:
        return f"not installed: {', '.join(absent)} (package postgresql)"
    try:
        import psycopg  # noqa: F401
    except ImportError:
        return "not installed: psycopg"
    return ""


@contextlib.contextmanager
def running() -> Iterator[str]:
    """Yield the URL of a started server, with its password, and stop it."""
    with tempfile.TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as name:
        folder, password = Path(name), secrets.token_hex(12)
        (folder / "password").write_text(password, encoding="ascii")
        for path in (folder, folder / "password"):
            shutil.chown(path, USER or os.getuid())
        _run("initdb", "-D", "data", "-U", "tuner", "-A", "scram-sha-256", "--pwfile=password", "-N", folder=folder)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        server = subprocess.Popen(
            [str(_program("postgres")), "-D", "data", "-p", str(port), "-k", str(folder), "-h", "127.0.0.1", "-F"],
            cwd=folder, user=USER, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            url = f"postgresql://tuner:{password}@127.0.0.1:{port}/postgres"
            _until_ready(url)
            yield url
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(PATIENCE_SECONDS)


def _until_ready(url: str) -> None:
    import psycopg

    ends = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            psycopg.connect(url).close()
            return
        except psycopg.OperationalError:
            assert time.monotonic() < ends, "PostgreSQL did not start"
            time.sleep(0.1)


def _run(name: str, *arguments: str, folder: Path) -> None:
    command = [str(_program(name)), *arguments]
    subprocess.run(command, cwd=folder, user=USER, check=True, capture_output=True, timeout=PATIENCE_SECONDS)


def _program(name: str) -> str | None:
    return shutil.which(name, path=os.pathsep.join(FOLDERS))
