"""A forked process answers through its channel, hears no request to stop, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from solver.io.forked import Channel, Forked, beside_mb

SECONDS = 60.0
ORPHAN = """
import os, time
from solver.io.forked import Forked
other = Forked(lambda channel: time.sleep(600))
print(other.pid, flush=True)
time.sleep(600)
"""


def echo(channel: Channel) -> None:
    """Send back twice what comes."""
    while (number := channel.receive(SECONDS)) is not None:
        channel.send(2 * number)


def hold(channel: Channel) -> None:
    """Take 200 MB, give it back, say so, and wait."""
    channel.send(sum(bytearray(os.urandom(1)) * 200_000_000) >= 0)
    echo(channel)


def is_running(pid: int) -> bool:
    """Whether a process exists and has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_it_answers_and_is_killed() -> None:
    """Messages go both ways, a second copy keeps no end of the first pipe, and the end leaves no process."""
    first, second = Forked(echo), Forked(echo)
    first.channel.send(21)
    assert first.channel.receive(SECONDS) == 42
    os.kill(first.pid, signal.SIGKILL)
    assert first.channel.receive(SECONDS) is None
    assert first.channel.closed
    first.end()
    second.channel.send(1)
    assert second.channel.receive(SECONDS) == 2
    second.end()
    assert not is_running(first.pid)
    assert not is_running(second.pid)


def test_its_memory_counts_beside_that_of_its_parent() -> None:
    """The most that a copy held for itself is known after its end, and what it shares with its parent is no part."""
    shared = bytearray(os.urandom(1)) * 400_000_000
    other = Forked(hold)
    assert other.channel.receive(SECONDS) is True
    other.end()
    assert 200 <= beside_mb() < 350
    assert len(shared) == 400_000_000


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_ignores_requests_to_stop(number: signal.Signals) -> None:
    """Ctrl-C reaches the whole group of processes; the parent alone decides."""
    other = Forked(echo)
    other.channel.send(1)
    assert other.channel.receive(SECONDS) == 2
    os.kill(other.pid, number)
    other.channel.send(3)
    assert other.channel.receive(SECONDS) == 6
    other.end()


def test_an_error_ends_the_copy_without_a_trace_in_the_parent() -> None:
    """An error in the function ends the copy, and the parent sees the closed channel."""
    other = Forked(lambda _channel: sys.exit(3))
    assert other.channel.receive(SECONDS) is None
    assert other.channel.closed
    other.end()


def test_it_ends_with_its_parent() -> None:
    """A parent that is killed takes its copy with it."""
    with subprocess.Popen([sys.executable, "-c", ORPHAN], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_running(pid)
        parent.kill()
        parent.wait()
        ends = time.monotonic() + SECONDS
        while is_running(pid) and time.monotonic() < ends:
            time.sleep(0.05)
        assert not is_running(pid)
