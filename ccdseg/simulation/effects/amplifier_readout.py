"""Frames that several amplifiers read, each an equal part."""

from __future__ import annotations

import numpy as np

from ccdseg.errors import InputError


def section_map(shape: tuple[int, int], values: np.ndarray) -> np.ndarray:
    """Give every pixel the value of its section.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    values : ndarray
        One value per section, of shape (sections along the rows, sections along the columns).

    Returns
    -------
    ndarray
        float32 of `shape`.
    """
    sections = [
        np.repeat(np.arange(n), np.diff(_edges(length, n)))
        for length, n in zip(shape, np.shape(values), strict=True)
    ]
    return np.asarray(values, dtype=np.float32)[np.ix_(*sections)]


def overscan_between(charge: np.ndarray, n_columns: int, width: int) -> np.ndarray:
    """Take the charge from the overscan of sections side by side: columns that see no silicon.

    Parameters
    ----------
    charge : ndarray
        Charge (e⁻), float of shape (H, W).
    n_columns : int
        Number of sections side by side.
    width : int
        Columns of overscan that each section has at a seam (px).

    Returns
    -------
    ndarray
        Charge (e⁻), float32 of the same shape, zero on both sides of each seam.
    """
    active = charge.astype(np.float32)
    for seam in _edges(charge.shape[1], n_columns)[1:-1]:
        active[:, max(seam - width, 0) : seam + width] = 0
    return active


def _edges(length: int, n_parts: int) -> np.ndarray:
    """First pixel of each of the equal parts of an axis, and its end."""
    if not 1 <= n_parts <= length:
        raise InputError(f"{n_parts} sections along {length} px; give a number from 1 to that.")
    return np.arange(n_parts + 1) * length // n_parts
