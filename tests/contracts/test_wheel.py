"""The built wheel works outside of the repository, also from a folder that holds other packages of the same names."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.services]

ROOT = Path(__file__).parents[2]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the commands of a new environment, into which the wheel alone was installed.

    The packages that it depends on are those of the tests; the editable install of the repository is not among them.
    """
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    assert wheel.name.startswith("kardashev_planner-")
    environment = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    python = environment / "bin" / "python"
    site = subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    # Path files in a folder that a path file names are not read, so the editable install stays out.
    (Path(site) / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    install = [*pip, "--python", str(python), "install", "--no-compile", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    return environment / "bin"


@pytest.fixture
def run(installed: Path, tmp_path: Path) -> Run:
    """Function that runs a command in a folder that holds foreign packages called solver and formulations."""
    for name in ("solver", "formulations"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('the foreign package')\n", encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}

    def ran(command: str, *arguments: str, cwd: str = ".") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(installed / command), *arguments], cwd=tmp_path / cwd, env=environment, capture_output=True, text=True,
            timeout=120, check=False,
        )  # fmt: skip

    return ran


def test_first_scenario_is_made_and_solved_with_the_wheel_alone(run: Run) -> None:
    """``new`` makes a scenario in any folder, and ``batch`` solves it in a process of its own."""
    made = run("kardashev", "new", "plan")
    assert (made.returncode, made.stderr) == (0, "")
    assert made.stdout.splitlines() == ["plan/scenario.yaml", "cd plan", "kardashev solve scenario.yaml"]
    solved = run("kardashev", "batch", "plan/scenario.yaml", "--work", "500")
    assert solved.returncode == 0, solved.stdout + solved.stderr
    assert "1 of 1 answered" in solved.stdout


def test_command_and_import_use_the_packages_of_the_wheel(run: Run) -> None:
    """Foreign packages in the working directory are not taken for those of the program."""
    validated = run("kardashev", "validate", "reference:gigawatt", "reference:terawatt")
    assert validated.returncode == 0, validated.stderr
    code = "import json, kardashev as kd; print(json.dumps([kd.read('reference:gigawatt').name, kd.__version__]))"
    imported = run("python", "-c", code)
    assert imported.returncode == 0, imported.stderr
    assert json.loads(imported.stdout)[0] == "Gigawatt in orbit"


def test_a_foreign_package_that_is_loaded_first_is_named(run: Run, tmp_path: Path) -> None:
    """One clear error names the other package where it was imported before."""
    (tmp_path / "solver" / "__init__.py").write_text("", encoding="utf-8")
    imported = run("python", "-c", "import solver, kardashev")
    assert imported.returncode == 1
    assert "needs its own package 'solver'" in imported.stderr.splitlines()[-1]
    assert str(tmp_path / "solver") in imported.stderr.splitlines()[-1]


def test_catalogue_can_be_taken_out(run: Run, tmp_path: Path) -> None:
    """``new --with-catalogue`` copies the catalogue, and a change in the copy is what the scenario means."""
    assert run("kardashev", "new", "own", "--with-catalogue").returncode == 0
    again = run("kardashev", "new", "own")
    assert again.returncode == 2
    assert "exists already" in again.stderr
    vehicles = tmp_path / "own" / "catalogue" / "vehicles.yaml"
    vehicles.write_text(
        vehicles.read_text(encoding="utf-8").replace("flight_musd:", "flight_usd:", 1), encoding="utf-8"
    )
    broken = run("kardashev", "validate", "scenario.yaml", cwd="own")
    assert broken.returncode == 2
    assert "catalogue/vehicles.yaml" in broken.stderr
