"""Clusters of a mask: their pixels, their apertures, and the background pixels around them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import floor

import numpy as np

from ccdseg.arrays import Components, find_components
from ccdseg.classes import ClassCatalogue
from ccdseg.events.serial_events import serial_register_events
from ccdseg.mask import EIGHT_CONNECTED

GAP = 2.0
"""Distance between aperture and background annulus (px), for the last tails of the charge."""


@dataclass(frozen=True, eq=False)
class PixelList:
    """Pixels of many clusters, sorted by cluster.

    Attributes
    ----------
    cluster : ndarray
        Index of the cluster of each pixel, from 0, (pixels,).
    rows, columns : ndarray
        Position in the frame (px), (pixels,).
    n_clusters : int
        Number of clusters.
    """

    cluster: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    n_clusters: int

    @classmethod
    def of_labels(cls, labels: np.ndarray, n_clusters: int) -> PixelList:
        """Pixels of the labels from 1 to `n_clusters` of a label image, each in raster order."""
        flat = np.flatnonzero(labels != 0)  # of truth values it takes a fifth of the time
        cluster = labels.ravel()[flat] - 1
        order = np.argsort(cluster, kind="stable")
        rows, columns = (axis.astype(np.int32) for axis in np.divmod(flat[order], labels.shape[1]))
        return cls(cluster[order], rows, columns, n_clusters)

    def where(self, kept: np.ndarray) -> PixelList:
        """The pixels for which `kept`, bool of shape (pixels,), is true."""
        return PixelList(self.cluster[kept], self.rows[kept], self.columns[kept], self.n_clusters)

    def first(self, n_clusters: int) -> PixelList:
        """The pixels of the first clusters alone."""
        end = np.searchsorted(self.cluster, n_clusters)
        return PixelList(self.cluster[:end], self.rows[:end], self.columns[:end], n_clusters)

    def moved(self, origin: tuple[int, int]) -> PixelList:
        """The pixels in a frame in which the first one of theirs has this row and column."""
        rows, columns = self.rows + origin[0], self.columns + origin[1]
        return PixelList(self.cluster, rows, columns, self.n_clusters)

    def values(self, frame: np.ndarray) -> np.ndarray:
        """Values of a frame at the pixels, (pixels,)."""
        return frame[self.rows, self.columns]

    def counts(self) -> np.ndarray:
        """Number of pixels of each cluster, (clusters,)."""
        return np.bincount(self.cluster, minlength=self.n_clusters)

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Sum of values, (pixels,), over each cluster, float64 of shape (clusters,)."""
        return np.bincount(self.cluster, values, self.n_clusters)

    def any(self, flags: np.ndarray) -> np.ndarray:
        """Whether a flag, bool of shape (pixels,), is set in each cluster, (clusters,)."""
        found = np.zeros(self.n_clusters, dtype=bool)
        found[self.cluster[flags]] = True
        return found

    def extremes(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Least and greatest of values, (pixels,), in each cluster, (clusters,); 0 without any."""
        low, high = np.zeros((2, self.n_clusters), dtype=values.dtype)
        filled, starts = np.unique(self.cluster, return_index=True)
        if len(filled):
            low[filled] = np.minimum.reduceat(values, starts)
            high[filled] = np.maximum.reduceat(values, starts)
        return low, high

    def boxes(self) -> np.ndarray:
        """First row, first column, end row, end column (px), (clusters, 4); 0 without a pixel."""
        (top, down), (left, right) = self.extremes(self.rows), self.extremes(self.columns)
        filled = self.counts() > 0
        return np.stack([top, left, down + filled, right + filled], axis=1).astype(int)

    def indices_of(self, members: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Indices of the pixels of some clusters, and for each pixel the position of its cluster.

        Parameters
        ----------
        members : ndarray
            Indices of clusters; the pixels come in their order.

        Returns
        -------
        indices, positions : ndarray
            Indices into the list, and positions in `members`, (pixels,).
        """
        starts, ends = (np.searchsorted(self.cluster, members, side) for side in ("left", "right"))
        counts = ends - starts
        before = np.cumsum(counts) - counts
        indices = np.arange(counts.sum()) + np.repeat(starts - before, counts)
        return indices, np.repeat(np.arange(len(members)), counts)


@dataclass(frozen=True, eq=False)
class Clusters:
    """Clusters of a frame, or of a window of it.

    Attributes
    ----------
    pixels : PixelList
        The clusters.
    apertures : PixelList
        The clusters with the margin around them; a pixel between two goes to the nearer one.
    background : ndarray of bool
        Pixels, (H, W), that are farther from every cluster than aperture and gap.
    touches_other : ndarray of bool
        Whether each touches a pixel of a class that is neither background nor that of the
        particles, (clusters,).
    touches_serial : ndarray of bool
        Whether each touches a serial-register event, (clusters,).
    """

    pixels: PixelList
    apertures: PixelList
    background: np.ndarray
    touches_other: np.ndarray
    touches_serial: np.ndarray


def find_clusters(mask: np.ndarray, classes: ClassCatalogue) -> Components:
    """Clusters of a mask of class indices, (H, W), in the order of their first pixels."""
    return find_components(mask, classes.need_particles().index)


def label_clusters(mask: np.ndarray, classes: ClassCatalogue) -> tuple[np.ndarray, int]:
    """Number of the cluster of each pixel, from 1, 0 where there is none; number of clusters."""
    clusters = find_clusters(mask, classes)
    everywhere = slice(0, mask.shape[0]), slice(0, mask.shape[1])
    return clusters.labels(everywhere, np.arange(clusters.n)), clusters.n


def with_apertures(
    labels: np.ndarray,
    mask: np.ndarray,
    n_clusters: int,
    *,
    classes: ClassCatalogue,
    aperture_margin: float,
) -> Clusters:
    """Pixels and apertures of clusters.

    Parameters
    ----------
    labels : ndarray
        Label image of the clusters, int32 of shape (H, W), changed in place. Labels beyond
        `n_clusters` are of others: they keep their pixels and apertures, and are not listed.
    mask : ndarray
        Class indices of the same shape.
    n_clusters : int
        Number of clusters.
    classes : ClassCatalogue
        Meaning of the indices.
    aperture_margin : float
        Width of the margin around a cluster (px).

    Returns
    -------
    Clusters
    """
    pixels = PixelList.of_labels(labels, int(labels.max(initial=0)))
    outline = pixels.where(_is_outline(pixels, labels))
    for cluster, place in _shifted(outline, aperture_margin, mask.shape):
        unclaimed = labels.ravel()[place] == 0
        labels.ravel()[place[unclaimed]] = cluster[unclaimed] + 1
    background = labels == 0
    for _, place in _shifted(outline, aperture_margin + GAP, mask.shape):
        background.ravel()[place] = False
    plain = np.zeros(len(classes), dtype=bool)
    plain[[classes["background"].index, classes.need_particles().index]] = True
    serial = serial_register_events(mask, classes).ravel()
    touches = np.zeros((2, max(pixels.n_clusters, n_clusters)), dtype=bool)
    for cluster, place in _shifted(outline, 2**0.5, mask.shape):
        touches[0, cluster[~plain[mask.ravel()[place]]]] = True
        touches[1, cluster[serial[place]]] = True
    return Clusters(
        pixels=pixels.first(n_clusters),
        apertures=PixelList.of_labels(labels, pixels.n_clusters).first(n_clusters),
        background=background,
        touches_other=touches[0, :n_clusters],
        touches_serial=touches[1, :n_clusters],
    )


def _is_outline(pixels: PixelList, labels: np.ndarray) -> np.ndarray:
    """Whether one of the eight neighbours of a cluster's pixel is of no cluster, (pixels,)."""
    outline = np.zeros(len(pixels.cluster), dtype=bool)
    for down, right in np.argwhere(EIGHT_CONNECTED) - 1:
        rows = np.clip(pixels.rows + down, 0, labels.shape[0] - 1)
        columns = np.clip(pixels.columns + right, 0, labels.shape[1] - 1)
        outline |= labels[rows, columns] == 0
    return outline


def _shifted(
    outline: PixelList, radius: float, shape: tuple[int, int]
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Clusters and flat indices of the pixels at each offset within `radius`, the nearest first."""
    reach = floor(radius)
    down, right = (axis.ravel() for axis in np.mgrid[-reach : reach + 1, -reach : reach + 1])
    distance = down**2 + right**2
    order = np.lexsort((-down, -right, distance))  # of equally near clusters, the left one first
    for index in order[(distance[order] > 0) & (distance[order] <= radius**2)]:
        rows, columns = outline.rows + down[index], outline.columns + right[index]
        inside = (rows >= 0) & (rows < shape[0]) & (columns >= 0) & (columns < shape[1])
        yield outline.cluster[inside], rows[inside].astype(np.int64) * shape[1] + columns[inside]


def batches_by_shape(
    shapes: np.ndarray, *, growth: float, most_pixels: int
) -> Iterator[tuple[np.ndarray, tuple[int, int]]]:
    """Batches of boxes that fit into one shape.

    Parameters
    ----------
    shapes : ndarray
        Rows and columns of each box (px), (boxes, 2).
    growth : float
        Factor, at most, by which a length is larger than that of a box of more than 4 px: much
        makes few batches, little wastes few pixels.
    most_pixels : int
        Greatest number of pixels of a batch, but for single boxes that are larger.

    Yields
    ------
    members : ndarray
        Indices of the boxes of a batch.
    shape : tuple of int
        Rows and columns (px) that hold each of them.
    """
    steps = np.ceil(np.log(np.maximum(shapes, 4) / 4) / np.log(growth) - 1e-9)
    enlarged = np.ceil(4 * growth**steps - 1e-6).astype(int)
    common, batch_of = np.unique(enlarged, axis=0, return_inverse=True)
    for number, shape in enumerate(common):
        members = np.flatnonzero(batch_of == number)
        size = max(most_pixels // int(shape.prod()), 1)
        for start in range(0, len(members), size):
            yield members[start : start + size], (int(shape[0]), int(shape[1]))
