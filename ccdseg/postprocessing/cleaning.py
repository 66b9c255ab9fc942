"""An image without its particles."""

from __future__ import annotations

import numpy as np

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.postprocessing.inpainting import inpaint


def clean(
    image: np.ndarray,
    mask: np.ndarray,
    *,
    classes: ClassCatalogue = CLASSES,
    unknown: np.ndarray | None = None,
) -> np.ndarray:
    """Fill the pixels of particles from their surroundings, hot pixels left aside; see `inpaint`.

    Parameters
    ----------
    image : ndarray
        Signal of shape (H, W), of any type of numbers and any unit.
    mask : ndarray
        Class indices of the same shape.
    classes : ClassCatalogue
        Meaning of the indices.
    unknown : ndarray of bool, optional
        Pixels without a value, as those of the value BLANK in a FITS image of whole numbers.

    Returns
    -------
    ndarray
        A copy of the same type. What is no particle is the same to the last bit, and so is what is
        not finite or unknown.

    Raises
    ------
    InputError
        Where the catalogue has no class of particles, the shapes differ, or no pixel is left to
        fill from.
    """
    masked = (mask == classes.need_particles().index) & np.isfinite(image)
    unfit = np.zeros(mask.shape, dtype=bool) if unknown is None else unknown
    if "hot pixel" in classes.names:
        unfit = unfit | (mask == classes["hot pixel"].index)
    return inpaint(image, masked & ~unfit, unfit=unfit)
