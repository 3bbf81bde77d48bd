"""Studies of many processes: workers on a real Slurm, trials in a real PostgreSQL, and what happens when they die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState

from solver.errors import EnvironmentFailure, UsageError
from solver.tune.job import VARIABLE
from solver.tune.study import Study
from tests.solver.batch import cluster as slurm
from tests.solver.batch.cluster import Cluster, pids, text_of
from tests.solver.command import ended, hard
from tests.solver.tune import database

TRIALS = 20
on_postgres = [
    pytest.mark.slow, pytest.mark.services,
    pytest.mark.skipif(bool(database.missing()), reason=f"no PostgreSQL: {database.missing()}"),
]  # fmt: skip
on_slurm = pytest.mark.skipif(bool(slurm.missing()), reason=f"no Slurm: {slurm.missing()}")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A real database."""
    with database.running() as found:
        yield found


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A real cluster of two nodes."""
    with slurm.running() as found:
        yield found


class TestPostgres:
    """Studies in a real PostgreSQL."""

    pytestmark = on_postgres

    def test_dead_trial_is_repeated(self, url: str) -> None:
        """A trial whose process was killed has no sign of life for three seconds, fails, and is run again."""
        x = _killed_in_a_trial(url)
        study = Study.opened("dead", url, 0, 3.0)
        time.sleep(4)
        study.run(_objective, 3, {"x": 0.9}, lambda _: None)
        states = [trial.state for trial in study.study.get_trials()]
        assert states.count(TrialState.FAIL) == 1
        assert x in [trial.params["x"] for trial in study.study.get_trials() if trial.state is TrialState.COMPLETE]

    def test_password_is_in_no_message(self, url: str) -> None:
        """A wrong password and a wrong database are errors with a reason, and without the password."""
        password = _password(url)
        for wrong in (url.replace(password, "not-" + password), url.replace("/postgres", "/absent")):
            with pytest.raises((UsageError, EnvironmentFailure), match=r"tuner|absent") as refused:
                Study.opened("s", wrong, 0, 3.0)
            assert password not in str(refused.value)

    @on_slurm
    def test_workers_on_slurm(
        self, url: str, cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:  # fmt: skip
        """After kill -9 of all workers others repeat their trials and end the study; no file holds the password."""
        _on(cluster, tmp_path, monkeypatch)
        killer = threading.Thread(target=_kill_workers, args=(cluster, url))
        killer.start()
        code = ended(*_command(TRIALS), "--storage", url, "--patience", "8")
        killer.join()
        printed = "".join(capsys.readouterr())
        assert code == 0, printed
        trials = Study.opened("s", url, 0, 3.0).study.get_trials()
        failed = {trial.number for trial in trials if trial.state is TrialState.FAIL}
        repeated = {number for trial in trials for number in trial.system_attrs.get("retry_history", [])}
        assert sum(trial.state in (TrialState.COMPLETE, TrialState.PRUNED) for trial in trials) >= TRIALS
        assert failed
        assert failed <= repeated
        password = _password(url)
        assert password not in printed
        files = [file for file in tmp_path.rglob("*") if file.is_file()]
        assert [file for file in files if file.suffix == ".pkl"]
        assert not [file for file in files if password.encode() in file.read_bytes()]


@pytest.mark.slow
@pytest.mark.services
@on_slurm
def test_workers_share_a_journal(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Array tasks make the trials of a study in a journal file, and the submitter reads the best of them."""
    _on(cluster, tmp_path, monkeypatch)
    assert ended(*_command(4), "--storage", "kept/s.journal") == 0
    assert Study.opened("s", "kept/s.journal", 0, 100.0).ended() >= 4
    outputs = [file.read_text(encoding="utf-8") for file in Path("kept/s-slurm").glob("*_log.out")]
    assert len(outputs) == 2
    assert sum("trial " in text for text in outputs) >= 1


def _objective(trial: optuna.Trial) -> float:
    return trial.suggest_float("x", 0.0, 1.0)


_DIES_IN_SECOND = """
import os, signal, sys
from solver.tune.study import Study

def dies_in_second(trial):
    value = trial.suggest_float("x", 0.0, 1.0)
    if trial.number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return value

Study.opened("dead", sys.stdin.read(), 0, 3.0).run(dies_in_second, 3, {"x": 0.9}, lambda _: None)
"""


def _killed_in_a_trial(url: str) -> float:
    """Run a study in another process that kills itself within its second trial; return the parameter of that trial."""
    done = subprocess.run([sys.executable, "-c", _DIES_IN_SECOND], input=url, text=True, timeout=100, check=False)
    assert done.returncode == -signal.SIGKILL
    trials = Study.opened("dead", url, 0, 100.0).study.get_trials()
    assert [trial.state for trial in trials] == [TrialState.COMPLETE, TrialState.RUNNING]
    return float(trials[1].params["x"])


def _kill_workers(cluster: Cluster, url: str) -> None:
    """Kill all workers once a second trial is running."""

    def within_a_trial() -> bool:
        running = [trial for trial in Study.opened("s", url, 0, 8.0).study.get_trials() if trial.params]
        return any(trial.number > 0 and trial.state is TrialState.RUNNING for trial in running)

    slurm.until(within_a_trial)
    own = f"SLURM_CONF={cluster.folder}/slurm.conf"
    found = (pid for pid in pids() if own in text_of(pid, "environ").split("\0"))
    workers = [pid for pid in found if "submitit.core._submit" in text_of(pid, "cmdline")]
    for pid in workers:
        os.kill(pid, signal.SIGKILL)


def _on(cluster: Cluster, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder with an instance, on a cluster."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv(VARIABLE, "")
    for name, value in cluster.environment.items():
        monkeypatch.setenv(name, value)
    Path("hard.yaml").write_text(hard(12, 2), encoding="utf-8")


def _command(trials: int) -> list[str]:
    given = {"--study": "s", "--trials": str(trials), "--seconds": "1", "--gap": "0", "--again": "0", "--workers": "2"}
    return ["tune", "hard.yaml", *(word for pair in given.items() for word in pair)]


def _password(url: str) -> str:
    return url.partition("tuner:")[2].partition("@")[0]
