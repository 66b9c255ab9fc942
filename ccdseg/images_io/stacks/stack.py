"""What all files of several images have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

_SATURATION = {"uint8": 255.0, "uint16": 65535.0, "int16": 32767.0}
"""Signal (ADU) from which a pixel is saturated, by the type of the numbers."""


class Stack(ABC):
    """An open file of images of one size, read one by one.

    Attributes
    ----------
    n_images : int
        Number of images.
    shape : tuple of int
        Rows and columns of an image (px).
    dtype : numpy.dtype
        Type of the numbers in the file.
    bad : ndarray of bool or None
        Pixels without a value in any image, of `shape`, where the file says so.
    is_hybrid : bool
        Whether the file names a detector that counts photons pixel by pixel: it marks pixels
        without a value by the largest number of its type.
    told_saturation : float or None
        Signal (ADU) from which a pixel is saturated, where the file says so.
    """

    n_images: int
    shape: tuple[int, int]
    dtype: np.dtype
    bad: np.ndarray | None = None
    is_hybrid: bool = False
    told_saturation: float | None = None

    @abstractmethod
    def read(self, index: int) -> np.ndarray:
        """Image of a number, as it is stored, of `shape`."""

    @abstractmethod
    def close(self) -> None:
        """Close the file."""

    @property
    def n_bytes(self) -> int:
        """Size of all images (bytes)."""
        return self.n_images * self.shape[0] * self.shape[1] * self.dtype.itemsize

    @property
    def saturation(self) -> float:
        """Signal (ADU) from which a pixel is saturated."""
        return self.told_saturation or saturation_of(self.dtype)


@contextmanager
def closed_on_error(stack: Stack) -> Iterator[None]:
    """Close a stack where the block raises, as in the middle of opening it."""
    try:
        yield
    except BaseException:
        stack.close()
        raise


def saturation_of(dtype: np.dtype) -> float:
    """Largest number of a type of 8 or 16 bit (ADU); infinite for larger types."""
    return _SATURATION.get(np.dtype(dtype).name, np.inf)
