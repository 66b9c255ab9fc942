"""Charge of clusters on canvases: stacks of images of one size, one per cluster."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ccdseg.events.clusters import PixelList


class Canvas(NamedTuple):
    """Clusters side by side.

    Attributes
    ----------
    charge : ndarray
        Charge above the background (e⁻), 0 outside the apertures, (clusters, h, w).
    used : ndarray
        1 in the apertures, else 0, of the same shape.
    corners : ndarray
        Row and column of the first pixel of each (px), (clusters, 2).
    """

    charge: np.ndarray
    used: np.ndarray
    corners: np.ndarray

    @classmethod
    def of(
        cls, charge: np.ndarray, pixels: PixelList, members: np.ndarray, *, margin: int = 0
    ) -> Canvas:
        """Canvases of some clusters, as large as the largest of them.

        Parameters
        ----------
        charge : ndarray
            Charge (e⁻) of each pixel, (pixels,).
        pixels : PixelList
            Apertures of all clusters.
        members : ndarray
            Indices of the clusters.
        margin : int
            Width of the empty margin (px).
        """
        index, number = pixels.indices_of(members)
        boxes = pixels.boxes()[members]
        shape = (boxes[:, 2:] - boxes[:, :2]).max(axis=0, initial=1) + 2 * margin
        corners = boxes[:, :2] - margin
        data, used = np.zeros((2, len(members), *shape))
        places = (
            number,
            pixels.rows[index] - corners[number, 0],
            pixels.columns[index] - corners[number, 1],
        )
        data[places] = charge[index]
        used[places] = 1.0
        return cls(data, used, corners)

    def of_cluster(self, number: int, pixels: PixelList, member: int) -> tuple[np.ndarray, ...]:
        """Row and column on the canvas of each pixel of one cluster of a list."""
        index, _ = pixels.indices_of(np.array([member]))
        row, column = self.corners[number]
        return pixels.rows[index] - row, pixels.columns[index] - column
