"""Tables of a plan as Parquet files or as one workbook; the packages that write them are extras."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from solver.errors import EnvironmentFailure, UsageError
from solver.io import escapes
from solver.io.files import os_error_text
from solver.io.replace import replace_file

if TYPE_CHECKING:
    from pandas import DataFrame

EXTRA = "pip install 'kardashev-planner[tables]'"
LONGEST_SHEET_NAME = 31


def write_parquet(frames: Mapping[str, DataFrame], folder: Path) -> None:
    """Write each table as ``NAME.parquet`` into a folder; UsageError without pyarrow, EnvironmentFailure."""
    _require("pyarrow", "Parquet")
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: is a file, expected a folder for the tables")
    contents = {folder / f"{name}.parquet": _parquet(frame) for name, frame in frames.items()}
    try:
        folder.mkdir(exist_ok=True)
        for path, content in contents.items():
            replace_file(path, content)
    except OSError as error:
        raise EnvironmentFailure(f"{folder}: could not be written: {os_error_text(error)}") from error


def write_parquet_file(frame: DataFrame, file: Path) -> None:
    """Write one table as a Parquet file; UsageError without pyarrow, EnvironmentFailure."""
    _require("pyarrow", "Parquet")
    try:
        replace_file(file, _parquet(frame))
    except OSError as error:
        raise EnvironmentFailure(f"{file}: could not be written: {os_error_text(error)}") from error


def write_xlsx(frames: Mapping[str, DataFrame], file: Path) -> None:
    """Write a workbook with a sheet for each table; UsageError without openpyxl, EnvironmentFailure.

    Text that a program would take for a formula is escaped as in CSV files.
    """
    _require("openpyxl", "xlsx")
    import pandas as pd

    buffer = BytesIO()
    with pd.ExcelWriter(buffer, engine="openpyxl") as book:
        for name, frame in frames.items():
            texts = frame.select_dtypes(exclude="number").columns
            escaped = frame.assign(**{column: frame[column].map(escapes.csv) for column in texts})
            escaped.to_excel(book, sheet_name=name[:LONGEST_SHEET_NAME], index=False, freeze_panes=(1, 0))
    try:
        replace_file(file, buffer.getvalue())
    except OSError as error:
        raise EnvironmentFailure(f"{file}: could not be written: {os_error_text(error)}") from error


def _parquet(frame: DataFrame) -> bytes:
    buffer = BytesIO()
    frame.to_parquet(buffer, engine="pyarrow", index=False)
    return buffer.getvalue()


def _require(package: str, kind: str) -> None:
    if find_spec(package) is None:
        raise UsageError(f"{kind}: {package} is not installed; {EXTRA}")
