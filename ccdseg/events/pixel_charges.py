"""Pixels over which the charge of events is summed, with their signals and shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from astropy import units as u
from astropy.table import QTable

from ccdseg.events.clusters import PixelList


@dataclass(frozen=True, eq=False)
class PixelCharges:
    """Signals of the pixels of events.

    The signal of an event is the sum of the signals of its pixels times its shares in them.

    Attributes
    ----------
    pixels : PixelList
        Pixels of the apertures, ``cluster`` being the row of the event in its table; a pixel that
        events share is listed for each.
    signal : ndarray
        Signal of each above the local background, float32 (pixels,).
    share : ndarray
        Share of the event in it, float32 (pixels,).
    """

    pixels: PixelList
    signal: np.ndarray
    share: np.ndarray

    @classmethod
    def joined(cls, parts: Sequence[PixelCharges], rows: np.ndarray) -> PixelCharges:
        """Those of several windows, with the row in the table of each of their events."""
        starts = np.cumsum([0, *(part.pixels.n_clusters for part in parts)])[:-1]
        event = rows[
            np.concatenate(
                [start + part.pixels.cluster for start, part in zip(starts, parts, strict=True)]
            )
        ]
        order = np.argsort(event, kind="stable")
        row, column, signal, share = (
            np.concatenate(values)[order]
            for values in zip(
                *((p.pixels.rows, p.pixels.columns, p.signal, p.share) for p in parts), strict=True
            )
        )
        return cls(PixelList(event[order], row, column, len(rows)), signal, share)

    def to_table(self, *, origin: tuple[int, int], unit: u.UnitBase) -> QTable:
        """Table of ``id``, ``row``, ``column``, ``signal`` and ``share``.

        Parameters
        ----------
        origin : tuple of int
            Row and column (px) that are added to positions.
        unit : astropy.units.UnitBase
            Unit of the signals.
        """
        table = QTable({"id": self.pixels.cluster.astype(np.int32) + 1})
        table["row"] = u.Quantity(self.pixels.rows + origin[0], u.pix, dtype=np.int32)
        table["column"] = u.Quantity(self.pixels.columns + origin[1], u.pix, dtype=np.int32)
        table["signal"] = u.Quantity(self.signal, unit, dtype=np.float32)
        table["share"] = self.share
        for name, description in _DESCRIPTIONS.items():
            table[name].info.description = description
        return table


_DESCRIPTIONS = {
    "id": "number of the event in its image",
    "row": "row of a pixel over which its charge is summed; the first one is 0",
    "column": "its column",
    "signal": "signal above the local background",
    "share": "share of the event in that signal",
}
