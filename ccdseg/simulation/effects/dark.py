"""Dark charge, which a pixel collects while it waits to be read, and its Poisson noise."""

from __future__ import annotations

import numpy as np

from ccdseg.errors import InputError

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


def mean_dark_charge(rate: float, time: np.ndarray) -> np.ndarray:
    """Mean thermal charge: rate × time.

    Parameters
    ----------
    rate : float
        Dark current (e⁻/px/day).
    time : ndarray
        Collection time of each pixel (s), as from `waiting_time`.

    Returns
    -------
    ndarray
        Mean charge (e⁻), float32 of the shape of `time`; draw electrons from it with
        `poisson_charge`.
    """
    return (rate * time / SECONDS_PER_DAY).astype(np.float32)


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


def poisson_charge(mean: np.ndarray, *, rng: np.random.Generator) -> np.ndarray:
    """Draw a Poisson number of electrons for every pixel.

    Parameters
    ----------
    mean : ndarray
        Mean charge (e⁻), float of any shape, as from `dark_charge_ramp` or `corner_glow`.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray
        Whole electrons (e⁻), float32 of the same shape.
    """
    lowest, highest = mean.min(initial=0), mean.max(initial=0)
    if not 0 <= lowest <= highest < np.inf:
        wrong = highest if lowest >= 0 else lowest
        raise InputError(f"Mean charge is {wrong} e⁻; it must be finite and not negative.")
    if highest == 0:
        return np.zeros(mean.shape, dtype=np.float32)
    return rng.poisson(mean).astype(np.float32)
