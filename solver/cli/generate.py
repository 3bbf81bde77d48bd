"""Command ``kardashev generate``: test instances in four sizes, and tight ones, from a seed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from solver.errors import EnvironmentFailure, UsageError
from solver.io.files import os_error_text, write_text
from solver.io.terminal import print_line


class Size(StrEnum):
    """Tiers by size, the tight one, or all of them."""

    s = "S"
    t = "T"
    m = "M"
    l = "L"
    xl = "XL"
    all = "all"


SizeArgument = Annotated[Size, typer.Argument(metavar="TIER", case_sensitive=False, help="S, T, M, L, XL or all")]
Seed = Annotated[int, typer.Option(help="random seed; the same seed gives the same bytes", min=0)]
Lumpiness = Annotated[
    int | None, typer.Option(help="launches a period in the busy part: 1, 10 or 100; all that the tier has by default")
]
Moon = Annotated[bool | None, typer.Option("--moon/--no-moon", help="only tiers with or without the Moon")]
Out = Annotated[Path, typer.Option(help="directory to write the files to")]
Instances = Annotated[Path, typer.Option(help="folder that holds catalogue/ and reference/")]
Force = Annotated[bool, typer.Option("--force", help="replace files of the same name with other content")]


def generate(
    tier: SizeArgument,
    seed: Seed = 1,
    lumpiness: Lumpiness = None,
    moon: Moon = None,
    out: Out = Path("instances/tiers"),
    instances: Instances = Path("instances"),
    force: Force = False,
) -> None:
    """Generate test instances of five tiers from a seed."""
    from solver.bench.largest_target import tight_texts
    from solver.instance.read import read
    from solver.tiers.generate import Tier, file_name, instance_text
    from solver.tiers.recipes import chosen

    for needed in (
        "catalogue/2026.yaml",
        "catalogue/learning.yaml",
        "reference/gigawatt.yaml",
        "reference/terawatt.yaml",
    ):
        if not (instances / needed).is_file():
            raise UsageError(f"{instances / needed}: no such file; name the folder that holds it with --instances DIR")
    if tier is Size.t and (lumpiness is not None or moon is not None):
        raise UsageError("tier T has no lumpiness and no Moon: expected neither --lumpiness nor --moon")
    of_size = tier.value.lower()
    selected = [] if tier is Size.t else [Tier(r, n, seed) for r, n in chosen(of_size, lumpiness, moon)]
    texts = {
        out / file_name(t): instance_text(t, _relative(out, instances), instances / "catalogue/2026.yaml")
        for t in selected
    }
    if tier is Size.t or (tier is Size.all and lumpiness is None and moon is None):
        texts |= {out / name: text for name, text in tight_texts(seed, out, instances).items()}
    if not force:
        for path in _taken(texts):
            raise UsageError(f"{path}: exists with other content; replace it with --force")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentFailure(f"{out}: could not be made: {os_error_text(error)}") from error
    for path, text in texts.items():
        write_text(path, text)
        print_line(f"{path}: {read(path).instance.name}")


def _relative(out: Path, instances: Path) -> str:
    """Return the relative path from the files to the catalogue's folder, as ``extends`` needs it."""
    return Path(os.path.relpath(instances, out)).as_posix()


def _taken(texts: dict[Path, str]) -> Iterator[Path]:
    for path, text in texts.items():
        if path.exists() and (not path.is_file() or path.read_text(encoding="utf-8") != text):
            yield path
