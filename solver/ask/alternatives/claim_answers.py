"""Verdicts on claims about every near-optimal plan: proofs by bounds first, then plans that refute many claims at once.

Without the columns behind a claim, the LP relaxation bounds all plans: beyond the limit, the claim is proven. Of the
others as many are forced to their opposites together as the relaxation still allows; the cheapest come first. A plan of
that refutes them all. What is left is searched one by one, by branch and bound where the time allows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from solver.ask.alternatives.must_haves import Answered, Claim, Verdict, candidates
from solver.ask.common.journal import Answer
from solver.ask.common.question import Question
from solver.derive import Derived
from solver.errors import StoppedError
from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.milp.matrix import Floats, Indices, Matrix
from solver.plan import Plan
from solver.search.core.result import SearchResult
from solver.search.variants.near_optimal import NearOptimal
from solver.search.variants.plan_features import Features

OF_CLAIM = "claim"
ROOM = 0.5
"""Share of the slack that the LP relaxation without the columns of several claims may take; the rest is for counts."""
ROUNDS = 6
"""Most searches for plans that refute several claims."""


class Study(Protocol):
    """Study of alternatives whose claims are answered: its model, and the points and plans found so far."""

    loaded: Loaded[Instance]
    question: Question
    derived: Derived
    matrix: Matrix
    features: Features
    near: NearOptimal
    points: list[tuple[str, Floats, Plan]]
    shares: list[dict[str, float]]
    claims: list[Answered]
    factor: float
    seconds: float

    @property
    def jobs(self) -> int:
        """Searches at once."""

    def answered(self, point: Mapping[str, Any], solve: Callable[[], Mapping[str, Any]]) -> Answer | None:
        """Return the answer to a point, stored or solved now; None where time ran out."""

    def finished(self, found: SearchResult | None) -> dict[str, Any]:
        """Return a found plan, checked; StoppedError where the question ran out."""

    def add(self, method: str, columns: Mapping[str, float]) -> int:
        """Add a stored plan, and return its number."""


@dataclass(slots=True)
class _Asked:
    """Claim in work, with the bound of all plans without it as far as it is known."""

    claim: Claim
    given: bool
    bound: float = -math.inf
    columns: Indices = field(default_factory=lambda: np.empty(0, dtype=np.int64))


@dataclass(slots=True)
class ClaimAnswers:
    """Verdicts on the claims of one study."""

    study: Study

    def answer(self, given: Sequence[Claim]) -> None:
        """Answer the claims given, then those that hold for all plans found."""
        self._answer_all([(claim, True) for claim in given])
        study = self.study
        held = candidates(study.features, study.loaded.instance, study.shares)
        self._answer_all([(claim, False) for claim in held])

    def _answer_all(self, claims: Sequence[tuple[Claim, bool]]) -> None:
        study = self.study
        rest = [_Asked(claim, given) for claim, given in claims]
        for asked in rest:
            asked.columns = asked.claim.columns(study.features, study.matrix, study.derived.horizon)
        with ThreadPoolExecutor(study.jobs) as pool:
            rest = self._proven_by_bounds(self._unrefuted(rest), pool)
            for _ in range(ROUNDS):
                if not self._refuted_together(rest):
                    break
                rest = self._unrefuted(rest)
            while rest:
                wave, rest = rest[: study.jobs], rest[study.jobs :]
                for asked, answer in zip(wave, list(pool.map(self._opposite, wave)), strict=True):
                    self._judge(asked, answer)
                rest = self._unrefuted(rest)

    def _unrefuted(self, rest: Sequence[_Asked]) -> list[_Asked]:
        """Return the claims that hold for all plans found; of the others the plan is noted."""
        left = []
        for asked in rest:
            against = (n for n, shares in enumerate(self.study.shares) if not asked.claim.holds(shares))
            known = next(against, None)
            if known is None:
                left.append(asked)
            else:
                self._note(asked, Verdict.REFUTED, plan=known)
        return left

    def _proven_by_bounds(self, rest: Sequence[_Asked], pool: Executor) -> list[_Asked]:
        """Return the claims that the LP relaxation does not prove, the cheapest opposite first."""
        left, waiting = list[_Asked](), list(rest)
        while waiting:
            # A proof implies the weaker claims.
            waiting = [asked for asked in waiting if asked.given or not self._is_implied(asked.claim)]
            wave, waiting = waiting[: self.study.jobs], waiting[self.study.jobs :]
            for asked, answer in zip(wave, list(pool.map(self._bounded, wave)), strict=True):
                if answer is not None and not answer.failed:
                    asked.bound = math.inf if answer.data["bound"] is None else answer.data["bound"]
                if asked.bound > self.study.near.limit:
                    self._note(asked, Verdict.PROVEN, self._shown(asked.bound))
                else:
                    left.append(asked)
        return sorted(left, key=lambda asked: asked.bound)

    def _is_implied(self, claim: Claim) -> bool:
        """Return whether a proven claim says more than another one."""
        proven = (set(c.features) for c in self.study.claims if c.answer is Verdict.PROVEN)
        return any(keys <= set(claim.keys) for keys in proven)

    def _bounded(self, asked: _Asked) -> Answer | None:
        """Bound all plans without a claim by the LP relaxation; None where time ran out."""
        study = self.study
        if study.question.late:
            return None
        study.question.on_stage(f"claim: every plan {asked.claim.text}")

        def solve() -> dict[str, Any]:
            found = study.near.bound_without(asked.columns, min(study.seconds, study.question.left))
            if found.bound == -math.inf:
                raise StoppedError("the time of the question is over")
            return {"bound": found.bound if math.isfinite(found.bound) else None}

        return study.answered({"bound without": sorted(asked.claim.keys), "by": asked.claim.by}, solve)

    def _refuted_together(self, rest: Sequence[_Asked]) -> bool:
        """Search a plan against as many claims as the LP relaxation allows; return whether one was found."""
        study = self.study
        if not rest or study.question.late:
            return False
        point = {"against": [[sorted(asked.claim.keys), asked.claim.by] for asked in rest], "plans": len(study.points)}

        def solve() -> dict[str, Any]:
            study.question.on_stage(f"a plan against {len(rest)} claims")
            some = self._cheap_together(rest)
            if not some.size:
                return {"columns": {}}
            return study.finished(study.near.without(some, min(study.seconds, study.question.left)))

        answer = study.answered(point, solve)
        if answer is None or answer.failed or not answer.data["columns"]:
            return False
        study.add(OF_CLAIM, answer.data["columns"])
        return True

    def _cheap_together(self, rest: Sequence[_Asked]) -> Indices:
        """Return the columns of the most claims, the cheapest first, whose opposites the LP relaxation can afford."""
        study, count = self.study, len(rest)
        most = study.near.best + ROOM * (study.near.limit - study.near.best)
        while count and not study.question.late:
            columns = np.unique(np.concatenate([asked.columns for asked in rest[:count]]))
            found = study.near.bound_without(columns, min(study.seconds, study.question.left))
            if -math.inf < found.bound <= most:
                return np.asarray(columns)
            count //= 2
        return np.empty(0, dtype=np.int64)

    def _opposite(self, asked: _Asked) -> Answer | None:
        """Force the opposite of one claim, by branch and bound where no plan is found; None where time ran out."""
        study = self.study
        if study.question.late:
            return None
        study.question.on_stage(f"claim: every plan {asked.claim.text}")

        def solve() -> dict[str, Any]:
            opposite = study.near.opposite(asked.columns, min(study.seconds, study.question.left))
            found = study.finished(opposite.result) if opposite.result is not None else {"columns": {}}
            proven = opposite.bound > study.near.limit
            if not proven and not found["columns"] and study.question.late:
                raise StoppedError("the time of the question is over")
            return {**found, "proven": proven, "bound": opposite.bound if math.isfinite(opposite.bound) else None}

        return study.answered({"claim": sorted(asked.claim.keys), "by": asked.claim.by}, solve)

    def _judge(self, asked: _Asked, answer: Answer | None) -> None:
        """Note the answer to a claim whose opposite was forced."""
        if answer is None or answer.failed:
            self._note(asked, Verdict.OPEN, self._shown(asked.bound))
        elif answer.data["columns"]:
            self._note(asked, Verdict.REFUTED, plan=self.study.add(OF_CLAIM, answer.data["columns"]))
        else:
            bound = None if answer.data["bound"] is None else answer.data["bound"] * self.study.factor
            self._note(asked, Verdict.PROVEN if answer.data["proven"] else Verdict.OPEN, bound)

    def _note(self, asked: _Asked, answer: Verdict, bound: float | None = None, plan: int | None = None) -> None:
        """Note an answer; a claim of our own that a plan refutes is worth a line only where it took a search."""
        if asked.given or plan is None or self.study.points[plan][0] == OF_CLAIM:
            self.study.claims.append(
                Answered(asked.claim.text, asked.claim.keys, answer, bound, plan, asked.given)
            )  # fmt: skip

    def _shown(self, bound: float) -> float | None:
        return bound * self.study.factor if math.isfinite(bound) else None
