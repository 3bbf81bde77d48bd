"""Building blocks of an HTML page that needs no network: sections, figures with their data, tables."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from solver.io import escapes
from solver.report.plot import rendered

STYLE = """
:root{color-scheme:light}*{box-sizing:border-box}
body{font:16px/1.5 system-ui,Arial,Helvetica,sans-serif;color:#222;background:#fff}
body{max-width:66rem;margin:0 auto;padding:1rem}
h1{font-size:1.6rem;margin:.2em 0}h2{font-size:1.2rem;margin:2em 0 .4em;border-bottom:1px solid #bbb}
figure{margin:1em 0}figure svg{max-width:100%;height:auto}figcaption,caption{color:#444;font-size:.9rem;text-align:left}
table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums}
td,th{padding:.2em .7em .2em 0;text-align:left;vertical-align:top;border-bottom:1px solid #ddd}
.best td{font-weight:bold}.wide{overflow-x:auto}
pre{white-space:pre-wrap;background:#f5f5f5;padding:.8em;font-size:.85rem}
a{color:#00508c}details{margin:.4em 0}summary{cursor:pointer}
@media print{a[download]{display:none}h2{break-after:avoid}figure,tr{break-inside:avoid}}
"""
_ID = re.compile(r"[^a-z0-9]+")
_MARK = re.compile(r"<(path|circle|rect)(\s[^>]*?aria-label=\"([^\"]*)\"[^>]*?)(?:/>|></\1>)")
MOST_LINKED = 300_000
"""Length of a picture up to which it is also kept as files to save."""
PNG_SCALE = 1.5


def page(title: str, sections: Iterable[tuple[str, str]]) -> str:
    """Return a page; each section is a head and its HTML, and those without HTML are left out."""
    kept = [(head, body, _ID.sub("-", head.lower()).strip("-")) for head, body in sections if body]
    links = " · ".join(f'<a href="#{name}">{text(head)}</a>' for head, _, name in kept)
    parts = "\n".join(f'<section id="{name}"><h2>{text(head)}</h2>\n{body}</section>' for head, body, name in kept)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{text(title)}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{STYLE}</style></head>\n<body><main><h1>{text(title)}</h1>\n<nav>{links}</nav>\n{parts}\n</main></body></html>\n"
    )


def figure(spec: dict[str, Any], caption: str, heads: Sequence[str] = (), rows: Sequence[Sequence[Any]] = ()) -> str:
    """Return a picture as SVG within the page, with links to save it, and the data as a table.

    A mark shows its value where the pointer rests on it. Of large pictures only the SVG is kept, within the page.
    """
    import vl_convert

    picture = rendered(spec, "svg").decode()
    links = []
    if len(picture) < MOST_LINKED:
        png = bytes(vl_convert.svg_to_png(picture, scale=PNG_SCALE))
        links = [_link(caption, "svg", "image/svg+xml", picture.encode()), _link(caption, "png", "image/png", png)]
    if rows:
        lines = [",".join(_quoted(cell) for cell in row) for row in (heads, *rows)]
        links.append(_link(caption, "csv", "text/csv", ("\n".join(lines) + "\n").encode()))
    named = _MARK.sub(_titled, picture).replace("<svg ", f'<svg role="img" aria-label="{text(caption)}" ', 1)
    data = details("data", table(heads, rows)) if rows else ""
    return f"<figure>{named}<figcaption>{text(caption)} {' '.join(links)}</figcaption>{data}</figure>\n"


def _link(caption: str, suffix: str, kind: str, content: bytes) -> str:
    """Return a link that saves a file kept in the page."""
    held = base64.b64encode(content).decode()
    name = _ID.sub("-", caption.lower()).strip("-")
    return f'<a download="{name}.{suffix}" href="data:{kind};base64,{held}">save {suffix.upper()}</a>'


def _titled(mark: re.Match[str]) -> str:
    """Return a mark of a picture with its label as a title, which browsers show where the pointer rests."""
    return f"<{mark[1]}{mark[2]}><title>{mark[3]}</title></{mark[1]}>"


def _quoted(cell: Any) -> str:
    shown = str("" if cell is None else escapes.csv(cell))
    return f'"{shown.replace(chr(34), 2 * chr(34))}"' if set(shown) & set(',"\n\r') else shown


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]], caption: str = "") -> str:
    """Return a table; its numbers are written with six digits."""
    top = f"<caption>{text(caption)}</caption>" if caption else ""
    named = "".join(f'<th scope="col">{text(head)}</th>' for head in heads)
    body = "".join(f"<tr>{''.join(f'<td>{text(_number(cell))}</td>' for cell in row)}</tr>\n" for row in rows)
    whole = f"<table>{top}<thead><tr>{named}</tr></thead><tbody>\n{body}</tbody></table>"
    return f'<div class="wide" tabindex="0">{whole}</div>\n'


def details(head: str, body: str) -> str:
    """Return a part that opens at a click."""
    return f"<details><summary>{text(head)}</summary>\n{body}</details>\n"


def text(value: object) -> str:
    """Return text of a file as HTML that shows it literally."""
    return escape(escapes.line(value))


def _number(value: Any) -> Any:
    if value is None:
        return ""
    return f"{value:,.6g}" if isinstance(value, float) else value
