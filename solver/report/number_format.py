"""Readable numbers in reports: three significant digits, with a unit of fitting size."""

from __future__ import annotations

import math
from collections.abc import Sequence


def number(value: float) -> str:
    """Write a number with about three significant digits: 1,204, 61.3, 8.42, 0.0312."""
    size = abs(value)
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    if size >= 99.95:
        return f"{value:,.0f}"
    if size >= 9.995:
        return f"{value:.1f}"
    return f"{value:.2f}" if size >= 0.9995 else f"{value:.3g}"


def money(musd: float) -> str:
    """Write an amount given in MUSD, in GUSD from one on: 84.2 GUSD, 1,204 GUSD, 840 MUSD."""
    return _scaled(musd, [(1e3, "GUSD"), (1.0, "MUSD")])


def power(gw: float) -> str:
    """Write a power given in GW: 1.00 TW, 10.0 GW, 500 MW."""
    return _scaled(gw, [(1e6, "PW"), (1e3, "TW"), (1.0, "GW"), (1e-3, "MW"), (1e-6, "kW")])


def mass(tonnes: float) -> str:
    """Write a mass given in t: 120 kt, 1.20 Mt, 80.0 t."""
    return _scaled(tonnes, [(1e9, "Gt"), (1e6, "Mt"), (1e3, "kt"), (1.0, "t")])


def share(value: float) -> str:
    """Write a share as per cent: 61 %, 0.7 %, 0.02 %; less than a millionth is 0 %."""
    percent = 100 * value
    if abs(percent) < 5e-5:
        return "0 %"
    if abs(percent) >= 9.95:
        return f"{percent:.0f} %"
    return f"{percent:.1f} %" if abs(percent) >= 0.095 else f"{percent:.1g} %"


def counted(count: int, noun: str) -> str:
    """Return a count with its noun, which has an s but for one."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def listed(words: Sequence[str]) -> str:
    """Join words into a list: ``a``, ``a and b``, ``a, b and c``."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def _scaled(value: float, units: list[tuple[float, str]]) -> str:
    if value == 0:
        return f"0 {dict(units)[1.0]}"
    size, unit = next(((size, unit) for size, unit in units if abs(value) >= 0.9995 * size), units[-1])
    return f"{number(value / size)} {unit}"
