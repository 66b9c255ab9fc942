"""Serial-register events: particles in the serial register while the frame is read."""

from __future__ import annotations

import numpy as np

from ccdseg.errors import InputError
from ccdseg.simulation.effects.hot import uneven


def serial_register_event(
    shape: tuple[int, int],
    level: float,
    *,
    row: int,
    first_column: int,
    length: int,
    brightest: int = 0,
    roughness: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Charge in one row, left by a particle that hit the serial register.

    From its brightest pixel it falls exponentially to both ends, to 0.14 of `level` just beyond
    them. Seen in real frames; no citable form: every number is configurable.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    level : float
        Mean charge of its brightest pixel (e⁻).
    row, first_column : int
        Its first pixel (px).
    length : int
        Number of pixels; what lies outside the frame is cut off.
    brightest : int
        Pixels between its first and its brightest one.
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
        raise InputError(f"The serial-register event is {length} px long; give 1 or more.")
    if not 0 <= brightest < length:
        raise InputError(
            f"Pixel {brightest} of an event of {length} px cannot be its brightest; give one from "
            f"0 to {length - 1}."
        )
    charge = np.zeros(shape, dtype=np.float32)
    way = np.arange(length) - brightest
    event = level * np.exp(
        -2 * np.where(way < 0, -way / (brightest + 1), way / (length - brightest))
    )
    event *= uneven(length, roughness, rng=rng)
    inside = event[max(-first_column, 0) : max(shape[1] - first_column, 0)]
    start = max(first_column, 0)
    charge[row, start : start + inside.size] = inside
    return charge
