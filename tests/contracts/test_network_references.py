"""What the reference instances with a network ask of designs: bandwidth between nodes is bought, not given."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from solver.derive import derive
from solver.design.candidates import candidate_designs
from solver.design.node_links import node_links
from solver.instance.links import latency_ms
from solver.instance.read import read
from solver.instance.schema import Instance
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.milp.solution import Solution, Status
from solver.plan import Design
from solver.run.solve import build
from tests.contracts.test_lunar_claims import FOR_RAY

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parents[2] / "instances" / "reference"
LINKED = ("gigawatt-network", "terawatt-network")


@cache
def instance(name: str) -> Instance:
    """A reference instance."""
    return read(FOLDER / f"{name}.yaml").instance


@cache
def designs(name: str) -> tuple[Design, ...]:
    """Its menu."""
    return candidate_designs(instance(name))


def able(name: str) -> set[tuple[str, str]]:
    """Designs by name and shell that have the bandwidth training asks for."""
    network = instance(name).network
    assert network is not None
    asked = network.workloads["training"].bisection_gbps_per_mw
    found = {(d.name, d.shell): node_links(instance(name), d).bisection_gbps_per_mw for d in designs(name)}
    return {key for key, gbps in found.items() if gbps >= asked}


@pytest.mark.parametrize("name", LINKED)
def test_no_flat_grid_of_megawatt_nodes_can_train(name: str) -> None:
    """Megawatt nodes train in clusters with eight terminals inside, and in nothing else of the menu."""
    megawatt = {(d.name, d.shell) for d in designs(name) if d.power_kw == 1000}
    training = able(name) & megawatt
    assert training
    assert training == {(k, s) for k, s in megawatt if k.endswith("-t8-cluster")}


@pytest.mark.parametrize("name", LINKED)
def test_bandwidth_between_nodes_is_paid_for(name: str) -> None:
    """A node that can train weighs and, where it is bought, costs more than the same node with the fewest links."""
    by_key = {(d.name, d.shell): d for d in designs(name)}
    plain = {
        (key, s): (key.rpartition("-t")[0] + "-t4-flat", s) for key, s in able(name) if key.endswith("-t8-cluster")
    }
    pairs = [(by_key[linked], by_key[other]) for linked, other in plain.items() if other in by_key]
    bought = [(linked, other) for linked, other in pairs if other.price_musd > 0]
    assert len(bought) > 20
    assert [(linked, other) for linked, other in pairs if linked.mass_t <= other.mass_t] == []
    assert [(linked, other) for linked, other in bought if linked.price_musd <= other.price_musd] == []


def test_who_waits_for_an_answer_is_not_served_from_afar() -> None:
    """Light takes longer to L5 and to the swarm than people wait; low orbits are near enough."""
    terawatt = instance("terawatt-network")
    assert terawatt.network is not None
    most = terawatt.network.workloads["inference"].latency_ms
    assert most is not None
    near = {s for s in terawatt.use.shells if latency_ms(terawatt, s) <= most}
    assert near == {"dawn_dusk_650", "dawn_dusk_1000", "dawn_dusk_1400", "leo_53_550"}


def _plainest(of: Instance) -> Instance:
    """The instance without a tail, and with the ramp-up of every vehicle by the flights of the plan."""
    vehicles = {name: v.model_copy(update={"background_flights": False}) for name, v in of.vehicles.items()}
    horizon = of.horizon.model_copy(update={"tail_years": 0})
    return of.model_copy(update={"vehicles": vehicles, "horizon": horizon})


@pytest.mark.parametrize("name", LINKED)
def test_they_are_the_references_and_a_network(name: str) -> None:
    """What is asked, and with what, is that of the reference without a network, so that costs can be compared.

    The linked gigawatt keeps the ramp-up of its vehicles by its own flights, and has no tail.
    """
    linked, plain = (_plainest(instance(each)) for each in (name, name.removesuffix("-network")))
    kept = {
        "horizon",
        "target",
        "use",
        "vehicles",
        "sites",
        "shells",
        "regimes",
        "platforms",
        "moon",
        "money",
        "supply",
    }
    for section in kept:
        assert getattr(linked, section) == getattr(plain, section), section
    assert (
        linked.candidate_designs.model_copy(
            update={"terminals": [], "fabric": [], "max_designs": plain.candidate_designs.max_designs}
        )
        == plain.candidate_designs
    )


@cache
def relaxed(fabrics: tuple[str, ...]) -> tuple[Matrix, Solution]:
    """The relaxation of the linked terawatt with these fabrics, and with more terminals where all are flat."""
    menu_of = instance("terawatt-network").candidate_designs
    terminals = menu_of.terminals if "cluster" in fabrics else [*menu_of.terminals, 16]
    update = {"candidate_designs": menu_of.model_copy(update={"fabric": [*fabrics], "terminals": terminals})}
    chosen = instance("terawatt-network").model_copy(update=update)
    matrix, _ = build(derive(chosen, candidate_designs(chosen)))
    options = None if "cluster" in fabrics else FOR_RAY
    return matrix, solve(matrix, Limits(gap=0.01), relax=True, options=options)


def test_the_terawatt_pays_for_clusters() -> None:
    """At least cost three tenths of what is built, the share that trains, is linked in clusters of many terminals."""
    matrix, found = relaxed(("flat", "cluster"))
    assert found.x is not None
    launched = matrix.columns_of("nodes.mass_driver_launched")
    clustered = [j for j in launched if "-t8-cluster," in matrix.column_names[j]]
    assert 0.25 < found.x[clustered].sum() / found.x[launched].sum() < 0.35


def test_a_terawatt_of_flat_grids_cannot_train() -> None:
    """With grids alone, of up to four times the terminals, no plan trains a third of a terawatt: proven infeasible."""
    assert relaxed(("flat",))[1].status is Status.INFEASIBLE
