"""Endings of Slurm jobs, as ``sacct`` and ``scontrol`` write them."""

from __future__ import annotations

import re

_STATE = re.compile(r"JobState=([A-Z_]+)|\A\s*([A-Z_]{3,})")
_EXIT = re.compile(r"(?:ExitCode=|\|)(\d+):(\d+)")
_OF_STATE = {
    "OUT_OF_MEMORY": "out of memory",
    "TIMEOUT": "time-out",
    "DEADLINE": "time-out",
    "NODE_FAIL": "node failure",
    "BOOT_FAIL": "node failure",
    "PREEMPTED": "node failure",
    "REQUEUED": "node failure",
}
_SIGKILL = 9


def ending_of(text: str) -> tuple[str, str]:
    """Return the status and message of a job that left no result, from the text of Slurm on it.

    A job killed by signal 9 without another reason was over its memory: so Slurm reports it where it limits memory by
    sampling, without control groups.
    """
    state, code = _STATE.search(text), _EXIT.search(text)
    if state is None:
        return "node failure", "the job left the queue without a result, and Slurm does not remember it"
    name = state[1] or state[2]
    exit_code, number = (int(code[1]), int(code[2])) if code is not None else (0, 0)
    message = f"Slurm: {name}, exit code {exit_code}:{number}"
    if name in _OF_STATE:
        return _OF_STATE[name], message
    if name == "FAILED" and _SIGKILL in (number, exit_code - 128):
        return "out of memory", f"{message}, as over its memory"
    if name == "COMPLETED":
        return "node failure", f"{message}, without a record"
    return "failed", message
