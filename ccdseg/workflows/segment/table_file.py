"""File of a table of a run: ECSV, Parquet or HDF5 by its name, replaced only where it is one."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from importlib.util import find_spec
from itertools import count
from pathlib import Path

from astropy.table import QTable

from ccdseg.errors import InputError
from ccdseg.files import atomic_path, folder_lock

_FORMATS = {".ecsv": "ascii.ecsv", ".parquet": "parquet", ".h5": "hdf5", ".hdf5": "hdf5"}
_PACKAGES = {"parquet": ("pyarrow", "parquet"), "hdf5": ("h5py", "beamline")}
"""Package that a format needs, and the extra that installs it."""

_NODE = "table"
"""Name of the data set in HDF5."""

Stamp = tuple[int, int]
"""Number and time of change of a file."""

logger = logging.getLogger(__name__)


def check_table(
    path: Path, columns: Iterable[str], *, option: str, overwrite: bool
) -> Stamp | None:
    """Raise `InputError` where no table can be written under such a name.

    A table of the same kind, of an earlier run, is replaced; any other file only where `overwrite`
    is asked for.

    Parameters
    ----------
    path : Path
        Where it is to be written.
    columns : iterable of str
        Names of columns that every table of this kind has.
    option : str
        Option of the command that names the file.
    overwrite : bool
        Whether any file is replaced.

    Returns
    -------
    tuple of int or None
        State of the file that is to be replaced.
    """
    if path.suffix not in _FORMATS:
        raise InputError(
            f"{path} is no name of a table; give one that ends on .ecsv, .parquet or .h5."
        )
    package, extra = _PACKAGES.get(_FORMATS[path.suffix], (None, None))
    if package and find_spec(package) is None:
        raise InputError(
            f"{path} needs the package {package}; install ccdseg[{extra}], or give a name on .ecsv."
        )
    stamp = _stamp(path)
    if overwrite or stamp is None:
        return stamp
    try:
        names = _column_names(path)
    except Exception:  # noqa: BLE001 - another file can raise anything
        names = []
    if not set(columns) <= set(names):
        raise InputError(
            f"{path} is no table of a run as {option} writes it; choose another {option}, or "
            "--overwrite it."
        )
    return stamp


def write_table(path: Path, table: QTable, *, seen: Stamp | None) -> Path:
    """Write the table in the format of its name, and return the path.

    Where another run has written a table of this name meanwhile, a number makes another name.

    Parameters
    ----------
    path : Path
        Where it is to be written.
    table : astropy.table.QTable
        Columns of numbers, truth values and text.
    seen : tuple of int or None
        State of the file that may be replaced, as from `check_table`.
    """
    kind = _FORMATS[path.suffix]
    options = {"path": _NODE, "serialize_meta": True} if kind == "hdf5" else {}
    path.parent.mkdir(parents=True, exist_ok=True)
    with folder_lock(path.parent):
        if _stamp(path) != seen:
            other, path = path, _free_name(path)
            logger.warning("%s is of another run meanwhile; this one's is %s.", other, path)
        with atomic_path(path) as temporary:
            table.write(temporary, format=kind, **options)
    return path


def _stamp(path: Path) -> Stamp | None:
    """What tells a file from another one that takes its place; None where there is none."""
    if not path.exists():
        return None
    state = path.stat()
    return state.st_ino, state.st_mtime_ns


def _free_name(path: Path) -> Path:
    names = (path.with_stem(f"{path.stem}-{number}") for number in count(2))
    return next(name for name in names if not name.exists())


def _column_names(path: Path) -> list[str]:
    kind = _FORMATS[path.suffix]
    if kind == "parquet":
        from pyarrow import parquet  # astropy would need pandas to read it

        return parquet.read_schema(path).names
    if kind == "hdf5":
        import h5py

        with h5py.File(path) as file:
            return list(file[_NODE].dtype.names)
    return QTable.read(path, format=kind).colnames
