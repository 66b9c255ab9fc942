"""The table of what was counted in all images of a folder of results."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from astropy import units as u
from astropy.table import QTable, Table

from ccdseg.errors import InputError
from ccdseg.files import atomic_path, folder_lock

COUNTS = "counts.ecsv"

_COLUMNS = {
    "file": (np.str_, None, "name of the file"),
    "hdu": (np.str_, None, "name of the image in it"),
    "section": (np.str_, None, "part of the image, columns and rows from 1; empty for all of it"),
    "rows": (np.int64, u.pix, "rows that were segmented"),
    "columns": (np.int64, u.pix, "columns that were segmented"),
    "class": (np.str_, None, "class of particles"),
    "n_particles": (np.int64, None, "components of that class, corners included"),
    "n_pixels": (np.int64, u.pix, "pixels of that class"),
    "percent": (np.float64, None, "share of these pixels in all"),
    "model": (np.str_, None, "model that segmented it"),
}
"""Type, unit and description of each column."""


def check(folder: Path, *, overwrite: bool) -> None:
    """Raise where the table's name belongs to another file, which it would replace."""
    path = folder / COUNTS
    if overwrite or not path.exists():
        return
    try:
        known = Table.read(path, format="ascii.ecsv").colnames == list(_COLUMNS)
    except (OSError, ValueError):
        known = False
    if not known:
        raise InputError(
            f"{path} is no table of counts that could be gone on with; choose another --output, or "
            "pass --overwrite to replace it."
        )


def write(folder: Path) -> QTable:
    """Write one row per image whose summary lies in the folder, and return the table.

    So the table goes on from one call to the next, and knows no image whose results were removed.
    It is not written where there is no row. Of several runs into one folder, the last to write it
    has seen the results of all.
    """
    if not any(folder.glob("*_summary.json")):
        return _build(folder)
    with folder_lock(folder):
        table = _build(folder)
        if len(table):
            with atomic_path(folder / COUNTS) as temporary:
                table.write(temporary, format="ascii.ecsv")
    return table


def _build(folder: Path) -> QTable:
    rows = [row for path in sorted(folder.glob("*_summary.json")) for row in _rows(path)]
    table = QTable()
    for number, (name, (kind, unit, description)) in enumerate(_COLUMNS.items()):
        values = np.array([row[number] for row in rows], dtype=kind)
        table[name] = values if unit is None else u.Quantity(values, unit, dtype=kind)
        table[name].info.description = description
    return table


def describe(table: QTable, folder: Path) -> str:
    """One line that says how many particles all images have."""
    n_images, n_particles = len(table), int(np.sum(table["n_particles"]))
    images = "1 image" if n_images == 1 else f"{n_images} images"
    return f"{folder / COUNTS}: {images}, {n_particles} particles"


def _rows(path: Path) -> Iterator[tuple]:
    """Rows of one summary; none where it is of another program, or of a model without particles."""
    try:
        summary = json.loads(path.read_text(encoding="utf-8"))
        for image in summary["hdus"]:
            if image["particles"] is not None:
                found = image["classes"][image["particles"]]
                height, width = image["shape"]
                yield (
                    *(summary["file"], image["hdu"], image["section"] or ""),
                    *(height, width, image["particles"]),
                    *(found["components"], found["pixels"]),
                    round(100 * found["pixels"] / (height * width), 4),
                    summary["model"],
                )
    except (OSError, ValueError, KeyError, TypeError):
        return
