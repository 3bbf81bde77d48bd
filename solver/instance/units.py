"""Units of numbers, read off their keys: ``payload_t`` is in t, ``lift_usd_per_kg`` in USD/kg."""

from __future__ import annotations

from collections.abc import Iterable

_UNITS = {
    "tw": "TW", "gw": "GW", "mw": "MW", "kw": "kW", "w": "W", "gwh": "GWh", "mwh": "MWh", "kwh": "kWh", "wh": "Wh",
    "kt": "kt", "t": "t", "kg": "kg", "g": "g", "km": "km", "m": "m", "mm": "mm", "um": "µm", "m2": "m²", "m3": "m³",
    "gusd": "GUSD", "musd": "MUSD", "kusd": "kUSD", "usd": "USD",
    "years": "years", "year": "years", "quarters": "quarters", "months": "months", "weeks": "weeks",
    "days": "days", "hours": "hours", "minutes": "minutes", "seconds": "seconds", "s": "s",
    "tbps": "Tbit/s", "gbps": "Gbit/s", "mbps": "Mbit/s", "ghz": "GHz", "thz": "THz",
    "l": "l", "au": "au", "rad": "rad", "krad": "krad", "deg": "degrees", "k": "K",
    "c": "°C", "percent": "percent", "v": "V", "a": "A",
    "tflops": "TFLOPS", "pflops": "PFLOPS", "eflops": "EFLOPS", "share": "share",
}  # fmt: skip
_YEARLY = {"year": "year", "day": "day"}


def unit(key: str) -> str:
    """Return the unit that ends a key, written as the field writes it; empty when the key carries none."""
    tokens = key.lower().split("_")
    below: list[str] = []
    while len(tokens) > 2 and tokens[-2] == "per":
        below.insert(0, tokens[-1])
        tokens = tokens[:-2]
    # A single letter alone is a name, not a unit: ``payload_t.a`` is in t.
    alone = len(tokens) == 1 and len(tokens[0]) == 1 and not below
    top = "" if alone else _UNITS.get(tokens[-1], "")
    if not top or not below:
        return top
    parts = [_YEARLY.get(word, _UNITS.get(word, word)) for word in below]
    return f"share per {'/'.join(parts)}" if top == "share" else "/".join([top, *parts])


def number(path: Iterable[str | int], noun: str = "a number") -> str:
    """Describe the number at a path: ``a number of GW``, ``a share``; a key may take the unit of its parent."""
    keys = [step for step in path if isinstance(step, str)]
    return next((amount(unit(key), noun) for key in reversed(keys[-2:]) if unit(key)), noun)


def amount(of: str, noun: str = "a number") -> str:
    """Describe a number of a unit; a share is its own noun."""
    if not of:
        return noun
    return f"a {of}" if of.startswith("share") else f"{noun} of {of}"
