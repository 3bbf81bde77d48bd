"""Two-stage problem on scenarios: one first stage for all by expected cost or CVaR, and what information is worth.

Three problems give the bounds. Each scenario alone is the cost with perfect information (wait and see). The extensive
form is the problem itself: its LP, or its search where it is small, gives a bound, and a first stage. The instance with
expected values gives the first stage of a planner who looks at the mean alone. Every first stage is tried: with it
fixed, each scenario is solved by itself, and its plan is checked by itself. All solves are points of a journal.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

import numpy as np

from solver.ask.common.journal import Answer, Journal
from solver.ask.common.question import Question
from solver.ask.risk.risk_measure import EXPECTED_COST, RiskMeasure
from solver.ask.risk.scenario_file import Scenario, ScenarioSet
from solver.ask.risk.two_stage_result import FirstStage, ScenarioCost, ScenarioResult, interval
from solver.derive import Derived, derive
from solver.design.candidates import resized, selected_designs
from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.milp.highs import solve as lp_solve
from solver.milp.limits import Limits, relative_gap
from solver.milp.loosened import without_dominance
from solver.milp.matrix import Matrix
from solver.milp.solution import Status
from solver.milp.tightening import tightened
from solver.plan import Design, Plan
from solver.run.outcome import Outcome
from solver.run.solve import Callbacks, build, solve_built
from solver.search.core.state import SearchOptions
from solver.search.engine.search import search
from solver.search.variants.extensive_form import ExtensiveForm, Key, extensive_form, first_stage, keys_of, with_tail

GAP, SECONDS = 0.02, 1800.0
SEARCHED_COLUMNS = 20_000
"""Columns of the extensive form up to which it is searched for a plan; of a larger one the LP is solved."""
LEAST_SECONDS, ROUNDED = 2.0, 1e-6
EXPECTED, EXTENSIVE = "expected values", "extensive form"
SAME = 1e-5
FIXED_GAP_SHARE = 0.5
"""Share of the gap within which each scenario is solved with its first stage fixed."""


@dataclass(frozen=True, slots=True)
class _Model:
    """Model of one scenario: its derived coefficients and its compiled matrix."""

    loaded: Loaded[Instance]
    derived: Derived
    matrix: Matrix

    @property
    def loose(self) -> Matrix:
        """Matrix without bounds of dominance, whose proofs hold for the scenario alone."""
        return without_dominance(self.matrix)

    @property
    def factor(self) -> float:
        """MUSD for a unit of the matrix."""
        return 1.0 / self.derived.units.money_per_musd


@dataclass
class TwoStageSearch:
    """Solution of a two-stage problem within a time limit; every solve is a point of the journal."""

    problem: ScenarioSet
    question: Question
    journal: Journal
    measure: RiskMeasure = EXPECTED_COST
    tried: dict[str, FirstStage] = field(default_factory=dict)
    firsts: dict[str, dict[Key, float]] = field(default_factory=dict)
    models: dict[int, _Model] = field(default_factory=dict)
    fixed: dict[str, Answer] = field(default_factory=dict)
    decisions: int = 0

    def run(self) -> ScenarioResult:
        """Solve the problem and return its answer, as far as the time allows."""
        scenarios, count = self.problem.scenarios, len(self.problem.scenarios)
        alone = [self._alone(i) for i in range(count)]
        self._expected()
        least = [answer.data.get("bound") for answer in alone]
        known = [self._extensive(least), self._value(least)]
        lower = max((value for value in known if value is not None), default=None)
        order = [EXTENSIVE, EXPECTED, *(scenarios[i].name for i in np.argsort([-s.probability for s in scenarios]))]
        for name in order:
            if name in self.firsts and (name == EXPECTED or not self._closed(lower)) and not self.question.late:
                self.tried[name] = self._fixed(name)
        return self._result(alone, lower)

    @cached_property
    def _chosen(self) -> list[Design]:
        """Candidate designs of all scenarios, which each of them may use."""
        return _choices([*(scenario.loaded for scenario in self.problem.scenarios), self.problem.expected])

    def _model_of(self, i: int) -> _Model:
        """Return the model of a scenario, which is built on first use."""
        if i not in self.models:
            self.models[i] = self._model(self.problem.scenarios[i].loaded)
        return self.models[i]

    def _model(self, loaded: Loaded[Instance]) -> _Model:
        derived = derive(loaded.instance, _designs(loaded.instance, self._chosen), gap=self._gap)
        return _Model(loaded, derived, build(derived, instance=loaded.instance)[0])

    def _solved(self, model: _Model, matrix: Matrix, gap: float, seconds: float) -> Outcome:
        limits = replace(self.question.solve.limits, gap=gap, seconds=max(LEAST_SECONDS, seconds))
        callbacks = Callbacks(stop=self.question.stop, explains=False)
        options = replace(self.question.solve, limits=limits)
        return solve_built(model.loaded, options, callbacks, model.derived, matrix, [])

    def _alone(self, i: int) -> Answer:
        """Return plan and bound of one scenario with perfect information, and keep its first stage."""
        scenario = self.problem.scenarios[i]

        def solve() -> dict[str, Any]:
            model = self._model_of(i)
            return self._data(self._solved(model, model.matrix, self._gap / 2, self._share(2)), model)

        answer = self._point({"alone": scenario.name}, f"scenario {scenario.name} alone", solve)
        self._keep(scenario.name, answer)
        return answer

    def _expected(self) -> None:
        """Keep the first stage of the instance with expected values."""

        def solve() -> dict[str, Any]:
            model = self._model(self.problem.expected)
            return self._data(self._solved(model, model.matrix, self._gap / 2, self._share(2)), model)

        self._keep(EXPECTED, self._point({"alone": EXPECTED}, "the instance with expected values", solve))

    def _extensive(self, least: Sequence[float | None]) -> float | None:
        """Return the bound of the extensive form, MUSD, and keep a first stage from it.

        ``least`` are bounds of the costs of the scenarios.
        """
        point = {"extensive": self.problem.probabilities}
        point |= {"measure": [self.measure.alpha, self.measure.weight]} if self.measure.weight else {}
        answer = self._point(point, "the extensive form", lambda: self._of_form(least))
        self.decisions = int(answer.data.get("decisions", 0))
        near, bound = answer.data.get("near"), answer.data.get("bound")
        if near is not None:
            answer = self._point({"near": near}, "a first stage near that of the LP", lambda: self._near(near))
        self._keep(EXTENSIVE, answer)
        return None if bound is None else float(bound)

    def _of_form(self, least: Sequence[float | None]) -> dict[str, Any]:
        """Search the extensive form, or solve the LP of a large one, of which the first stage is not integer."""
        form, factor = self.form, self._model_of(0).factor
        if self.measure.weight:
            known = [-math.inf if bound is None else bound / factor for bound in least]
            loose = [self._model_of(i).loose for i in range(len(known))]
            form = with_tail(
                form, loose, self.problem.probabilities, self.measure.alpha, self.measure.weight, _below(min(known))
            )  # fmt: skip
        limits = replace(
            self.question.solve.limits, gap=self._gap / 2, seconds=max(LEAST_SECONDS, self.question.left / 2)
        )
        if form.matrix.columns > SEARCHED_COLUMNS:
            lp = lp_solve(form.matrix, limits, relax=True, stop=self.question.stop)
            bound, x, kind = lp.bound, lp.x, "near"
        else:
            found = search(form.matrix, SearchOptions(limits, stop=self.question.stop))
            bound, x, kind = found.bound, found.x, "first"
        first = None if x is None else _stored(form.first(x))
        return {
            "bound": bound * factor if math.isfinite(bound) else None,
            "decisions": len(form.first_stage),
            kind: first,
        }

    def _near(self, near: Sequence[Any]) -> dict[str, Any]:
        """Return an integer first stage whose counts are next to those of the LP, best for the likeliest scenario."""
        likeliest = int(np.argmax(self.problem.probabilities))
        model, first = self._model_of(likeliest), _first(near)
        mask = first_stage(model.matrix, self.problem.periods)
        values = np.array([first.get(key, 0.0) for key in keys_of(model.matrix, mask)])
        lower, upper = model.matrix.lower.copy(), model.loose.upper.copy()
        lower[mask] = np.maximum(lower[mask], np.floor(values + ROUNDED))
        upper[mask] = np.minimum(upper[mask], np.ceil(values - ROUNDED) + (values > ROUNDED))
        return self._data(
            self._solved(model, model.matrix.with_(lower=lower, upper=upper), self._gap / 2, self._share(1)), model
        )

    @cached_property
    def form(self) -> ExtensiveForm:
        """Extensive form of the scenarios."""
        matrices = [tightened(self._model_of(i).loose) for i in range(len(self.problem.scenarios))]
        return extensive_form(matrices, self.problem.probabilities, self.problem.periods)

    def _fixed(self, name: str) -> FirstStage:
        """Solve every scenario with a first stage fixed, and return its costs."""
        costs = []
        for i, scenario in enumerate(self.problem.scenarios):
            point = {"fixed": _stored(self.firsts[name]), "scenario": scenario.name}
            answer = self._point(
                point,
                f"scenario {scenario.name} with the first stage of {name}",
                partial(self._in_scenario, name, i),
            )
            self.fixed[json.dumps(point)] = answer
            costs.append(_cost(scenario, answer))
        return FirstStage(name, tuple(costs), self.measure)

    def _in_scenario(self, name: str, i: int) -> dict[str, Any]:
        model = self._model_of(i)
        matrix = with_first_stage(model.loose, self.firsts[name], self.problem.periods)
        if matrix is None:
            return {"status": Status.INFEASIBLE.value}
        data = self._data(self._solved(model, matrix, FIXED_GAP_SHARE * self._gap, self._share(2)), model)
        if data["first"] is not None and not _same(_first(data["first"]), self.firsts[name]):
            # A repair of the plan, such as another flight, may have changed what was fixed.
            data["violations"].append("the first stage was changed by the repair of the plan")
        return data

    def _data(self, outcome: Outcome, model: _Model) -> dict[str, Any]:
        """Return the answer of a solve as plain data, with its plan and the first stage of it."""
        x, plan = outcome.result.x, outcome.plan
        first = None
        if x is not None:
            mask = first_stage(model.matrix, self.problem.periods)
            first = _stored(dict(zip(keys_of(model.matrix, mask), x[mask].tolist(), strict=True)))
        return {
            "status": outcome.status.value,
            "objective": outcome.objective if plan is not None else None,
            "bound": outcome.bound,
            "unmet": 0.0 if plan is None else sum(plan.decisions.unmet.values()),
            "violations": [str(violation) for violation in outcome.violations],
            "first": first,
            "plan": None if plan is None else plan.to_json(),
        }

    def _point(self, point: dict[str, Any], text: str, solve: Any) -> Answer:
        if self.question.late:
            return self.journal.known(point) or Answer(point, {}, "no time left")
        self.question.on_stage(text)
        return self.journal.answer(point, solve)

    def _keep(self, name: str, answer: Answer) -> None:
        """Keep the first stage of an answer with a plan that passed the check."""
        first = answer.data.get("first")
        if first is not None and not answer.data.get("violations"):
            self.firsts[name] = _first(first)

    @property
    def _gap(self) -> float:
        return self.question.solve.limits.gap

    def _share(self, solves: int) -> float:
        """Return the seconds of one solve, out of those that are left."""
        return self.question.left / (len(self.problem.scenarios) * solves)

    def _value(self, costs: Sequence[float | None]) -> float | None:
        """Return the criterion of costs; None where one is missing."""
        known = [cost for cost in costs if cost is not None]
        return self.measure.value(known, self.problem.probabilities) if len(known) == len(costs) else None

    def _closed(self, lower: float | None) -> bool:
        best = self._best()
        return best is not None and lower is not None and relative_gap(best.value, lower) <= self._gap  # type: ignore[arg-type]

    def _best(self) -> FirstStage | None:
        complete = [found for found in self.tried.values() if found.complete]
        return min(complete, key=lambda found: found.value or math.inf, default=None)

    def plans(self, name: str) -> list[Plan]:
        """Return the plan of every scenario with a first stage that was tried."""
        fixed = _stored(self.firsts[name])
        points = [{"fixed": fixed, "scenario": scenario.name} for scenario in self.problem.scenarios]
        return [Plan.from_json(self.fixed[json.dumps(point)].data["plan"]) for point in points]

    def _result(self, alone: Sequence[Answer], lower: float | None) -> ScenarioResult:
        best = self._best()
        wait = tuple(self._value([a.data.get(side) for a in alone]) for side in ("bound", "objective"))
        mean = self.tried.get(EXPECTED)
        cost = (lower, None if best is None else best.value)
        stochastic = interval(cost, (None, None) if mean is None else (mean.value_bound, mean.value))
        return ScenarioResult(
            name=self.problem.name,
            decide_until=self.problem.decide_until,
            scenarios=tuple((s.name, s.probability, dict(s.changes)) for s in self.problem.scenarios),
            best=best,
            bound=lower,
            gap=None if best is None or lower is None or best.value is None else relative_gap(best.value, lower),
            wait_and_see=(wait[0], wait[1]),
            perfect_information=interval((wait[0], wait[1]), cost),
            stochastic_solution=stochastic,
            tried=tuple(self.tried.values()),
            alone=tuple(_cost(s, answer) for s, answer in zip(self.problem.scenarios, alone, strict=True)),
            first_stage=self.decisions,
            measure=self.measure,
        )


def with_first_stage(matrix: Matrix, first: Mapping[Key, float], periods: int) -> Matrix | None:
    """Return a matrix with its first stage fixed; None where that decides what the scenario does not have."""
    mask = first_stage(matrix, periods)
    keys = keys_of(matrix, mask)
    known = set(keys)
    if any(value > 1e-6 and key not in known for key, value in first.items()):
        return None
    lower, upper = matrix.lower.copy(), matrix.upper.copy()
    values = np.array([first.get(key, 0.0) for key in keys])
    lower[mask] = upper[mask] = np.where(matrix.integer[mask], np.round(values), values)
    return matrix.with_(lower=lower, upper=upper)


def _choices(loaded: Sequence[Loaded[Instance]]) -> list[Design]:
    """Return the candidate designs of all instances, each once by name and shell."""
    found: dict[tuple[str, str], Design] = {}
    for each in loaded:
        for candidate in selected_designs(each.instance)[0]:
            found.setdefault((candidate.name, candidate.shell), candidate)
    return list(found.values())


def _designs(instance: Instance, chosen: Sequence[Design]) -> tuple[Design, ...]:
    """Return the chosen designs as an instance sizes them, without those that it cannot have."""
    use = instance.use
    made = (resized(instance, d) for d in chosen if d.platform in use.platforms and d.shell in use.shells)
    return tuple(sorted((d for d in made if d is not None), key=lambda d: (d.name, d.shell)))


def _below(value: float) -> float:
    """Return a number a little below a bound, so that rounding cuts nothing off."""
    return value - ROUNDED * max(1.0, abs(value))


def _first(stored: Sequence[Any]) -> dict[Key, float]:
    """Return a first stage from plain data."""
    return {(component, tuple(index)): value for component, index, value in stored}


def _same(one: Mapping[Key, float], other: Mapping[Key, float]) -> bool:
    """Return whether two first stages decide the same."""
    return all(abs(one.get(key, 0.0) - other.get(key, 0.0)) <= SAME for key in {*one, *other})


def _stored(first: Mapping[Key, float]) -> list[list[Any]]:
    """Return a first stage as plain data: its decisions that are not 0."""
    return [[str(name), list(index), round(value, 9)] for (name, index), value in first.items() if abs(value) > 1e-9]


def _cost(scenario: Scenario, answer: Answer) -> ScenarioCost:
    """Return the cost of a scenario as its point has it."""
    data = answer.data
    return ScenarioCost(
        scenario.name,
        scenario.probability,
        data.get("objective"),
        data.get("bound"),
        float(data.get("unmet") or 0.0),
        bool(data.get("plan")) and not data.get("violations"),
        str(answer.error or data.get("status", "")),
    )


def limits_of(gap: float = GAP, seconds: float = SECONDS) -> Limits:
    """Return the limits of a two-stage problem."""
    return Limits(seconds=seconds, gap=gap)
