"""Command ``kardashev new``: a folder with a first scenario that solves."""

from __future__ import annotations

import shutil
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from solver.errors import EnvironmentFailure, UsageError
from solver.io.files import os_error_text, write_text
from solver.io.terminal import print_line

SCENARIO = """\
# A first scenario: 100 MW of computing power in orbit. Everything it leaves out comes from the catalogue.
format: 2
name: First hundred megawatts
extends: {catalogue}

horizon:
  start: 2027-01
  periods: [{{count: 10, length: half_year}}, {{count: 5, length: year}}]
  discount_share_per_year: 0.08   # real

target:
  kind: power_alive               # GW of IT power alive
  where: orbit
  milestones:
    - {{date: 2034-01, gw: 0.1}}

use:                              # names from the catalogue: kardashev show lists what they mean
  vehicles: [falcon_heavy, starship_v4]
  shells: [dawn_dusk_650]
  platforms: [node_120kw]

vehicles:
  starship_v4: {{background_flights: true}}   # other customers fly what this plan leaves of its cadence
"""

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="folder to make; . for the working directory")]
WithCatalogue = Annotated[
    bool, typer.Option("--with-catalogue", help="copy the catalogue into the folder, to change it there")
]


def new(folder: Folder, with_catalogue: WithCatalogue = False) -> None:
    """Make a folder with a first scenario that solves.

    The scenario extends the catalogue that is shipped with the program.
    """
    from solver.instance import shipped

    scenario, catalogue = folder / "scenario.yaml", folder / "catalogue"
    for path in (scenario, *((catalogue,) if with_catalogue else ())):
        if path.exists() or path.is_symlink():
            raise UsageError(f"{path}: exists already; name another folder, or move it away")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if with_catalogue:
            shutil.copytree(shipped.folder() / "catalogue", catalogue)
    except OSError as error:
        raise EnvironmentFailure(f"{folder}: could not be made: {os_error_text(error)}") from error
    base = "catalogue/2026.yaml" if with_catalogue else "catalogue:2026"
    write_text(scenario, SCENARIO.format(catalogue=base))
    print_line(str(scenario))
    if folder.resolve() != Path.cwd():
        print_line(f"cd {quote(str(folder))}")
    print_line("kardashev solve scenario.yaml")
