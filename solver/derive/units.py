"""Units of the model, and the only factors between them and the units of files."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Units:
    """Model units per file unit: mass per t, power per GW, money per MUSD.

    The default, kt, GW and GUSD, keeps coefficients within a few powers of ten; kg, W and USD would not.
    """

    mass_per_t: float = 1e-3
    power_per_gw: float = 1.0
    money_per_musd: float = 1e-3


MODEL_UNITS = Units()
