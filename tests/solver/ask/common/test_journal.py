"""A killed question loses at most the point in work; damage is named, and an error of one point stops no other."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from solver.ask.common.journal import Journal
from solver.errors import EnvironmentFailure, ModelError, StoppedError

IDENTITY = {"instance": "abc", "question": "front", "options": {"gap": 0.01}}


def answered(value: float, calls: list[float]) -> Callable[[], Mapping[str, Any]]:
    """A solve that notes its call."""

    def solve() -> Mapping[str, Any]:
        calls.append(value)
        return {"value": value}

    return solve


def test_a_killed_question_keeps_its_answered_points(tmp_path: Path) -> None:
    """A process killed in its third point has stored two; the next one solves the third alone."""
    child = os.fork()
    if not child:
        journal = Journal(tmp_path, IDENTITY)
        for n in (1, 2):
            journal.answer({"n": n}, lambda n=n: {"value": n})
        journal.answer({"n": 3}, lambda: os.kill(os.getpid(), signal.SIGKILL) or {})
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
    journal, calls = Journal(tmp_path, IDENTITY), list[float]()
    answers = [journal.answer({"n": n}, answered(n, calls)) for n in (1, 2, 3)]
    assert calls == [3]
    assert [answer.data["value"] for answer in answers] == [1, 2, 3]
    assert [answer.known for answer in answers] == [True, True, False]


def test_other_options_or_points_are_other_answers(tmp_path: Path) -> None:
    """An answer holds for its instance, options and point alone."""
    calls = list[float]()
    Journal(tmp_path, IDENTITY).answer({"n": 1}, answered(1, calls))
    Journal(tmp_path, {**IDENTITY, "options": {"gap": 0.02}}).answer({"n": 1}, answered(2, calls))
    Journal(tmp_path, IDENTITY).answer({"n": 2}, answered(3, calls))
    assert calls == [1, 2, 3]
    assert len(list(tmp_path.glob("*.json"))) == 3


@pytest.mark.parametrize("spoil", [lambda text: text[:40], lambda text: text.replace('"value": 1', '"value": 7')])
def test_a_damaged_file_is_named_and_solved_again(tmp_path: Path, spoil: Callable[[str], str]) -> None:
    """A file cut short, or one whose figure was changed by hand, is not believed."""
    Journal(tmp_path, IDENTITY).answer({"n": 1}, answered(1, []))
    (file,) = tmp_path.glob("*.json")
    file.write_text(spoil(file.read_text()))
    notes, calls = list[str](), list[float]()
    answer = Journal(tmp_path, IDENTITY, on_note=notes.append).answer({"n": 1}, answered(2, calls))
    assert (calls, answer.data) == ([2], {"value": 2})
    assert str(file) in notes[0]
    assert notes[0].endswith("solved again")


def test_a_failed_point_is_recorded_and_tried_again(tmp_path: Path) -> None:
    """An error is stored with its text, the next point is answered, and a second try may succeed."""

    def fails() -> Mapping[str, Any]:
        raise ModelError("out of range")

    journal = Journal(tmp_path, IDENTITY)
    assert journal.answer({"n": 1}, fails).error == "out of range"
    assert not journal.answer({"n": 2}, answered(2, [])).failed
    stored = journal.known({"n": 1})
    assert stored is not None
    assert stored.error == "out of range"
    assert journal.answer({"n": 1}, answered(1, [])).data == {"value": 1}


def test_a_partial_answer_is_not_kept(tmp_path: Path) -> None:
    """After a stop an answer is what there was in time; StoppedError reaches the command."""
    journal = Journal(tmp_path, IDENTITY)

    def stopped() -> Mapping[str, Any]:
        raise StoppedError("time")

    with pytest.raises(StoppedError):
        journal.answer({"n": 1}, stopped)
    journal.stop.set()
    assert journal.answer({"n": 1}, answered(1, [])).data == {"value": 1}
    assert journal.known({"n": 1}) is None


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    """A file in the place of the folder is named."""
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentFailure, match="file"):
        Journal(tmp_path / "file" / "points", IDENTITY).answer({"n": 1}, answered(1, []))


def test_without_a_folder_nothing_is_kept() -> None:
    """Each point is solved each time."""
    calls = list[float]()
    for _ in range(2):
        Journal(None, IDENTITY).answer({"n": 1}, answered(1, calls))
    assert calls == [1, 1]
