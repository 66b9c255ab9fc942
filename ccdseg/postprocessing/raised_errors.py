"""Errors of pixels that were filled from their surroundings."""

from __future__ import annotations

from math import pi

import numpy as np

from ccdseg.arrays import copy_of, strips
from ccdseg.postprocessing.inpainting import inpaint

_MEAN_VARIANCE = 1 / (4 * pi)
"""Variance of the mean that fills a pixel over that of a pixel: sum of the squared weights of a
Gaussian of 1 px."""


def raise_errors(errors: np.ndarray, replaced: np.ndarray) -> np.ndarray:
    """Raise the standard deviations of filled pixels to what is not known of them.

    A filled pixel stands for one that fluctuates as its surroundings do, around a mean that they
    tell with the variance of a weighted mean.

    Parameters
    ----------
    errors : ndarray
        Standard deviations of shape (H, W), in any unit.
    replaced : ndarray of bool
        Filled pixels, of the same shape.

    Returns
    -------
    ndarray
        Copy of the same type: none is lowered, and those of other pixels are the same to the last
        bit.

    Raises
    ------
    InputError
        If no pixel is left that was not filled.
    """
    surroundings, raised = inpaint(errors, replaced), copy_of(errors)
    factor = np.sqrt(1 + _MEAN_VARIANCE)
    for rows in strips(raised, surroundings, replaced):
        chosen = replaced[rows]
        raised[rows][chosen] = np.fmax(raised[rows][chosen], factor * surroundings[rows][chosen])
    return raised
