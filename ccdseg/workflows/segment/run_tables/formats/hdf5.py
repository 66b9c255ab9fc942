"""Tables of a run as HDF5: the data sets ``table``, ``frames`` and ``pixels``."""

from __future__ import annotations

from pathlib import Path

from astropy.table import QTable

from ccdseg.workflows.segment.run_tables.formats.table_format import TableFormat
from ccdseg.workflows.segment.run_tables.tables import RunTables

_TABLE = "table"
_OTHERS = ("frames", "pixels")


def _write(path: Path, tables: RunTables) -> None:
    for name in (_TABLE, *_OTHERS):
        table = getattr(tables, name)
        if table is not None:
            table.write(path, format="hdf5", path=name, append=name != _TABLE, serialize_meta=True)


def _read(path: Path) -> RunTables:
    import h5py

    with h5py.File(path) as file:
        names = [name for name in (_TABLE, *_OTHERS) if name == _TABLE or name in file]
    return RunTables(
        **{
            name: QTable.read(path, format="hdf5", path=name, character_as_bytes=False)
            for name in names
        }
    )


def _read_names(path: Path) -> list[str]:
    import h5py

    with h5py.File(path) as file:
        return list(file[_TABLE].dtype.names)


FORMAT = TableFormat(_write, _read, _read_names, package="h5py", extra="beamline")
