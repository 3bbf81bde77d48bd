"""Headless Chromium for tests of pages, and axe-core, the checker of their accessibility."""

from __future__ import annotations

import html
import importlib.util
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

SECONDS = 120
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
_RUN = """
axe.run(document, {resultTypes: ["violations"]}).then(found => {
  const listed = found.violations.map(v => [v.id, v.help, v.nodes.map(n => n.html.slice(0, 200))]);
  document.documentElement.innerHTML = "<body><pre id=axe></pre></body>";
  document.getElementById("axe").textContent = JSON.stringify(listed);
});
"""


def missing() -> str:
    """The reason why no page can be checked here; empty where it can."""
    if _chromium() is None:
        return "not installed: chromium"
    return "" if _axe() is not None else "not installed: axe-core (tests/requirements.lock)"


def violations(page: Path) -> list[Any]:
    """Return what axe-core finds in a page: rule, its text, and the elements."""
    source = _axe()
    assert source is not None
    with tempfile.TemporaryDirectory() as folder:
        checked = Path(folder) / "page.html"
        script = f"<script>{source.read_text(encoding='utf-8')}</script><script>{_RUN}</script>"
        checked.write_text(page.read_text(encoding="utf-8").replace("</body>", f"{script}</body>"), encoding="utf-8")
        shown = _run(folder, "--virtual-time-budget=60000", "--dump-dom", checked.as_uri())
    found = re.search(r'<pre id="axe">(.*?)</pre>', shown, re.DOTALL)
    assert found is not None, shown[-2000:]
    listed = json.loads(html.unescape(found[1]))
    assert isinstance(listed, list)
    return listed


def screenshot(page: Path, file: Path, width: int, height: int) -> None:
    """Draw a page as PNG."""
    with tempfile.TemporaryDirectory() as folder:
        _run(folder, f"--window-size={width},{height}", f"--screenshot={file}", page.absolute().as_uri())


def _run(folder: str, *arguments: str) -> str:
    command = [str(_chromium()), *FLAGS, f"--user-data-dir={folder}/user", *arguments]
    environment = {**os.environ, "HOME": folder}
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=True, env=environment)
    return done.stdout


def _chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def _axe() -> Path | None:
    # The package carries axe-core; its driver is another package, and not needed.
    found = importlib.util.find_spec("axe_playwright_python")
    places = [] if found is None else found.submodule_search_locations or []
    return next((file for place in places if (file := Path(place) / "axe.min.js").is_file()), None)
