"""Command ``kardashev generate``: test instances in four sizes, tight ones and ones of developments, from a seed."""

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
    """Tiers by size, those of tight targets and of developments, or all of them."""

    s = "S"
    t = "T"
    d = "D"
    m = "M"
    l = "L"
    xl = "XL"
    all = "all"


SizeArgument = Annotated[Size, typer.Argument(metavar="TIER", case_sensitive=False, help="S, T, D, M, L, XL or all")]
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
    """Generate test instances of six tiers from a seed."""
    from solver.instance.read import read

    for needed in (
        "catalogue/2026.yaml",
        "catalogue/learning.yaml",
        "reference/gigawatt.yaml",
        "reference/terawatt.yaml",
    ):
        if not (instances / needed).is_file():
            raise UsageError(f"{instances / needed}: no such file; name the folder that holds it with --instances DIR")
    texts = _texts(tier, seed, lumpiness, moon, out, instances)
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


def _texts(
    tier: Size, seed: int, lumpiness: int | None, moon: bool | None, out: Path, instances: Path
) -> dict[Path, str]:
    """Return the texts of the files of a tier by path."""
    from solver.bench.largest_target import tight_texts
    from solver.tiers.generate import Tier, file_name, instance_text
    from solver.tiers.recipes import chosen
    from solver.tiers.structure import structured_instances

    plain, folder, texts = lumpiness is None and moon is None, _relative(out, instances), {}
    if tier in (Size.t, Size.d) and not plain:
        raise UsageError(f"tier {tier.value} takes neither --lumpiness nor --moon: a seed draws all that it has")
    if tier not in (Size.t, Size.d):
        for r, launches in chosen(tier.value.lower(), lumpiness, moon):
            made = Tier(r, launches, seed)
            texts[file_name(made)] = instance_text(made, folder, instances / "catalogue/2026.yaml")
    if tier is Size.t or (tier is Size.all and plain):
        texts |= tight_texts(seed, out, instances)
    if tier is Size.d or (tier is Size.all and plain):
        texts |= structured_instances(seed, folder)
    return {out / name: text for name, text in texts.items()}


def _relative(out: Path, instances: Path) -> str:
    """Return the relative path from the files to the catalogue's folder, as ``extends`` needs it."""
    return Path(os.path.relpath(instances, out)).as_posix()


def _taken(texts: dict[Path, str]) -> Iterator[Path]:
    for path, text in texts.items():
        if path.exists() and (not path.is_file() or path.read_text(encoding="utf-8") != text):
            yield path
