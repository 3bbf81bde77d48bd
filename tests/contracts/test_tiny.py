"""The contracts of every formulation on instances small enough to be solved by hand."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pyomo.environ as pyo
import pytest

from formulations import PRESETS, assemble
from solver.check import check
from solver.horizon.periods import PlanningHorizon
from solver.instance.read import read
from solver.instance.schema import Instance
from solver.milp.highs import solve
from solver.milp.loosened import loosened
from solver.milp.matrix import compile_matrix
from solver.milp.solution import Solution, Status
from solver.run.outcome import conversion_of
from solver.run.solve import Options
from solver.run.solve import solve as solve_file
from tests.contracts.by_hand import BY_HAND, network
from tests.pipeline import EXACT, Run, run

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parents[2] / "instances" / "tiny"

# The date is found by a search over periods and the local answer by rounds of prices, not by one model: only their hand
# computations are held to the files here.
DATED = ("earliest", "moon_earliest")
IMPOSSIBLE = ("too_slow", "moon_too_large", "network_low_bisection")
# What must be survived is found by a row loop and stands in no model by itself.
SURVIVING = "network_survive"
FEASIBLE = sorted({*BY_HAND} - {*DATED, *IMPOSSIBLE, SURVIVING, "learning_local"})

# Word of a rule: the instance that needs it, and rules left out first because together they imply it there.
NEEDED: dict[str, tuple[str, ...]] = {
    "target.demand": ("one_flight",),
    "target.market": ("value",),
    "nodes.arrival": ("losses",),
    "nodes.supply": ("supply",),
    "launch.lift": ("whole_flights",),
    "launch.supplies": ("serviced",),
    "launch.cadence": ("launch_ramp",),
    "launch.subannual_rate": ("quarters",),
    "launch.growth": ("launch_ramp",),
    "launch.sites": ("pads",),
    "launch.polar": ("polar",),
    "launch.pads": ("pads",),
    "launch.max_pads": ("pads",),
    "launch.licence": ("licence_in_quarters",),
    "fleet.balance": ("fleet",),
    "fleet.turnaround": ("fleet",),
    "fleet.wear": ("fleet",),
    "fleet.expendable_stock": ("expendable", "fleet.wear"),
    "fleet.bought": ("fleet", "fleet.flights_left", "fleet.last_stock"),
    "fleet.last_stock": ("fleet", "fleet.flights_left"),
    "fleet.flights_left": ("fleet",),
    "fleet.cap": ("fleet_ramp",),
    "fleet.growth": ("fleet_ramp",),
    "lines.development_monotone": ("development",),
    "lines.development": ("development",),
    "lines.max_lines": ("development",),
    "lines.output": ("development",),
    "lines.cap": ("line_ramp", "lines.development"),
    "lines.growth": ("line_ramp",),
    "shells.slots": ("shells",),
    "shells.regime": ("shells",),
    "shells.derelicts": ("derelicts",),
    "shells.object_years": ("object_years",),
    "shells.regime_object_years": ("licence_years",),
    "ground.queue": ("ground",),
    "ground.supply": ("ground_supply",),
    "money.budget": ("budget",),
    "learning.balance": ("learning_flights",),
    "learning.segment": ("learning_flights",),
    "learning.filled": ("learning_nodes",),
    "learning.ordered": ("learning_nodes",),
    "landings.depot_balance": ("moon_depot",),
    "landings.depot_capacity": ("moon_tanks",),
    "landings.cargo": ("moon_seed",),
    "landings.imports": ("moon_seed",),
    "landings.accelerator_content": ("moon_accelerators",),
    "landings.seed_min": ("moon_seed",),
    "landings.seed_max": ("moon_growth",),
    "landings.development_monotone": ("moon_late",),
    "landings.development": ("moon_late",),
    "lunar.stock": ("moon_night",),
    "lunar.growth": ("moon_growth",),
    "lunar.output": ("moon_night",),
    "lunar.night_output": ("moon_night",),
    "lunar.power": ("moon_drivers",),
    "lunar.storage": ("moon_night",),
    "lunar.balance": ("moon_night",),
    "lunar.closure": ("moon_unlock",),
    "lunar.localised_need": ("moon_unlock",),
    "lunar.localised_unlock": ("moon_unlock",),
    "lunar.unlock_monotone": ("moon_unlock",),
    "lunar.unlock_order": ("moon_unlock_chain",),
    "lunar.light": ("moon_light",),
    "lunar.reserve": ("moon_light",),
    "lunar.chip_age": ("moon_generations",),
    "lunar.assembly": ("moon_transfer",),
    "mass_drivers.mass": ("moon_growth",),
    "mass_drivers.throughput": ("moon_drivers",),
    "mass_drivers.max_drivers": ("moon_drivers",),
    "network.power": ("network_workloads",),
    "network.workload_demand": ("network_workloads",),
    "network.serving": ("network_workloads",),
    "network.bisection": ("network_workloads",),
    "network.traffic": ("network_gateways",),
    "network.downlink": ("network_gateways",),
    "network.max_stations": ("network_gateways",),
    "network.kworst_capacity": ("network_worst",),
    "network.kworst_bound": ("network_worst",),
    "network.link_total": ("network_relays",),
    "network.crosslink": ("network_relays",),
    "network.relay": ("network_relays",),
    "network.reception": ("network_relays", "network.crosslink"),
    "network.view": ("network_relays", "network.crosslink", "network.reception"),
    "network.downlink_total": ("network_relays", "network.crosslink", "network.reception"),
}

# Rules that never change the optimum: cuts, and one that only keeps nightly product within what is made at all.
IMPLIED = {"cuts.flights", "cuts.lines", "cuts.developments", "lunar.night_share", "learning.active_monotone"}

# What is no row of its own: the instance that hangs on it, the key, and the value that leaves it out.
NUMBERS: dict[str, tuple[str, str, object]] = {
    "tankers of a ship": ("refuelled", "vehicles.home.refuelled.tanker_t", 100.0),
    "losses of refuelling": ("refuelled", "vehicles.home.refuelled.transfer_loss_share", 0.4),
    "days of a ship away": ("refuelled", "vehicles.home.refuelled.places.ring.away_days", 0.0),
    "ship left in its ring": ("refuelled", "vehicles.stays.refuelled.places.ring.return_delta_v_m_per_s", 100.0),
    "slots of a shell by area": ("slot_area", "shells.near.slot_area_m2", None),
    "slots of a regime by area": ("slot_area", "regimes.low.slot_area_m2", None),
    "a filing beside an orbit class": ("slot_area", "shells.near.regime", "low"),
    "platforms of a filing": ("slot_area", "regimes.operator.platforms", None),
    "boil-off": ("moon_depot", "moon.depot.boil_off_share_per_year", 0.0),
    "tankers pooled": ("moon_depot", "moon.depot.tankers.ship", 1000.0),
    "propellant home": ("moon_returned", "moon.landers.returns.return_delta_v_m_per_s", 1600.0),
    "time away": ("moon_returned", "moon.landers.returns.away_days", 150.0),
    "ship that stays": ("moon_expended", "vehicles.ship.fleet.build_musd", 21.0),
    "decay of plant": ("moon_returned", "moon.activities.works.decay_share_per_year", 0.0),
    "development of the Moon": ("moon_seed", "moon.development_musd", 0.0),
    "operations": ("moon_late", "moon.operations_musd_per_year", 0.0),
    "closure": ("moon_unlock", "moon.commodities.metal.local_share", 0.7),
    "worth of imports": ("moon_unlock", "moon.commodities.metal.life_years", 1.0),
    "worth of drivers": ("moon_drivers", "moon.mass_driver.life_years", 20.0),
    "light of less lit ground": ("moon_light", "moon.lit_area", []),
    "light": ("moon_night", "moon.illumination_share", 1.0),
    "loss in storage": ("moon_night", "moon.activities.cells.efficiency_share", 0.3),
    "doubling by robots": ("moon_growth", "moon.doubling_years", 1.0),
    "accelerators in imports": ("moon_accelerators", "moon.commodities.chips.accelerators_kg_per_kw", None),
    "generation of chips": ("moon_generations", "moon.commodities.chips.accelerators_kg_per_kw", None),
    "years to the swarm": ("moon_transfer", "shells.swarm.from_moon.transfer_years", 0.0),
    "loss to the swarm": ("moon_transfer", "shells.swarm.from_moon.loss_share", 0.0),
    "traffic of answers": ("delivered", "network.workloads.answers.traffic_gbps_per_eflops", 0.0),
    "price of the transfer": ("moon_transfer", "shells.high.from_moon.cost_usd_per_kg", 0.0),
}


@cache
def instance(name: str) -> Instance:
    """A tiny instance as read from its file."""
    return read(FOLDER / f"{name}.yaml").instance


@cache
def by_hand(name: str) -> float | str:
    """The optimum of a tiny instance found without the model."""
    return BY_HAND[name]()


@cache
def solved(name: str, preset: str = "tight") -> Run:
    """A tiny instance solved in a formulation."""
    return run(instance(name), preset)


@cache
def without(name: str, *words: str) -> Solution:
    """Solve with some rows left out, no bounds on variables that stand in for them, and looser bounds in rows."""
    model = assemble(solved(name).derived.coefficients).model
    for variable in model.component_data_objects(pyo.Var):
        if not variable.is_binary():
            variable.setub(None)
    for word in words:
        block, row = word.split(".")
        getattr(getattr(model, block), row).deactivate()
    return solve(loosened(compile_matrix(model), 20.0), EXACT)


def test_every_tiny_instance_has_its_hand_computation() -> None:
    """The files of the folder and the hand computations belong together one to one."""
    assert sorted(path.stem for path in FOLDER.glob("*.yaml")) == sorted(BY_HAND)


@pytest.mark.parametrize("name", sorted(BY_HAND))
def test_optimum_in_the_file_is_the_one_by_hand(name: str) -> None:
    """The optimum that a file states is the one an enumeration finds, and its reason is written down."""
    optimum, found = instance(name).optimum, by_hand(name)
    assert optimum is not None
    assert len(optimum.reason) > 60
    key = {"earliest_date": "date", "most_power": "factor"}.get(instance(name).objective.kind, "objective_musd")
    expected = {key: found if key == "date" else pytest.approx(found, rel=1e-6)}
    stated = optimum.model_dump(exclude={"reason"}, exclude_none=True)
    assert stated == (expected if name not in IMPOSSIBLE else {"infeasible": optimum.infeasible})
    assert (found == float("inf")) == (name in IMPOSSIBLE)


@pytest.mark.parametrize("preset", sorted(PRESETS))
@pytest.mark.parametrize("name", FEASIBLE)
def test_model_finds_the_optimum_by_hand(name: str, preset: str) -> None:
    """Every formulation gives the optimum found without it, proven, and the plan claims just that."""
    done = solved(name, preset)
    assert done.solution.status is Status.OPTIMAL
    assert done.plan is not None
    assert done.solution.objective is not None
    found = conversion_of(done.instance, done.derived).shown(done.solution.objective)
    # Chords lie below the curves of what learns: by no more than they say, and never above.
    chords = max(done.derived.curves.chord_error_share.values(), default=0.0)
    assert found == pytest.approx(by_hand(name), rel=1e-6 + chords)
    assert found <= by_hand(name) * (1 + 1e-6)
    assert done.plan.claims.objective == pytest.approx(by_hand(name), rel=1e-6)


@pytest.mark.parametrize("preset", sorted(PRESETS))
@pytest.mark.parametrize("name", FEASIBLE)
def test_checker_is_content_with_the_plan(name: str, preset: str) -> None:
    """The independent checker finds nothing wrong with an optimal plan."""
    done = solved(name, preset)
    assert done.plan is not None
    assert [str(violation) for violation in check(done.instance, done.plan)] == []


@cache
def bound(name: str, preset: str) -> float | None:
    """The optimum of a tiny instance without whole numbers."""
    return solve(solved(name, preset).matrix.relaxed(), EXACT).objective


@pytest.mark.parametrize("preset", sorted(PRESETS))
@pytest.mark.parametrize("name", FEASIBLE)
def test_relaxation_is_a_bound(name: str, preset: str) -> None:
    """Without whole numbers the optimum is never worse: both are minimised."""
    relaxed, best = bound(name, preset), solved(name, preset).solution.objective
    assert relaxed is not None
    assert best is not None
    assert relaxed <= best + 1e-9


@pytest.mark.parametrize("name", FEASIBLE)
def test_tight_relaxation_is_not_below_compact(name: str) -> None:
    """Cuts only ever raise the bound of the relaxation."""
    compact, tight = (bound(name, preset) for preset in ("compact", "tight"))
    assert compact is not None
    assert tight is not None
    assert tight >= compact - 1e-9


def test_cuts_raise_the_bound_where_flights_are_whole() -> None:
    """The cut on whole flights is worth something: 2.1 flights become 3."""
    compact, tight = (bound("whole_flights", preset) for preset in ("compact", "tight"))
    fractional = (63 + 2.1 * 50) / 1000
    assert compact == pytest.approx(fractional)
    assert tight is not None
    assert tight > 1.01 * fractional


@pytest.mark.slow
@pytest.mark.parametrize("name", FEASIBLE)
def test_bounds_of_variables_take_nothing_away(name: str) -> None:
    """The finite bounds that keep numbers small are implied by the rows: without them the optimum is the same."""
    assert without(name).objective == pytest.approx(solved(name).solution.objective, rel=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("word", sorted(NEEDED))
def test_every_rule_is_needed(word: str) -> None:
    """Without this rule some tiny instance has a better optimum, or no end to it."""
    name, *others = NEEDED[word]
    held, free = without(name, *others).objective, without(name, *others, word)
    better = {Status.OPTIMAL: free.objective, Status.UNBOUNDED: -float("inf")}[free.status]
    assert held is not None
    assert better is not None
    assert better < held - 1e-6


def test_every_rule_of_the_model_is_examined() -> None:
    """Each word of the formulations is shown to be needed, but for rows that only help the search.

    Those are the cuts and the order of segments, which follows from experience that never falls.
    """
    words = {word for name in FEASIBLE for word in solved(name).matrix.row_names.components}
    assert words == {*NEEDED, *IMPLIED}


@pytest.mark.parametrize("what", sorted(NUMBERS))
def test_every_number_counts(what: str) -> None:
    """Another value for this key, and the optimum of the instance that is about it is another."""
    name, key, value = NUMBERS[what]
    data = instance(name).model_dump(by_alias=True)
    *above, last = key.split(".")
    section = data
    for step in above:
        section = section[step]
    assert section[last] != value
    section[last] = value
    changed = run(Instance.model_validate(data)).solution
    assert changed.status is Status.OPTIMAL
    assert changed.objective != pytest.approx(solved(name).solution.objective, rel=1e-3)


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_impossible_by_the_rule_that_is_named(name: str) -> None:
    """No plan can meet all rules; without the one that the file names there is one."""
    word = instance(name).optimum
    assert word is not None
    assert word.infeasible is not None
    for preset in PRESETS:
        assert solved(name, preset).solution.status is Status.INFEASIBLE
    assert without(name).status is Status.INFEASIBLE
    assert without(name, word.infeasible).status is Status.OPTIMAL


def test_impossible_network_is_explained_by_its_word() -> None:
    """A target that the network alone forbids has the reason the file names, or one of those that give as much."""
    found = solve_file(FOLDER / "network_low_bisection.yaml", Options(limits=EXACT))
    assert found.status == "infeasible"
    named = {(reason.constraint, reason.place.partition(",")[0]) for reason in found.reasons}
    assert named == {
        ("network.bisection", "training"),
        ("network.view", "laser"),
        ("network.crosslink", "interconnected"),
    }
    assert found.conflict.any_of


def test_row_loop_finds_the_optimum_by_hand() -> None:
    """What must survive changes the shells: cost with and without are those by hand, proven, the plan in order."""
    found = solve_file(FOLDER / f"{SURVIVING}.yaml", Options(limits=EXACT))
    assert found.status == "optimal"
    assert found.objective == pytest.approx(by_hand(SURVIVING), rel=1e-6)
    assert found.bound == pytest.approx(found.objective, rel=1e-6)
    assert found.survivability is not None
    assert found.survivability["objective_without"] == pytest.approx(network.survive(share=0.0), rel=1e-6)
    assert found.survivability["rows"] > 0
    assert found.plan is not None
    assert check(instance(SURVIVING), found.plan) == []
    placed = {s: count for (_, _, s, _), count in found.plan.decisions.loaded.items()}
    assert placed == {"near": 4, "far": 4}


def test_plan_that_need_not_survive_puts_all_into_one_shell() -> None:
    """Without the row loop all nodes of the same instance are near, and the checker names what they do not survive."""
    done = solved(SURVIVING)
    assert done.plan is not None
    assert {s for _, _, s, _ in done.plan.decisions.loaded} == {"near"}
    assert {(v.constraint, *v.at[:2]) for v in check(done.instance, done.plan)} == {
        ("network.contingency", "any_shell", "near")
    }


@pytest.mark.parametrize("name", DATED)
def test_search_finds_the_date_by_hand(name: str) -> None:
    """The first period from which the target can be held ends at the date found by hand, and its plan is in order."""
    found = solve_file(FOLDER / f"{name}.yaml", Options(limits=EXACT))
    assert isinstance(found.objective, int)
    assert PlanningHorizon.of(instance(name).horizon).date(found.objective) == by_hand(name)
    assert found.plan is not None
    assert check(instance(name), found.plan) == []


def test_moon_that_does_not_pay_changes_nothing() -> None:
    """With the Moon at hand but not worth it the optimum is exactly that of the Earth alone, and nothing lands."""
    data = instance("moon_idle").model_dump(by_alias=True)
    data["use"] |= {"moon": False, "platforms": ["cube"]}
    alone, done = run(Instance.model_validate(data)), solved("moon_idle")
    assert done.solution.objective == pytest.approx(alone.solution.objective, rel=1e-9)
    assert done.plan is not None
    decided = done.plan.decisions
    lunar = (
        decided.landings,
        decided.tankers,
        decided.seeds_t,
        decided.mass_drivers,
        decided.moon_begun,
        decided.mass_driver_launched_gw,
    )
    assert not any(lunar)
