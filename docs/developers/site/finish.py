"""Last step of the site: ``python -m docs.developers.site.finish`` makes the built pages independent of a network.

The builder lets pages that are opened from the disk load a script of another host, without which browsers refuse the
worker of the search. Our own script goes into the site instead.
"""

from __future__ import annotations

import re
from pathlib import Path
from posixpath import relpath

from docs.developers.site import stage

REMOTE = "https://unpkg.com/iframe-worker/shim"
OWN = "assets/javascripts/frame-worker.js"
SOURCE = Path(__file__).with_name("frame-worker.js")
LOADED = re.compile(r"""<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=["']?(https?://[^"'\s>]+)""")


def main() -> None:
    """Put the script into the site, and raise ValueError for a page that still loads something from elsewhere."""
    site = stage.BUILD / "site"
    (site / OWN).write_bytes(SOURCE.read_bytes())
    for page in sorted(site.rglob("*.html")):
        place = page.relative_to(site).as_posix()
        text = page.read_text(encoding="utf-8").replace(REMOTE, local(place))
        page.write_text(text, encoding="utf-8")
        remote = LOADED.findall(text)
        if remote:
            raise ValueError(f"{place}: loads {', '.join(remote)}")


def local(place: str) -> str:
    """Return the link of a page to our script; the page for lost visitors lies at no fixed place."""
    return relpath(OWN, str(Path(place).parent))


if __name__ == "__main__":
    main()
