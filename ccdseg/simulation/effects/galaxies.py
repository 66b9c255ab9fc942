"""Extended light of the sky: galaxies and nebulae."""

from __future__ import annotations

import numpy as np

_SERSIC_REACH = 8.0
"""Effective radii to which a galaxy is drawn; less than 1 % of a disk's light lies beyond."""


def galaxy(
    shape: tuple[int, int],
    place: tuple[float, float],
    level: float,
    *,
    radius: float,
    index: float,
    ellipticity: float,
    angle: float,
) -> np.ndarray:
    """Galaxy of a Sérsic profile (1 is an exponential disk, 4 de Vaucouleurs' law).

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    place : tuple of float
        Row and column of its centre (px).
    level : float
        Photons per pixel at the effective radius.
    radius : float
        Effective radius (px), which holds half of the light.
    index : float
        Sérsic index.
    ellipticity : float
        1 − minor over major axis.
    angle : float
        Direction of the major axis from the row (rad).

    Returns
    -------
    ndarray
        Mean photons per pixel, float32 of `shape`.
    """
    from astropy.modeling.models import Sersic2D

    image = np.zeros(shape, dtype=np.float32)
    reach = int(np.ceil(_SERSIC_REACH * radius))
    box = tuple(
        slice(max(int(centre) - reach, 0), max(min(int(centre) + reach + 1, length), 0))
        for centre, length in zip(place, shape, strict=True)
    )
    rows, columns = (np.arange(part.start, part.stop) for part in box)
    model = Sersic2D(level, radius, index, place[1], place[0], ellipticity, angle)
    # the cusp of a high index is finer than a pixel: it ends at a third of one
    image[box] = np.minimum(model(columns, rows[:, np.newaxis]), model(place[1] + 1 / 3, place[0]))
    return image


def nebula(
    shape: tuple[int, int], level: float, *, slope: float = 3.0, rng: np.random.Generator
) -> np.ndarray:
    """Diffuse light with structure on all scales: the exponential of a Gaussian random field.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    level : float
        Photons per pixel where it is brightest.
    slope : float
        Power with which the spectrum of the field falls with the spatial frequency; about 3 is seen
        in interstellar matter (Miville-Deschênes et al. 2003).
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray
        Mean photons per pixel, float32 of `shape`.
    """
    frequency = np.hypot(np.fft.fftfreq(shape[0])[:, np.newaxis], np.fft.rfftfreq(shape[1]))
    frequency[0, 0] = np.inf
    noise = np.fft.rfft2(rng.standard_normal(shape))
    field = np.fft.irfft2(noise * frequency ** (-slope / 2), shape)
    field /= max(field.std(), np.finfo(float).tiny)
    bright = np.exp(field)
    return (level * bright / bright.max()).astype(np.float32)
