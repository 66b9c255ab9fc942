"""Dark charge: what a pixel collects while it waits to be read."""

from __future__ import annotations

import numpy as np

SECONDS_PER_DAY = 86400.0


def waiting_time(
    shape: tuple[int, int], exposure: float, pixel_time: float, *, n_samples: int = 1
) -> np.ndarray:
    """Time during which each pixel collects charge before it is read.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    exposure : float
        Time before the readout starts (s); 0 means a continuous readout, in which every pixel
        waits as long as the readout of one whole frame takes.
    pixel_time : float
        Time to read one sample of one pixel (s).
    n_samples : int
        Samples per pixel.

    Returns
    -------
    ndarray
        Time (s), float64 of `shape`.
    """
    height, width = shape
    if exposure == 0:
        return np.full(shape, height * width * pixel_time * n_samples)
    order = np.arange(1, height * width + 1, dtype=float).reshape(shape)
    return exposure + order * pixel_time * n_samples


def dark_current(rate: float, time: np.ndarray, *, rng: np.random.Generator) -> np.ndarray:
    """Thermal charge: a Poisson number of electrons with mean rate × time.

    Parameters
    ----------
    rate : float
        Dark current (e⁻/px/day).
    time : ndarray
        Collection time of each pixel (s), as from `waiting_time`.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray
        Charge (e⁻), float32 of the shape of `time`.
    """
    return rng.poisson(rate * time / SECONDS_PER_DAY).astype(np.float32)


def dark_charge_ramp(shape: tuple[int, int], first: float, last: float) -> np.ndarray:
    """Mean dark charge that rises along the rows, as those read later collect more.

    Each row is read, and waits, one row's time longer than the one before it, so that the rise is
    linear; 0.33 to 1.46 e⁻/px were measured over 320 rows of a real frame.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    first, last : float
        Mean charge in the first and in the last row (e⁻/px).

    Returns
    -------
    ndarray
        Mean charge (e⁻), float32 of `shape`; draw electrons from it with `poisson_charge`.
    """
    ramp = np.linspace(first, last, shape[0], dtype=np.float32)
    return np.broadcast_to(ramp[:, np.newaxis], shape).copy()
