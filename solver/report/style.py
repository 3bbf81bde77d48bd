"""Style of a picture: theme, width and the colours of names, the same in every picture; needs no drawing library."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
PADDING = 16
AXIS = 68
"""Pixels on the left of a panel for the labels and the title of its axis."""
GAP = 30
"""Pixels between a panel and the axis on its right."""
OVERHANG = 14
"""Pixels by which the last label of an axis of years may stand out on the right."""
LEAST_WIDTH, FULL_WIDTH, MOST_WIDTH = 320, 1160, 4000
"""Least, usual and most pixels of a picture's width."""
TWO_COLUMNS = 720
"""Pixels of a picture from which its panels stand in two columns."""
LABEL_LIMIT = 200
LETTER = 0.5
"""Width of a letter over the size of its font, on average."""


class Theme(StrEnum):
    """Themes of a picture."""

    light = "light"
    dark = "dark"


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of a theme; ``series`` are distinct for colour-blind readers in their first eight."""

    background: str
    ink: str
    muted: str
    grid: str
    axis: str
    land: str
    series: tuple[str, ...]


# Okabe and Ito's colours, with a darker yellow on white; then others for long legends.
LIGHT = Palette(
    "#FFFFFF", "#222222", "#555555", "#DDDDDD", "#888888", "#ECECE6",
    (
        "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8C8C8C", "#D6C300",
        "#5D4E8C", "#A6761D", "#7FC6A4", "#F4A7B9", "#1B3A57",
    ),
)  # fmt: skip
# The same hues, lighter where they would sink into a dark ground.
DARK = Palette(
    "#14171B", "#EDEDED", "#B4B4B4", "#343A41", "#8A8F96", "#262B31",
    (
        "#3B9BE0", "#E69F00", "#19BF8E", "#DE97BC", "#A5DAF7", "#F0703A", "#A0A0A0", "#F0E442",
        "#A79BE0", "#CFA15A", "#A9E6CC", "#F7BCCB", "#7C93AB",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Style:
    """Style of a picture: its theme and its width in pixels."""

    theme: Theme = Theme.light
    width: int = FULL_WIDTH

    @property
    def palette(self) -> Palette:
        """Colours of the theme."""
        return DARK if self.theme is Theme.dark else LIGHT

    @property
    def columns(self) -> int:
        """Columns of panels."""
        return 2 if self.width >= TWO_COLUMNS else 1

    @property
    def panel_width(self) -> int:
        """Pixels across the frame of a panel."""
        return (self.width - 2 * PADDING - self.columns * (AXIS + OVERHANG) - (self.columns - 1) * GAP) // self.columns

    @property
    def panel_height(self) -> int:
        """Pixels down the frame of a panel."""
        return round(min(250, max(190, 0.56 * self.panel_width)))

    @property
    def full_width(self) -> int:
        """Pixels across a frame as wide as the picture."""
        return self.width - 2 * PADDING - AXIS - OVERHANG

    def colour(self, i: int) -> str:
        """Return the colour of the i-th series."""
        return self.palette.series[i % len(self.palette.series)]

    def colours(self, used: Iterable[str], declared: Iterable[str]) -> dict[str, str]:
        """Return a colour for each name used, the same in every picture that declares the same names.

        A name has the colour of its place among those declared, or the next one that is free.
        """
        places, used = {name: i for i, name in enumerate(declared)}, list(dict.fromkeys(used))
        count, taken = len(self.palette.series), dict[int, str]()
        for name in sorted(used, key=lambda name: places.get(name, len(places))):
            first = places.get(name, len(places))
            slot = next((i % count for i in range(first, first + count) if i % count not in taken), None)
            taken[slot if slot is not None else first + count] = name
        found = {name: self.colour(slot) for slot, name in taken.items()}
        return {name: found[name] for name in used}

    def lines(self, text: str, size: float, width: float | None = None) -> list[str]:
        """Return a text wrapped to a width in pixels, by default that of the picture."""
        room = (width or self.width - 2 * PADDING) / (LETTER * size)
        return textwrap.wrap(text, max(12, int(room)), break_long_words=False) or [text]
