"""Candidate designs of an instance: all choices of each platform in each shell, of which the Pareto set is thinned."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

from solver.design.environment import environment
from solver.design.pareto import pareto, thin
from solver.design.sizing import design, design_in
from solver.instance.dates import COMPUTE_KINDS
from solver.instance.schema import Instance
from solver.plan import Choices, Design

STORED_YEARS = (1, 2, 3)
"""Years that chips may have been stored on the Moon before they go into a node, where their generation counts."""


def resized(instance: Instance, old: Design) -> Design | None:
    """Size a design again for an instance, with chips of the same age; None if no such node is possible."""
    new = design(instance, old.platform, old.shell, old.choices)
    return new if new is None or old.chip_years == 0 else _with_chips_of(new, old.chip_years)


def candidate_designs(instance: Instance) -> tuple[Design, ...]:
    """Compute the candidate designs of each platform in use in each shell in use, sorted by name and shell.
    For a sized platform all choices of ``instance.candidate_designs`` are combined; the Pareto set is taken per shell
    and thinned to ``candidate_designs.max_designs`` (with a network, for each choice of links).
    """
    return selected_designs(instance)[0]


def selected_designs(
    instance: Instance, on_step: Callable[[int, int], None] | None = None
) -> tuple[tuple[Design, ...], int]:
    """Compute the candidate designs as ``candidate_designs`` does, and the number of designs they are selected from.

    ``on_step`` is called with the platforms done in all shells, and their number.
    """
    kept: list[Design] = []
    sized = done = 0
    number = len(instance.use.shells) * len(instance.use.platforms)
    for shell_name in instance.use.shells:
        shell_environment = environment(instance.shells[shell_name])
        for name in instance.use.platforms:
            designs = (
                design_in(instance, name, shell_name, choices, shell_environment)
                for choices in (_crossed(instance) if instance.platforms[name].sized else [None])
            )
            candidates = [candidate for candidate in designs if candidate is not None]
            sized += len(candidates)
            chosen = _selected(instance, candidates)
            kept += [*chosen, *(aged for one in chosen for aged in _with_stored_chips(instance, one))]
            done += 1
            if on_step is not None:
                on_step(done, number)
    return tuple(sorted(kept, key=lambda candidate: (candidate.name, candidate.shell))), sized


def _with_stored_chips(instance: Instance, new: Design) -> list[Design]:
    """Return the same node with chips that were stored on the Moon, where that lowers its computing."""
    growth, moon = new.eflops_growth_share_per_year, instance.moon
    counts = instance.target.kind in COMPUTE_KINDS and instance.platforms[new.platform].made_on == "moon" and growth > 0
    if not counts or moon is None or all(c.accelerators_kg_per_kw is None for c in moon.commodities.values()):
        return []
    return [_with_chips_of(new, float(age)) for age in STORED_YEARS]


def _with_chips_of(new: Design, years: float) -> Design:
    kept = (1 + new.eflops_growth_share_per_year) ** -years
    return replace(new, name=f"{new.name}-chips{years:g}y", eflops=new.eflops * kept, chip_years=years)


def _crossed(instance: Instance) -> list[Choices]:
    candidate_designs = instance.candidate_designs
    terminals: list[int | None] = [*candidate_designs.terminals] or [None]
    fabrics: list[str | None] = [*candidate_designs.fabric] or [None]
    crossed = itertools.product(
        candidate_designs.radiator_temperature_k,
        candidate_designs.life_years,
        candidate_designs.eclipse,
        candidate_designs.array_margin_share,
        terminals,
        fabrics,
    )
    return [Choices(*point) for point in crossed]


def _selected(instance: Instance, candidates: list[Design]) -> list[Design]:
    """Return the thinned Pareto set; with a network one per choice of links, which the scores do not distinguish."""
    groups: dict[tuple[int | None, str | None], list[Design]] = {}
    for candidate in candidates:
        links: tuple[int | None, str | None] = (None, None)
        if instance.network is not None and candidate.choices is not None:
            links = (candidate.choices.terminals, candidate.choices.fabric)
        groups.setdefault(links, []).append(candidate)
    return [
        candidate
        for group in groups.values()
        for candidate in thin(pareto(group), instance.candidate_designs.max_designs)
    ]
