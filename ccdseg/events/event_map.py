"""Events of an image with their pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from astropy.table import QTable

from ccdseg.arrays import Components
from ccdseg.events.clusters import PixelList
from ccdseg.events.pixel_charges import PixelCharges


@dataclass(frozen=True, eq=False)
class EventMap:
    """Table of the events of an image, and the event of each pixel.

    Attributes
    ----------
    table : astropy.table.QTable
        As from `ccdseg.events.find_events`.
    components : Components
        Clusters of the mask.
    first_ids : ndarray
        Number of the first event of each cluster, (clusters,).
    divided : PixelList
        Pixels of the events of divided clusters; their ``cluster`` is the number of the event.
    charges : PixelCharges or None
        Signals of the pixels of all events, where they were asked for.
    edges : ndarray or None
        Features of the first and the last rows of the events, float32 (events, 2, features), by
        which cut ones are told; None without a detector.
    """

    table: QTable
    components: Components
    first_ids: np.ndarray
    divided: PixelList
    charges: PixelCharges | None = None
    edges: np.ndarray | None = None

    @property
    def labels(self) -> np.ndarray:
        """Number of the event of each pixel, `id` in the table, int32 (H, W); 0 without one."""
        height, width = self.components.shape
        return self.labels_in((slice(0, height), slice(0, width)))

    @property
    def pixels(self) -> PixelList:
        """Pixels of all events, ``cluster`` being the row of the event in the table."""
        whole = np.ones(self.components.n, dtype=bool)
        whole[self.components.at(self.divided.rows, self.divided.columns)] = False
        rows, columns, numbers = self.components.places(whole)
        event = np.concatenate([self.first_ids[numbers], self.divided.cluster]).astype(np.int64) - 1
        order = np.argsort(event, kind="stable")
        rows, columns = (
            np.concatenate([one, other])[order]
            for one, other in ((rows, self.divided.rows), (columns, self.divided.columns))
        )
        return PixelList(event[order], rows, columns, len(self.table))

    def labels_in(self, area: tuple[slice, slice]) -> np.ndarray:
        """Labels of some rows and columns alone, slices with a start and an end."""
        labels = self.components.painted(area, self.first_ids)
        row, column = (
            place - part.start
            for place, part in zip((self.divided.rows, self.divided.columns), area, strict=True)
        )
        inside = (row >= 0) & (row < labels.shape[0]) & (column >= 0) & (column < labels.shape[1])
        labels[row[inside], column[inside]] = self.divided.cluster[inside]
        return labels
