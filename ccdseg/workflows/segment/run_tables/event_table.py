"""Events of all files of a run as one table, each with the image and the model it is of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from astropy import units as u
from astropy.table import QTable

from ccdseg.errors import InputError
from ccdseg.events import stack_events
from ccdseg.events.columns import COLUMNS as EVENT_COLUMNS
from ccdseg.workflows.segment.existing import events_of
from ccdseg.workflows.segment.run_tables.formats.ecsv import read_ecsv
from ccdseg.workflows.segment.run_tables.image_table import exposure_time
from ccdseg.workflows.segment.run_tables.pixel_lists import stack_pixels
from ccdseg.workflows.segment.run_tables.tables import RunTables

RUN_COLUMNS = {
    "path": (np.str_, None, "file that was segmented"),
    "exposure": (np.float64, u.s, "exposure time of the image; NaN where its header has none"),
    "start": (np.str_, None, "start of the exposure; empty where its header has none"),
    "signal_unit": (np.str_, None, "unit of the signals of the image"),
    "model": (np.str_, None, "model that found the event"),
    "version": (np.str_, None, "version of ccdseg that found it"),
}
"""Type, unit and description of the columns that a run adds; ``hdu`` is one of every event."""

COLUMNS = (*RUN_COLUMNS, *(column.name for column in EVENT_COLUMNS if not column.needs_gain))
"""Columns that every table of the events of a run has."""


def stack_run(
    paths: Sequence[Path],
    summaries: Mapping[Path, dict],
    folder: Path,
    *,
    images: QTable,
    event_pixels: bool,
) -> RunTables:
    """Events of all files of a run, from the tables that lie beside their masks.

    Parameters
    ----------
    paths : sequence of Path
        Files of the run; those without a summary are left out.
    summaries : mapping of Path to dict
        Content of the summaries of files with results, at least one.
    folder : Path
        Folder of the results.
    images : astropy.table.QTable
        Table of the images of the run.
    event_pixels : bool
        Whether the pixels of the events are listed.

    Returns
    -------
    RunTables
        Its table has `RUN_COLUMNS`, then those of the events as `ccdseg.events.stack_events`
        brings them together, in the order of the files; its frames are the images that were
        segmented.

    Raises
    ------
    InputError
        If a table has not as many events as the summary tells of, or pixels lack.
    """
    done = [path for path in paths if path in summaries]
    found = [_read_events(folder, path, summaries[path]) for path in done]
    events = stack_events(found)
    of_images = [(path, image) for path in done for image in summaries[path]["hdus"]]
    rows = [_image_values(path, summaries[path], image) for path, image in of_images]
    n_events = [image["events"] for _, image in of_images]
    table = QTable()
    for name, (kind, unit, description) in RUN_COLUMNS.items():
        values = np.repeat(np.array([row[name] for row in rows], dtype=kind), n_events)
        table[name] = values if unit is None else u.Quantity(values, unit, dtype=kind)
        table[name].info.description = description
    for name in events.colnames:
        table[name] = events[name]
    pixels = stack_pixels(done, found, folder) if event_pixels else None
    return RunTables(table, images[images["error"] == ""], pixels)


def _image_values(path: Path, summary: dict, image: dict) -> dict:
    """Values of the run's columns for all events of an image."""
    header, exposed = image["header"], exposure_time(image)
    return {
        "path": str(path),
        "exposure": np.nan if exposed is None else exposed,
        "start": header["start"] or "",
        "signal_unit": header["unit"],
        "model": summary["model"],
        "version": summary["ccdseg"],
    }


def _read_events(folder: Path, path: Path, summary: dict) -> QTable:
    """Events of a file."""
    source = folder / events_of(path)
    table = read_ecsv(source)
    told = sum(image["events"] for image in summary["hdus"])
    if len(table) != told:
        raise InputError(
            f"{source} has {len(table)} events, but its summary tells of {told}; segment {path} "
            "again with --overwrite."
        )
    return table
