"""The numbers of the cuts by hand, and that no cut takes the optimum away."""

from __future__ import annotations

import copy
import random
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from formulations import assemble
from formulations.coefficients import Cuts
from formulations.cuts import CUTS
from formulations.presets import Formulation
from solver.instance.read import read
from solver.instance.schema import Instance
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix, compile_matrix
from solver.milp.solution import Solution, Status
from tests.formulations.everything import VARIANTS, instance_of
from tests.solver.cutting import optimum_under
from tests.solver.small import LINE, derived, small, years

pytestmark = pytest.mark.slow

TINY = Path(__file__).parents[3] / "instances" / "tiny"
WORDS = {cut.__name__: cut for cut in CUTS}


def test_needed_flights_of_a_stock_by_hand() -> None:
    """50 MW are five nodes, two flights of four; 81 MW nine, three flights; 130 MW thirteen, four flights; no row of
    two flights where 80 MW fill two, as rounding adds nothing there."""
    milestones = [{"date": "2031-01", "gw": 0.05}, {"date": "2032-01", "gw": 0.081}, {"date": "2033-01", "gw": 0.13}]
    assert derived(small({"target.milestones": milestones})).coefficients.cuts.flights_by == {0: 2, 1: 3, 2: 4}
    milestones[1]["gw"] = 0.08
    assert derived(small({"target.milestones": milestones})).coefficients.cuts.flights_by == {0: 2, 2: 4}


def test_flights_count_by_what_they_bring_beyond_whole_ones() -> None:
    """130 MW are three full vans of 40 MW and 10 MW more: a cart that lifts one node of 10 MW is a whole flight. Of
    135 MW the rest is 15 MW, of which the cart brings two thirds."""
    cart = {
        "available_from": "2030-01",
        "payload_t": {"near": 10.0},
        "volume_m3": 100.0,
        "sites": ["cape"],
        "flight_musd": 5.0,
    }
    for gw, count in ((0.13, 1.0), (0.135, 2 / 3)):
        milestones = [{"date": "2033-01", "gw": gw}]
        changes = {"vehicles.cart": cart, "use.vehicles": ["van", "cart"], "target.milestones": milestones}
        cuts = derived(small(changes)).coefficients.cuts
        assert cuts.flights_by == {2: 4}
        assert cuts.flight_counts[2]["van", "near", 1] == pytest.approx(1.0)
        assert cuts.flight_counts[2]["cart", "near", 1] == pytest.approx(count)


def test_flights_count_only_while_what_they_brought_lives() -> None:
    """Nodes that live for a year and a half count at the end of their own year and of the next, no longer."""
    changes = {"platforms.cube.declared.life_years": 1.6, "horizon.periods": years(4)}
    counts = derived(small({**changes, "target.milestones": [{"date": "2034-01", "gw": 0.05}]})).coefficients.cuts
    assert {q for _, _, q in counts.flight_counts[3]} == {2, 3}


def test_needed_flights_of_a_rate_are_those_of_its_period() -> None:
    """50 MW of new power a year take two flights each year, and those of another year are no help."""
    milestones = [{"date": "2030-01", "gw_per_year": 0.05}]
    cuts = derived(small({"target.kind": "power_added", "target.milestones": milestones})).coefficients.cuts
    assert cuts.flights_by == {0: 2, 1: 2, 2: 2}
    assert set(cuts.flight_counts[1]) == {("van", "near", 1)}


def lined(milestones: list[dict[str, Any]], **changes: Any) -> Instance:
    """The small instance with nodes from lines of 20 MW a year that are ready after a year."""
    return small({"platforms.cube.production_line": LINE, "target.milestones": milestones, **changes})


def test_needed_lines_by_hand() -> None:
    """40 MW after a year of work take two lines of the first year. 110 MW after two are two of these, which make 40
    each, and 30 more, of which a line of the second year makes 20: two thirds of what is wanting."""
    cuts = derived(lined([{"date": "2032-01", "gw": 0.04}, {"date": "2033-01", "gw": 0.11}])).coefficients.cuts
    assert cuts.lines_by == {1: 2, 2: 3}
    assert cuts.line_counts[1] == {("cube", 0): 1.0}
    assert cuts.line_counts[2] == pytest.approx({("cube", 0): 1.0, ("cube", 1): 2 / 3})


def test_needed_developments_by_hand() -> None:
    """Three lines of the first year make 120 MW by the end of the third, three of the second 60: of 110 MW all or six
    elevenths. What a row says of 40 MW in the second year covers the third as well."""
    late = [{"date": "2033-01", "gw": 0.11}]
    shares = derived(lined(late)).coefficients.cuts.development_shares
    assert shares == {2: pytest.approx({("cube", 0): 5 / 11, ("cube", 1): 6 / 11}, abs=1e-3)}
    both = derived(lined([{"date": "2032-01", "gw": 0.04}, *late])).coefficients.cuts.development_shares
    assert both == {1: {("cube", 0): 1.0}}


def test_developments_are_held_by_the_ramp_of_lines() -> None:
    """One line in the first year and two in the second make 20 + 60 MW by the end of the third, not 120: all of 80."""
    ramp = {"start_per_year": 1, "growth_share_per_year": 1.0}
    milestones = [{"date": "2033-01", "gw": 0.08}]
    instance = lined(milestones, **{"platforms.cube.production_line": {**LINE, "lines_per_year": ramp, "max_lines": 9}})
    shares = derived(instance).coefficients.cuts.development_shares[2]
    # Begun in the second year there is one line for one year: a quarter.
    assert shares == pytest.approx({("cube", 0): 0.75, ("cube", 1): 0.25})


def test_rows_of_a_platform_alone_are_a_year_apart() -> None:
    """In half-years every second period has them, and the last; development begins in time for a line that serves."""
    half = {"horizon.periods": years(6, "half_year"), "platforms.cube.development_years": 0.5}
    cuts = derived(lined([{"date": "2032-01", "gw": 0.01}], **half)).coefficients.cuts
    assert cuts.latest_development == {3: {"cube": 0}, 5: {"cube": 2}}


@pytest.mark.parametrize(
    "changes",
    [
        {"target.unmet_penalty_musd": 5.0},
        {"target.where": "anywhere"},
        {"objective.kind": "earliest_date"},
        {"objective": {"kind": "most_power", "budget_musd": 50.0}},
    ],
)
def test_nothing_is_needed_where_the_target_may_give(changes: dict[str, Any]) -> None:
    """Where the target may be missed, scaled, put off or met on the ground, no flight, line or development is sure."""
    cuts = derived(small({"platforms.cube.production_line": LINE, **changes})).coefficients.cuts
    assert cuts == Cuts()


def test_no_line_is_needed_where_nodes_are_bought_ready_made() -> None:
    """One platform without a line is enough to do without any."""
    late = [{"date": "2033-01", "gw": 0.05}]
    bought = {"it_power_kw": 5000.0, "declared": {"mass_t": 9.0, "cost_musd": 50.0, "life_years": 20.0}}
    cuts = derived(lined(late, **{"platforms.ready": bought, "use.platforms": ["cube", "ready"]})).coefficients.cuts
    assert cuts.flights_by
    assert [cuts.lines_by, cuts.development_shares, cuts.latest_development] == [{}, {}, {}]


def matrix_with(instance: Instance, words: tuple[str, ...]) -> Matrix:
    """The compiled model with some of the cuts."""
    chosen = Formulation(cuts=tuple(WORDS[word] for word in words))
    return compile_matrix(assemble(derived(instance).coefficients, chosen).model)


@cache
def bare(name: str) -> Solution:
    """The optimum of an instance without any cut."""
    found = solve(matrix_with(case(name), ()), Limits(gap=0.0))
    assert found.status is Status.OPTIMAL
    return found


def drawn(seed: int) -> Instance:
    """Two platforms with lines and developments, some losses and two vehicles, in half-years, by the throw of dice."""
    dice = random.Random(seed)
    platforms = {}
    for name in ("cube", "slab"):
        ramp = {"start_per_year": dice.choice([1, 2]), "growth_share_per_year": dice.choice([0.0, 0.5, 1.0])}
        line = {
            "mw_per_year": dice.choice([8.0, 15.0, 40.0]),
            "cost_musd": dice.choice([10.0, 40.0, 90.0]),
            "lead_years": dice.choice([0.25, 0.5, 1.0]),
            "max_lines": dice.choice([4, 6, 9]),
            "lines_per_year": dice.choice([None, ramp]),
        }
        declared = {
            "mass_t": dice.choice([4.0, 10.0, 13.0]),
            "cost_musd": dice.choice([8.0, 10.0, 14.0]),
            "life_years": dice.choice([1.5, 3.0, 20.0]),
            "hazard_share_per_year": dice.choice([0.0, 0.1]),
        }
        platforms[name] = {
            "it_power_kw": dice.choice([3000.0, 5000.0, 10_000.0]),
            "development_musd": dice.choice([5.0, 30.0]),
            "development_years": dice.choice([0.25, 0.5, 1.0]),
            "production_line": line,
            "declared": declared,
        }
    first = dice.choice([0.005, 0.012])
    return small(
        {
            "horizon.periods": [{"count": 4, "length": "half_year"}, {"count": 3, "length": "year"}],
            "horizon.discount_share_per_year": 0.08,
            "target.milestones": [
                {"date": "2032-01", "gw": first},
                {"date": "2035-01", "gw": first * dice.uniform(1, 3)},
            ],
            "platforms": platforms,
            "use.platforms": ["cube", "slab"],
            "vehicles.van.loss_share": dice.choice([0.0, 0.05]),
            "vehicles.van.payload_t": {"near": dice.choice([13.0, 26.0, 40.0])},
        }
    )


def by_the_moon(dear: bool) -> Instance:
    """Every rule of the Moon, in orbit only, nodes of the Earth from lines; where those are dear the Moon serves."""
    data = copy.deepcopy(instance_of("made_on_lines").model_dump(by_alias=True))
    moon = instance_of("moon").model_dump(by_alias=True)
    for section in ("shells", "platforms"):
        data[section] = {**moon[section], **data[section]}
    data |= {"moon": moon["moon"], "use": {**moon["use"], "vehicles": ["big", "small"], "ground": []}}
    if dear:
        for platform in ("rack", "hall"):
            data["platforms"][platform]["declared"]["cost_musd"] = 2000.0
    return Instance.model_validate(data)


def case(name: str) -> Instance:
    """A tiny instance, a variant of the one with every rule, a small one with lossy flights, or a drawn one."""
    if name.isdigit():
        return drawn(int(name))
    if name.startswith("moon_"):
        return by_the_moon(dear=name == "moon_used")
    if name in VARIANTS:
        return instance_of(name)
    if name == "lossy_rate":
        changes: dict[str, Any] = {"vehicles.van.loss_share": 0.1, "target.kind": "power_added"}
        return small({**changes, "target.milestones": [{"date": "2030-01", "gw_per_year": 0.07}]})
    return read(TINY / f"{name}.yaml").instance


@pytest.mark.parametrize("name", ["orbit_only", "lossy_rate", *(str(seed) for seed in range(6))])
def test_cuts_leave_the_optimum(name: str) -> None:
    """All cuts together leave the optimum, and so does each alone, in instances where there are cuts to speak of."""
    assert derived(case(name)).coefficients.cuts != Cuts()
    for words in [*((word,) for word in WORDS), tuple(WORDS)]:
        assert optimum_under(matrix_with(case(name), words), bare(name)) == pytest.approx(
            bare(name).objective, rel=1e-6
        )


@pytest.mark.parametrize(("name", "serves"), [("moon_idle", False), ("moon_used", True)])
def test_the_best_plan_with_the_moon_meets_all_cuts(name: str, serves: bool) -> None:
    """The optimal plan of the model without cuts breaks none of them, so that all together leave it where it is.

    Where the Moon can serve, rows ask only of plans without its development; dear Earth's nodes make it pay.
    """
    assert derived(case(name)).coefficients.cuts.latest_moon_development == {3: 1, 4: 2}
    plain, cut, best = matrix_with(case(name), ()), matrix_with(case(name), tuple(WORDS)), bare(name).x
    assert best is not None
    assert cut.rows > plain.rows
    assert cut.column_names == plain.column_names
    assert cut.violation(best).relative <= 1e-6
    begun = best[cut.columns_of("landings.development_started")].sum()
    launched = best[cut.columns_of("nodes.mass_driver_launched")].sum()
    assert (begun > 0.5, launched > 1e-6) == (serves, serves)


@pytest.mark.parametrize("word", sorted(WORDS))
def test_each_cut_can_be_left_out(word: str) -> None:
    """A formulation without one cut has the rows of the others and none of its own, and a bound that is no better."""
    instance = instance_of("made_on_lines")
    whole = matrix_with(instance, tuple(WORDS))
    fewer = matrix_with(instance, tuple(other for other in WORDS if other != word))
    gone = {w for w in whole.row_names.components if w not in fewer.row_names.components}
    assert len(gone) == 1
    assert gone.pop().startswith("cuts.")
    bounds = [solve(m, Limits(), relax=True).objective for m in (fewer, whole)]
    assert bounds[0] is not None
    assert bounds[1] is not None
    assert bounds[0] <= bounds[1] + 1e-9


def test_lines_and_developments_raise_the_bound() -> None:
    """Drawn instances have a better relaxation with whole lines and developments than with flights alone."""
    raised = 0
    for seed in range(6):
        flights, tight = (
            solve(matrix_with(drawn(seed), words), Limits(), relax=True).objective
            for words in (("integer_flights",), tuple(WORDS))
        )
        assert flights is not None
        assert tight is not None
        raised += tight > 1.01 * flights
    assert raised >= 6
