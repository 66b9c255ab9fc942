"""Tables of a run as text: lists of pixels in their columns, frames in the header."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from astropy.table import MaskedColumn, QTable

from ccdseg.workflows.segment.run_tables.formats.table_format import TableFormat
from ccdseg.workflows.segment.run_tables.tables import (
    PIXEL_COLUMNS,
    RunTables,
    from_record,
    listed,
    to_record,
)

_ECSV = "ascii.ecsv"
_FRAMES = "frames"


def _write(path: Path, tables: RunTables) -> None:
    table = tables.table.copy(copy_data=False)
    if tables.frames is not None:
        table.meta[_FRAMES] = to_record(tables.frames)
    if tables.pixels is not None and len(table):
        for name, (_, _, description) in PIXEL_COLUMNS.items():
            values = np.asarray(getattr(tables.pixels[name], "value", tables.pixels[name]))
            lists = np.empty(len(table), dtype=object)
            lists[:] = np.split(values, tables.offsets[1:-1])
            table[f"pixel_{name}"] = lists
            table[f"pixel_{name}"].info.description = description
    table.write(path, format=_ECSV)


def _read(path: Path) -> RunTables:
    table = read_ecsv(path)
    frames = table.meta.pop(_FRAMES, None)
    names = {name: f"pixel_{name}" for name in PIXEL_COLUMNS}
    pixels = None
    if set(names.values()) <= set(table.colnames):
        counts = np.array([len(one) for one in table[names["row"]]])
        flat = {name: np.concatenate(list(table[column])) for name, column in names.items()}
        pixels = listed(flat, counts)
        table.remove_columns(list(names.values()))
    return RunTables(table, None if frames is None else from_record(frames), pixels)


def read_ecsv(path: Path) -> QTable:
    """A table whose empty texts, which ECSV takes for missing, are empty texts again."""
    table = QTable.read(path, format=_ECSV)
    for name in table.colnames:
        if isinstance(table[name], MaskedColumn) and table[name].dtype.kind == "U":
            description = table[name].info.description
            table[name] = table[name].filled("")
            table[name].info.description = description
    return table


def _read_names(path: Path) -> list[str]:
    return QTable.read(path, format=_ECSV).colnames


FORMAT = TableFormat(_write, _read, _read_names)
