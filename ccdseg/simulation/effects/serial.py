"""Hits in the serial register while the frame is read."""

from __future__ import annotations

import numpy as np

from ccdseg.errors import InputError
from ccdseg.simulation.effects.roughness import uneven


def serial_streak(
    shape: tuple[int, int],
    level: float,
    *,
    row: int,
    first_column: int,
    length: int,
    roughness: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Streak of one row, left by a particle that hit the serial register.

    It starts at `level` and falls exponentially over half its length, to 0.14 of it at the end.
    Seen in real frames; no citable form: every number is configurable.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    level : float
        Mean charge of its first pixel (e⁻).
    row, first_column : int
        Its first pixel (px).
    length : int
        Number of pixels; what lies outside the frame is cut off.
    roughness : float
        Relative standard deviation of the charge from pixel to pixel (gamma distribution).
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray
        Charge (e⁻), float32 of `shape`.
    """
    if not 0 <= row < shape[0]:
        raise InputError(f"Row {row} lies outside the frame; give one from 0 to {shape[0] - 1}.")
    if length < 1:
        raise InputError(f"The streak is {length} px long; give 1 or more.")
    charge = np.zeros(shape, dtype=np.float32)
    streak = level * np.exp(np.arange(length) / (-length / 2))
    streak *= uneven(length, roughness, rng=rng)
    inside = streak[max(-first_column, 0) : max(shape[1] - first_column, 0)]
    start = max(first_column, 0)
    charge[row, start : start + inside.size] = inside
    return charge
