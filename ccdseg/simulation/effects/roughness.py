"""How unevenly a defect shines from pixel to pixel."""

from __future__ import annotations

import numpy as np


def uneven(n_pixels: int, roughness: float, *, rng: np.random.Generator) -> np.ndarray:
    """Draw factors of mean 1 from a gamma distribution.

    Parameters
    ----------
    n_pixels : int
        Number of factors.
    roughness : float
        Their relative standard deviation; 0 for ones. No citable form; configurable.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray
        Factors, float64 of shape (n_pixels,).
    """
    if roughness == 0:
        return np.ones(n_pixels)
    return rng.gamma(roughness**-2, roughness**2, n_pixels)
