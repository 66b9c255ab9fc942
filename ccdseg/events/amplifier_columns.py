"""Columns of events that tell which amplifier read them."""

from __future__ import annotations

import numpy as np
from astropy import units as u
from astropy.table import QTable

from ccdseg.normalization.amplifiers import Sections

_TRANSFERS = {
    "parallel_transfers": "transfers of its brightest pixel along the column",
    "serial_transfers": "transfers of its brightest pixel along the serial register",
}


def add_amplifiers(
    events: QTable, sections: Sections, *, origin: tuple[int, int] = (0, 0)
) -> QTable:
    """Add the amplifier of each event, and its way to it where the direction of readout is known.

    Parameters
    ----------
    events : astropy.table.QTable
        As from `ccdseg.events.find_events`.
    sections : tuple of Section
        Sections of the image.
    origin : tuple of int
        Row and column (px) of the first pixel of the image, from which positions count.

    Returns
    -------
    astropy.table.QTable
        With ``amplifier``, the name or else the number of the section that holds the brightest
        pixel, empty outside of all; and, where any direction is known, ``parallel_transfers`` and
        ``serial_transfers``, counted in pixels of the section, 0 where it is not.
    """
    events = events.copy()
    row, column = (
        np.asarray(events[name].value) - first
        for name, first in zip(("peak_row", "peak_column"), origin, strict=True)
    )
    names = np.array([one.name or str(i) for i, one in enumerate(sections, start=1)] + [""])
    owner = np.full(len(events), -1)
    ways = np.zeros((2, len(events)), dtype=np.int32)
    for index, section in enumerate(sections):
        rows, columns = section.area
        inside = (row >= rows.start) & (row < rows.stop)
        inside &= (column >= columns.start) & (column < columns.stop)
        owner[inside] = index
        if section.first_read is not None:
            for way, position, first in zip(ways, (row, column), section.first_read, strict=True):
                way[inside] = np.abs(position[inside] - first) + 1
    events["amplifier"] = names[owner]
    events["amplifier"].info.description = "amplifier that read its brightest pixel"
    if any(section.first_read is not None for section in sections):
        for (name, description), way in zip(_TRANSFERS.items(), ways, strict=True):
            events[name] = u.Quantity(way, u.pix, dtype=np.int32)
            events[name].info.description = description
    return events
