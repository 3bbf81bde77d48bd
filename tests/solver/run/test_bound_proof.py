"""Tests of ``solver.run.bound_proof``: a bound is derived from its proof, and no forged proof gives a false one."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from solver.derive import derive
from solver.design.candidates import candidate_designs
from solver.instance.read import read
from solver.milp.matrix import Matrix
from solver.run.bound_proof import ProofRecord, derived_bound, derived_date
from solver.run.checkpoint import FILE
from solver.run.solve import build
from solver.run.stored_json import sealed
from solver.search.core.bound_proof import packed
from tests.solver.command import TINY, ended

pytestmark = pytest.mark.slow

Capture = pytest.CaptureFixture[str]
GAP = "0.001"
Kept = tuple[Path, dict[str, Any], Matrix]


def _kept(name: str, folder: Path) -> Kept:
    path = TINY / f"{name}.yaml"
    asked = ("--method", "search", "--gap", GAP, "--checkpoint", str(folder / name))
    assert ended("solve", str(path), "--out", str(folder / f"run-{name}"), *asked) == 0
    instance = read(path).instance
    matrix, _ = build(derive(instance, candidate_designs(instance), gap=float(GAP)))
    return path, json.loads((folder / name / FILE).read_text(encoding="utf-8")), matrix


@pytest.fixture(scope="module")
def learning(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """A checkpoint whose bound is that of a tree with cuts, and the matrix."""
    kept = _kept("learning_nodes", tmp_path_factory.mktemp("kept"))
    assert len(kept[1]["proof"]["nodes"]) > 5
    assert kept[1]["proof"]["cuts"]
    return kept


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """A checkpoint of an earliest date, and the matrix."""
    return _kept("earliest", tmp_path_factory.mktemp("kept"))


def _record(data: dict[str, Any]) -> ProofRecord:
    return ProofRecord.model_validate_json(json.dumps(data), strict=True)


def test_the_bound_follows_from_the_proof(learning: Kept) -> None:
    """The stored bound is derived again, with and without the plan."""
    _, data, matrix = learning
    x = np.zeros(matrix.columns)
    x[[matrix.index[name] for name in data["plan"]]] = list(data["plan"].values())
    for cutoff in (np.inf, matrix.value(x)):
        assert derived_bound(matrix, _record(data["proof"]), cutoff) >= data["bound"] * (1 - 1e-9)


def test_out_of_time_the_root_bounds(learning: Kept) -> None:
    """A proof whose nodes are not reached in time gives the bound of the LP, or nothing."""
    _, data, matrix = learning
    assert derived_bound(matrix, _record(data["proof"]), np.inf, deadline=0.0) < data["bound"]


def test_a_proof_without_duals_proves_nothing(learning: Kept) -> None:
    """Structure alone is no evidence."""
    _, data, matrix = learning
    proof = copy.deepcopy(data["proof"])
    for node in proof["nodes"]:
        node["duals"] = None
    assert derived_bound(matrix, _record(proof), np.inf) == -np.inf


def _drop_leaf(proof: dict[str, Any], chance: random.Random) -> None:
    parents = {node["parent"] for node in proof["nodes"]}
    leaves = [n for n in range(1, len(proof["nodes"])) if n not in parents]
    dropped = chance.choice(leaves)
    del proof["nodes"][dropped]
    for node in proof["nodes"]:
        if node["parent"] is not None and node["parent"] > dropped:
            node["parent"] -= 1


def _move_split(proof: dict[str, Any], chance: random.Random) -> None:
    node = chance.choice(proof["nodes"][1:])
    node["below"] += chance.choice([-1.0, 1.0, 0.5, 10.0])


def _turn_split(proof: dict[str, Any], chance: random.Random) -> None:
    node = chance.choice(proof["nodes"][1:])
    node["up"] = not node["up"]


def _other_column(proof: dict[str, Any], chance: random.Random) -> None:
    chance.choice(proof["nodes"][1:])["column"] = chance.randrange(300)


def _both_on_a_continuous_column(proof: dict[str, Any], chance: random.Random) -> None:
    column = chance.randrange(300)
    for node in proof["nodes"][1:3]:
        node["column"] = column


def _call_rays(proof: dict[str, Any], chance: random.Random) -> None:
    chance.choice(proof["nodes"])["ray"] = True


def _random_duals(proof: dict[str, Any], chance: random.Random) -> None:
    count = chance.randrange(1, 20)
    at = np.array(sorted(chance.sample(range(proof["rows"]), count)), dtype=np.int64)
    values = np.array([chance.uniform(-1, 1) * 10 ** chance.randrange(-3, 6) for _ in range(count)])
    chance.choice(proof["nodes"])["duals"] = [packed(at), packed(values)]


def _other_cut(proof: dict[str, Any], chance: random.Random) -> None:
    proof["cuts"][0]["divisor"] *= chance.uniform(0.1, 3.0)
    count = chance.randrange(1, 6)
    at = np.array(sorted(chance.sample(range(proof["rows"]), count)), dtype=np.int64)
    proof["cuts"][0]["rows"] = packed(at)
    proof["cuts"][0]["times"] = packed(np.array([chance.uniform(-2, 2) for _ in range(count)]))


def _fewer_rows(proof: dict[str, Any], chance: random.Random) -> None:
    proof["rows"] = chance.randrange(200)


FORGERIES: list[Callable[[dict[str, Any], random.Random], None]] = [
    _drop_leaf, _move_split, _turn_split, _other_column, _both_on_a_continuous_column, _call_rays, _random_duals,
    _other_cut, _fewer_rows,
]  # fmt: skip


@pytest.mark.parametrize("forge", FORGERIES)
def test_a_forged_proof_gives_no_false_bound(
    learning: Kept, forge: Callable[[dict[str, Any], random.Random], None]
) -> None:
    """Whatever is changed in a proof, and as often as it is: the derived bound stays below the optimum."""
    _, data, matrix = learning
    x = np.zeros(matrix.columns)
    x[[matrix.index[name] for name in data["plan"]]] = list(data["plan"].values())
    optimum = matrix.value(x)
    for seed in range(30):
        proof, chance = copy.deepcopy(data["proof"]), random.Random(seed)
        for _ in range(1 + seed % 3):
            forge(proof, chance)
        assert derived_bound(matrix, _record(proof), np.inf) <= optimum * (1 + 1e-7)


def test_a_dropped_leaf_weakens_the_bound(learning: Kept) -> None:
    """The bound without a leaf is that of its parent: not the one of the leaves that are left."""
    _, data, matrix = learning
    bounds = []
    for seed in range(20):
        proof = copy.deepcopy(data["proof"])
        _drop_leaf(proof, random.Random(seed))
        bounds.append(derived_bound(matrix, _record(proof), np.inf))
    assert min(bounds) < data["bound"] * (1 - 1e-4)


def test_a_date_follows_from_its_ray(dated: Kept) -> None:
    """The ray excludes its period and all earlier ones; for a later period it proves nothing."""
    _, data, matrix = dated
    proof = _record(data["proof"])
    assert proof.period is not None
    assert derived_date(matrix, proof) == data["bound"] == proof.period + 1
    later = _record({**data["proof"], "period": proof.period + 1})
    assert derived_date(matrix, later) == -np.inf


@pytest.mark.parametrize(("name", "bound"), [("learning_nodes", 10.0), ("one_flight", 0.04876), ("earliest", 8.0)])
def test_an_edited_bound_is_not_used(
    name: str, bound: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """A checkpoint with a higher bound, sealed again: the run ends with a bound below its plan, and says why."""
    monkeypatch.chdir(tmp_path)
    path, data, _ = _kept(name, tmp_path)
    truth = json.loads(Path(f"run-{name}/manifest.json").read_text(encoding="utf-8"))
    forged = {**data, "bound": bound, "proof": None if name == "one_flight" else data["proof"]}
    (tmp_path / name / FILE).write_text(json.dumps(sealed(forged)), encoding="utf-8")
    capsys.readouterr()
    asked = ("--method", "search", "--gap", GAP, "--resume", name, "--json")
    assert ended("solve", str(path), "--out", "again", *asked) == 0
    reported = json.loads(capsys.readouterr().out)
    assert reported["objective"] == pytest.approx(truth["objective"], rel=1e-6)
    assert reported["bound"] <= reported["objective"]
    assert any("is not re-derived and not used" in warning for warning in reported["warnings"])


def test_a_better_objective_without_a_better_plan_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """The objective of a stored plan is computed again."""
    monkeypatch.chdir(tmp_path)
    path, data, _ = _kept("learning_nodes", tmp_path)
    forged = sealed({**data, "objective": data["objective"] / 2})
    (tmp_path / "learning_nodes" / FILE).write_text(json.dumps(forged), encoding="utf-8")
    capsys.readouterr()
    asked = ("--method", "search", "--gap", GAP, "--resume", "learning_nodes", "--json")
    assert ended("solve", str(path), "--out", "again", *asked) == 0
    reported = json.loads(capsys.readouterr().out)
    assert reported["checked"] is True
    assert reported["objective"] == pytest.approx(1000 * data["objective"], rel=1e-6)
