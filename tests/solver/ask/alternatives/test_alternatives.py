"""Alternatives stay within the limit and pass the checker; a claim about every plan is proven, refuted or open."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from typer.testing import CliRunner

from solver.ask.alternatives.alternatives import (
    METHODS,
    Alternatives,
    AlternativesOptions,
    _Study,
    alternatives,
    journal_identity,
)
from solver.ask.alternatives.must_haves import Verdict
from solver.ask.common.journal import Journal
from solver.ask.common.question import Question
from solver.check import check
from solver.cli.app import app
from solver.errors import UsageError
from solver.instance.read import read
from solver.milp.limits import Limits
from solver.run.solve import Options
from tests.pipeline import INSTANCES

SHELLS = INSTANCES / "tiny" / "shells.yaml"


def asked() -> Question:
    """A question at gap 0."""
    return Question(Options(Limits(seconds=60.0, gap=0.0)))


def found(options: AlternativesOptions, folder: Path | None = None) -> Alternatives:
    """The alternatives of the instance with three shells."""
    loaded = read(SHELLS)
    journal = Journal(folder, journal_identity(loaded, asked(), options))
    return alternatives(loaded, asked(), options, journal)


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> tuple[Alternatives, Path]:
    """Alternatives with two claims, and the folder of their points."""
    folder = tmp_path_factory.mktemp("points")
    return found(AlternativesOptions(0.2, 2, ("shells.near", "shells.far,shells.near"), jobs=1), folder), folder


@pytest.mark.slow
def test_every_plan_is_checked_and_within_the_limit(answer: tuple[Alternatives, Path]) -> None:
    """The best plan comes first, no two plans are the same, and the cost of each is that of its decisions."""
    plans, instance = answer[0].plans, read(SHELLS).instance
    assert plans[0].objective == pytest.approx(320.0)
    assert len(plans) > 1
    assert answer[0].limit == pytest.approx(384.0)
    for plan in plans:
        assert plan.objective <= 384.0 * (1 + 1e-9)
        assert plan.objective == plan.plan.claims.objective
        assert not check(instance, plan.plan)
    assert all(a.shares != b.shares for a, b in itertools.combinations(plans, 2))


@pytest.mark.slow
def test_claims_are_proven_or_refuted_by_a_plan(answer: tuple[Alternatives, Path]) -> None:
    """The far shell has half of all slots, so that no plan does without it; the near one can be left out."""
    answers = {claim.claim: claim for claim in answer[0].claims}
    assert answers["uses one of shells.far,shells.near"].answer is Verdict.PROVEN
    assert answers["places nodes in far"].answer is Verdict.PROVEN
    refuted = answers["uses shells.near"]
    assert refuted.answer is Verdict.REFUTED
    assert refuted.plan is not None
    assert answer[0].plans[refuted.plan].shares["shells.near"] == 0.0


def test_stored_points_are_not_solved_again(answer: tuple[Alternatives, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """A second command on the same folder answers without a search."""

    def refuse(*_: object) -> None:
        raise AssertionError("solved again")

    monkeypatch.setattr("solver.search.variants.near_optimal.NearOptimal.plan", refuse)
    for name in ("opposite", "bound_without", "without"):
        monkeypatch.setattr(f"solver.search.variants.near_optimal.NearOptimal.{name}", refuse)
    monkeypatch.setattr("solver.ask.common.question.Question.solved", refuse)
    again = found(AlternativesOptions(0.2, 2, ("shells.near", "shells.far,shells.near"), jobs=1), answer[1])
    assert again.to_json() == answer[0].to_json()


def test_claims_are_refuted_without_a_proof_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """The near and the next shell can each be left out, not both: plans that the LP affords refute the claims."""

    def refuse(*_: object) -> None:
        raise AssertionError("searched one by one")

    monkeypatch.setattr("solver.search.variants.near_optimal.NearOptimal.opposite", refuse)
    claims = found(AlternativesOptions(0.2, 1, ("shells.near", "shells.next"), jobs=1)).claims
    assert [claim.answer for claim in claims[:2]] == [Verdict.REFUTED, Verdict.REFUTED]


def test_plans_against_claims_count_as_alternatives() -> None:
    """With one of two alternatives found, a plan against a claim is the other one: no second direction is asked."""
    answer = found(AlternativesOptions(0.2, 2, ("shells.near", "shells.next"), jobs=1))
    methods = [plan.method for plan in answer.plans]
    assert methods[0] == "best"
    assert "claim" in methods
    assert sum(method in METHODS for method in methods) <= 1
    assert len(methods) >= 3


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_stop_leaves_claims_open(jobs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the best plan no direction and no claim is begun: there is no other plan, and no claim has a verdict."""
    question = asked()
    study = _Study(read(SHELLS), question, AlternativesOptions(0.2, 2, ("shells.near",), jobs=jobs), Journal(None, {}))
    best = study._best

    def stopped() -> dict[str, Any]:
        data = best()
        question.stop.set()
        return data

    monkeypatch.setattr(study, "_best", stopped)
    answer = study.run()
    assert [plan.method for plan in answer.plans] == ["best"]
    assert {claim.answer for claim in answer.claims} == {Verdict.OPEN}


def test_a_proof_needs_a_bound_beyond_the_limit() -> None:
    """Without the next shell no plan costs less than 344, which lies beyond the limits of 1 and 7 %, and within 20 %.

    A bound is followed as far beyond the limit as that is from the best plan: 326.4 at 1 %, 364.8 at 7 %.
    """
    for within, bound in ((0.01, 326.4), (0.07, 344.0)):
        claim = found(AlternativesOptions(within, 1, ("shells.next",), jobs=1)).claims[0]
        assert claim.answer is Verdict.PROVEN
        assert claim.bound == pytest.approx(bound)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (AlternativesOptions(0.2, 1, ("shells.nera",)), "did you mean shells.near?"),
        (AlternativesOptions(0.2, 1, ("shells.near<=2030-01",)), "found a date for shells.near"),
        (AlternativesOptions(0.2, 1, ("dates.*<=soon",)), "found 'soon', expected a month"),
        (AlternativesOptions(0.0, 1), "--within: found 0.0"),
        (AlternativesOptions(0.2, 0), "--count: found 0"),
    ],
)
def test_bad_options_are_named(options: AlternativesOptions, message: str) -> None:
    """An option that means nothing is refused with what was found."""
    with pytest.raises(UsageError) as caught:
        found(options)
    assert message in str(caught.value)


def test_no_jump_is_asked_twice() -> None:
    """Where the last plan uses what an earlier jump left, the number of plans that use a feature weighs it."""
    features = SimpleNamespace(all=[SimpleNamespace(key="shells.near"), SimpleNamespace(key="shells.far")])
    shares = [{"shells.near": 0.5, "shells.far": 0.5}, {"shells.near": 1.0, "shells.far": 0.0}]
    study = cast(
        "_Study", SimpleNamespace(features=features, shares=shares, jumps=[], _use=lambda plan, key: plan[key])
    )
    assert _Study._direction(study, 0) == {"shells.near": 1.0, "shells.far": 0.0}
    assert _Study._direction(study, 0) == {"shells.near": 2.0, "shells.far": 1.0}


def test_an_earliest_date_has_no_share() -> None:
    """An objective that is a date is refused by its key."""
    with pytest.raises(UsageError, match=r"objective.kind: found earliest_date"):
        alternatives(read(INSTANCES / "tiny" / "earliest.yaml"), asked(), AlternativesOptions())


@pytest.mark.slow
def test_the_command_writes_plans_and_picture(tmp_path: Path) -> None:
    """The folder holds the answer, a file for each plan, and the picture."""
    given = ["alternatives", str(SHELLS), "--within", "20%", "--count", "1", "--json", "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(app, given)
    assert result.exit_code == 0, result.output
    data = json.loads(result.stdout)
    assert data["plans"][0]["method"] == "best"
    assert {"alternatives.json", "alternatives.svg", "plan-00.json"} <= {f.name for f in (tmp_path / "out").iterdir()}
