"""The size of a model is estimated before it is built, and refused where it does not fit; threads are those at hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from solver.cli.options import Method, SolveOptions
from solver.derive import derive
from solver.design.candidates import candidate_designs
from solver.errors import UsageError
from solver.instance.read import read
from solver.instance.schema import PeriodGroup
from solver.io import machine
from solver.milp.limits import Limits
from solver.run import model_size
from solver.run.model_size import admitted_size, default_threads, size_warning, with_threads_of_machine
from solver.run.size_estimate import estimate
from solver.run.solve import Options, build, solve
from tests.solver.command import ONE_FLIGHT, ended

INSTANCES = Path(__file__).parents[3] / "instances"
SHIPPED = ("reference/gigawatt", "reference/kardashev", "tiers/s-1-seed1", "reference/gigawatt-network")


@pytest.mark.slow
@pytest.mark.parametrize("name", SHIPPED)
def test_the_estimate_is_near_the_true_size(name: str) -> None:
    """Columns and nonzeros of shipped instances lie within a half and twice of the estimate."""
    instance = read(INSTANCES / f"{name}.yaml").instance
    size, matrix = (
        estimate(instance, candidate_designs(instance)),
        build(derive(instance, candidate_designs(instance)))[0],
    )
    assert 0.9 < size.columns / matrix.columns < 2.0
    assert 0.5 < size.nonzeros / matrix.a.nnz < 2.0
    assert size.rows > matrix.rows
    assert estimate(instance).columns >= size.columns


def test_more_periods_are_a_larger_model() -> None:
    """Twice the periods are at least twice the columns; eight thousand periods are reported as large."""
    instance = read(INSTANCES / "reference" / "gigawatt.yaml").instance

    def of(groups: int) -> int:
        periods = [PeriodGroup(count=400, length="month")] * groups
        horizon = instance.horizon.model_copy(update={"periods": periods})
        return estimate(instance.model_copy(update={"horizon": horizon})).columns

    assert of(2) > 1.9 * of(1)
    assert of(20) > 1_000_000


def test_a_model_beyond_the_memory_is_refused_before_any_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """``solve`` and ``validate`` end with exit code 2, the size, the memory and the keys that make it smaller."""
    monkeypatch.setattr(model_size, "memory_mb", lambda: 100.0)
    with pytest.raises(UsageError, match=r"more than the 0\.1 GB.*horizon\.periods.*max_designs"):
        solve(ONE_FLIGHT)
    assert ended("validate", ONE_FLIGHT) == 2


def test_a_model_that_fits_is_admitted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a known memory nothing is refused; a large model has a warning, a small one has none."""
    instance = read(ONE_FLIGHT).instance
    monkeypatch.setattr(model_size, "memory_mb", lambda: None)
    size = admitted_size(instance)
    assert size_warning(size) is None
    assert "moon.activities" in (size_warning(replace(size, columns=10**7, steps=10**5)) or "")


def test_threads_are_at_most_the_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    """More threads than processors are lowered with a message, fewer stay as they are."""
    said: list[str] = []
    monkeypatch.setattr(model_size, "processors", lambda: 2)
    assert with_threads_of_machine(Limits(threads=1200), said.append).threads == 2
    assert with_threads_of_machine(Limits(threads=2), said.append).threads == 2
    assert said == ["1,200 threads lowered to 2: this process may use 2 processor(s)"]
    outcome = solve(ONE_FLIGHT, Options(Limits(threads=1200)))
    assert outcome.options.limits.threads == 2


@pytest.mark.parametrize(
    ("usable", "method", "threads"), [(1, "auto", 1), (2, "auto", 2), (64, "search", 2), (64, "exact", 1)]
)
def test_a_single_solve_takes_the_threads_that_a_search_uses(
    usable: int, method: str, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two where the machine has them, and one for HiGHS alone; one of many solves takes one."""
    monkeypatch.setattr(model_size, "processors", lambda: usable)
    assert default_threads(method) == threads
    given = SolveOptions(method=Method(method))
    assert given.checked(alone=True).limits.threads == threads
    assert given.checked().limits.threads == 1
    assert SolveOptions(threads=3).checked(alone=True).limits.threads == 3


def test_a_slurm_task_has_its_own_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Slurm binds a task to no processors, it still says how many the task asked for."""
    monkeypatch.setenv("SLURM_CPUS_PER_TASK", "1")
    assert machine.processors() == 1
    monkeypatch.setenv("SLURM_CPUS_PER_TASK", "100000")
    assert machine.processors() < 100000


def test_the_control_group_limits_processors_and_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The quota of processors is rounded up, and the least of all limits of memory holds."""
    monkeypatch.setattr(machine, "_GROUPS", tmp_path)
    (tmp_path / "cpu.max").write_text("50000 100000\n", encoding="ascii")
    (tmp_path / "memory.max").write_text("512000000\n", encoding="ascii")
    monkeypatch.setattr(machine, "_own_groups", lambda: [tmp_path])
    assert machine.processors() == 1
    assert machine.memory_mb() == 512.0
    (tmp_path / "cpu.max").write_text("max 100000\n", encoding="ascii")
    (tmp_path / "memory.max").write_text("max\n", encoding="ascii")
    assert machine.processors() >= 1
    assert (machine.memory_mb() or 1e9) > 512.0
