"""Amplifier and converter: from charge to signal (ADU), what they add to it, how they limit it."""

from __future__ import annotations

import numpy as np

from ccdseg.errors import InputError


def charge_to_adu(charge: np.ndarray, gain: float | np.ndarray) -> np.ndarray:
    """Turn charge (e⁻) into signal (ADU) at `gain` (ADU/e⁻), that of all pixels or of each."""
    return charge * np.float32(gain)


def readout_noise(
    shape: tuple[int, int],
    sigma: float | np.ndarray,
    n_samples: int = 1,
    *,
    rng: np.random.Generator,
) -> np.ndarray:
    """Gaussian noise of the amplifier, averaged over the samples of a pixel.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    sigma : float or ndarray
        Standard deviation of one sample (ADU), of all pixels or of each.
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


def telegraph_noise(
    shape: tuple[int, int], amplitude: float, share: float, *, rng: np.random.Generator
) -> np.ndarray:
    """Random telegraph noise: single pixels that are read too high or too low.

    A charge trapped in the output transistor shifts its signal for the time of a pixel, up or down
    by about the same; no citable numbers for CCDs: amplitude and share are configurable.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    amplitude : float
        Standard deviation of the shift (ADU).
    share : float
        Share of the pixels that are shifted.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray
        Shift (ADU), float32 of `shape`.
    """
    shift = np.zeros(shape, dtype=np.float32)
    shifted = rng.random(shape) < share
    shift[shifted] = amplitude * rng.standard_normal(np.count_nonzero(shifted), dtype=np.float32)
    return shift


def row_offsets(shape: tuple[int, int], sigma: float, *, rng: np.random.Generator) -> np.ndarray:
    """Jitter of the baseline: every row is offset by a normal number.

    No citable form; configurable.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    sigma : float
        Standard deviation of the offsets (ADU).
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray
        Offset (ADU), float32 of `shape`.
    """
    offsets = rng.standard_normal((shape[0], 1), dtype=np.float32)
    offsets *= np.float32(sigma)
    return np.broadcast_to(offsets, shape).copy()


def column_transient(shape: tuple[int, int], amplitude: float, scale: float) -> np.ndarray:
    """Transient of the amplifier at the start of every row: amplitude × exp(−column / scale).

    Seen in real frames; no citable form: amplitude and scale are configurable.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    amplitude : float
        Signal of column 0 (ADU); it may be negative.
    scale : float
        Columns in which it falls to 1/e (px).

    Returns
    -------
    ndarray
        Signal (ADU), float32 of `shape`.
    """
    if not scale > 0:
        raise InputError(f"The scale of the transient is {scale} px; it must be above 0.")
    transient = (amplitude * np.exp(np.arange(shape[1]) / -scale)).astype(np.float32)
    return np.broadcast_to(transient, shape).copy()


def background_plane(shape: tuple[int, int], slope_rows: float, slope_columns: float) -> np.ndarray:
    """Background that rises linearly over the frame, with a mean of zero.

    No citable form; configurable.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    slope_rows, slope_columns : float
        Rise from the first to the last row, and from the first to the last column (ADU).

    Returns
    -------
    ndarray
        Signal (ADU), float32 of `shape`.
    """
    rows, columns = (
        (slope * (np.arange(n) - (n - 1) / 2) / max(n - 1, 1)).astype(np.float32)
        for n, slope in zip(shape, (slope_rows, slope_columns), strict=True)
    )
    return np.add.outer(rows, columns)


def correlated_fringes(
    shape: tuple[int, int], amplitude: float, *, period: float, angle: float, phase: float
) -> np.ndarray:
    """Correlated noise: faint sinusoidal fringes over the whole frame.

    Seen in public figures of older DAMIC frames; no citable form: every number is configurable.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    amplitude : float
        Half the difference between crest and trough (ADU).
    period : float
        Distance between two crests (px).
    angle : float
        Direction from crest to crest (deg): 0 along a row, 90 along a column, down.
    phase : float
        Phase at row 0 and column 0 (rad); the signal there is amplitude × sin(phase).

    Returns
    -------
    ndarray
        Signal (ADU), float32 of `shape`.
    """
    if not period > 0:
        raise InputError(f"The period of the fringes is {period} px; it must be above 0.")
    height, width = shape
    wave, direction = 2 * np.pi / period, np.deg2rad(angle)
    down = wave * np.sin(direction) * np.arange(height)[:, np.newaxis] + phase
    along = wave * np.cos(direction) * np.arange(width)
    # sin(a + b) = sin a cos b + cos a sin b: a product of two thin matrices
    rows = (amplitude * np.hstack([np.sin(down), np.cos(down)])).astype(np.float32)
    return rows @ np.stack([np.cos(along), np.sin(along)]).astype(np.float32)


def saturate(image: np.ndarray, level: float) -> np.ndarray:
    """Cut a signal (ADU) at `level` (ADU), the most that the converter gives: 65535 of 16 bits."""
    return np.minimum(image, np.float32(level), dtype=np.float32)


def quantise(image: np.ndarray) -> np.ndarray:
    """Round a signal to whole numbers (ADU), as the converter does; halves to the even one."""
    return np.rint(image, dtype=np.float32)


def inactive_columns(charge: np.ndarray, prescan: int, overscan: int) -> np.ndarray:
    """Take the charge from the columns that are read but see no silicon.

    Parameters
    ----------
    charge : ndarray
        Charge (e⁻), float of shape (H, W).
    prescan, overscan : int
        Number of such columns at the start and at the end of each row (px).

    Returns
    -------
    ndarray
        Charge (e⁻), float32 of the same shape, zero in those columns.
    """
    width = charge.shape[1]
    if prescan < 0 or overscan < 0 or prescan + overscan > width:
        raise InputError(
            f"Prescan {prescan} and overscan {overscan} px do not fit into {width} columns."
        )
    seen = slice(prescan, width - overscan)
    active = np.zeros(charge.shape, dtype=np.float32)
    active[:, seen] = charge[:, seen]
    return active
