"""Spectra on a detector: lines across the dispersion, traces along it, and what modulates them.

Every function gives a mean number of photons, or a factor on it; wavelength runs along the columns.
A spectrograph that disperses along the rows is the transpose.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.special import voigt_profile

from ccdseg.errors import InputError

_WINGS = 200
"""Distance to which the light of a trace is counted (px)."""


def spectral_line(
    shape: tuple[int, int],
    position: float,
    level: float,
    *,
    width: float,
    damping: float = 0.0,
    tilt: float = 0.0,
    curvature: float = 0.0,
) -> np.ndarray:
    """Line of one wavelength over all rows: the image of the slit, which may be tilted and curved.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    position : float
        Column of the line in the middle row (px), inside the frame or not.
    level : float
        Photons per pixel on top of the line.
    width : float
        Standard deviation of its Gaussian part (px): the resolution of the spectrograph.
    damping : float
        Half width at half maximum of its Lorentzian part (px): the natural width (Voigt profile).
    tilt : float
        Columns by which the line moves per row (px/px).
    curvature : float
        Columns by which the line is bent at the first and last row (px).

    Returns
    -------
    ndarray
        Mean photons per pixel, float32 of `shape`.

    Raises
    ------
    InputError
        If the width is not above 0.
    """
    if not width > 0:
        raise InputError(f"A spectral line has a width of {width} px; it must be above 0.")
    row = np.arange(shape[0], dtype=np.float64) - (shape[0] - 1) / 2
    half = max((shape[0] - 1) / 2, 1.0)
    centre = position + tilt * row + curvature * (row / half) ** 2
    away = np.arange(shape[1]) - centre[:, np.newaxis]
    if not damping:
        return (level * np.exp(-0.5 * (away / width) ** 2)).astype(np.float32)
    peak = voigt_profile(0.0, width, damping)
    return (level / peak * voigt_profile(away, width, damping)).astype(np.float32)


def spectral_trace(
    shape: tuple[int, int],
    centre: np.ndarray,
    spectrum: np.ndarray,
    *,
    width: float,
    wing: float = np.inf,
) -> np.ndarray:
    """Spectrum of a point source: a band along the columns whose cross-section is the seeing.

    The cross-section is a Moffat profile (1 + (y / α)²)^(−β) whose core has the given width, as
    the seeing of a telescope has it; a Gaussian for an infinite β.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    centre : ndarray
        Row of the trace in each column (px), (columns,), inside the frame or not.
    spectrum : ndarray
        Photons of each column, summed over the rows, (columns,).
    width : float
        Standard deviation of the core (px).
    wing : float
        Exponent β of the wings; about 2.5 to 5 for the atmosphere.

    Returns
    -------
    ndarray
        Mean photons per pixel, float32 of `shape`.

    Raises
    ------
    InputError
        If the width is not above 0.
    """
    if not width > 0:
        raise InputError(f"A trace has a width of {width} px; it must be above 0.")
    away = np.arange(shape[0])[:, np.newaxis] - centre
    total = _seeing(np.arange(-_WINGS, _WINGS + 1) * 1.0, width, wing).sum()
    return (_seeing(away, width, wing) / total * spectrum).astype(np.float32)


def _seeing(away: np.ndarray, width: float, wing: float) -> np.ndarray:
    """Brightness at a distance (px) from the middle of a trace, where it is 1."""
    square = 0.5 * (away / width) ** 2
    return np.exp(-square) if np.isinf(wing) else (1 + square / wing) ** -wing


def continuum_spectrum(
    n_columns: int,
    *,
    n_lines: int,
    depth: float,
    line_width: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Spectrum of a star: a smooth continuum with absorption lines, of a mean of about 1.

    Parameters
    ----------
    n_columns : int
        Columns (px).
    n_lines : int
        Absorption lines.
    depth : float
        Depth of the deepest line, 0 to 1.
    line_width : float
        Standard deviation of the narrowest lines (px).
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray
        Relative number of photons of each column, not negative, float64.
    """
    place = np.linspace(-1, 1, n_columns)
    continuum = np.polynomial.chebyshev.chebval(
        place, [1.0, rng.normal(0, 0.4), rng.normal(0, 0.2), rng.normal(0, 0.1)]
    )
    spectrum = np.clip(continuum, 0.05, None)
    column = np.arange(n_columns)
    for _ in range(n_lines):
        width = line_width * np.exp(rng.exponential(0.5))
        away = (column - rng.uniform(0, n_columns)) / width
        spectrum *= 1 - depth * rng.beta(1, 2) * np.exp(-0.5 * away**2)
    return spectrum


def interference_fringes(
    shape: tuple[int, int], amplitude: float, period: float, *, rng: np.random.Generator
) -> np.ndarray:
    """Factor by which a thinned CCD modulates red light: interference between its two faces.

    The phase follows the thickness, which varies smoothly over the CCD.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    amplitude : float
        Amplitude of the modulation, 0 to 1.
    period : float
        Distance of the fringes (px), about.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray
        Factor of a mean of about 1, float32 of `shape`.

    Raises
    ------
    InputError
        If the amplitude does not lie from 0 to 1.
    """
    if not 0 <= amplitude <= 1:
        raise InputError(f"Fringes have an amplitude of {amplitude}; it lies from 0 to 1.")
    rows, columns = (np.arange(n, dtype=np.float32) for n in shape)
    angle = rng.uniform(0, np.pi)
    phase = 2 * np.pi / period * (rows[:, np.newaxis] * np.sin(angle) + columns * np.cos(angle))
    for axis, n in enumerate(shape):
        bend = gaussian_filter1d(rng.normal(0, 1, n), 3 * period, mode="nearest")
        bend *= 3.0 / max(np.abs(bend).max(), 1e-12)
        phase += np.expand_dims(bend, 1 - axis).astype(np.float32)
    return (1 + amplitude * np.sin(phase)).astype(np.float32)
