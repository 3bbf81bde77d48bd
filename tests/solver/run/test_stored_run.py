"""Tests of ``solver.run.stored_run``: run directories that were damaged or changed by hand."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from solver.instance.read import digest
from solver.instance.schema import Instance
from solver.plan import Plan
from solver.run import manifest as manifest_module
from solver.run.manifest_schema import Manifest, ViolationRecord
from solver.run.stored_json import sealed
from solver.run.stored_run import read_run
from solver.tables import plan_state
from solver.tables.levelised import levelised_of
from tests.solver.command import ONE_FLIGHT, ended

pytestmark = pytest.mark.slow

Capture = pytest.CaptureFixture[str]
READERS = ("compare", "plot", "network", "check")
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run directory of one flight."""
    folder = tmp_path_factory.mktemp("runs")
    assert ended("solve", ONE_FLIGHT, "--out", str(folder / "run")) == 0
    return folder / "run"


@pytest.fixture
def run(solved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the run directory that a test may spoil."""
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copytree(solved, tmp_path / "run"))


def _edited(file: Path, change: Callable[[dict[str, Any]], object]) -> None:
    data = json.loads(file.read_text(encoding="utf-8"))
    change(data)
    # A plan is sealed again, as a forger does.
    written = sealed(data) if file.name == "plan.json" else data
    file.write_text(json.dumps(written), encoding="utf-8")


def _forged(run: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change a manifest and seal it again."""
    file = run / "manifest.json"
    data = json.loads(file.read_text(encoding="utf-8"))
    change(data)
    manifest = Manifest.model_validate_json(json.dumps(data)).sealed()
    file.write_text(json.dumps(manifest.model_dump(mode="json")), encoding="utf-8")


def _refused(command: str, capsys: Capture) -> str:
    """Run a command on the run directory, which must refuse it as bad input, in one line."""
    capsys.readouterr()
    assert ended(command, "run") == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "internal error" not in said.err
    assert said.err.count("\n") == 1
    return said.err


@pytest.mark.parametrize("command", READERS)
def test_a_damaged_manifest_is_named_by_file_and_key(run: Path, command: str, capsys: Capture) -> None:
    """Every command that reads a manifest names the file, the key, what was found and what was expected."""
    file = run / "manifest.json"
    whole = file.read_text(encoding="utf-8")
    cases: list[tuple[Callable[[dict[str, Any]], object], str]] = [
        (lambda data: data.pop("bound"), "bound: missing; expected a number"),
        (lambda data: data.update(gap="small"), 'gap: found "small", expected a number'),
        (lambda data: data.update(rows=2.5), "rows: found 2.5, expected a whole number"),
        (lambda data: data["options"].pop("seed"), "options.seed: missing"),
        (lambda data: data.update(violations=["launch.lift"]), "violations[0]: found"),
        (lambda data: data.update(format=9), "format: found 9, expected 2"),
        (lambda data: data.update(resolved=[]), "resolved: found a list"),
        (lambda data: data["resolved"].pop("target"), "resolved.target: missing"),
        (lambda data: data.update(gape=0.0), "gape: no such key"),
    ]
    for change, words in cases:
        file.write_text(whole, encoding="utf-8")
        _edited(file, change)
        said = _refused(command, capsys)
        assert said.startswith("run/manifest.json: ")
        assert words in said
    for text in (whole[:100], "", "[" * 100_000, "\x00", whole.replace("optimal", "\ud800").encode("utf-8", "replace")):
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        assert _refused(command, capsys).startswith("run/manifest.json: damaged: ")


@pytest.mark.parametrize("command", READERS)
def test_a_damaged_plan_is_named_by_file_and_key(run: Path, command: str, capsys: Capture) -> None:
    """Every command that reads a plan names the file, the key, what was found and what was expected."""
    file = run / "plan.json"
    whole = file.read_text(encoding="utf-8")
    cases: list[tuple[Callable[[dict[str, Any]], object], str]] = [
        (lambda data: data.pop("claims"), "claims: missing"),
        (
            lambda data: data["designs"][0].update(power_kw="much"),
            'designs[0].power_kw: found "much", expected a number',
        ),
        (lambda data: data["designs"][0].update(colour="red"), "colour"),
        (lambda data: data["decisions"].pop("flights"), "decisions.flights: missing"),
        (lambda data: data["decisions"].update(flightz=[]), "decisions.flightz: no such decision"),
        (lambda data: data["decisions"].update(flights=[[]]), "plan.json: damaged"),
        (lambda data: data["decisions"].update(flights=7), "decisions.flights: found 7"),
        (lambda data: data["decisions"]["flights"][0].append(float("nan")), "found NaN"),
        (lambda data: data["decisions"]["flights"][0].__setitem__(-1, 1e300), "1e+300"),
    ]
    for change, words in cases:
        file.write_text(whole, encoding="utf-8")
        _edited(file, change)
        said = _refused(command, capsys)
        assert said.startswith("run/plan.json: ")
        assert words in said
    for text in (whole[:100], "[]", "null", "{" * 3):
        file.write_text(text, encoding="utf-8")
        assert _refused(command, capsys).startswith("run/plan.json: damaged: ")


@pytest.mark.parametrize("command", ["compare", "plot", "network"])
def test_a_plan_of_another_instance_has_no_figures(run: Path, command: str, capsys: Capture) -> None:
    """A name, a period or a design that the instance lacks is refused where figures are computed; check lists it."""
    file = run / "plan.json"
    whole = file.read_text(encoding="utf-8")
    cases: list[tuple[Callable[[dict[str, Any]], object], str]] = [
        (lambda data: data["decisions"]["flights"][0].__setitem__(0, "balloon"), "unknown vehicle"),
        (lambda data: data["decisions"]["flights"][0].__setitem__(2, 99), "unknown period"),
        (lambda data: data["designs"][0].update(power_kw=0.0), "design.power"),
        (lambda data: data["claims"].update(first_period=99), "unknown period 99"),
        (lambda data: data["claims"]["ledger"][0].__setitem__(2, 99), "unknown period 99"),
    ]
    for change, words in cases:
        file.write_text(whole, encoding="utf-8")
        _edited(file, change)
        said = _refused(command, capsys)
        assert said.startswith("run/plan.json: ")
        assert words in said


def _digits(text: str) -> list[int]:
    """Places of one digit in every number or hash of a manifest."""
    return [found.start() for found in re.finditer(r"(?<=[ \"])\d|(?<=\.)\d", text)]


def test_one_changed_digit_of_a_manifest_is_found(run: Path, capsys: Capture) -> None:
    """Whichever digit of the manifest is changed, ``check`` says so: a violation, or bad input."""
    file = run / "manifest.json"
    whole = file.read_text(encoding="utf-8")
    places = _digits(whole)
    assert len(places) > 50
    for place in places:
        file.write_text(whole[:place] + str((int(whole[place]) + 1) % 10) + whole[place + 1 :], encoding="utf-8")
        assert ended("check", "run") in (1, 2)
    capsys.readouterr()
    file.write_text(whole, encoding="utf-8")
    assert ended("check", "run") == 0


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("objective", 40.0, ["manifest.objective: found 40 MUSD, expected 48.7603305"]),
        ("bound", 50.0, ["manifest.bound: found 50 MUSD, expected 48.7603305", "manifest.gap: "]),
        ("bound", 40.0, ["manifest.gap: "]),
        ("gap", 0.5, ["manifest.gap: found 0.5, expected "]),
        ("instance_hash", "0" * 64, ["manifest.instance_hash: it is not the hash of resolved"]),
        ("rows", 1, ["manifest.digest: the file was changed after the run wrote it"]),
    ],
)
def test_a_manifest_that_disagrees_with_its_plan(
    run: Path, key: str, value: object, words: list[str], capsys: Capture
) -> None:
    """Objective, bound and gap are held against the plan: check lists the violation, the others refuse."""
    _edited(run / "manifest.json", lambda data: data.update({key: value}))
    assert ended("check", "run") == 1
    said = capsys.readouterr().out.splitlines()
    assert [line for line in said for word in words if line.startswith(word)] == said[: len(words)]
    for command in ("compare", "plot", "network"):
        assert words[0] in _refused(command, capsys)


FORGERIES: list[tuple[str, object]] = [
    ("objective", 40.0), ("gap", 0.5), ("objective_musd", 40.0), ("bound_musd", 1.0), ("gross_present_cost_musd", 1.0),
    ("salvage_musd", 5.0), ("unmet", 3.0), ("seed", 7), ("unit", "USD"), ("name", "Other"), ("date", "2031-01"),
    ("checked", False), ("run_key", "0" * 12), ("status", "infeasible"), ("instance_hash", "0" * 64),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value"), FORGERIES)
def test_a_forged_manifest_is_found_without_its_digest(run: Path, key: str, value: object, capsys: Capture) -> None:
    """A figure that follows from plan, instance or options is computed again, though the digest holds."""
    _forged(run, lambda data: data.update({key: value}))
    assert ended("check", "run") == 1
    said = capsys.readouterr().out
    assert f"manifest.{key}: " in said
    assert "manifest.digest" not in said
    assert "run/manifest.json: manifest." in _refused("compare", capsys)


def test_a_forged_instance_is_found(run: Path, capsys: Capture) -> None:
    """A price changed in the resolved instance, with the right hashes: the plan does not cost what it claims."""

    def cheaper(data: dict[str, Any]) -> None:
        for vehicle in data["resolved"]["vehicles"].values():
            vehicle["flight_musd"] = 1.0
        data["instance_hash"] = digest(data["resolved"])

    _forged(run, cheaper)
    assert ended("check", "run") == 1
    assert "money." in capsys.readouterr().out
    assert ended("compare", "run") == 2


@pytest.mark.parametrize("key", ["objective", "cost_musd", "salvage_musd", "factor"])
def test_a_forged_claim_is_found_by_every_reader(run: Path, key: str, capsys: Capture) -> None:
    """Claims and manifest changed alike and sealed again: the checker computes the plan from the instance."""
    _edited(run / "plan.json", lambda data: data["claims"].update({key: 30.0}))
    alike: dict[str, dict[str, float]] = {
        "objective": {"objective": 30.0, "objective_musd": 30.0, "bound": 30.0, "bound_musd": 30.0, "gap": 0.0},
        "cost_musd": {"gross_present_cost_musd": 30.0},
        "salvage_musd": {"salvage_musd": 30.0},
    }

    def forge(data: dict[str, Any]) -> None:
        data.update(alike.get(key, {}))
        plan = Plan.from_json(json.loads((run / "plan.json").read_text(encoding="utf-8")))
        found = levelised_of(Instance.model_validate(data["resolved"]), plan, data["bound"])
        data.update({f"levelised_{name}": value for name, value in asdict(found).items()})

    _forged(run, forge)
    assert ended("check", "run") == 1
    capsys.readouterr()
    assert "although the manifest calls it checked" in _refused("compare", capsys)


def test_a_changed_plan_is_found_by_its_digest(run: Path, capsys: Capture) -> None:
    """A letter of the plan changed by a disk is damage, even where it changes nothing that is checked."""
    file = run / "plan.json"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"digest": "', '"digest": "0', 1), encoding="utf-8")
    assert ended("check", "run") == 1
    assert "plan.digest: the file was changed after the run wrote it" in capsys.readouterr().out
    assert _refused("plot", capsys).startswith("run/plan.json: plan.digest")


def test_a_bound_better_than_the_plan_is_an_alarm(run: Path, capsys: Capture) -> None:
    """Every reader reports both numbers, and the code is 5."""
    _forged(run, lambda data: data.update(bound=50.0, bound_musd=50.0, gap=None, status="feasible"))
    for command in READERS:
        assert ended(command, "run") == 5
        said = capsys.readouterr().err
        assert "alarm: the bound 50 MUSD lies above the objective 48.76033058 MUSD of a checked plan" in said


def test_tables_are_held_against_the_plan(run: Path, capsys: Capture) -> None:
    """A table that was changed or is missing is a violation."""
    file = run / "tables" / "flights.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("1", "2"), encoding="utf-8")
    (run / "tables" / "money.csv").unlink()
    assert ended("check", "run") == 1
    said = capsys.readouterr().out
    assert "tables.differs at tables/flights.csv: it is not the table of the plan" in said
    assert "tables.missing at tables/money.csv: the table is missing" in said


def test_one_violation_object_in_all_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """``solve --json``, the manifest and ``check --json`` hold a violation with the same keys and values."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("solver.derive.extract._objective", lambda *_: 100.0)
    assert ended("solve", ONE_FLIGHT, "--out", "wrong", "--json") == 5
    solve_reported = json.loads(capsys.readouterr().out)["violations"]
    assert ended("check", "wrong", "--json") == 1
    check_reported = json.loads(capsys.readouterr().out)["violations"]
    written = json.loads(Path("wrong/manifest.json").read_text(encoding="utf-8"))["violations"]
    assert solve_reported == check_reported == written != []
    assert solve_reported[0].keys() == ViolationRecord.model_fields.keys()


def test_the_state_of_a_plan_is_computed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """Manifest, tables and summary of one solve share one state, in words and in JSON."""
    monkeypatch.chdir(tmp_path)
    made: list[object] = []
    state = plan_state.PlanState

    def counted(**fields: Any) -> plan_state.PlanState:
        made.append(None)
        return state(**fields)

    monkeypatch.setattr(plan_state, "PlanState", counted)
    for arguments in ([], ["--json"]):
        made.clear()
        assert ended("solve", ONE_FLIGHT, "--out", "run", *arguments) == 0
        assert len(made) == 1
    assert "Optimal: " in capsys.readouterr().out
    assert Path("run/tables/summary.csv").exists()


def test_a_manifest_is_read_as_it_was_written(run: Path) -> None:
    """The model takes back what it wrote, key by key, and its digest holds."""
    text = (run / "manifest.json").read_text(encoding="utf-8")
    manifest = Manifest.model_validate_json(text, strict=True)
    assert manifest.model_dump(mode="json") == json.loads(text)
    assert manifest.digest == manifest.computed_digest()


def test_a_manifest_of_an_earlier_version_is_whole(run: Path) -> None:
    """A key that was added since does not make a run look damaged."""
    file = run / "manifest.json"
    data = json.loads(file.read_text(encoding="utf-8"))
    del data["minimal"], data["digest"]
    digest = hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()
    file.write_text(json.dumps({**data, "digest": digest}), encoding="utf-8")
    assert read_run(run).manifest.minimal is True


def test_the_commit_is_that_of_the_checkout() -> None:
    """A run from a checkout names its commit."""
    command = ["git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD"]
    head = subprocess.run(command, capture_output=True, text=True, check=False)
    if head.returncode:
        pytest.skip("not run from a checkout")
    assert manifest_module.commit().removesuffix("+") == head.stdout.strip()
