"""Effects of a CCD and its readout: one pure function each, charge in electrons.

Every function returns a new array and takes its randomness from `rng`.
"""

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


def ionisation(energy: np.ndarray, pair_energy: float) -> np.ndarray:
    """Charge that a deposit of `energy` (keV) frees at `pair_energy` (eV/e⁻): electrons."""
    return energy * np.float32(1000.0 / pair_energy)


def hot_lines(
    shape: tuple[int, int],
    level: float,
    rows: np.ndarray,
    columns: np.ndarray,
    lengths: np.ndarray,
    *,
    vertical: np.ndarray,
) -> np.ndarray:
    """Hot pixels as lines one pixel wide; where lines cross, the charge is not added up.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    level : float
        Charge of a hot pixel (e⁻).
    rows, columns : ndarray of int
        First pixel of each line (px).
    lengths : ndarray of int
        Number of pixels of each line; what lies outside the frame is cut off.
    vertical : ndarray of bool
        True for a part of a column, False for a part of a row.

    Returns
    -------
    ndarray
        Charge (e⁻), float32 of `shape`.
    """
    charge = np.zeros(shape, dtype=np.float32)
    lines = zip(rows.tolist(), columns.tolist(), lengths.tolist(), vertical.tolist(), strict=True)
    for row, column, length, is_vertical in lines:
        if is_vertical:
            charge[row : row + length, column] = level
        else:
            charge[row, column : column + length] = level
    return charge


def glowing(
    shape: tuple[int, int], level: float, *, first_column: int = 0, width: int
) -> np.ndarray:
    """Glow of the amplifier as a block of columns over the full height.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    level : float
        Charge of a glowing pixel (e⁻).
    first_column : int
        Where the block starts (px).
    width : int
        Number of columns (px).

    Returns
    -------
    ndarray
        Charge (e⁻), float32 of `shape`.
    """
    glow = np.zeros(shape, dtype=np.float32)
    glow[:, first_column : first_column + width] = level
    return glow


def charge_transfer_loss(
    charge: np.ndarray, inefficiency: float, *, rng: np.random.Generator
) -> np.ndarray:
    """Lose charge on the way to the amplifier, which lies beyond row 0 and column 0.

    A pixel in row r and column c is transferred r + c + 1 times; each transfer loses an electron
    with probability `inefficiency`, and a pixel never loses more than it holds.

    Parameters
    ----------
    charge : ndarray
        Charge (e⁻), float of shape (H, W).
    inefficiency : float
        Charge transfer inefficiency, 0 to 1.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray
        Remaining charge (e⁻), float32 of the same shape.
    """
    if not 0 <= inefficiency <= 1:
        raise InputError(f"Charge transfer inefficiency is {inefficiency}; it lies from 0 to 1.")
    height, width = charge.shape
    transfers = np.arange(height)[:, None] + np.arange(width) + 1
    lost = rng.binomial(transfers, inefficiency)
    return np.maximum(charge - lost, np.minimum(charge, 0)).astype(np.float32)


def bin_columns(charge: np.ndarray, factor: int) -> np.ndarray:
    """Sum the charge of every `factor` neighbouring columns.

    Parameters
    ----------
    charge : ndarray
        Charge (e⁻) of shape (H, W), W divisible by `factor`.
    factor : int
        Columns per group.

    Returns
    -------
    ndarray
        Charge (e⁻) of shape (H, W / factor).
    """
    height, width = charge.shape
    if factor < 1 or width % factor:
        raise InputError(
            f"{width} columns cannot be binned in groups of {factor}; "
            "take a factor that divides the width."
        )
    return charge.reshape(height, width // factor, factor).sum(axis=2)


def readout_noise(
    shape: tuple[int, int], sigma: float, n_samples: int = 1, *, rng: np.random.Generator
) -> np.ndarray:
    """Gaussian noise of the amplifier, averaged over the samples of a pixel.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    sigma : float
        Standard deviation of one sample (ADU).
    n_samples : int
        Samples averaged.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray
        Noise (ADU), float32 of `shape`.
    """
    noise = rng.standard_normal(shape, dtype=np.float32)
    noise *= np.float32(sigma / n_samples**0.5)
    return noise


def charge_to_adu(charge: np.ndarray, gain: float) -> np.ndarray:
    """Turn charge (e⁻) into signal (ADU) at `gain` (ADU/e⁻)."""
    return charge * np.float32(gain)
