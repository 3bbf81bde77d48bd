"""The documentation site: every link leads to a page, and generated pages have all that the code has."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import typer

import kardashev
from docs.developers.site import finish, generated, notebooks, stage
from solver.cli.app import app


@pytest.fixture
def _unrun(monkeypatch: pytest.MonkeyPatch) -> None:
    """Notebooks without their outputs: another test runs them."""
    unrun = {f"docs/notebooks/{name}.md": partial(str, f"[Open]({name}.ipynb)") for name in notebooks.NAMES}
    monkeypatch.setattr(stage, "GENERATED", {**stage.GENERATED, **unrun})


@pytest.mark.usefixtures("_unrun")
def test_every_link_of_the_site_leads_to_a_page() -> None:
    """Pages of the navigation and all that they link to are there; the home page is the README."""
    site = stage.staged()
    assert set(stage.navigation()) <= site.keys()
    assert set(stage.GENERATED) <= site.keys()
    assert site["index.md"].decode().startswith("# kardashev")
    assert "formulations/launch.py" not in site


@pytest.mark.parametrize("link", ["nothing.md", "../../outside.md"])
def test_a_link_that_leads_nowhere_is_named(link: str) -> None:
    """The page and the link are named."""
    with pytest.raises(ValueError, match=re.escape(f"docs/start.md: link to {link}: no such page or file")):
        stage.linked_page("docs/start.md", f"[text]({link})")


def test_links_in_code_are_no_links() -> None:
    """A fenced block is left as it is."""
    text = "```\n[a](b.md)\n```\n"
    assert stage.linked_page("docs/start.md", text) == (text, [])


def test_the_command_page_has_every_command_and_option() -> None:
    """Commands, their options and choices are those of the program."""
    page, root = generated.command_line(), typer.main.get_command(app)
    commands: dict[str, Any] = root.commands  # type: ignore[attr-defined]
    assert re.findall(r"^## (.+)$", page, re.M) == list(commands)
    for command in commands.values():
        for parameter in command.params:
            shown = parameter.metavar if parameter.param_type_name == "argument" else parameter.opts[-1]
            assert f"`{shown}" in page
    assert "`--solver highs/gurobi/xpress/copt/scip`" in page


def test_generated_pages_have_every_family_and_name() -> None:
    """A new family or public name is on its page at once."""
    families, python = generated.families(), generated.python()
    assert len(generated.FAMILIES) >= 12
    assert all(f"formulations/{name}.md" in families for name in generated.FAMILIES)
    names = [name for name in kardashev.__all__ if not name.startswith("__")]
    assert all(re.search(rf"^::: [\w.]+\.{name}$", python, re.M) for name in names)


def test_a_family_page_keeps_every_line_of_its_docstring() -> None:
    """Constraints keep their columns, and no paragraph is lost."""
    page = generated.family_of("launch")()
    assert re.findall(r"^## (.+)$", page, re.M) == [
        "Variables", "Parameters", "Uses", "Constraints", "Exports", "Bounds", "Tightness", "Source",
    ]  # fmt: skip
    assert "sites           sum_l launches[v,l,t] = flown[v,t]" in page


def test_a_notebook_leaves_as_one_of_jupyter() -> None:
    """Texts and cells keep their order and kind."""
    text = "# %% [markdown]\n# # Title\n#\n# Text\n\n# %%\nx = 1\nx\n"
    assert '"# Title\\n\\nText"' in notebooks.ipynb(text)
    assert list(notebooks.cells(text)) == [notebooks.Cell(False, "# Title\n\nText"), notebooks.Cell(True, "x = 1\nx")]


def test_a_page_that_needs_a_network_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script, style or picture of another host is an error; the script of the search comes from the site."""
    monkeypatch.setattr(stage, "BUILD", tmp_path)
    folder = tmp_path / "site" / "assets" / "javascripts"
    folder.mkdir(parents=True)
    page = tmp_path / "site" / "a.html"
    page.write_text(f'<script src="{finish.REMOTE}"></script><a href="https://example.org/">a link</a>')
    finish.main()
    assert '<script src="assets/javascripts/frame-worker.js">' in page.read_text()
    page.write_text('<link rel="stylesheet" href="https://example.org/font.css">')
    with pytest.raises(ValueError, match=re.escape("a.html: loads https://example.org/font.css")):
        finish.main()


@pytest.mark.services
@pytest.mark.usefixtures("_unrun")
def test_the_site_builds_strictly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The builder finds no issue, needs no network, and writes pages that search from the disk."""
    if find_spec("zensical") is None:
        pytest.skip("zensical is of the group docs, which `make docs` installs")
    monkeypatch.setattr(stage, "BUILD", tmp_path)
    stage.main()
    text = (tmp_path / "zensical.toml").read_text(encoding="utf-8")
    (tmp_path / "zensical.toml").write_text(text.replace('paths = [".."]', f'paths = ["{stage.ROOT}"]'))
    command = [str(Path(sys.executable).with_name("zensical")), "build", "--clean", "--strict"]
    if shutil.which("unshare") and not subprocess.run(["unshare", "-rn", "true"], check=False).returncode:
        command = ["unshare", "-rn", *command]
    built = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    assert "No issues found" in built.stdout + built.stderr
    assert {"index.html", "search.js"} <= {path.name for path in (tmp_path / "site").iterdir()}
    finish.main()
    page = (tmp_path / "site" / "docs" / "start.html").read_text(encoding="utf-8")
    assert '<script src="../assets/javascripts/frame-worker.js"' in page
    assert finish.REMOTE not in page
