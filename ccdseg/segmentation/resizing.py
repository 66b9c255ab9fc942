"""Images, masks and probabilities in another size."""

from __future__ import annotations

import numpy as np
from skimage.transform import resize


def resize_bilinear(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resize an image, or the probabilities of its classes, bilinearly.

    Parameters
    ----------
    image : ndarray
        (H, W) or (H, W, classes), any unit.
    size : tuple of int
        Rows and columns wanted (px).

    Returns
    -------
    ndarray
        float32 of shape (rows, columns) or (rows, columns, classes).
    """
    return _resized(image.astype(np.float32), size, order=1)


def resize_nearest(mask: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resize a mask; each pixel takes the class of the nearest, since classes cannot be blended.

    Parameters
    ----------
    mask : ndarray
        Class indices of shape (H, W).
    size : tuple of int
        Rows and columns wanted (px).

    Returns
    -------
    ndarray
        Class indices of shape (rows, columns) and the type of `mask`.
    """
    return _resized(mask, size, order=0).astype(mask.dtype)


def _resized(array: np.ndarray, size: tuple[int, int], *, order: int) -> np.ndarray:
    if array.shape[:2] == tuple(size):
        return array
    return resize(array, size, order=order, mode="edge", preserve_range=True, anti_aliasing=False)
