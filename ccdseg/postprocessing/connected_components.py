"""Connected components of a class and the pixels around each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from ccdseg.arrays import find_components
from ccdseg.mask import EIGHT_CONNECTED, expand_box


@dataclass(frozen=True, eq=False)
class ConnectedComponent:
    """Connected pixels of one class.

    Attributes
    ----------
    area : tuple of slice
        Rows and columns of the mask that they reach, and one more at each edge.
    pixels : ndarray of bool
        The component in that area.
    """

    area: tuple[slice, slice]
    pixels: np.ndarray

    @property
    def extent(self) -> tuple[int, int]:
        """Rows and columns that it reaches (px)."""
        rows, columns = np.nonzero(self.pixels)
        return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1

    @property
    def size(self) -> int:
        """Number of pixels."""
        return int(np.count_nonzero(self.pixels))

    def surroundings(self, mask: np.ndarray) -> np.ndarray:
        """Class indices of the pixels that touch it, (n,)."""
        return mask[self.area][self._ring]

    def ends_touch(self, others: np.ndarray) -> bool:
        """Whether both ends along the longer axis touch `others`, bool of the shape of the area."""
        touched = self._ring & others
        longest = max(self.extent)
        for axis, length in enumerate(self.extent):
            if length == longest:
                reached = np.flatnonzero(self.pixels.any(axis=1 - axis))
                where = np.flatnonzero(touched.any(axis=1 - axis))
                if where.size and where[0] < reached[0] and where[-1] > reached[-1]:
                    return True
        return False

    @property
    def _ring(self) -> np.ndarray:
        return ndimage.binary_dilation(self.pixels, EIGHT_CONNECTED) & ~self.pixels


def connected_components(mask: np.ndarray, index: int) -> Iterator[ConnectedComponent]:
    """Components of a class of a mask, of shape (H, W); the mask may change meanwhile."""
    found = find_components(mask, index)
    for number, (top, left, bottom, right) in enumerate(found.boxes.tolist()):
        area = expand_box((slice(top, bottom), slice(left, right)), 1, mask.shape)
        yield ConnectedComponent(area, found.pixels(number, area))


def most_frequent(values: np.ndarray) -> int:
    """The class that occurs most often, of equal ones the first; 0 where there is none."""
    return int(np.bincount(values).argmax()) if values.size else 0
