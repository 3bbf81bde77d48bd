"""A tornado has plan and bound at both ends of each range; what is not proven to differ is not distinguishable."""

from __future__ import annotations

import json
import signal
import time
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

from solver.ask.common.journal import Journal
from solver.ask.common.question import Question
from solver.ask.common.workers import stop_workers
from solver.ask.sensitivity.boxes import boxes, outcome_of
from solver.ask.sensitivity.ranges import RangedLever, Support, in_use, ranged_levers, support_of, with_values
from solver.ask.sensitivity.sensitivity import (
    SensitivityOptions,
    _Study,
    journal_identity,
    sensitivity,
)  # fmt: skip
from solver.ask.sensitivity.sensitivity_result import Bar, End, Sensitivity, interval
from solver.cli.app import app
from solver.errors import ContradictionError, InstanceError, StoppedError, UsageError
from solver.instance.quantities import Quantity
from solver.instance.read import read
from solver.milp.limits import Limits
from solver.report.sensitivity import sensitivity_table
from solver.report.sensitivity_chart import sensitivity_chart
from solver.run.solve import Callbacks, Options, solve_loaded
from tests.pipeline import INSTANCES
from tests.solver.ask.explain.test_explain import CHEAP_LICENCE
from tests.solver.small import DATA, with_changes

RANGED = "{low: 2.5, central: 5, high: 10, source: assumption, note: for the test}"
LEVER = "platforms.cube.declared.cost_musd"


def ranged_file(folder: Path) -> Path:
    """The instance with one flight, whose node has a range of prices."""
    path = folder / "ranged.yaml"
    node = f"platforms: {{cube: {{declared: {{cost_musd: {RANGED}}}}}}}"
    path.write_text(f"format: 2\nname: ranged\nextends: {INSTANCES / 'tiny' / 'one_flight.yaml'}\n{node}\n", "utf-8")
    return path


def measured(path: Path, options: SensitivityOptions, folder: Path | None = None) -> Sensitivity:
    """The sensitivity of a file at gap 0."""
    loaded, question = read(path), Question(Options(Limits(seconds=60.0, gap=0.0)))
    return sensitivity(loaded, question, options, Journal(folder, journal_identity(loaded, question)))


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> tuple[Sensitivity, Path]:
    """A tornado with two levers, and the folder with its file and points."""
    folder = tmp_path_factory.mktemp("ranged")
    options = SensitivityOptions(ranges=("vehicles.big.payload_t.near=0.001:4",), jobs=1)
    return measured(ranged_file(folder), options, folder / "points"), folder


@pytest.mark.slow
def test_ends_are_those_of_a_solve(answer: tuple[Sensitivity, Path]) -> None:
    """Plan and bound at an end are the optimum that a solve of the file with that value finds."""
    bar = next(bar for bar in answer[0].bars if bar.path == LEVER)
    for end in (bar.low, bar.high):
        loaded = read(answer[1] / "ranged.yaml", changes=[f"{LEVER}={end.value}"])
        solved = solve_loaded(loaded, Options(Limits(gap=0.0)), Callbacks()).objective
        assert end.plan == pytest.approx(solved)
        assert end.bound == pytest.approx(solved)
    assert bar.distinguishable


def test_screening_keeps_the_lever_of_the_larger_effect(tmp_path: Path) -> None:
    """Of two levers one is measured: that whose farther end moves the LP relaxation more, by what it moves it."""
    flight = "vehicles.big.flight_musd=2.9:3.1"
    found = measured(ranged_file(tmp_path), SensitivityOptions(ranges=(flight,), count=1, jobs=1))
    (bar,) = found.bars
    assert (bar.path, found.levers) == (LEVER, 2)
    # The central price is 5: the farther end is 10 by difference, and by ratio as far as 2.5.
    assert bar.low.screened is None
    assert bar.high.screened == pytest.approx(bar.high.bound)
    assert found.failed == ()


@pytest.mark.slow
def test_an_end_at_which_the_plan_breaks_a_limit_is_searched(tmp_path: Path) -> None:
    """Half of the licence stops the best plan: the search among what the LP uses finds the optimum of a solve."""
    path, lever = tmp_path / "licence.yaml", "sites.cape.licence_flights_per_year"
    path.write_text(yaml.safe_dump(with_changes(DATA, CHEAP_LICENCE)), encoding="utf-8")
    loaded, question = read(path), Question(Options(Limits(gap=0.0)))
    (bar,) = sensitivity(loaded, question, SensitivityOptions(ranges=(f"{lever}=5:10",), jobs=1)).bars
    solved = solve_loaded(read(path, changes=[f"{lever}=5"]), Options(Limits(gap=0.0)), Callbacks())
    assert bar.low.searched
    assert bar.low.plan == pytest.approx(solved.objective)
    assert not bar.high.searched
    assert bar.distinguishable


@pytest.mark.slow
def test_ends_that_were_not_searched_in_time_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No plan there does not mean that none was found; the same question with time for plans finds it."""
    path, ranges = tmp_path / "licence.yaml", ("sites.cape.licence_flights_per_year=5:10",)
    path.write_text(yaml.safe_dump(with_changes(DATA, CHEAP_LICENCE)), encoding="utf-8")
    loaded, options = read(path), SensitivityOptions(ranges=ranges, jobs=1)

    def asked() -> Sensitivity:
        question = Question(Options(Limits(gap=0.0)))
        return sensitivity(loaded, question, options, Journal(tmp_path, journal_identity(loaded, question)))

    with monkeypatch.context() as patched:
        patched.setattr("solver.ask.sensitivity.sensitivity.LEAST_SECONDS", 0.0)
        patched.setattr("solver.ask.sensitivity.sensitivity.PLAN_SOLVES", 0.0)
        patched.setattr("solver.ask.sensitivity.sensitivity.MOST_SOLVES", 1e6)
        hasty = asked()
    assert hasty.failed == ("plans: 1 of 1 ends not searched in time; the same command goes on there",)
    assert hasty.bars[0].low.plan is None
    found = asked()
    assert found.failed == ()
    assert found.bars[0].low.plan is not None


@pytest.mark.slow
def test_the_table_says_what_ranges_rest_on(answer: tuple[Sensitivity, Path]) -> None:
    """Both ranges are assumptions, and the sentence below the table counts them."""
    text = sensitivity_table(answer[0])
    assert f"| `{LEVER}` | 2.5 | 5 | 10 |" in text
    assert "2 of these 2 rest on an assumption or on general knowledge." in text


def test_stored_points_are_not_measured_again(
    answer: tuple[Sensitivity, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second command on the same folder measures nothing."""

    def refuse(*_: object) -> None:
        raise AssertionError("measured again")

    monkeypatch.setattr("solver.ask.sensitivity.lever_points.Evaluator.relaxed", refuse)
    options = SensitivityOptions(ranges=("vehicles.big.payload_t.near=0.001:4",), jobs=1)
    again = measured(answer[1] / "ranged.yaml", options, answer[1] / "points")
    assert again.to_json() == answer[0].to_json()


def test_a_stop_does_not_wait_for_workers() -> None:
    """A point in work is left once a stop is requested, and its worker is ended."""
    pool = ProcessPoolExecutor(1, get_context("fork"))
    future: Future[Any] = pool.submit(time.sleep, 600)
    (worker,) = pool._processes.values()
    question = Question()
    question.stop.set()
    study = _Study(read(INSTANCES / "tiny" / "one_flight.yaml"), question, SensitivityOptions(), Journal(None, {}), [])
    with pytest.raises(StoppedError):
        study._awaited(future)
    stop_workers(pool)
    worker.join(60)
    assert worker.exitcode == -signal.SIGKILL


@pytest.mark.slow
def test_a_failed_point_is_recorded_and_the_rest_goes_on(tmp_path: Path) -> None:
    """A value that breaks a rule of the file is an error of its point alone."""
    found = measured(ranged_file(tmp_path), SensitivityOptions(ranges=("vehicles.big.flight_musd=-5:3",), jobs=1))
    assert any("vehicles.big.flight_musd" in text for text in found.failed)
    assert next(bar for bar in found.bars if bar.path == LEVER).distinguishable


@pytest.mark.slow
def test_a_bar_shorter_than_the_gap_is_not_distinguishable() -> None:
    """Ends whose intervals overlap differ by nothing that is proven, and the picture says so."""
    low, high = End(1.0, 90.0, 100.0), End(2.0, 95.0, 105.0)
    bar = Bar("a.lever", 1.5, Support.SOURCE, "s", low, high)
    assert bar.distinguishable is False
    assert Bar("a.lever", 1.5, Support.SOURCE, "s", low, End(2.0, 101.0, 105.0)).distinguishable
    assert Bar("a.lever", 1.5, Support.SOURCE, "s", low, End(2.0, 95.0)).distinguishable is None
    spec = sensitivity_chart(Sensitivity("one", "optimal", "MUSD", 98.0, 96.0, None, 1, (bar,)))  # type: ignore[arg-type]
    assert "not distinguishable" in json.dumps(spec)


def test_a_bound_beyond_the_best_plan_needs_no_plan_of_its_own() -> None:
    """Every plan at an end costs more than the best one without the change: the lever matters, searched or not."""
    low, middle, beyond = End(1.0, 95.0, 105.0), End(1.5, 96.0, 98.0), End(2.0, 101.0)
    assert Bar("a.lever", 1.5, Support.SOURCE, "s", low, beyond, middle).distinguishable
    assert Bar("a.lever", 1.5, Support.SOURCE, "s", low, End(2.0, 97.0), middle).distinguishable is None
    # Of the most power a bound is the most that any plan has.
    low, middle = End(1.0, 105.0, 95.0), End(1.5, 98.0, 96.0)
    assert Bar("a.lever", 1.5, Support.SOURCE, "s", low, beyond, middle, grows=True).distinguishable is None
    assert Bar("a.lever", 1.5, Support.SOURCE, "s", low, End(2.0, 90.0), middle, grows=True).distinguishable


def test_a_bound_on_the_wrong_side_of_a_plan_is_an_alarm() -> None:
    """A cheapest plan of 105 and a bound of 106, or a plan of 95 and at most 94: neither is drawn as an interval."""
    assert interval(End(1.0, 95.0, 105.0)) == (95.0, 105.0)
    assert interval(End(1.0, 105.0, 95.0), grows=True) == (95.0, 105.0)
    for end, grows in ((End(1.0, 106.0, 105.0), False), (End(1.0, 94.0, 95.0), True)):
        with pytest.raises(ContradictionError, match="one of them is wrong"):
            interval(end, grows)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (SensitivityOptions(vary=("platforms.cube.declared.cost_mus",)), f"did you mean {LEVER}?"),
        (SensitivityOptions(ranges=("vehicles.big.flight_musd=9:3",)), "low 9 and high 3, expected low below high"),
        (SensitivityOptions(ranges=("vehicles.bigg.flight_musd=1:3",)), "did you mean big?"),
        (SensitivityOptions(ranges=("vehicles.big.flight_musd",)), "expected PATH=LOW:HIGH"),
        (SensitivityOptions(outcome="orbit"), "--outcome: found 'orbit'"),
        (SensitivityOptions(count=0), "--count: found 0"),
    ],
)
def test_bad_options_are_named(options: SensitivityOptions, message: str, tmp_path: Path) -> None:
    """A lever that does not exist, a range upside down and an unknown outcome are refused, the nearest named."""
    with pytest.raises(UsageError) as caught:
        options.levers(read(ranged_file(tmp_path)))
    assert message in str(caught.value)


def test_without_a_range_there_is_nothing_to_vary() -> None:
    """A file without ranges is refused, with what it needs."""
    with pytest.raises(UsageError, match="no quantity in use has a range"):
        ranged_levers(read(INSTANCES / "tiny" / "one_flight.yaml"))


def test_what_is_not_used_is_no_lever() -> None:
    """Quantities that a scenario does not use are no levers; payloads of a vehicle by shell move together."""
    loaded = read(INSTANCES / "reference" / "gigawatt.yaml")
    assert in_use(("vehicles", "starship_v4", "flight_musd"), loaded.instance)
    assert not in_use(("vehicles", "falcon_9", "flight_musd"), loaded.instance)
    assert not in_use(("technology", "arrays", "thin_film", "cost_usd_per_w"), loaded.instance)
    (lever,) = ranged_levers(loaded, ["vehicles.starship_v4.payload_t.*"])
    assert len(lever.quantities) > 1
    high = with_values(loaded.instance, lever.values(1.0)).vehicles["starship_v4"].payload_t
    assert all(high[str(key[-1])] == quantity.high for key, quantity in lever.quantities)
    with pytest.raises(InstanceError):
        with_values(loaded.instance, {("vehicles", "starship_v4", "flight_musd"): -1.0})


def test_support_follows_the_source() -> None:
    """An assumption, general knowledge, a digest of a document and the document itself are four kinds of support."""
    sources = {"a": {"title": "A paper (digest)"}, "b": {"title": "A paper", "author": "Someone"}}
    assert support_of("assumption", {}) is Support.ASSUMPTION
    assert support_of(None, {}) is Support.GENERAL
    assert support_of("a", sources) is Support.RELAY
    assert support_of("b", sources) is Support.SOURCE


def test_a_box_finds_the_corner_in_which_the_outcome_holds() -> None:
    """An outcome that holds where the first lever is below 0.3 and the second above 0.6 is bounded by these two."""
    levers = [RangedLever(name, (((name,), Quantity(0.0, 0.5, 1.0)),), Support.SOURCE) for name in "abc"]
    samples = np.random.default_rng(1).random((400, 3))
    holds = [bool(a < 0.3 and b > 0.6) for a, b, _ in samples]
    first = boxes(levers, samples, holds)[0]
    assert first.density > 0.8
    assert first.coverage > 0.7
    assert first.limits["a"][1] == pytest.approx(0.3, abs=0.08)
    assert first.limits["b"][0] == pytest.approx(0.6, abs=0.08)


def test_an_outcome_reads_the_point() -> None:
    """Orbit counts what is made on the Earth and on the Moon; a bound proves what a cost cannot be."""
    data = {"infeasible": False, "bound": 90.0, "shares": {"places.earth_made": 0.4, "places.moon_made": 0.2}}
    assert outcome_of("orbit>0.5").holds(data)
    assert not outcome_of("moon>0.5").holds(data)
    assert outcome_of("cost<100").holds(data)
    assert not outcome_of("plan").holds({"infeasible": True})


@pytest.mark.slow
def test_indices_rank_the_levers(tmp_path: Path) -> None:
    """The price of the node explains more of the variance than that of a flight."""
    pytest.importorskip("SALib", reason="Morris and Sobol need the extra ask")
    options = SensitivityOptions(ranges=("vehicles.big.flight_musd=2.9:3.1",), morris=2, sobol=4, jobs=1)
    found = measured(ranged_file(tmp_path), options)
    for indices in (found.morris, found.sobol):
        node, flight = indices
        assert node.path == LEVER
        assert node.other >= 0.0
        assert node.main > flight.main


@pytest.mark.slow
def test_the_command_writes_table_and_picture(tmp_path: Path) -> None:
    """The folder holds the answer, the table and the picture; worker processes give the same ends."""
    given = ["sensitivity", str(ranged_file(tmp_path)), "--json", "--jobs", "2", "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(app, given)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["bars"][0]["path"] == LEVER
    assert {"sensitivity.json", "sensitivity.md", "sensitivity.svg"} <= {f.name for f in (tmp_path / "out").iterdir()}
