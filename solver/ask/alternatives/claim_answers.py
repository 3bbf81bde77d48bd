"""Verdicts on claims about every near-optimal plan: proofs by bounds first, then plans that refute many claims at once.

Without the columns behind a claim, the LP relaxation bounds all plans: beyond the limit, the claim is proven. The
others are parted into groups whose opposites the relaxation affords together, the cheapest first. A plan against a
group refutes all of it; where none is found the group is halved. So each claim is tried once before any is tried again:
what is left then is searched one by one, by branch and bound where the time allows.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import numpy as np

from solver.ask.alternatives.claim_bounds import ClaimBounds
from solver.ask.alternatives.must_haves import Answered, Claim, Verdict, candidates
from solver.ask.alternatives.refutation import plan_without
from solver.ask.common.journal import Answer, Journal
from solver.ask.common.question import Question
from solver.derive import Derived
from solver.errors import StoppedError
from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.milp.matrix import Floats, Indices, Matrix
from solver.milp.warm_lp import LpPoint
from solver.plan import Plan
from solver.search.core.result import SearchResult
from solver.search.variants.near_optimal import NearOptimal
from solver.search.variants.plan_features import Features

OF_CLAIM = "claim"
ROOM = 0.5
"""Share of the slack that the LP relaxation without the columns of several claims may take; the rest is for counts."""
OFTEN = 4.0
"""Longest time of a search against claims, as a multiple of that of an alternative: it starts without a plan."""


class Study(Protocol):
    """Study of alternatives whose claims are answered: its model, and the points and plans found so far."""

    loaded: Loaded[Instance]
    question: Question
    journal: Journal
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

    @property
    def key(self) -> list[Any]:
        """Key in a point of the journal."""
        return [sorted(self.claim.keys), self.claim.by]


@dataclass(slots=True)
class ClaimAnswers:
    """Verdicts on the claims of one study; ``bounds`` are made once an answer is not stored."""

    study: Study
    bounds: ClaimBounds | None = None

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
            rest = self._proven_by_bounds(self._unrefuted(rest))
            rest = self._refuted_by_groups(rest, pool)
            while rest:
                seconds = max(study.seconds, study.jobs * study.question.left / len(rest))
                wave, rest = rest[: study.jobs], rest[study.jobs :]
                answers = list(pool.map(partial(self._opposite, seconds=seconds), wave))
                for asked, answer in zip(wave, answers, strict=True):
                    self._judge(asked, answer)
                rest = self._unrefuted(rest)

    def _unrefuted(self, rest: Sequence[_Asked]) -> list[_Asked]:
        """Return the claims that hold for all plans found; of the others the plan is noted."""
        left = []
        for asked in rest:
            known = self._against(asked)
            if known is None:
                left.append(asked)
            else:
                self._note(asked, Verdict.REFUTED, plan=known)
        return left

    def _against(self, asked: _Asked) -> int | None:
        """Return the number of the first plan found for which a claim does not hold; None without one."""
        against = (n for n, shares in enumerate(self.study.shares) if not asked.claim.holds(shares))
        return next(against, None)

    def _proven_by_bounds(self, rest: Sequence[_Asked]) -> list[_Asked]:
        """Return the claims that the LP relaxation does not prove, the cheapest opposite first."""
        left = list[_Asked]()
        for asked in rest:
            # A proof implies the weaker claims.
            if not asked.given and self._is_implied(asked.claim):
                continue
            answer = self._bounded(asked)
            if answer is not None and not answer.failed:
                asked.bound = math.inf if answer.data["bound"] is None else answer.data["bound"]
            if not self.study.near.within(asked.bound):
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
        study.question.on_stage(_stage(asked))

        def solve() -> dict[str, Any]:
            bound = self._warm().without(asked.columns, self._seconds())
            if bound == -math.inf:
                raise StoppedError("the time of the question is over")
            return {"bound": bound if math.isfinite(bound) else None}

        return study.answered({"bound without": sorted(asked.claim.keys), "by": asked.claim.by}, solve)

    def _warm(self) -> ClaimBounds:
        """Return the warm LP relaxation for all bounds."""
        if self.bounds is None:
            self.bounds = ClaimBounds(self.study.near)
        return self.bounds

    def _seconds(self) -> float:
        """Return the longest time of a search against claims."""
        return min(OFTEN * self.study.seconds, self.study.question.left)

    def _refuted_by_groups(self, rest: Sequence[_Asked], pool: Executor) -> list[_Asked]:
        """Search a plan against each group of claims; return the claims that hold for all plans found."""
        waiting = deque(self._groups(rest))
        while waiting and not self.study.question.late:
            wave = [waiting.popleft() for _ in range(min(self.study.jobs, len(waiting)))]
            # One LP after the other, so that each optimum is the same whatever runs at once.
            optima = [self._optimum(group) for group in wave]
            for group, answer in zip(wave, list(pool.map(self._without, wave, optima)), strict=True):
                if answer is not None and not answer.failed and answer.data["columns"]:
                    self.study.add(OF_CLAIM, answer.data["columns"])
                elif len(group) > 1:
                    half = (len(group) + 1) // 2
                    waiting += [group[:half], group[half:]]
            open_groups = ([asked for asked in group if self._against(asked) is None] for group in waiting)
            waiting = deque(group for group in open_groups if group)
        return self._unrefuted(rest)

    def _groups(self, rest: Sequence[_Asked]) -> list[list[_Asked]]:
        """Part claims into groups whose opposites the LP relaxation can afford together, each from the cheapest on."""
        study, near = self.study, self.study.near
        most = near.best + ROOM * (near.limit - near.best)

        def solve() -> dict[str, Any]:
            left, groups = list(range(len(rest))), []
            while left:
                taken = self._warm().cheap_together([rest[n].columns for n in left], most, self._seconds())
                groups.append([left[n] for n in taken])
                left = [n for place, n in enumerate(left) if place not in taken]
            return {"groups": groups}

        if len(rest) < 2 or study.question.late:
            return [[asked] for asked in rest]
        answer = study.answered({"groups": [asked.key for asked in rest]}, solve)
        if answer is None or answer.failed:
            return [[asked] for asked in rest]
        return [[rest[n] for n in group] for group in answer.data["groups"]]

    def _optimum(self, group: Sequence[_Asked]) -> LpPoint | None:
        """Return the LP optimum without the columns of a group; None where none is needed, or none found."""
        if self.study.question.late or self.study.journal.kept(_against_point(group)) is not None:
            return None
        return self._warm().optimum(_columns_of(group), self._seconds())

    def _without(self, group: Sequence[_Asked], optimum: LpPoint | None) -> Answer | None:
        """Search a plan against all claims of a group; None where time ran out."""
        study = self.study
        if study.question.late:
            return None
        study.question.on_stage(f"a plan against {len(group)} claims" if len(group) > 1 else _stage(group[0]))

        def solve() -> dict[str, Any]:
            return study.finished(plan_without(study.near, _columns_of(group), optimum, self._seconds()))

        return study.answered(_against_point(group), solve)

    def _opposite(self, asked: _Asked, seconds: float) -> Answer | None:
        """Force the opposite of one claim, by branch and bound where no plan is found; None where time ran out."""
        study = self.study
        if study.question.late:
            return None
        study.question.on_stage(_stage(asked))

        def solve() -> dict[str, Any]:
            opposite = study.near.opposite(asked.columns, min(seconds, study.question.left))
            found = study.finished(opposite.result) if opposite.result is not None else {"columns": {}}
            proven = not study.near.within(opposite.bound)
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


def _stage(asked: _Asked) -> str:
    return f"claim: every plan {asked.claim.text}"


def _columns_of(group: Sequence[_Asked]) -> Indices:
    return np.unique(np.concatenate([asked.columns for asked in group]))


def _against_point(group: Sequence[_Asked]) -> dict[str, Any]:
    return {"against": [asked.key for asked in group]}
