"""A break-even is where both forced answers cost the same, proven on either side; or the answer never turns."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from formulations.bounds import BOUNDS, Proof
from solver.ask.breakeven.breakeven import break_even
from solver.ask.breakeven.breakeven_result import BreakEven, Verdict
from solver.ask.breakeven.criterion import Criterion
from solver.ask.breakeven.obstacles import net_musd
from solver.ask.breakeven.side import Answer, Carry
from solver.ask.common.lever_range import LeverRange
from solver.ask.common.model import Model
from solver.ask.common.question import Question
from solver.check import check
from solver.cli.app import app
from solver.errors import InstanceError, UsageError
from solver.instance.read import read
from solver.milp.limits import Limits
from solver.run.outcome import Options

INSTANCES = Path(__file__).parents[4] / "instances"
GROUND = INSTANCES / "tiny" / "ground.yaml"
NODE = "platforms.cube.declared.cost_musd"
# The study of McCalip against his ground: 1,800 USD/kW of gas plant at a PUE of 1.2 and 12.5 USD/W.
RIVAL = """
extends: {claim}
target: {{where: anywhere}}
use: {{ground: [gas_mccalip]}}
ground:
  gas_mccalip:
    queue_gw: {{start_per_year: 10}}
    build_years: 0
    facility_usd_per_w: 14.66
    facility_life_years: 5
    it_usd_per_w: 0
    pue: 1.2
    power_usd_per_kwh: 0.02666
    utilisation_share: 0.85
"""


def asked(file: Path, lever: str, when: str, *changes: str, gap: float = 0.001, out: Path | None = None) -> BreakEven:
    """The answer to a question on a file with values set."""
    question = Question(Options(Limits(seconds=60.0, gap=gap)))
    variant = lambda more: read(file, changes=[*changes, *more])  # noqa: E731
    return break_even(variant, LeverRange.of(lever), Criterion.of(when), question, out)


def cost(file: Path, change: str, when: str, yes: bool) -> float:
    """The least cost of a file with one answer forced, by a single solve of a model built for it."""
    model = Model.of(read(file, changes=[change]), 0.0)
    question = Question(Options(Limits(seconds=30.0, gap=0.0)))
    found = model.solved(question, Criterion.of(when).forced(model, yes), 30.0, gap=0.0)
    assert found.objective is not None
    return found.objective


@pytest.mark.parametrize("yes", [True, False])
def test_a_forced_answer_drops_bounds_of_dominance(yes: bool) -> None:
    """Such a bound leaves a best plan of the instance, not of the instance with one more row; other bounds stay."""
    model = Model.of(read(GROUND), 0.0)
    matrix = Criterion.of("orbit_share>50%").forced(model, yes)
    assert matrix.rows == model.matrix.rows + 1
    for variable, bound in BOUNDS.items():
        columns = matrix.columns_of(variable)
        kept = np.isfinite(model.matrix.upper[columns]) & (bound.proof is Proof.FEASIBILITY)
        assert np.array_equal(np.isfinite(matrix.upper[columns]), kept)


@pytest.mark.slow
def test_the_band_holds_the_break_even() -> None:
    """Both answers cost the same within the band, yes is cheaper before it and no after it."""
    found = asked(GROUND, f"{NODE}=600:1200", "orbit_share>50%")
    assert found.carry is Carry.PRICE
    assert found.verdict is Verdict.TURNS
    yes = next(i for i in found.intervals if i.answer is Answer.YES)
    no = next(i for i in found.intervals if i.answer is Answer.NO)
    assert (yes.low, no.high) == (600.0, 1200.0)
    assert no.low - yes.high <= 0.005 * 600
    for value, answer in ((yes.high - 1, True), (no.low + 1, False)):
        apart = [cost(GROUND, f"{NODE}={value}", "orbit_share>50%", side) for side in (answer, not answer)]
        assert apart[0] <= apart[1]


@pytest.mark.slow
def test_every_plan_of_a_point_passes_the_checker() -> None:
    """The plans of a point are valid at its price, cost what the point says, and lie above their bound."""
    found = asked(GROUND, f"{NODE}=600:1200", "orbit_share>50%")
    for point in found.points:
        instance = read(GROUND, changes=[f"{NODE}={point.value}"]).instance
        for side in (point.yes, point.no):
            assert side is not None
            assert side.plan is not None
            assert check(instance, side.plan) == []
            assert side.objective == pytest.approx(net_musd(instance, side.plan))
            assert side.bound <= side.objective + 1e-6


@pytest.mark.slow
def test_no_launch_price_brings_mccalips_gigawatt_to_orbit(tmp_path: Path) -> None:
    """No break-even price exists, as he finds: even free flights leave orbit dearer, by the price of the satellites."""
    file = tmp_path / "rival.yaml"
    file.write_text("format: 2\nname: Rival\n" + RIVAL.format(claim=INSTANCES / "claims" / "mccalip.yaml"))
    found = asked(file, "vehicles.at_500_usd_per_kg.flight_musd=0:50", "orbit_share>50%", gap=0.01)
    assert found.verdict is Verdict.NEVER
    assert found.bands == ()
    assert found.obstacles[0].key == "platforms.v2_mini_mccalip.declared.cost_musd"
    assert found.obstacles[0].enough is not None
    # 22 USD/W stand in the way, and some 9 would be even with free flights.
    assert 0.2 < found.obstacles[0].enough < 0.3
    # With free flights that price is solved in turn: it need not fall as far as where these two plans cost the same.
    following = found.next
    assert following is not None
    assert (following.lever.path, found.nearest) == (found.obstacles[0].key, 0.0)
    assert following.verdict is Verdict.TURNS
    yes = next(i for i in following.intervals if i.answer is Answer.YES)
    no = next(i for i in following.intervals if i.answer is Answer.NO)
    assert yes.low < found.obstacles[0].enough <= yes.high <= no.low < no.high == found.obstacles[0].value


@pytest.mark.slow
def test_a_cost_out_of_reach_names_the_price_in_the_way_and_solves_it() -> None:
    """No price of a flight makes the plan cheap enough: that of the ground does, at the value where its cost is met."""
    found = asked(GROUND, "vehicles.lorry.flight_musd=1:60", "cost<500", gap=0.0)
    assert found.verdict is Verdict.NEVER
    following = found.next
    assert following is not None
    assert following.lever.path == found.obstacles[0].key
    turn = next(i for i in following.intervals if i.answer is Answer.YES).high
    change = f"{following.lever.path}={turn}"
    solved = Model.of(read(GROUND, changes=[f"vehicles.lorry.flight_musd={found.nearest}", change]), 0.0)
    best = solved.solved(Question(Options(Limits(seconds=30.0, gap=0.0))), solved.matrix, 30.0, gap=0.0)
    assert best.objective == pytest.approx(500.0)


@pytest.mark.slow
def test_the_cost_of_a_plan_turns_at_a_limit() -> None:
    """Below a queue of 0.044 GW a year the target costs more than 900 MUSD; what a looser limit proves is carried."""
    found = asked(GROUND, "ground.valley.queue_gw.start_per_year=0.04:0.06", "cost<850", gap=0.0)
    assert found.carry is Carry.LOOSER
    assert found.verdict is Verdict.TURNS
    assert [i.answer for i in found.intervals] == [Answer.NO, Answer.UNDECIDED, Answer.YES]
    assert found.intervals[1].low < 0.05 < found.intervals[1].high + 0.0011


@pytest.mark.slow
def test_levelised_cost_is_compared_as_the_summary_has_it() -> None:
    """Just above the levelised cost of the optimum the answer is yes at that price, just below it no."""
    found = asked(GROUND, f"{NODE}=1100:1101", "cost<846.083", gap=0.0)
    assert found.points[0].answer is Answer.YES
    assert asked(GROUND, f"{NODE}=1100:1101", "cost<846.08", gap=0.0).verdict is Verdict.NEVER
    model = Model.of(read(GROUND), 0.0)
    from solver.tables.levelised import levelised_of

    plan = found.points[0].yes.plan if found.points[0].yes is not None else None
    headline = levelised_of(model.loaded.instance, plan, None).usd_per_w_year
    assert headline is not None
    assert Criterion.of(f"levelised<{headline}").constant_musd(model) == pytest.approx(846.082958)


@pytest.mark.slow
def test_a_target_out_of_reach_is_proven_so() -> None:
    """Without a licence nothing flies; with one flight a year the target is met. Dates and counts leave no band."""
    changes = ("target.where=orbit", "use.ground=[]")
    found = asked(GROUND, "sites.cape.licence_flights_per_year=0:8", "reachable", *changes)
    assert found.verdict is Verdict.TURNS
    assert next(i.answer for i in found.intervals) is Answer.NO
    late = asked(GROUND, "vehicles.lorry.available_from=2030-01:2034-01", "reachable", *changes)
    assert late.carry is Carry.TIGHTER
    assert late.intervals[0].answer is Answer.YES
    assert late.intervals[-1].answer is Answer.NO
    assert [late.lever.text(i.low) for i in late.intervals] == ["2030-01", "2033-02"]
    assert late.lever.text(late.intervals[0].high) == "2033-01"
    pads = asked(GROUND, "sites.cape.pads=0:2", "reachable", *changes, "sites.cape.pad_lead_years=5")
    assert [(i.low, i.high, i.answer, i.proven) for i in pads.intervals] == [
        (0.0, 0.0, Answer.NO, True),
        (1.0, 2.0, Answer.YES, True),
    ]


@pytest.mark.slow
def test_where_nothing_carries_values_are_proven_alone() -> None:
    """Physics such as the payload changes the model: the answer is proven at the values solved."""
    found = asked(GROUND, "vehicles.lorry.payload_t.near=40:60", "orbit_share>50%")
    assert found.carry is Carry.OTHER
    assert found.verdict is Verdict.OPEN
    assert {point.answer for point in found.points} == {Answer.NO}
    assert all(not interval.proven for interval in found.intervals)


@pytest.mark.slow
def test_answered_points_are_not_solved_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second time every point comes from the folder, and the answer is the same."""
    first = asked(GROUND, f"{NODE}=1100:1200", "orbit_share>50%", out=tmp_path)

    def refused(*_: object, **__: object) -> None:
        raise AssertionError("solved again")

    monkeypatch.setattr(Model, "solved", refused)
    again = asked(GROUND, f"{NODE}=1100:1200", "orbit_share>50%", out=tmp_path)
    assert (again.intervals, again.verdict) == (first.intervals, first.verdict)
    assert [point.to_json() for point in again.points] == [point.to_json() for point in first.points]


@pytest.mark.parametrize(
    ("lever", "when", "text"),
    [
        (
            "platforms.cube.declared.cost_mus=1:2",
            "orbit_share>50%",
            "--lever platforms.cube.declared.cost_mus: no such key; did you mean cost_musd?",
        ),
        ("platforms.cube.declared.cost_musd=2:1", "orbit_share>50%", "low 2 and high 1"),
        ("platforms.cube.declared.cost_musd=1:", "orbit_share>50%", "PATH=LOW:HIGH"),
        ("platforms.cube.declared.cost_musd=1:x", "orbit_share>50%", "'x'"),
        ("platforms.cube.declared.cost_musd=1:2", "orbit_shar>50%", "did you mean orbit_share"),
        ("platforms.cube.declared.cost_musd=1:2", "orbit_share>150%", "0% to 100%"),
        ("platforms.cube.declared.cost_musd=1:2", "orbit_share", "expected orbit_share>50%"),
        ("platforms.cube.declared.cost_musd=1:2", "cost>900", "expected <"),
        ("platforms.cube.declared.cost_musd=1:2", "moon_used", "use.moon"),
        ("platforms.cube.declared.cost_musd=1:2", "moon_share>5%", "made on the Moon"),
        ("name=1:2", "orbit_share>50%", "name"),
    ],
)
def test_bad_input_is_named_by_its_key(lever: str, when: str, text: str) -> None:
    """A lever, range or question that cannot be is an error of use that says what would do."""
    with pytest.raises((UsageError, InstanceError)) as error:
        asked(GROUND, lever, when)
    assert text in str(error.value)


def test_other_objectives_have_no_break_even() -> None:
    """A cost is compared, so the objective must be the least cost."""
    with pytest.raises(UsageError, match="least_cost"):
        asked(INSTANCES / "tiny" / "budget.yaml", "vehicles.van.flight_musd=1:2", "reachable")


@pytest.mark.slow
def test_the_command_prints_and_writes_the_answer(tmp_path: Path) -> None:
    """The command writes answer and picture, and exits with 2 for bad input."""
    given = ["breakeven", str(GROUND), "--lever", f"{NODE}=1100:1200", "--out", str(tmp_path)]
    runner = CliRunner()
    done = runner.invoke(app, [*given, "--when", "orbit_share>50%", "--json"])
    assert done.exit_code == 0
    data = json.loads(done.stdout)
    written = json.loads((tmp_path / "breakeven.json").read_text())
    assert data == {**written, "folder": str(tmp_path)}
    assert data["verdict"] == "never"
    assert "<svg" in (tmp_path / "breakeven.svg").read_text()
    text = runner.invoke(app, [*given, "--when", "orbit_share>50%"]).stdout
    assert "never within the range, proven" in text
    assert "in the way platforms.cube.declared.cost_musd" not in text
    assert runner.invoke(app, [*given, "--when", "bad"]).exit_code == 2
