"""The command line when the surroundings fail: full disks, closed pipes, Ctrl-C and kills."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from solver.io.stop_signals import STOP_SIGNALS
from solver.milp.solution import SearchEvent
from solver.plan import Plan
from solver.run import directory, dispatch, runner
from solver.run.directory import is_run
from solver.run.solve import Callbacks, Options, Outcome, solve_loaded
from solver.run.stored_run import read_run
from solver.run.watchdog import import_engine
from tests.solver.command import KARDASHEV, ONE_FLIGHT, ended, hard

pytestmark = pytest.mark.slow

Capture = pytest.CaptureFixture[str]
PATIENCE_SECONDS = 60


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    """Import the packages of a solve: a command that is stopped while they are imported ends its process at once."""
    import_engine()


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder, in which rescued plans land below ``tmp``."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    monkeypatch.chdir(tmp_path)


def _rescued(output: str) -> Plan:
    """The plan that an error message says is saved."""
    (line,) = [line for line in output.splitlines() if "the plan is saved in " in line]
    file = Path(line.rsplit("the plan is saved in ", 1)[1])
    return Plan.from_json(json.loads(file.read_text(encoding="utf-8")))


def _full(file: Path, _text: str) -> NoReturn:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file))


def test_full_disk_rescues_the_plan(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """When the run directory cannot be written, the plan is saved elsewhere and the message says where."""
    monkeypatch.setattr(directory, "write", _full)
    assert ended("solve", ONE_FLIGHT, "--out", "run") == 5
    said = capsys.readouterr()
    assert "run: the run could not be written: no space left on device" in said.err
    assert _rescued(said.err).claims.objective == pytest.approx(48.7603306)
    assert not Path("run").exists()
    assert sorted(entry.name for entry in Path().iterdir()) == ["tmp"]


def test_a_plan_that_is_lost_is_called_lost(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """Where there is no room at all, the message says that the plan could not be saved."""
    monkeypatch.setattr(directory, "write", _full)
    monkeypatch.setattr("tempfile.tempdir", "gone")
    assert ended("solve", ONE_FLIGHT, "--out", "run") == 5
    assert "the plan could not be saved elsewhere either: " in capsys.readouterr().err


def test_a_file_in_place_of_a_directory(capsys: Capture) -> None:
    """A run directory below a file cannot be made: 5, said before anything is solved."""
    Path("file").write_text("words", encoding="utf-8")
    assert ended("solve", ONE_FLIGHT, "--out", "file/deep/run") == 5
    output = capsys.readouterr().err
    assert "file/deep/run: a run cannot be written there: not a directory" in output
    assert output.rstrip().endswith("nothing solved")
    assert Path("file").read_text(encoding="utf-8") == "words"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for very little."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system is not allowed here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_disk_that_is_really_full(small_disk: Path, capsys: Capture) -> None:
    """The same on a file system that is too small for the run: nothing half-written stays on it."""
    assert ended("solve", ONE_FLIGHT, "--out", str(small_disk / "run")) == 5
    output = capsys.readouterr().err
    assert "no space left on device" in output
    assert _rescued(output).decisions.flights
    assert list(small_disk.iterdir()) == []


def test_a_picture_that_cannot_be_written(capsys: Capture) -> None:
    """A plot or comparison that has no place to go ends with 5 and its path."""
    assert ended("solve", ONE_FLIGHT, "--out", "run") == 0
    Path("file").write_text("", encoding="utf-8")
    assert ended("plot", "run", "--out", "file/p.svg") == 5
    assert "file/p.svg: the picture could not be written" in capsys.readouterr().err
    Path("taken").mkdir()
    assert ended("compare", "run", "--csv", "taken") == 5
    assert "taken: could not be written: is a directory" in capsys.readouterr().err


def test_an_error_in_a_table_does_not_cost_the_plan(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """If the tables cannot be made, the run is kept without them, and it is called an internal error."""

    def broken(*_given: object) -> NoReturn:
        raise KeyError("column")

    monkeypatch.setattr(runner, "table_texts", broken)
    assert ended("solve", ONE_FLIGHT, "--out", "run") == 5
    assert capsys.readouterr().err.splitlines()[-2].startswith("internal error: KeyError: 'column' (")
    assert read_run("run").plan is not None


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("arguments", [["schema"], ["show", ONE_FLIGHT], ["validate", ONE_FLIGHT]])
def test_full_standard_output(arguments: list[str]) -> None:
    """An answer that cannot be printed is no answer: 5, one line."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([KARDASHEV, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 5
    assert done.stderr == "standard output: no space left on device\n"


def test_a_false_bound_is_an_internal_error(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """A bound planted above the optimum ends the command with code 5, both numbers in one line, and no run."""
    original = dispatch.search

    def planting(matrix: Any, request: Any, *rest: Any) -> Any:
        request.on_event(SearchEvent(0.0, bound=1e6, stage="planted", improved=True))
        return original(matrix, request, *rest)

    monkeypatch.setattr(dispatch, "search", planting)
    assert ended("solve", ONE_FLIGHT, "--out", "run") == 5
    assert "the lower bound 1000000 (solver) lies above the objective 0.0487" in capsys.readouterr().err
    assert not Path("run").exists()


def test_progress_without_a_reader() -> None:
    """A closed standard error costs neither plan nor answer."""
    command = f"'{KARDASHEV}' solve '{ONE_FLIGHT}' --out run --json 2>&-"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert json.loads(done.stdout)["status"] == "optimal"
    assert is_run("run")


def test_a_file_name_in_another_encoding(capsys: Capture) -> None:
    """A name that is no UTF-8 is read, reported and kept in the manifest with its odd letter escaped."""
    name = os.fsdecode(b"caf\xe9.yaml")
    try:
        shutil.copy(ONE_FLIGHT, name)
    except OSError:
        pytest.skip("the file system takes names in UTF-8 only")
    assert ended("solve", name, "--out", "run") == 0
    assert read_run("run").manifest.instance == "caf\\udce9.yaml"
    assert ended("validate", name) == 0
    assert "caf" in capsys.readouterr().out


def _interrupting(times: int, apart: float = 0.0) -> object:
    def interrupted(loaded: object, options: Options, callbacks: Callbacks) -> Outcome:
        for _ in range(times):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(apart)
        return solve_loaded(loaded, options, callbacks)  # type: ignore[arg-type]

    return interrupted


def test_interrupted_before_the_first_plan(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """Ctrl-C before there is a plan ends the search, says that there is none, and returns 4."""
    Path("hard.yaml").write_text(hard(20, 6), encoding="utf-8")
    monkeypatch.setattr(runner, "solve_loaded", _interrupting(1))
    before = signal.getsignal(signal.SIGINT)
    assert ended("solve", "hard.yaml", "--out", "run") == 4
    said = capsys.readouterr()
    assert "SIGINT: stopping with the best plan so far; repeat to abort" in said.err
    assert "No plan: interrupted." in said.out
    assert "  reason    interrupted" in said.out
    assert read_run("run").plan is None
    assert signal.getsignal(signal.SIGINT) is before


def test_interrupted_twice(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """A second Ctrl-C gives up: nothing is written, and the code is 4, not 1, which would say infeasible."""
    monkeypatch.setattr(runner, "solve_loaded", _interrupting(2, apart=0.6))
    assert ended("solve", ONE_FLIGHT, "--out", "run") == 4
    assert capsys.readouterr().err.splitlines()[-1] == "interrupted"
    assert sorted(entry.name for entry in Path().iterdir()) == ["tmp"]


def test_a_signal_sent_twice_at_once_is_one(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """``timeout -s INT`` sends it to the process and to its group: the run ends as after one."""
    monkeypatch.setattr(runner, "solve_loaded", _interrupting(3))
    assert ended("solve", ONE_FLIGHT, "--out", "run") in (3, 4)
    said = capsys.readouterr().err
    assert said.count("SIGINT: stopping") == 1
    assert read_run("run").manifest.status == "interrupted"


@pytest.mark.parametrize(
    ("number", "module"),
    [
        *((number, "solver.cli.app") for number in STOP_SIGNALS),
        *((STOP_SIGNALS[0], module) for module in ("pathlib", "typer", "pydantic", "dataclasses")),
    ],
)
def test_a_stop_signal_in_the_first_second(number: signal.Signals, module: str) -> None:
    """A signal while packages are imported ends the command with code 4 and a sentence, without a traceback."""
    # The signal comes at the import of a module, and within ``exec``, as at that of any dataclass.
    code = (
        "import os, signal, sys\n"
        "class Finder:\n"
        "    def find_spec(self, name, *_):\n"
        f"        if name == {module!r}: sys.meta_path.remove(self); exec('os.kill(os.getpid(), {int(number)})')\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "signal.signal(signal.SIGHUP, signal.SIG_DFL)\n"
        "import kardashev\n"
        "[sys.modules.pop(name, None) for name in ('pathlib', 'dataclasses')]\n"
        "sys.meta_path.insert(0, Finder())\n"
        f"sys.argv = ['kardashev', 'validate', {ONE_FLIGHT!r}]\n"
        "kardashev.main()\n"
    )
    end = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    assert (end.returncode, end.stdout) == (4, ""), end.stderr
    assert len(end.stderr.splitlines()) == 1
    assert end.stderr.startswith("interrupted")


def _solving(folder: Path) -> subprocess.Popen[str]:
    """A long solve in a process of its own that has a plan by now."""
    (folder / "hard.yaml").write_text(hard(20, 6), encoding="utf-8")
    command = [KARDASHEV, "solve", "hard.yaml", "--out", "run", "--gap", "1e-7", "--method", "exact"]
    # Ctrl-C is ignored in what a script started in the background, SIGHUP under nohup, and children inherit that.
    code = (
        "import signal, os, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "signal.signal(signal.SIGHUP, signal.SIG_DFL); "
        f"os.execv({command[0]!r}, {command!r})"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "  plan " in line:
            return process
    raise AssertionError(f"ended before there was a plan: {process.wait()}")


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_a_stop_signal_keeps_the_best_plan(number: signal.Signals, tmp_path: Path) -> None:
    """Ctrl-C, SIGTERM and SIGHUP in a long solve leave a checked plan, whole and marked as interrupted: 3."""
    process = _solving(tmp_path)
    process.send_signal(number)
    try:
        out, output = process.communicate(timeout=PATIENCE_SECONDS)
    finally:
        process.kill()
    assert process.returncode == 3
    assert "Traceback" not in output
    assert "Checked: no violations" in out
    run = read_run("run")
    assert (run.manifest.status, run.manifest.repeatable) == ("interrupted", False)
    assert ended("check", "run") == 0


def test_a_killed_solve_leaves_no_run(tmp_path: Path, capsys: Capture) -> None:
    """After kill -9 there is nothing that a later command would take for a result."""
    process = _solving(tmp_path)
    process.kill()
    process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == -signal.SIGKILL
    assert sorted(entry.name for entry in Path().iterdir()) == ["hard.yaml", "tmp"]
    for command in ("check", "compare", "plot"):
        assert ended(command, "run") == 2
    assert "run: no such run directory" in capsys.readouterr().err


def test_a_kill_while_writing_leaves_no_run(capsys: Capture) -> None:
    """Killed between two files of a run, a solve leaves no run directory; the next solve clears up behind it."""
    code = (
        "import os, signal\nfrom solver.cli import app\nfrom solver.run import directory\nwrite = directory.write\n"
        "def fatal(file, text):\n"
        "    write(file, text)\n"
        "    if file.name == 'plan.json':\n        os.kill(os.getpid(), signal.SIGKILL)\n"
        f"directory.write = fatal\napp.main(['solve', {ONE_FLIGHT!r}, '--out', 'run'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=PATIENCE_SECONDS, check=False)
    assert done.returncode == -signal.SIGKILL
    (left,) = [entry for entry in Path().iterdir() if entry.name != "tmp"]
    assert (left / "plan.json").exists()
    assert not is_run(left)
    for place in ("run", str(left)):
        assert ended("check", place) == 2
    capsys.readouterr()
    assert ended("solve", ONE_FLIGHT, "--out", "run") == 0
    assert sorted(entry.name for entry in Path().iterdir()) == ["run", "tmp"]
