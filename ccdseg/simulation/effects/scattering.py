"""Scattered X-rays: rings, halo of the beam, spots, speckles; and what a detector leaves out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import gaussian_filter

from ccdseg.errors import InputError


def distance_from(
    shape: tuple[int, int], centre: tuple[float, float], *, ellipticity: float = 1.0
) -> np.ndarray:
    """Distance of each pixel from a centre.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    centre : tuple of float
        Row and column (px), inside the frame or not.
    ellipticity : float
        Factor on distances along the columns: a tilted detector sees ellipses.

    Returns
    -------
    ndarray
        Distance (px), float32 of `shape`.
    """
    rows = np.arange(shape[0], dtype=np.float32)[:, np.newaxis] - np.float32(centre[0])
    columns = np.arange(shape[1], dtype=np.float32) - np.float32(centre[1])
    return np.hypot(rows * np.float32(ellipticity), columns)


def beam_halo(
    distance: np.ndarray, level: float, *, radius: float, exponent: float = 2.0
) -> np.ndarray:
    """Small-angle scattering around the beam: level / (1 + (distance / radius)²)^(exponent / 2).

    The form of Porod's law: a plateau, then a power law.

    Parameters
    ----------
    distance : ndarray
        Distance from the beam (px).
    level : float
        Photons per pixel in the beam.
    radius : float
        Radius of the plateau (px).
    exponent : float
        Power with which the scattering falls.

    Returns
    -------
    ndarray
        Photons per pixel in the mean, float32.
    """
    if not radius > 0:
        raise InputError(f"A halo has a radius of {radius} px; it must be above 0.")
    return (level / (1 + (distance / radius) ** 2) ** (exponent / 2)).astype(np.float32)


def scattering_rings(
    distance: np.ndarray,
    radii: Sequence[float],
    widths: Sequence[float],
    levels: Sequence[float],
) -> np.ndarray:
    """Debye-Scherrer rings with Gaussian profiles.

    Parameters
    ----------
    distance : ndarray
        Distance from the beam (px).
    radii, widths : sequence of float
        Radius and standard deviation of each ring (px).
    levels : sequence of float
        Photons per pixel at the top of each.

    Returns
    -------
    ndarray
        Photons per pixel in the mean, float32.
    """
    rings = np.zeros_like(distance)
    for radius, width, level in zip(radii, widths, levels, strict=True):
        rings += np.float32(level) * np.exp(-0.5 * ((distance - radius) / width) ** 2)
    return rings


def spots(
    shape: tuple[int, int],
    places: np.ndarray,
    widths: Sequence[float],
    levels: Sequence[float],
) -> np.ndarray:
    """Round spots, as a crystal reflects.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    places : ndarray
        Row and column of each spot (px), (n, 2).
    widths : sequence of float
        Standard deviations (px).
    levels : sequence of float
        Photons per pixel in the middle of each.

    Returns
    -------
    ndarray
        Photons per pixel in the mean, float32 of `shape`.
    """
    total = np.zeros(shape, dtype=np.float32)
    for (row, column), width, level in zip(places, widths, levels, strict=True):
        reach = int(np.ceil(5 * width)) + 1
        first = np.maximum(np.array([int(row), int(column)]) - reach, 0)
        last = np.minimum(np.array([int(row), int(column)]) + reach + 1, shape)
        if (first >= last).any():
            continue
        box = tuple(slice(a, b) for a, b in zip(first, last, strict=True))
        size = tuple(int(n) for n in last - first)
        away = distance_from(size, (row - first[0], column - first[1]))
        total[box] += np.float32(level) * np.exp(-0.5 * (away / width) ** 2)
    return total


def speckles(
    shape: tuple[int, int], size: float, *, contrast: float, rng: np.random.Generator
) -> np.ndarray:
    """Factor on the intensity of coherent light: fully developed speckles of a mean of 1.

    The intensity of a smooth complex Gaussian field, whose distribution is exponential (Goodman,
    Speckle Phenomena in Optics); partial coherence mixes it with even light.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    size : float
        Standard deviation of the smoothing (px): half the size of a speckle.
    contrast : float
        Standard deviation over mean, from 0 for even light to 1.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray
        float32 of `shape`.
    """
    if not 0 <= contrast <= 1:
        raise InputError(f"The contrast of speckles is {contrast}; it lies from 0 to 1.")
    field = [
        gaussian_filter(rng.standard_normal(shape, dtype=np.float32), size, mode="wrap")
        for _ in range(2)
    ]
    intensity = field[0] ** 2 + field[1] ** 2
    return (1 - contrast + contrast * intensity / intensity.mean()).astype(np.float32)


def module_gaps(
    shape: tuple[int, int], row_gaps: Sequence[slice], column_gaps: Sequence[slice]
) -> np.ndarray:
    """Sensitive area of a detector of modules: false in the rows and columns between them.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    row_gaps, column_gaps : sequence of slice
        Rows and columns of the gaps.

    Returns
    -------
    ndarray of bool
    """
    sees = np.ones(shape, dtype=bool)
    for gap in row_gaps:
        sees[gap] = False
    for gap in column_gaps:
        sees[:, gap] = False
    return sees
