"""Tables of a run as ROOT: the trees ``events`` and ``frames``, lists of pixels as jagged arrays.

Units and descriptions of the branches are JSON in the text ``columns``.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from astropy.table import QTable

from ccdseg.workflows.segment.run_tables.formats.table_format import TableFormat
from ccdseg.workflows.segment.run_tables.tables import (
    PIXEL_COLUMNS,
    RunTables,
    build,
    listed,
    notes_of,
    plain_columns,
)

_EVENTS, _FRAMES, _NOTES, _PIXEL = "events", "frames", "columns", "pixel"
_TABLE = "table"
"""Tree of a table that has no frames beside it."""


def _write(path: Path, tables: RunTables) -> None:
    import uproot

    main = _TABLE if tables.frames is None else _EVENTS
    notes = {main: notes_of(tables.table)}
    if tables.pixels is not None:
        of_pixels = notes_of(tables.pixels[list(PIXEL_COLUMNS)])
        notes[main] |= {f"{_PIXEL}_{name}": note for name, note in of_pixels.items()}
    with uproot.recreate(path) as file:
        _write_tree(file, main, tables.table, tables)
        if tables.frames is not None:
            notes[_FRAMES] = notes_of(tables.frames)
            _write_tree(file, _FRAMES, tables.frames, RunTables(tables.frames))
        file[_NOTES] = json.dumps(notes)


def _write_tree(file: object, name: str, table: QTable, tables: RunTables) -> None:
    """Write a tree with one branch per column; that of lists has their length in ``npixel``."""
    import awkward as ak

    types, branches = {}, {}
    for column, values in plain_columns(table).items():
        text = values.dtype.kind == "U"
        types[column] = "string" if text else values.dtype
        branches[column] = ak.Array(values.tolist()) if text else values
    if tables.pixels is not None:
        fields = plain_columns(tables.pixels[list(PIXEL_COLUMNS)])
        flat = ak.Array(
            ak.contents.RecordArray([*map(ak.contents.NumpyArray, fields.values())], [*fields])
        )
        branches[_PIXEL] = ak.unflatten(flat, np.diff(tables.offsets))
        types[_PIXEL] = branches[_PIXEL].type.content
    tree = file.mktree(name, types)
    if len(table):
        tree.extend(branches)


def _read(path: Path) -> RunTables:
    import uproot

    with uproot.open(path) as file:
        notes = json.loads(str(file[_NOTES]))
        main = _EVENTS if _EVENTS in notes else _TABLE
        columns = _read_tree(file[main])
        frames = build(_read_tree(file[_FRAMES]), notes[_FRAMES]) if _FRAMES in notes else None
    counts = columns.pop(f"n{_PIXEL}", None)
    pixels = None
    if counts is not None:
        lists = {name: columns.pop(f"{_PIXEL}_{name}") for name in PIXEL_COLUMNS}
        lists = {name: np.concatenate([*one, []]) for name, one in lists.items()}
        pixels = listed(lists, counts)
    return RunTables(build(columns, notes[main]), frames, pixels)


def _read_tree(tree: object) -> dict[str, np.ndarray]:
    """Values of the branches, texts as such."""
    columns = tree.arrays(library="np")
    return {
        name: values.astype(str) if tree[name].typename == "char*" else values
        for name, values in columns.items()
    }


def _read_names(path: Path) -> list[str]:
    import uproot

    with uproot.open(path) as file:
        return file[_EVENTS if _EVENTS in file else _TABLE].keys()


FORMAT = TableFormat(_write, _read, _read_names, package="uproot", extra="root")
