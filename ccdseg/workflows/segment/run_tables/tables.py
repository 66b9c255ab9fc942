"""Tables of a run as values: the main one, its frames, and the pixels of its events."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan

import numpy as np
from astropy import units as u
from astropy.table import QTable

PIXEL_COLUMNS = {
    "row": (np.int32, u.pix, "rows of the pixels whose charge is summed"),
    "column": (np.int32, u.pix, "their columns"),
    "signal": (np.float32, None, "their signals above the local background, in the signal's unit"),
    "share": (np.float32, None, "share of the event in each of these signals"),
}
"""Type, unit and description of the lists of pixels."""


@dataclass(frozen=True, eq=False)
class RunTables:
    """What a file of a run holds.

    Attributes
    ----------
    table : astropy.table.QTable
        Columns of numbers, truth values and text, one row per event or per image.
    frames : astropy.table.QTable or None
        Images of the run, those without events among them; None where `table` has them.
    pixels : astropy.table.QTable or None
        Pixels of the events in the order of `table`: ``event``, the row of it there (from 0), and
        `PIXEL_COLUMNS`; None where they were not asked for.
    """

    table: QTable
    frames: QTable | None = None
    pixels: QTable | None = None

    @property
    def offsets(self) -> np.ndarray:
        """Index in `pixels` of the first pixel of each event, and the end, (events + 1,)."""
        return np.searchsorted(self.pixels["event"], np.arange(len(self.table) + 1))


def plain_columns(table: QTable) -> dict[str, np.ndarray]:
    """Values of each column, in its unit."""
    return {name: np.asarray(getattr(table[name], "value", table[name])) for name in table.colnames}


def notes_of(table: QTable) -> dict[str, dict[str, str]]:
    """Unit, empty where there is none, and description of each column."""
    return {
        name: {
            "unit": "" if table[name].info.unit is None else table[name].info.unit.to_string(),
            "description": table[name].info.description or "",
        }
        for name in table.colnames
    }


def build(columns: dict[str, np.ndarray], notes: dict[str, dict[str, str]]) -> QTable:
    """Table of columns with their units and descriptions."""
    table = QTable()
    for name, values in columns.items():
        about = notes.get(name, {})
        unit = about.get("unit")
        table[name] = u.Quantity(values, unit, dtype=values.dtype) if unit else values
        table[name].info.description = about.get("description") or None
    return table


def to_record(table: QTable) -> list[dict]:
    """The columns of a table: name, unit, description, type and values of each."""
    notes = notes_of(table)
    return [
        {
            "name": name,
            **notes[name],
            "type": {"U": "str"}.get(values.dtype.kind, values.dtype.name),
            "values": [None if _is_nan(value) else value for value in values.tolist()],
        }
        for name, values in plain_columns(table).items()
    ]


def _is_nan(value: object) -> bool:
    """Whether a value is a number that is none."""
    return isinstance(value, float) and isnan(value)


def from_record(record: list[dict]) -> QTable:
    """The table of a record of `to_record`."""
    columns = {
        column["name"]: np.array(
            [np.nan if value is None else value for value in column["values"]], column["type"]
        )
        for column in record
    }
    return build(columns, {column["name"]: column for column in record})


def listed(pixels: dict[str, np.ndarray], counts: np.ndarray) -> QTable:
    """Table of pixels from flat columns of `PIXEL_COLUMNS`, and how many each event has."""
    table = QTable({"event": np.repeat(np.arange(len(counts)), counts)})
    table["event"].info.description = "row of the event in the table, from 0"
    for name, (kind, unit, description) in PIXEL_COLUMNS.items():
        values = np.asarray(pixels[name], dtype=kind)
        table[name] = values if unit is None else u.Quantity(values, unit, dtype=kind)
        table[name].info.description = description
    return table
