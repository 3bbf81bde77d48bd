"""The unit of a number, read off its key: ``payload_t`` is in t, ``lift_usd_per_kg`` in USD/kg."""

from __future__ import annotations

from collections.abc import Iterable

_UNITS = {
    "tw": "TW", "gw": "GW", "mw": "MW", "kw": "kW", "w": "W", "gwh": "GWh", "mwh": "MWh", "kwh": "kWh", "wh": "Wh",
    "kt": "kt", "t": "t", "kg": "kg", "g": "g", "km": "km", "m": "m", "mm": "mm", "um": "µm", "m2": "m²", "m3": "m³",
    "gusd": "GUSD", "musd": "MUSD", "kusd": "kUSD", "usd": "USD",
    "years": "years", "year": "years", "quarters": "quarters", "months": "months", "weeks": "weeks",
    "days": "days", "hours": "hours", "minutes": "minutes", "seconds": "seconds", "s": "s",
    "tbps": "Tbit/s", "gbps": "Gbit/s", "mbps": "Mbit/s", "ghz": "GHz", "thz": "THz",
    "deg": "degrees", "k": "K", "c": "°C", "krad": "krad", "percent": "percent", "v": "V", "a": "A",
    "tflops": "TFLOPS", "pflops": "PFLOPS", "eflops": "EFLOPS", "share": "share",
}  # fmt: skip


def unit(key: str) -> str:
    """Return the unit that ends a key, written as the field writes it; empty when the key carries none."""
    tokens = key.lower().split("_")
    if "per" in tokens[1:-1]:
        cut = len(tokens) - 1 - tokens[::-1].index("per")
        top = _UNITS.get(tokens[cut - 1])
        bottom = " ".join(tokens[cut + 1 :])
        below = bottom if bottom in {"year", "years"} else _UNITS.get(bottom, bottom)
        return "" if top is None else f"share per {below}" if top == "share" else f"{top}/{below}"
    return _UNITS.get(tokens[-1], "")


def number(path: Iterable[str | int], noun: str = "a number") -> str:
    """Say which number a path wants: ``a number of GW``, ``a share``."""
    for step in reversed(list(path)):
        if isinstance(step, str) and unit(step):
            return amount(unit(step), noun)
    return noun


def amount(of: str, noun: str = "a number") -> str:
    """Say a number of a unit; a share is its own noun."""
    if not of:
        return noun
    return f"a {of}" if of.startswith("share") else f"{noun} of {of}"
