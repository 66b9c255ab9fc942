"""Structure of the median of many exposures: its smooth background, and lines in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

import numpy as np
from scipy.ndimage import median_filter

BOX = 32
"""Pixels of a column or row that are taken together."""

_WINDOW = 41
"""Pixels across lines over which the background is a running median: wider than lines are."""

_PIXELS = 2**20
"""Pixels that are held at once, about."""


@dataclass(frozen=True, eq=False)
class SmoothBackground:
    """Background that follows slopes of any steepness along rows and columns, and no line.

    A running median leaves every rising or falling profile as it is, and removes what is narrower
    than half of its window. It is taken across the medians of pieces of the columns, and then, of
    what these leave, across those of the rows.

    Attributes
    ----------
    by_columns : ndarray
        Part of each column in boxes of rows (ADU), float32 of shape (⌈H / BOX⌉, W).
    by_rows : ndarray
        Part of each row in boxes of columns (ADU), float32 of shape (H, ⌈W / BOX⌉).
    """

    by_columns: np.ndarray
    by_rows: np.ndarray

    @classmethod
    def of(cls, image: np.ndarray) -> SmoothBackground:
        """Background of an image (ADU), (H, W), strip by strip; what is not finite is left out."""
        height, width = image.shape
        by_columns = np.stack(
            [_medians(image[row : row + BOX], axis=0) for row in range(0, height, BOX)]
        )
        by_columns = _running_median(by_columns, axis=1)
        without_rows = cls(by_columns, np.zeros((height, ceil(width / BOX)), np.float32))
        by_rows = np.empty_like(without_rows.by_rows)
        for rows in strips_of_boxes(height, width):
            rest = image[rows] - without_rows.rows(rows)
            for box in range(by_rows.shape[1]):
                part = rest[:, box * BOX : (box + 1) * BOX]
                by_rows[rows, box] = _medians(part, axis=1)
        return cls(by_columns, _running_median(by_rows, axis=0))

    def rows(self, rows: slice) -> np.ndarray:
        """Some rows of the background (ADU), float32 of shape (rows, W)."""
        low, share = _between(np.arange(rows.start, rows.stop), len(self.by_columns))
        high, share = np.minimum(low + 1, len(self.by_columns) - 1), share[:, np.newaxis]
        result = self.by_columns[low] * (1 - share) + self.by_columns[high] * share
        n_boxes = self.by_rows.shape[1]
        low, share = _between(np.arange(self.by_columns.shape[1]), n_boxes)
        part, high = self.by_rows[rows], np.minimum(low + 1, n_boxes - 1)
        result += part[:, low] * (1 - share) + part[:, high] * share
        return result.astype(np.float32)


def strips_of_boxes(n_rows: int, n_columns: int) -> Iterator[slice]:
    """Strips of whole boxes, but for the last, which takes in the rows that are left over."""
    height = max(_PIXELS // n_columns // BOX, 1) * BOX
    for first in range(0, max(n_rows - BOX, 0) + 1, height):
        last = first + height + BOX > n_rows
        yield slice(first, n_rows if last else first + height)
        if last:
            return


def line_levels(excess: np.ndarray, *, axis: int) -> np.ndarray:
    """Median of each pixel's piece of `BOX` pixels of its column (axis 0) or row (axis 1).

    Parameters
    ----------
    excess : ndarray
        Signal above the background (ADU) of shape (h, W); what is not finite is left out.
    axis : int
        Direction of the lines.

    Returns
    -------
    ndarray
        float32 of the same shape.
    """
    lines = excess if axis == 0 else excess.T
    result = np.empty(lines.shape, dtype=np.float32)
    for first in range(0, len(lines), BOX):
        piece = lines[max(min(first, len(lines) - BOX), 0) : first + BOX]
        result[first : first + BOX] = _medians(piece, axis=0)
    return result if axis == 0 else result.T


def _medians(values: np.ndarray, *, axis: int) -> np.ndarray:
    """Medians of what is finite; the median of these where nothing is."""
    finite = np.isfinite(values)
    if finite.all():
        return np.median(values, axis=axis)
    medians = np.ma.median(np.ma.MaskedArray(values, ~finite), axis=axis)
    return np.ma.filled(medians, np.ma.median(medians) if medians.count() else 0.0)


def _running_median(profiles: np.ndarray, *, axis: int) -> np.ndarray:
    size = [1, 1]
    size[axis] = min(_WINDOW, profiles.shape[axis] | 1)
    return median_filter(profiles.astype(np.float32), size, mode="nearest")


def _between(pixels: np.ndarray, n_boxes: int) -> tuple[np.ndarray, np.ndarray]:
    """Box whose middle lies below each pixel, and how far the pixel is on the way to the next."""
    places = np.clip((pixels + 0.5) / BOX - 0.5, 0, n_boxes - 1)
    low = np.floor(places).astype(int)
    return low, (places - low).astype(np.float32)
