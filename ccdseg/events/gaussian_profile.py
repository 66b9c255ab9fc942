"""Round Gaussians integrated over pixels, and what fits of them share.

The parameters of a Gaussian are row and column of the centre (px), logarithm of the RMS width (px)
and signal.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

N_PARAMETERS = 4

_ROOT = (2 * np.pi) ** 0.5


def pixel_shares(centre: np.ndarray, log_width: np.ndarray, length: int) -> np.ndarray:
    """Share of the charge per pixel along one axis.

    Parameters
    ----------
    centre : ndarray
        Place of the centre, 0 in the middle of the first pixel (px), of shape (…).
    log_width : ndarray
        Logarithm of the RMS width (px), of a shape that goes with `centre`.
    length : int
        Number of pixels.

    Returns
    -------
    ndarray
        The share, its derivative by the centre and that by the logarithm of the width,
        (…, 3, length).
    """
    width = np.exp(log_width)[..., np.newaxis]
    edges = (np.arange(length + 1) - 0.5 - centre[..., np.newaxis]) / width
    density = np.exp(-0.5 * edges**2) / _ROOT
    at_edges = np.stack([ndtr(edges), -density / width, -edges * density], axis=-2)
    return at_edges[..., 1:] - at_edges[..., :-1]


def normalised(curvature: np.ndarray, *, least: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Matrices with a diagonal of ones, and the roots of what it was, 1 where at most `least`.

    Parameters
    ----------
    curvature : ndarray
        Gauss-Newton matrices, (fits, parameters, parameters).
    least : float
        Root of a diagonal element that counts as nothing.

    Returns
    -------
    matrices : ndarray
        Of the shape of `curvature`.
    scale : ndarray
        (fits, parameters).
    """
    scale = np.sqrt(np.diagonal(curvature, axis1=1, axis2=2))
    scale = np.where(scale > least, scale, 1.0)
    return curvature / (scale[:, :, np.newaxis] * scale[:, np.newaxis]), scale
