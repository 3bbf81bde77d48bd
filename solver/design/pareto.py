"""Pareto set of designs: scores, dominance and thinning."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from solver.physics.ageing import steady_stock
from solver.plan import Design

LAUNCH_PROXY_MUSD_PER_T = 0.5
"""Launch price assumed when designs are ranked by cost, MUSD/t (500 USD/kg)."""


def full_power_years(design: Design) -> float:
    """Return the years at full power of one node over its life, if it does not fail as a whole.

    The integral over the life of min(1, array, accelerators), times the sunlit share.
    """
    array_rate = -math.log1p(-design.array_loss_share_per_year)
    accelerator_rate = -math.log1p(-design.accelerator_failure_share_per_year)
    spare = math.log(design.array_share)
    # The array starts at or above the accelerators' need, so the two curves cross at most once.
    crossing = spare / (array_rate - accelerator_rate) if array_rate > accelerator_rate else math.inf
    first = min(crossing, design.life_years)
    years = steady_stock(1.0, first, design.accelerator_failure_share_per_year) if first > 0 else 0.0
    if first < design.life_years:
        at_crossing = design.array_share * (1 - design.array_loss_share_per_year) ** first
        years += at_crossing * steady_stock(1.0, design.life_years - first, design.array_loss_share_per_year)
    return years * design.sunlit_share


def scores(design: Design) -> tuple[float, float, float, float, float]:
    """Return the scores of a design, smaller is better: t, m2 unfolded, MUSD, -life, -energy in kW years."""
    energy_kw_years = design.power_kw * full_power_years(design)
    return (
        design.mass_t,
        sum(design.area_m2.values()),
        design.price_musd,
        -design.life_years,
        -energy_kw_years,
    )


def pareto(designs: Iterable[Design]) -> list[Design]:
    """Return the designs that no other design dominates or equals in all scores; of equals the first by name."""
    ordered = sorted(designs, key=lambda candidate: candidate.name)
    points = np.array([scores(candidate) for candidate in ordered]).reshape(len(ordered), 5)
    return [candidate for i, candidate in enumerate(ordered) if not _is_dominated(points, i)]


def thin(designs: Sequence[Design], keep: int) -> list[Design]:
    """Select at most ``keep`` designs that span the given ones.
    First the cheapest per lifetime energy (price plus 500 USD/kg for launch), then the lightest; then repeatedly the
    one farthest from all selected, so that the set covers the range of scores. Distance is Euclidean in the scores,
    each scaled to its range. Ties are broken by name.
    """
    ordered = sorted(designs, key=lambda candidate: candidate.name)
    if len(ordered) <= keep:
        return ordered
    points = np.array([scores(candidate) for candidate in ordered])
    span = np.ptp(points, axis=0)
    scaled = (points - points.min(axis=0)) / np.where(span > 0, span, 1.0)
    kept = [min(range(len(ordered)), key=lambda i: _usd_per_w_year(ordered[i]))]
    lightest = int(np.argmin(points[:, 0]))
    if keep > 1 and lightest not in kept:
        kept.append(lightest)
    gaps = np.linalg.norm(scaled[:, None, :] - scaled[None, kept, :], axis=2).min(axis=1)
    while len(kept) < keep:
        gaps[kept] = -1.0
        kept.append(int(np.argmax(gaps)))
        gaps = np.minimum(gaps, np.linalg.norm(scaled - scaled[kept[-1]], axis=1))
    return [ordered[i] for i in sorted(kept)]


def _is_dominated(points: NDArray[np.float64], i: int) -> bool:
    """Return whether another point dominates point i, or equals it and comes first."""
    as_good = (points <= points[i]).all(axis=1)
    same = (points == points[i]).all(axis=1)
    return bool((as_good & ~same).any() or same[:i].any())


def _usd_per_w_year(design: Design) -> float:
    energy_kw_years = design.power_kw * full_power_years(design)
    cost_musd = design.price_musd + LAUNCH_PROXY_MUSD_PER_T * design.mass_t
    return cost_musd * 1e3 / energy_kw_years if energy_kw_years > 0 else math.inf
