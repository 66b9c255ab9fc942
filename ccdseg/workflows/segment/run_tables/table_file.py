"""File of tables of a run, of the format of its name, replaced only where it is such a file."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from importlib.util import find_spec
from itertools import count
from pathlib import Path

from ccdseg.errors import InputError
from ccdseg.files import atomic_path, folder_lock
from ccdseg.workflows.segment.run_tables.formats import FORMATS
from ccdseg.workflows.segment.run_tables.formats.table_format import TableFormat
from ccdseg.workflows.segment.run_tables.tables import RunTables

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
    form = _format_of(path)
    stamp = _stamp(path)
    if overwrite or stamp is None:
        return stamp
    try:
        names = form.read_names(path)
    except Exception:  # noqa: BLE001 - another file can raise anything
        names = []
    if not set(columns) <= set(names):
        raise InputError(
            f"{path} is no table of a run as {option} writes it; choose another {option}, or "
            "--overwrite it."
        )
    return stamp


def write_tables(path: Path, tables: RunTables, *, seen: Stamp | None) -> Path:
    """Write tables in the format of the name, and return the path.

    Where another run has written a file of this name meanwhile, a number makes another name.

    Parameters
    ----------
    path : Path
        Where they are to be written.
    tables : RunTables
        The tables.
    seen : tuple of int or None
        State of the file that may be replaced, as from `check_table`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with folder_lock(path.parent):
        if _stamp(path) != seen:
            other, path = path, _free_name(path)
            logger.warning("%s is of another run meanwhile; this one's is %s.", other, path)
        with atomic_path(path) as temporary:
            FORMATS[path.suffix].write(temporary, tables)
    return path


def read_run(path: str | Path) -> RunTables:
    """Read a file of tables of a run.

    Raises
    ------
    InputError
        If there is no such file, or it holds no such tables.
    """
    path = Path(path)
    form = _format_of(path)
    if not path.is_file():
        raise InputError(f"No file {path}; give a table of events, as predict --events writes it.")
    try:
        return form.read(path)
    except Exception as error:  # noqa: BLE001 - a damaged file can raise anything
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(f"{path} cannot be read as a table of a run ({reason}).") from None


def _format_of(path: Path) -> TableFormat:
    form = FORMATS.get(path.suffix)
    if form is None:
        raise InputError(
            f"{path} is no name of a table; give one that ends on .ecsv, .parquet, .h5 or .root."
        )
    if form.package and find_spec(form.package) is None:
        raise InputError(
            f"{path} needs the package {form.package}; install ccdseg[{form.extra}], or take a "
            "table on .ecsv."
        )
    return form


def _stamp(path: Path) -> Stamp | None:
    """What tells a file from another one that takes its place; None where there is none."""
    if not path.exists():
        return None
    state = path.stat()
    return state.st_ino, state.st_mtime_ns


def _free_name(path: Path) -> Path:
    names = (path.with_stem(f"{path.stem}-{number}") for number in count(2))
    return next(name for name in names if not name.exists())
