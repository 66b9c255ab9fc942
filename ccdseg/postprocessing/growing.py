"""Growing the components of a class."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from ccdseg.arrays import empty, strips, with_halo
from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.errors import InputError


def grow(
    mask: np.ndarray,
    n_pixels: int,
    *,
    name: str | None = None,
    classes: ClassCatalogue = CLASSES,
) -> np.ndarray:
    """Grow the components of a class into background and glow.

    Parameters
    ----------
    mask : ndarray
        Class indices, uint8 of shape (H, W).
    n_pixels : int
        Distance (px) up to which pixels are added.
    name : str, optional
        Class that grows; that of particles by default.
    classes : ClassCatalogue
        Meaning of the indices.

    Returns
    -------
    ndarray
        A grown copy; hot pixels stay.

    Raises
    ------
    InputError
        If the number is negative or there is no such class.
    """
    if n_pixels < 0:
        raise InputError(f"A mask cannot grow by {n_pixels} px; give 0 or more.")
    grown = classes.need_particles() if name is None else classes[name]
    from skimage.morphology import disk

    fixed = [row.index for row in classes if row.name == "hot pixel"]
    result, footprint = empty(mask.shape, mask.dtype), disk(n_pixels)
    for rows in strips(mask, result):
        around, inner = with_halo(rows, n_pixels, len(mask))
        reached = ndimage.binary_dilation(mask[around] == grown.index, footprint)[inner]
        kept = ~reached | np.isin(mask[rows], fixed)
        result[rows] = np.where(kept, mask[rows], mask.dtype.type(grown.index))
    return result
