"""HTML of the summary of a result, for notebooks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

_ROW = re.compile(r"  (\S*) +(.+)")


def summary_html(lines: Iterable[str]) -> str:
    """Return the lines of a summary as HTML: sentences as paragraphs, lines with a head as rows of a table."""
    sentences, rows = [], []
    for line in lines:
        row = _ROW.fullmatch(line)
        if row is None:
            sentences.append(f"<p>{escape(line.strip())}</p>")
        else:
            cells = f"<th>{escape(row[1])}</th><td style='text-align: left'>{escape(row[2])}</td>"
            rows.append(f"<tr style='vertical-align: top'>{cells}</tr>")
    return "".join([*sentences, *(["<table>", *rows, "</table>"] if rows else [])])
