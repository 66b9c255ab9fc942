"""Growing the components of a class."""

from __future__ import annotations

import numpy as np
from scipy import ndimage
from skimage.morphology import disk

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
    reached = ndimage.binary_dilation(mask == grown.index, disk(n_pixels))
    fixed = [row.index for row in classes if row.name == "hot pixel"]
    return np.where(reached & ~np.isin(mask, fixed), np.uint8(grown.index), mask).astype(mask.dtype)
