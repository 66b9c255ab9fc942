"""Windows of a frame in which clusters are measured, so that a large frame needs no more memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

import numpy as np

from ccdseg.arrays import row_strips
from ccdseg.events.clusters import GAP
from ccdseg.events.local_background import ANNULUS_WIDTH

_BEYOND = ANNULUS_WIDTH + 2 * GAP + 2
"""Width (px) around an aperture in which other clusters count: those that reach into its annulus
with their own apertures and gaps, and the neighbours that tell their outlines."""

_LARGE_HEIGHT, _LARGE_BOX = 1024, 2**16
"""Rows and pixels of a cluster's box, the annulus around it included, from which it has a window of
its own."""


@dataclass(frozen=True, eq=False)
class Window:
    """Part of a frame that holds some clusters and what surrounds them.

    Attributes
    ----------
    area : tuple of slice
        Rows and columns of the frame.
    members : ndarray
        Numbers of the clusters, ascending, (members,).
    """

    area: tuple[slice, slice]
    members: np.ndarray

    @property
    def origin(self) -> tuple[int, int]:
        """First row and column."""
        return self.area[0].start, self.area[1].start


def plan_windows(
    boxes: np.ndarray, shape: tuple[int, int], *, aperture_margin: float
) -> Iterator[Window]:
    """Windows that together hold every cluster once: strips of rows, and one per large cluster.

    What is measured of a cluster does not depend on the window that it lies in. Without clusters
    there is one empty window.

    Parameters
    ----------
    boxes : ndarray
        First row and column, end row and column of each cluster (px), (clusters, 4).
    shape : tuple of int
        Rows and columns of the frame.
    aperture_margin : float
        Width of the margin around a cluster (px).

    Yields
    ------
    Window
    """
    if not len(boxes):
        yield Window((slice(0, 0), slice(0, 0)), np.arange(0))
        return
    margin = ceil(2 * aperture_margin + _BEYOND)
    lengths = boxes[:, 2:] - boxes[:, :2] + 2 * margin
    large = (lengths[:, 0] > _LARGE_HEIGHT) | (lengths.prod(axis=1) > _LARGE_BOX)
    for number in np.flatnonzero(large):
        yield _around(boxes, np.array([number]), margin, shape)
    height = max(row_strips.PIXELS // shape[1], 1)
    small = np.flatnonzero(~large)
    strip = boxes[small, 0] // height
    order = np.argsort(strip, kind="stable")
    for members in np.split(small[order], np.flatnonzero(np.diff(strip[order])) + 1):
        if len(members):
            yield _around(boxes, members, margin, shape)


def _around(boxes: np.ndarray, members: np.ndarray, margin: int, shape: tuple[int, int]) -> Window:
    first = np.maximum(boxes[members, :2].min(axis=0) - margin, 0).tolist()
    end = np.minimum(boxes[members, 2:].max(axis=0) + margin, shape).tolist()
    return Window((slice(first[0], end[0]), slice(first[1], end[1])), members)
