"""Verdicts on claims about every near-optimal plan: proofs by bounds first, then plans that refute many claims at once.

Without the columns behind a claim, the LP relaxation bounds all plans: beyond the limit, the claim is proven. These
bounds need the best plan alone and are found while alternatives are sought. The other claims are parted into groups
whose opposites the relaxation affords together, the cheapest first. A plan against a group refutes all of it; where
none is found the group is halved. So each claim is tried once before any is tried again: what is left then is searched
one by one, by branch and bound where the time allows.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import numpy as np

from solver.ask.alternatives.claim_bounds import ClaimBounds
from solver.ask.alternatives.must_haves import Answered, Claim, Verdict, candidates
from solver.ask.alternatives.refutation import linked_plan, nearest_first, plan_without
from solver.ask.common.in_order import in_order
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
OFTEN = 2.0
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

    @property
    def spare(self) -> float:
        """Seconds left for plans against claims: without those kept for alternatives that are missing."""

    def answered(self, point: Mapping[str, Any], solve: Callable[[], Mapping[str, Any]]) -> Answer | None:
        """Return the answer to a point, stored or solved now; None where time ran out."""

    def finished(self, found: SearchResult | None) -> dict[str, Any]:
        """Return a found plan, checked; StoppedError where the question ran out."""

    def add(self, method: str, columns: Mapping[str, float]) -> int:
        """Add a stored plan, and return its number."""


@dataclass(slots=True)
class _Asked:
    """Claim in work, with the bound of all plans without it as far as it is known; ``tried`` once searched against."""

    claim: Claim
    given: bool
    tried: bool = False
    bound: float = -math.inf
    columns: Indices = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    @property
    def key(self) -> list[Any]:
        """Key in a point of the journal."""
        return [sorted(self.claim.keys), self.claim.by]


@dataclass(slots=True)
class ClaimAnswers:
    """Verdicts on the claims of one study; ``bounds`` are made once an answer is not stored.

    ``found`` are bounds by claim, ``left`` the claims without a verdict.
    """

    study: Study
    bounds: ClaimBounds | None = None
    found: dict[tuple[tuple[str, ...], float | None], float] = field(default_factory=dict)
    left: list[_Asked] = field(default_factory=list)

    def prepare(self, claims: Sequence[Claim]) -> None:
        """Bound all plans without each of some claims, but for those that a proof among them implies."""
        proven = list[Claim]()
        for claim in claims:
            if not _is_implied(claim, proven) and not self.study.near.within(self._bound(self._asked(claim))):
                proven.append(claim)

    def answer(self, given: Sequence[Claim], pool: Executor) -> None:
        """Answer the claims given, and those that hold for all plans found, by bounds and by plans against them."""
        study = self.study
        held = candidates(study.features, study.loaded.instance, study.shares)
        rest = self._unrefuted([*(self._asked(claim, given=True) for claim in given), *map(self._asked, held)])
        self.left = self._refuted_by_groups(self._proven_by_bounds(rest), pool)

    def finish(self, pool: Executor) -> None:
        """Answer what is left, one claim after the other."""
        study, rest = self.study, self._unrefuted(self.left)
        while rest:
            seconds = max(study.seconds, study.jobs * study.question.left / len(rest))
            wave, rest = rest[: study.jobs], rest[study.jobs :]
            answers = list(pool.map(partial(self._opposite, seconds=seconds), wave))
            for asked, answer in zip(wave, answers, strict=True):
                self._judge(asked, answer)
            rest = self._unrefuted(rest)
        study.claims.sort(key=lambda claim: not claim.given)

    def _asked(self, claim: Claim, given: bool = False) -> _Asked:
        study = self.study
        return _Asked(claim, given, columns=claim.columns(study.features, study.matrix, study.derived.horizon))

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
        left, proven = list[_Asked](), list[Claim]()
        for asked in rest:
            # A proof implies the weaker claims.
            if not asked.given and _is_implied(asked.claim, proven):
                continue
            asked.bound = self._bound(asked)
            if not self.study.near.within(asked.bound):
                proven.append(asked.claim)
                self._note(asked, Verdict.PROVEN, self._shown(asked.bound))
            else:
                left.append(asked)
        return sorted(left, key=lambda asked: asked.bound)

    def _bound(self, asked: _Asked) -> float:
        """Return the bound of all plans without a claim; -inf where time ran out."""
        key = asked.claim.keys, asked.claim.by
        if key not in self.found:
            answer = self._bounded(asked)
            if answer is None or answer.failed:
                return -math.inf
            self.found[key] = math.inf if answer.data["bound"] is None else answer.data["bound"]
        return self.found[key]

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
        waiting, begun = deque(self._groups(rest)), deque[list[_Asked]]()

        def make(_: int) -> Callable[[], Answer | None] | None:
            while waiting and self.study.spare > 0.0:
                group = [asked for asked in waiting.popleft() if self._against(asked) is None]
                if group:
                    begun.append(group)
                    # One LP after the other, so that each optimum is the same whatever runs at once.
                    return partial(self._without, group, self._optimum(group), self._known(group))
            return None

        def take(answer: Answer | None) -> None:
            group = begun.popleft()
            if answer is not None and not answer.failed and answer.data["columns"]:
                self.study.add(OF_CLAIM, answer.data["columns"])
            elif len(group) > 1:
                half = (len(group) + 1) // 2
                # Its halves come before dearer groups, which fewer plans refute.
                waiting.extendleft([group[half:], group[:half]])
            for asked in group:
                asked.tried = True

        in_order(pool, self.study.jobs, make, take)
        return self._unrefuted(rest)

    def _known(self, group: Sequence[_Asked]) -> list[Floats]:
        """Return the plans found, those first that use least of what a group of claims names."""
        return nearest_first([x for _, x, _ in self.study.points], [asked.columns for asked in group])

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

    def _without(self, group: Sequence[_Asked], optimum: LpPoint | None, known: Sequence[Floats]) -> Answer | None:
        """Search a plan against all claims of a group; None where time ran out.

        What no link finds is searched for long only where each claim had its try.
        """
        study = self.study
        if study.question.late:
            return None
        study.question.on_stage(f"a plan against {len(group)} claims" if len(group) > 1 else _stage(group[0]))

        def solve() -> dict[str, Any]:
            near, columns, found = study.near, _columns_of(group), None
            if near.links and optimum is not None:
                found = linked_plan(near, columns, optimum, known, self._seconds())
            if found is None and not near.links:
                found = plan_without(near, columns, optimum, self._seconds())
            return study.finished(found)

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
        if asked.given or asked.tried or plan is None or self.study.points[plan][0] == OF_CLAIM:
            self.study.claims.append(
                Answered(asked.claim.text, asked.claim.keys, answer, bound, plan, asked.given)
            )  # fmt: skip

    def _shown(self, bound: float) -> float | None:
        return bound * self.study.factor if math.isfinite(bound) else None


def _is_implied(claim: Claim, proven: Sequence[Claim]) -> bool:
    """Return whether one of some proven claims says more than another one, which has no date."""
    return claim.by is None and any(set(of.keys) <= set(claim.keys) for of in proven)


def _stage(asked: _Asked) -> str:
    return f"claim: every plan {asked.claim.text}"


def _columns_of(group: Sequence[_Asked]) -> Indices:
    return np.unique(np.concatenate([asked.columns for asked in group]))


def _against_point(group: Sequence[_Asked]) -> dict[str, Any]:
    return {"against": [asked.key for asked in group]}
