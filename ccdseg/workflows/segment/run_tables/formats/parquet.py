"""Tables of a run as Parquet: lists of pixels in columns, frames as JSON in the metadata."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from astropy.table.meta import get_header_from_yaml, get_yaml_from_table
from astropy.table.serialize import represent_mixins_as_columns

from ccdseg.workflows.segment.run_tables.formats.table_format import TableFormat
from ccdseg.workflows.segment.run_tables.tables import (
    PIXEL_COLUMNS,
    RunTables,
    build,
    from_record,
    listed,
    notes_of,
    plain_columns,
    to_record,
)

_YAML = b"table_meta_yaml"
"""Key under which astropy keeps units and descriptions."""

_FRAMES = b"frames"


def _write(path: Path, tables: RunTables) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    columns, notes = plain_columns(tables.table), notes_of(tables.table)
    arrays = {name: pa.array(values) for name, values in columns.items()}
    described = tables.table.copy(copy_data=False)
    if tables.pixels is not None:
        offsets = pa.array(tables.offsets.astype(np.int32))
        for name, values in plain_columns(tables.pixels[list(PIXEL_COLUMNS)]).items():
            column = f"pixel_{name}"
            arrays[column] = pa.ListArray.from_arrays(offsets, pa.array(values))
            notes[column] = notes_of(tables.pixels[[name]])[name]
            described[column] = _lists(values, tables.offsets)
            described[column].info.description = notes[column]["description"]
    metadata = {f"table::len::{n}": _width(v) for n, v in columns.items() if v.dtype.kind == "U"}
    metadata[_YAML] = "\n".join(get_yaml_from_table(represent_mixins_as_columns(described)))
    if tables.frames is not None:
        metadata[_FRAMES] = json.dumps(to_record(tables.frames))
    fields = [pa.field(name, array.type, metadata=notes[name]) for name, array in arrays.items()]
    schema = pa.schema(fields, metadata=metadata)
    parquet.write_table(pa.Table.from_arrays(list(arrays.values()), schema=schema), path)


def _lists(values: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Array of the arrays of each event, as astropy describes them."""
    lists = np.empty(len(offsets) - 1, dtype=object)
    if len(lists) == 0:
        return values[:0]
    lists[:] = np.split(values, offsets[1:-1])
    return lists


def _width(values: np.ndarray) -> str:
    """Letters of the longest text."""
    return str(values.dtype.itemsize // 4)


def _read(path: Path) -> RunTables:
    from pyarrow import parquet

    table = parquet.read_table(path)
    metadata = table.schema.metadata or {}
    header = get_header_from_yaml(
        metadata.get(_YAML, b"").decode().splitlines() or ["datatype: []"]
    )
    notes = {column["name"]: column for column in header["datatype"]}
    columns, lists = {}, {}
    for name in table.column_names:
        array = table[name].combine_chunks()
        short = name.removeprefix("pixel_")
        if name != short and short in PIXEL_COLUMNS and hasattr(array, "value_lengths"):
            lists[short] = array.flatten().to_numpy()
            counts = array.value_lengths().to_numpy()
        else:
            values = array.to_numpy(zero_copy_only=False)
            columns[name] = values.astype(str) if values.dtype == object else values
    frames = metadata.get(_FRAMES)
    return RunTables(
        build(columns, notes),
        None if frames is None else from_record(json.loads(frames)),
        listed(lists, counts) if lists else None,
    )


def _read_names(path: Path) -> list[str]:
    from pyarrow import parquet

    return parquet.read_schema(path).names


FORMAT = TableFormat(_write, _read, _read_names, package="pyarrow", extra="parquet")
