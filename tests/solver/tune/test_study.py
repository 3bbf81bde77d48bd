"""A study continues in any process, and repeats trials whose process died."""

from __future__ import annotations

import time
from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState

from solver.errors import UsageError
from solver.tune.study import RETRIES, Study


def _opened(path: Path, *, seed: int = 3) -> Study:
    return Study.opened("s", str(path / "s.journal"), seed, 100.0)


def _objective(trial: optuna.Trial) -> float:
    return (trial.suggest_float("x", 0.0, 1.0) - 0.3) ** 2


def _run(study: Study, trials: int) -> list[float]:
    study.run(_objective, trials, {"x": 0.9}, lambda _: None)
    return [trial.params["x"] for trial in study.study.get_trials() if trial.state == TrialState.COMPLETE]


def test_a_resumed_study_samples_the_same_trials(tmp_path: Path) -> None:
    """Opened again after four trials, a study ends with the same twelve as one that was never closed."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    uninterrupted = _run(_opened(tmp_path / "a"), 12)
    _run(_opened(tmp_path / "b"), 4)
    assert _run(_opened(tmp_path / "b"), 12) == uninterrupted
    assert len(set(uninterrupted)) == 12
    assert uninterrupted[0] == 0.9


def test_another_seed_samples_other_settings(tmp_path: Path) -> None:
    """The seed decides what is sampled after the first trial, which is given."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, other = _run(_opened(tmp_path / "a"), 4), _run(_opened(tmp_path / "b", seed=4), 4)
    assert one[0] == other[0]
    assert not set(one[1:]) & set(other[1:])


def test_a_stale_trial_is_repeated_with_the_same_parameters(tmp_path: Path) -> None:
    """A trial without a sign of life for too long fails, and its parameters are queued again."""
    study = _opened(tmp_path)
    dead = study.study.ask()
    x = dead.suggest_float("x", 0.0, 1.0)
    assert study.retry_stale(now=time.time() + 50) == 0
    assert study.retry_stale(now=time.time() + 150) == 1
    assert study.study.get_trials()[0].state == TrialState.FAIL
    assert x in _run(_opened(tmp_path), 2)


def test_a_trial_given_up_too_early_ends_no_process(tmp_path: Path) -> None:
    """A process that others took for dead goes on with another trial."""
    study, lines = _opened(tmp_path), list[str]()

    def given_up(trial: optuna.Trial) -> float:
        if trial.number == 0:
            _opened(tmp_path).study.tell(0, state=TrialState.FAIL)
        return _objective(trial)

    study.run(given_up, 1, {"x": 0.9}, lines.append)
    assert "given up by another process" in lines[0]
    assert study.ended() == 1


def test_repetitions_of_a_trial_are_limited(tmp_path: Path) -> None:
    """Parameters that kill their process are repeated no more often than the limit of retries allows."""
    study, tries = _opened(tmp_path), 0
    study.study.enqueue_trial({"x": 0.5})
    while any(trial.state == TrialState.WAITING for trial in study.study.get_trials()):
        study.study.ask().suggest_float("x", 0.0, 1.0)
        study.retry_stale(now=time.time() + 150)
        tries += 1
    assert tries == 1 + RETRIES


@pytest.mark.slow
def test_trials_under_other_limits_do_not_mix(tmp_path: Path) -> None:
    """A study refuses to go on under other limits than it was made with, and names both."""
    _opened(tmp_path).require_same({"seconds": 5.0})
    _opened(tmp_path).require_same({"seconds": 5.0})
    with pytest.raises(UsageError, match=r"found seconds 5\.0, expected 6\.0"):
        _opened(tmp_path).require_same({"seconds": 6.0})


@pytest.mark.slow
def test_a_database_by_url_serves_as_well(tmp_path: Path) -> None:
    """A study in a database goes on like one in a journal."""
    url = f"sqlite:///{tmp_path / 's.db'}"
    assert len(_run(Study.opened("s", url, 0, 100.0), 2)) == 2
    assert len(_run(Study.opened("s", url, 0, 100.0), 3)) == 3


def test_a_url_without_driver_is_refused_without_its_password() -> None:
    """A URL that cannot be opened is a usage error, and its message has no password."""
    with pytest.raises(UsageError) as refused:
        Study.opened("s", "nonsense://me:secret@host/db", 0, 100.0)
    assert "nonsense://host/db" in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_damaged_url_is_refused_without_its_password() -> None:
    """A password with signs that should have been escaped is no reason to print a part of it."""
    with pytest.raises(UsageError, match="no URL of a database") as refused:
        Study.opened("s", "postgresql://me:sec@ret:x@host:port/db", 0, 100.0)
    assert "sec" not in str(refused.value).replace("such", "")
    assert "ret" not in str(refused.value)
