"""Pixels of the events of a file, in a table beside its mask, and those of a run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.table import QTable, Table

from ccdseg.errors import InputError
from ccdseg.events import stack_events
from ccdseg.workflows.segment.existing import pixels_of
from ccdseg.workflows.segment.frame_result import FrameResult
from ccdseg.workflows.segment.run_tables.tables import PIXEL_COLUMNS, listed

_HDU = "PIXELS"


def write_pixels(folder: Path, results: Sequence[FrameResult]) -> None:
    """Write the pixels of the events of a file as a FITS table, where they were asked for."""
    tables = []
    for result in results:
        pixels = result.event_pixels
        if pixels is not None:
            pixels.add_column(np.full(len(pixels), result.frame.label), index=0, name="hdu")
            pixels["hdu"].info.description = "name of the image"
            tables.append(pixels)
    if tables:
        hdu = fits.table_to_hdu(stack_events(tables), character_as_bytes=True)
        hdu.name = _HDU
        path = folder / pixels_of(results[0].frame.path)
        fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(path)


def stack_pixels(paths: Sequence[Path], events: Sequence[QTable], folder: Path) -> QTable:
    """Pixels of the events of a run.

    Parameters
    ----------
    paths : sequence of Path
        Files of the run.
    events : sequence of QTable
        Events of each, as they lie beside its mask.
    folder : Path
        Folder of the results.

    Returns
    -------
    astropy.table.QTable
        As `ccdseg.workflows.segment.run_tables.tables.RunTables` has them.

    Raises
    ------
    InputError
        If the pixels of a file lack, or are of other events.
    """
    counts, columns = [], {name: [] for name in PIXEL_COLUMNS}
    for path, of_file in zip(paths, events, strict=True):
        pixels = _read(folder / pixels_of(path), path)
        key = [f"{hdu} {number}" for hdu, number in zip(of_file["hdu"], of_file["id"], strict=True)]
        row_of = {name: row for row, name in enumerate(key)}
        try:
            rows = [
                row_of[f"{hdu} {number}"]
                for hdu, number in zip(pixels["hdu"], pixels["id"], strict=True)
            ]
        except KeyError as error:
            raise InputError(
                f"{folder / pixels_of(path)} has pixels of an event {error.args[0]!r} that is not "
                f"in its table; segment {path} again with --overwrite."
            ) from None
        order = np.argsort(rows, kind="stable")
        counts.append(np.bincount(rows, minlength=len(of_file)).astype(int))
        for name, values in columns.items():
            values.append(np.asarray(pixels[name])[order])
    flat = {name: np.concatenate(values) for name, values in columns.items()}
    return listed(flat, np.concatenate(counts))


def _read(source: Path, path: Path) -> Table:
    if not source.is_file():
        raise InputError(
            f"There is no {source} with the pixels of its events; segment {path} again with "
            "--event-pixels and --overwrite."
        )
    table = Table.read(source, hdu=_HDU)
    table.convert_bytestring_to_unicode()
    return table
