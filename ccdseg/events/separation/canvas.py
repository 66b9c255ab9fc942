"""Charge of clusters: as lists of pixels, and on canvases, images of one size."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ccdseg.detector import Detector
from ccdseg.events.clusters import PixelList


class ClusterPixels(NamedTuple):
    """Pixels of the aperture of one cluster.

    Attributes
    ----------
    places : ndarray
        Rows and columns (px), whole numbers from 0, float64 of shape (n, 2).
    charge : ndarray
        Charge above the background (e⁻), (n,).
    own : ndarray of bool
        Whether each is a pixel of the cluster itself, not of its margin, (n,).
    noise : float
        Standard deviation of a pixel (e⁻).
    """

    places: np.ndarray
    charge: np.ndarray
    own: np.ndarray
    noise: float

    def where(self, kept: np.ndarray) -> ClusterPixels:
        """The pixels for which `kept`, bool of shape (n,), is true."""
        return ClusterPixels(*(part[kept] for part in self[:3]), self.noise)

    def image(self, values: np.ndarray, outside: float = 0.0) -> np.ndarray:
        """Values of the pixels, (n,), as an image with an empty margin of a pixel, (h, w)."""
        image = np.full(tuple(self.places.max(axis=0).astype(int) + 3), outside, values.dtype)
        image[self.on_image] = values
        return image

    @property
    def on_image(self) -> tuple[np.ndarray, np.ndarray]:
        """Row and column of each pixel on `image`."""
        rows, columns = self.places.astype(int).T + 1
        return rows, columns


@dataclass(frozen=True, eq=False)
class ClusterCharges:
    """Clusters of a window, and their charge.

    Attributes
    ----------
    charge : ndarray
        Charge above the background (e⁻) of each pixel of the apertures, (aperture pixels,).
    apertures, pixels : PixelList
        Apertures and pixels of all clusters.
    noise : ndarray
        Standard deviation of a pixel (e⁻), (clusters,).
    at_edge : ndarray of bool
        Whether each reaches the edge of the frame, (clusters,).
    detector : Detector
        Pair energy, pixel size and diffusion.
    """

    charge: np.ndarray
    apertures: PixelList
    pixels: PixelList
    noise: np.ndarray
    at_edge: np.ndarray
    detector: Detector

    @cached_property
    def boxes(self) -> np.ndarray:
        """First row and column, end row and column of each aperture (px), (clusters, 4)."""
        return self.apertures.boxes()

    def aperture_of(self, member: int) -> np.ndarray:
        """Indices of the aperture pixels of one cluster."""
        return self.apertures.indices_of(np.array([member]))[0]

    def one(self, member: int) -> ClusterPixels:
        """Pixels of the aperture of one cluster, their places counted from its corner."""
        index = self.aperture_of(member)
        rows, columns = self.apertures.rows[index], self.apertures.columns[index]
        of_cluster, _ = self.pixels.indices_of(np.array([member]))
        inside = np.isin(
            rows.astype(np.int64) << 32 | columns,
            self.pixels.rows[of_cluster].astype(np.int64) << 32 | self.pixels.columns[of_cluster],
        )
        places = (np.column_stack([rows, columns]) - self.boxes[member, :2]).astype(float)
        return ClusterPixels(places, self.charge[index], inside, float(self.noise[member]))


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
        cls,
        clusters: ClusterCharges,
        members: np.ndarray,
        *,
        margin: int = 0,
        length: int | None = None,
    ) -> Canvas:
        """Canvases of some clusters.

        Parameters
        ----------
        clusters : ClusterCharges
            All clusters.
        members : ndarray
            Indices of the clusters.
        margin : int
            Width of the empty margin (px).
        length : int, optional
            Length of both edges (px); by default they are as large as the largest cluster.
        """
        pixels = clusters.apertures
        index, number = pixels.indices_of(members)
        boxes = clusters.boxes[members]
        shape = (boxes[:, 2:] - boxes[:, :2]).max(axis=0, initial=1) + 2 * margin
        shape = shape if length is None else (length, length)
        corners = boxes[:, :2] - margin
        data, used = np.zeros((2, len(members), *shape))
        places = (
            number,
            pixels.rows[index] - corners[number, 0],
            pixels.columns[index] - corners[number, 1],
        )
        data[places] = clusters.charge[index]
        used[places] = 1.0
        return cls(data, used, corners)

    def places(self, number: int, pixels: PixelList, member: int) -> tuple[np.ndarray, ...]:
        """Row and column on the canvas of each pixel of one cluster of a list."""
        index, _ = pixels.indices_of(np.array([member]))
        row, column = self.corners[number]
        return pixels.rows[index] - row, pixels.columns[index] - column
