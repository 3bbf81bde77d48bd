"""Engine of a batch without the solver: claims, processes that die, two engines on one folder."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from solver.batch import child
from solver.batch.claims import Claims
from solver.batch.engine import Engine, QueuedTask, Work
from solver.batch.folder import BatchFolder
from solver.batch.record import BatchResult
from solver.batch.tasks import Task
from solver.instance.read import Loaded, read
from solver.instance.schema import Instance
from solver.run.manifest import options_data, run_key
from solver.run.solve import Options
from tests.solver.command import ONE_FLIGHT, ended

ONE = Path(ONE_FLIGHT)


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run, which stands for the result of every task."""
    target = tmp_path_factory.mktemp("run") / "run"
    assert ended("solve", ONE_FLIGHT, "--json", "--out", str(target)) == 0
    return target


def _tasks(count: int) -> list[Task]:
    return [Task(ONE, (f"vehicles.big.flight_musd={50 + i}",)) for i in range(count)]


def _copying(run_dir: Path, seconds: float = 0.0) -> Work:
    """Work whose solve takes a while and moves a run into place; it fails where one is there already."""

    def solved(
        folder: BatchFolder, task: Task, _loaded: Loaded[Instance], _options: Options, key: str, target: Path
    ) -> BatchResult:
        time.sleep(seconds)
        aside = folder.root / f"{key}-{os.getpid()}"
        shutil.copytree(run_dir, aside)
        target.parent.mkdir(exist_ok=True)
        aside.rename(target)
        return BatchResult(task, "optimal", target, 0, objective=1.0, unit="MUSD", gap=0.0, key=key)

    return lambda folder, task, options, over, line: child.work(folder, task, options, over, line, solved)


def _engine(root: Path, tasks: list[Task], work: Work, jobs: int = 2) -> tuple[Engine, Path]:
    """An engine, and the file of its answers."""
    folder = BatchFolder(root)
    folder.prepare()
    answers = root / f"answers-{os.getpid()}-{time.monotonic_ns()}"
    output = os.open(answers, os.O_WRONLY | os.O_CREAT)
    pending = deque(QueuedTask(number, task) for number, task in enumerate(tasks))
    return Engine(folder, options_data(Options()), jobs, 1e6, output, pending, work), answers


def _run(root: Path, tasks: list[Task], work: Work, jobs: int = 2) -> list[BatchResult]:
    engine, answers = _engine(root, tasks, work, jobs)
    engine.run()
    os.close(engine.output)
    found: dict[int, Any] = {}
    for line in answers.read_text(encoding="utf-8").splitlines():
        data = json.loads(line)
        assert data["number"] not in found
        found[data["number"]] = BatchResult.of(data["result"])
    return [found[number] for number in range(len(tasks))]


@pytest.mark.slow
def test_everything_is_solved_once(tmp_path: Path, run_dir: Path) -> None:
    """A second batch finds every result of the first; a task listed under two names is solved once."""
    work = _copying(run_dir)
    tasks = [*_tasks(3), Task(ONE, ("vehicles.big.flight_musd=50.0",))]
    results = _run(tmp_path, tasks, work)
    assert [result.status for result in results] == ["optimal"] * 4
    assert sum(result.skipped for result in results) == 1
    assert all(result.skipped for result in _run(tmp_path, tasks, work))
    assert BatchFolder(tmp_path).claims.keys() == []


def test_runs_that_are_no_answer(tmp_path: Path, run_dir: Path) -> None:
    """A run without its plan, or with a plan that violates a constraint, does not count as solved before."""
    target = tmp_path / "one_flight" / "key"
    shutil.copytree(run_dir, target)
    known = child._known(Task(ONE), target, "key")
    assert known is not None
    assert (known.skipped, known.finished) == (True, True)
    manifest: dict[str, Any] = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    spoiled = {**manifest, "violations": ["launch.lift"], "checked": False}
    (target / "manifest.json").write_text(json.dumps(spoiled), encoding="utf-8")
    assert child._known(Task(ONE), target, "key") is None
    (target / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (target / "plan.json").unlink()
    assert child._known(Task(ONE), target, "key") is None


@pytest.mark.slow
def test_campaign(tmp_path: Path, run_dir: Path) -> None:
    """Two engines on one folder, workers and one engine killed with SIGKILL: all answered, none twice, none lost."""
    tasks, work = _tasks(12), _copying(run_dir, 0.03)
    first = _forked(lambda: _run(tmp_path, tasks, work))
    second = _forked(lambda: _run(tmp_path, tasks[::-1], work))
    chance, ends = random.Random(1), time.monotonic() + 0.6
    while time.monotonic() < ends:
        time.sleep(0.03)
        children = _children(first) + _children(second)
        if children:
            with contextlib.suppress(ProcessLookupError):  # it may have ended in this moment
                os.kill(chance.choice(children), signal.SIGKILL)
    os.kill(first, signal.SIGKILL)
    for pid in (first, second):
        os.waitpid(pid, 0)
    results = _run(tmp_path, tasks, work)
    assert {(result.status, result.failed) for result in results} == {("optimal", False)}
    log = (tmp_path / ".batch" / "log.csv").read_text(encoding="utf-8").splitlines()
    solved = [line.split(",")[3] for line in log if line.endswith(",optimal")]
    assert len(solved) == len(set(solved))
    assert len(list((tmp_path / "one_flight").iterdir())) == len(tasks)


def test_run_without_its_record(tmp_path: Path, run_dir: Path) -> None:
    """A process killed between run and record left that of its death: the next batch finds the run, and enters it."""
    folder, work = BatchFolder(tmp_path), _copying(run_dir)
    (solved,) = _run(tmp_path, _tasks(1), work)
    folder.write_record(BatchResult(solved.task, "node failure", None, 5, key=solved.key, id="dead"))
    assert [result.failed for result in folder.results()] == [True]
    assert [result.skipped for result in _run(tmp_path, _tasks(1), work)] == [True]
    assert [(result.finished, result.id != "dead") for result in folder.results()] == [(True, True)]


def _forked(act: Callable[[], object]) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            act()
        finally:
            os._exit(0)
    return pid


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    except OSError:
        return []


def _killed(_folder: BatchFolder, _task: Task, _options: Options, _over: int, _line: socket.socket) -> None:
    os.write(2, b"last words\n")
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_task_that_always_dies_fails_alone(tmp_path: Path) -> None:
    """It is tried three times; its last output and the signal are reported, with exit code 5."""
    (result,) = _run(tmp_path, _tasks(1), _killed)
    assert (result.status, result.exit_code, result.attempts, result.failed) == ("node failure", 5, 3, True)
    assert result.message.splitlines() == ["last words", "the process was killed by SIGKILL"]
    assert result.peak_memory_mb is not None


def test_memory_is_shared_out(tmp_path: Path, run_dir: Path) -> None:
    """Tasks that do not fit into the memory together are solved one after the other."""
    engine, _ = _engine(tmp_path, _tasks(3), _copying(run_dir, 0.02))
    engine.memory_mb = 300.0
    most = 0
    admit = engine._admit

    def counted() -> None:
        nonlocal most
        admit()
        most = max(most, sum(running.admitted for running in engine.running.values()))

    engine.__class__ = type("Counted", (Engine,), {"__slots__": (), "_admit": lambda _self: counted()})
    engine.run()
    assert most == 1


def test_stop_ends_tasks_and_begins_nothing(tmp_path: Path) -> None:
    """A stop interrupts the running task; what was not begun is reported so."""
    control, stop = os.pipe()

    def stopped(_folder: BatchFolder, task: Task, _options: Options, _over: int, line: socket.socket) -> None:
        try:
            os.write(stop, b"stop\n")
            time.sleep(30)
        except KeyboardInterrupt:
            result = BatchResult(task, "interrupted", None, 3, objective=2.0).data()
            line.sendall(json.dumps({"result": result}).encode() + b"\n")

    engine, answers = _engine(tmp_path, _tasks(2), stopped, jobs=1)
    engine.run(control)
    lines = [json.loads(line) for line in answers.read_text(encoding="utf-8").splitlines()]
    first, second = (line["result"] for line in sorted(lines, key=lambda line: int(line["number"])))
    assert (first["status"], first["objective"]) == ("interrupted", 2.0)
    assert (second["status"], second["exit_code"]) == ("not started", 4)


def test_claims_have_one_owner(tmp_path: Path) -> None:
    """A claim is refused while its owner lives or beats, and taken over when it is dead or stands still."""
    claims = Claims(tmp_path, stale_seconds=0.0)
    assert claims.take("k") == 1
    assert Claims(tmp_path).take("k") is None
    assert claims.beat("k", 1)
    assert claims.stale("k") is None
    stale = claims.stale("k")
    assert stale is not None
    assert claims.take("k", over=stale.generation) == 2
    assert not claims.beat("k", 1)
    claims.release("k", 2)
    assert claims.current("k") is None
    pid = _forked(lambda: claims.take("k"))
    os.waitpid(pid, 0)
    assert claims.take("k") == 2


def test_claims_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a file system without links a claim is made by exclusive creation."""
    monkeypatch.setattr(os, "link", _no_links)
    assert Claims(tmp_path).take("k") == 1
    assert Claims(tmp_path).take("k") is None
    (tmp_path / "k" / "1").write_text("", encoding="utf-8")
    assert Claims(tmp_path).take("k") is None


def _no_links(*_arguments: object) -> None:
    raise PermissionError(1, "no links")


def test_a_task_of_another_batch_is_waited_for(tmp_path: Path, run_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its result is taken over when it comes; a failure of the other batch is not, and a stop ends the wait."""
    monkeypatch.setattr("solver.batch.engine.LOOK_SECONDS", 0.02)
    folder, task, work = BatchFolder(tmp_path), _tasks(1)[0], _copying(run_dir)
    folder.prepare()
    key = run_key(read(task.path, changes=task.changes), Options())
    for status, skipped in (("optimal", True), ("failed", False)):
        assert folder.claims.take(key) == 1
        code = 0 if status == "optimal" else 5
        found = BatchResult(task, status, tmp_path / "one_flight" / key, code, key=key, id=status)

        engine, answers = _engine(tmp_path, [task], work)

        def written(engine: Engine = engine, found: BatchResult = found) -> None:
            while not engine.deferred:
                time.sleep(0.005)
            folder.write_record(found)
            folder.claims.release(key, 1)

        threading.Thread(target=written, daemon=True).start()
        engine.run()
        (line,) = answers.read_text(encoding="utf-8").splitlines()
        result = BatchResult.of(json.loads(line)["result"])
        assert (result.status, result.skipped) == ("optimal", skipped)
    assert folder.claims.take("other") == 1
    engine, answers = _engine(tmp_path, [task], work)
    waiting = QueuedTask(0, task, busy="other")
    engine.pending.clear()
    engine.deferred.append(waiting)
    engine.stop()
    engine.run()
    assert json.loads(answers.read_text(encoding="utf-8"))["result"]["exit_code"] == 4
