"""The background under a cluster, from the pixels around it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from astropy.stats import sigma_clip

_CLIPPED_AT = 5.0  # standard deviations; a median deviation would clip single electrons away
_LEAST = 4  # pixels, one more than a plane has parameters


@dataclass(frozen=True)
class Background:
    """A plane through the pixels around a cluster.

    Attributes
    ----------
    level : float
        Height of the plane in the middle of the aperture (ADU).
    level_error : float
        Its standard deviation (ADU).
    slope : tuple of float
        Change per row and per column (ADU/px).
    centre : tuple of float
        The middle of the aperture: row and column (px).
    noise : float
        Standard deviation of a pixel around the plane (ADU).
    """

    level: float
    level_error: float
    slope: tuple[float, float]
    centre: tuple[float, float]
    noise: float

    def plane(self, shape: tuple[int, int]) -> np.ndarray:
        """Background (ADU), float64 of `shape`."""
        rows, columns = np.ogrid[: shape[0], : shape[1]]
        rise = self.slope[0] * (rows - self.centre[0])
        return self.level + rise + self.slope[1] * (columns - self.centre[1])


def fit_background(image: np.ndarray, free: np.ndarray, aperture: np.ndarray) -> Background:
    """Fit a plane to the free pixels, those beyond 5 standard deviations left out.

    Parameters
    ----------
    image : ndarray
        Signal (ADU) of shape (H, W).
    free : ndarray of bool
        Pixels that show the background. Where they are fewer than 4, it is 0 and its noise unknown
        (NaN).
    aperture : ndarray of bool
        Pixels whose background is wanted.

    Returns
    -------
    Background
    """
    where = np.argwhere(aperture)
    centre = tuple(map(float, where.mean(axis=0))) if len(where) else (0.0, 0.0)
    values = image[free]
    if len(values) < _LEAST:
        return Background(0.0, np.nan, (0.0, 0.0), centre, np.nan)
    kept = ~np.ma.getmaskarray(sigma_clip(values, _CLIPPED_AT, cenfunc="mean", stdfunc="std"))
    rows, columns = (axis[kept] for axis in np.nonzero(free))
    terms = np.stack([np.ones(len(rows)), rows - centre[0], columns - centre[1]], axis=1)
    plane, *_ = np.linalg.lstsq(terms, values[kept], rcond=None)
    noise = float(np.sqrt(np.sum((values[kept] - terms @ plane) ** 2) / (len(rows) - 3)))
    covariance = np.linalg.pinv(terms.T @ terms)
    return Background(
        level=float(plane[0]),
        level_error=noise * float(covariance[0, 0]) ** 0.5,
        slope=(float(plane[1]), float(plane[2])),
        centre=centre,
        noise=noise,
    )
