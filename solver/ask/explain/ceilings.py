"""Ceilings of growing limits as levers of their own: a rate may start as it does and end higher."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from solver.ask.explain.levers import Lever
from solver.instance.schema import Instance
from solver.search.variants.relaxation import Key, Relaxation, growth, number, yearly

CEILING = "ceiling_per_year"
AT_START = " at the start"
"""What follows the unit of a rate that grows, as its key holds start, growth and ceiling."""


def grows(relaxation: Relaxation) -> bool:
    """Return whether a key holds a rate that may grow, and is relaxed by its start."""
    return relaxation.make in (growth, yearly)


def unit_of(relaxation: Relaxation) -> str:
    """Return the unit of a key, with the words that its number is the start of a rate where it is."""
    return relaxation.unit + AT_START if grows(relaxation) else relaxation.unit


def ceiling_of(instance: Instance, relaxation: Relaxation) -> Relaxation | None:
    """Return the relaxation of the ceilings of a rate; None where it is no rate, or one of its keys has none."""
    if not grows(relaxation):
        return None
    rates = [_value(instance, key) for key in relaxation.keys]
    each = tuple(float(rate.ceiling_per_year) for rate in rates if rate and rate.ceiling_per_year is not None)
    if not each or len(each) < len(rates):
        return None
    return replace(
        relaxation, path=f"{relaxation.path}.{CEILING}", keys=tuple((*key, CEILING) for key in relaxation.keys),
        given=max(each), make=number, each=each, alone=True,
    )  # fmt: skip


def with_ceilings(
    instance: Instance, levers: Sequence[Lever], low: Sequence[float], high: Sequence[float]
) -> tuple[list[Lever], tuple[float, ...], tuple[float, ...]] | None:
    """Return levers and efforts in which rates that go beyond their ceilings start as in the file; None without any.

    What is not enough from the start is not enough as a ceiling alone.
    """
    found, lows, highs = list[Lever](), list[float](), list[float]()
    for lever, short, enough in zip(levers, low, high, strict=True):
        ceiling = ceiling_of(instance, lever.relaxation)
        if ceiling is None or lever.at(enough) <= ceiling.given:
            found, lows, highs = [*found, lever], [*lows, short], [*highs, enough]
            continue
        alone = replace(lever, relaxation=ceiling)
        less = lever.short(short)
        found.append(alone)
        lows.append(alone.effort(less) if less > ceiling.given else 0.0)
        highs.append(alone.effort(lever.at(enough)))
    return None if found == list(levers) else (found, tuple(lows), tuple(highs))


def _value(instance: Instance, key: Key) -> Any:
    value: Any = instance
    for name in key:
        value = getattr(value, name) if isinstance(name, str) and hasattr(value, name) else value[name]
    return value
