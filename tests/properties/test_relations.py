"""Relations between instances hold for the optima of their plans; ``make hunt`` tries many more."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import yaml

from solver.milp.solution import Status
from tests.properties import metamorphic
from tests.properties.finding import Finding, save
from tests.properties.metamorphic import Draw, contradiction, findings, optimum, usable
from tests.properties.perturbed import base, drawn
from tests.properties.relation import RELATIONS, Changed
from tests.properties.sized import drawn_sized

CHOSEN: tuple[tuple[int, Draw], ...] = (
    *((seed, metamorphic.tiny) for seed in range(1001, 1004)),
    *((seed, metamorphic.family) for seed in (2006, 2008, 2009)),
    *((seed, metamorphic.sized) for seed in (3001, 3002)),
)


def test_there_are_many_kinds_of_relations() -> None:
    """At least forty kinds of relations are tried."""
    assert len(RELATIONS) >= 40


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "draw"), CHOSEN)
def test_relations_hold(seed: int, draw: Draw) -> None:
    """Relaxing a limit is never dearer; names, order, units, layers of files and what is not used change nothing."""
    tried = list(findings(seed, 2, draw))
    assert [str(finding) for _, finding in tried if finding is not None] == []
    refused = tried[0][0].startswith(metamorphic.UNDECIDED)
    assert not (draw is metamorphic.sized and refused)


def test_same_seed_draws_the_same_instance() -> None:
    """An instance is known by its seed."""
    assert drawn(7, usable) == drawn(7, usable)
    assert drawn(7, usable) != drawn(8, usable)
    assert drawn_sized(7) == drawn_sized(7) != drawn_sized(8)


@pytest.mark.slow
def test_layers_of_files_are_one_instance() -> None:
    """Written in two or in four files, or with a limit undone by null, an instance keeps hash and optimum."""
    data = base("pads")
    flat = optimum(data)
    for name in ("base_and_changes", "sections_in_three_files", "undone_by_null"):
        changed = RELATIONS[name](data, random.Random(3))
        assert changed is not None
        layered = optimum(changed.data, changed.beside)
        assert layered.loaded.hash == flat.loaded.hash, name
        assert contradiction(flat, layered, changed) == ""
    other = optimum({**data, "horizon": {**data["horizon"], "discount_share_per_year": 0.01}})
    assert "hash" in contradiction(flat, other, Changed(data, "identical"))


def test_a_broken_relation_is_found_and_saved(tmp_path: Path) -> None:
    """A dearer optimum after a relaxation is a contradiction, and its instances can be solved again."""
    data = base("one_flight")
    before = optimum(data)
    dearer = RELATIONS["other_currency"](data, random.Random(1))
    assert dearer is not None
    assert dearer.factor != 1
    after = optimum(dearer.data)
    assert contradiction(before, after, dearer) == ""
    assert "expected" in contradiction(before, after, Changed(dearer.data, "same"))
    worse = (before, after) if dearer.factor > 1 else (after, before)
    assert "expected at most" in contradiction(*worse, Changed(dearer.data, "not_dearer"))
    folder = save(Finding(1, "other_currency", "found", {"before": data}), tmp_path)
    assert yaml.safe_load((folder / "before.yaml").read_text(encoding="utf-8")) == data


def test_infeasible_is_dearer_than_any_plan() -> None:
    """A plan where none was is no contradiction of a relaxation; none where one was is."""
    plan, none = optimum(base("one_flight")), optimum(base("too_slow"))
    assert none.status is Status.INFEASIBLE
    relaxed = Changed({}, "not_dearer")
    assert contradiction(none, plan, relaxed) == ""
    assert contradiction(plan, none, relaxed) != ""
    assert contradiction(none, none, Changed({}, "same")) == ""
