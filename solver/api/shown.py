"""Base class of answers that show themselves in a notebook: lines and a picture, and plain data."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from html import escape
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from solver.api.scenario import Scenario
from solver.ask.common.lever_range import Variant
from solver.errors import UsageError
from solver.instance.read import Loaded, read
from solver.instance.schema import Instance

if TYPE_CHECKING:
    from altair import TopLevelMixin


class Shown(ABC):
    """Base of answers with a summary, a picture and plain data."""

    _stem = "answer"
    _empty = "no plan, so nothing to draw"

    @abstractmethod
    def summary(self) -> str:
        """Return the lines that the command line prints."""

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """Return the object of the option ``--json``."""

    @abstractmethod
    def _spec(self) -> dict[str, Any] | None:
        """Return the specification of the picture; None where there is nothing to draw."""

    def plot(self, path: str | PathLike[str] | None = None) -> TopLevelMixin | Path:
        """Draw the answer.

        Without a path return the chart, which a notebook shows; otherwise write the picture (.svg, .png, .pdf or .html)
        and return its path. UsageError where there is nothing to draw.
        """
        from solver.report.formats import chosen
        from solver.report.plot import write_picture

        spec = self._spec()
        if spec is None:
            raise UsageError(self._empty)
        if path is None:
            import altair

            return altair.Chart.from_dict(spec)
        return write_picture(spec, Path(path), self._stem, chosen(None, Path(path)).value)

    def _repr_html_(self) -> str:
        from solver.report.plot import rendered

        text, spec = self._text(), self._spec()
        return text if spec is None else text + rendered(spec, "svg").decode()

    def _text(self) -> str:
        """Return the part of the HTML that stands above the picture."""
        return f"<pre>{escape(self.summary())}</pre>"


def variant_of(scenario: Scenario) -> Variant:
    """Return the reading of a scenario with more values set on it."""

    def variant(changes: Sequence[str]) -> Loaded[Instance]:
        if not changes:
            return scenario.loaded
        case = next((text.partition("=")[2] for text in scenario.given if text.startswith("case=")), None)
        return read(scenario.path, case=case, changes=[*scenario.changes, *changes])

    return variant
