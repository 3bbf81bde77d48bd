"""Command ``export``: the model of an instance for other solvers, or the tables of a run for other programs."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from solver.cli.options import Changes, changes_of
from solver.errors import UsageError
from solver.io.terminal import print_line


class Format(StrEnum):
    """File formats: of a model (mps, lp), and of the tables of a run (parquet, xlsx)."""

    mps = "mps"
    lp = "lp"
    parquet = "parquet"
    xlsx = "xlsx"


MODELS = (Format.mps, Format.lp)
Target = Annotated[Path, typer.Argument(help="an instance file, or a run directory", metavar="FILE|RUN_DIR")]
FormatOption = Annotated[
    Format | None, typer.Option("--format", help="mps or lp of an instance; parquet or xlsx of a run")
]
Out = Annotated[Path | None, typer.Option(help="file to write (parquet: folder); default: NAME.FORMAT here")]


def export(target: Target, changes: Changes = None, format: FormatOption = None, out: Out = None) -> None:
    """Export a model for other solvers, or the tables of a run."""
    run, kind = target.is_dir(), _chosen(format, out)
    expected = [item.value for item in Format if (item in MODELS) is not run]
    if kind.value not in expected:
        raise UsageError(
            f"--format: found {kind.value}, expected {' or '.join(expected)} for "
            f"{'a run directory' if run else 'an instance file'}"
        )
    name = (target.resolve().name if run else str(target).rpartition(":")[2].rpartition("/")[2]).removesuffix(".yaml")
    place = out if out is not None else Path(f"{name}.{kind.value}")
    if not place.absolute().parent.is_dir():
        raise UsageError(f"{place}: the directory {place.parent} does not exist")
    if run:
        _tables(target, changes_of(changes), kind, place)
    else:
        _model(target, changes_of(changes), kind, place)
    print_line(str(place))


def _chosen(format: Format | None, out: Path | None) -> Format:
    if format is not None:
        return format
    suffix = "" if out is None else out.suffix.removeprefix(".").lower()
    if suffix in Format.__members__:
        return Format(suffix)
    raise UsageError(f"--format: found none, expected {', '.join(Format)}, or --out with such a suffix")


def _model(file: Path, changes: list[str], kind: Format, place: Path) -> None:
    from solver.io.files import write_text
    from solver.run.exported import exported

    model = exported(file, changes)
    write_text(place, model.mps() if kind is Format.mps else model.lp())


def _tables(run_dir: Path, changes: list[str], kind: Format, place: Path) -> None:
    from solver.run.stored_run import read_run
    from solver.tables import state_of, tables
    from solver.tables.binary import write_parquet, write_xlsx

    if changes:
        raise UsageError("--set: a run keeps its values; expected an instance file")
    run = read_run(run_dir)
    if run.plan is None:
        raise UsageError(f"{run_dir}: the run has no plan, so no tables (status {run.manifest.status})")
    write = write_xlsx if kind is Format.xlsx else write_parquet
    write(tables(state_of(run.instance, run.plan)), place)
