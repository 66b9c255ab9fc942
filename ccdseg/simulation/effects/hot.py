"""Pixels, lines and edges that shine without light."""

from __future__ import annotations

from math import ceil, floor

import numpy as np

from ccdseg.errors import InputError
from ccdseg.simulation.effects.geometry import from_edge

_REACH = 14.0
"""Scales of a tail beyond which less than 1e-6 of the level is left; there it is cut."""


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


def line_profile(n: int, centre: float, *, width: float, tail: float) -> np.ndarray:
    """Profile across a defect: a flat core and an exponential tail on both sides.

    No citable form; configurable.

    Parameters
    ----------
    n : int
        Number of pixels across the frame (px).
    centre : float
        Middle of the core (px); pixel i reaches from i - 0.5 to i + 0.5.
    width : float
        Width of the core (px), 1 or more; a pixel that it covers partly gets that part.
    tail : float
        Length over which the tails fall to 1/e (px); 0 for none.

    Returns
    -------
    ndarray
        Relative charge, 0 to 1, float32 of shape (n,).
    """
    if not width >= 1:
        raise InputError(f"The width of a defect is {width} px; it must be 1 or more.")
    if not tail >= 0:
        raise InputError(f"The tail of a defect is {tail} px; it must not be negative.")
    profile = np.zeros(n, dtype=np.float32)
    reach = width / 2 + max(_REACH * tail, 1)
    near = slice(max(ceil(centre - reach), 0), max(floor(centre + reach) + 1, 0))
    outside = np.abs(np.arange(n)[near] - centre) - (width - 1) / 2
    profile[near] = np.clip(1 - outside, 0, 1)
    if tail:
        np.maximum(profile[near], np.exp(-np.maximum(outside, 0) / tail), out=profile[near])
    return profile


def hot_column(
    shape: tuple[int, int],
    level: float,
    *,
    column: float,
    width: float,
    tail: float,
    first_row: int,
    last_row: int,
    roughness: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Defect of one or several columns, with tails and uneven from row to row.

    Seen in real frames; no citable form: every number is configurable.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    level : float
        Mean charge of a pixel of the core (e⁻).
    column : float
        Middle of the core (px).
    width, tail : float
        Width of the core and scale of its tails (px), as in `line_profile`.
    first_row, last_row : int
        First row, and the row after the last (px); what lies outside the frame is cut off.
    roughness : float
        Relative standard deviation of the level from row to row (gamma distribution).
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray
        Charge (e⁻), float32 of `shape`.
    """
    charge = np.zeros(shape, dtype=np.float32)
    profile = line_profile(shape[1], column, width=width, tail=tail)
    _fill(charge, level * profile, slice(first_row, last_row), roughness, rng)
    return charge


def hot_row(
    shape: tuple[int, int],
    level: float,
    *,
    row: float,
    width: float,
    tail: float,
    first_column: int,
    last_column: int,
    roughness: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Defect of one or several rows: `hot_column` with rows and columns exchanged."""
    charge = np.zeros(shape, dtype=np.float32)
    profile = line_profile(shape[0], row, width=width, tail=tail)
    _fill(charge.T, level * profile, slice(first_column, last_column), roughness, rng)
    return charge


def hot_pixels(
    shape: tuple[int, int], level: np.ndarray, rows: np.ndarray, columns: np.ndarray
) -> np.ndarray:
    """Isolated hot pixels.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    level : ndarray
        Charge of each (e⁻), of shape (N,), or one number for all.
    rows, columns : ndarray of int
        Positions (px), of shape (N,); of a pixel named twice the last level counts.

    Returns
    -------
    ndarray
        Charge (e⁻), float32 of `shape`.
    """
    for places, length in ((rows, shape[0]), (columns, shape[1])):
        if np.any((places < 0) | (places >= length)):
            raise InputError(
                f"A hot pixel lies outside the frame of {shape[0]}×{shape[1]} pixels; "
                "count rows and columns from 0."
            )
    charge = np.zeros(shape, dtype=np.float32)
    charge[rows, columns] = level
    return charge


def bad_edge(shape: tuple[int, int], level: float, *, edge: str, depth: int) -> np.ndarray:
    """Bright first rows or columns at one edge, falling linearly inwards.

    A bad first row is seen in real frames; no citable form: level and depth are configurable.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    level : float
        Charge of the outermost row or column (e⁻).
    edge : {"left", "right", "top", "bottom"}
        Edge of the frame; row 0 is the top.
    depth : int
        Number of bright rows or columns (px).

    Returns
    -------
    ndarray
        Charge (e⁻), float32 of `shape`.
    """
    if depth < 1:
        raise InputError(f"The bad edge is {depth} px deep; give 1 or more.")
    charge = np.zeros(shape, dtype=np.float32)
    inwards = from_edge(charge, edge)[:depth]
    inwards[:] = level * (1 - np.arange(len(inwards)) / depth)[:, np.newaxis]
    return charge


def uneven(n_pixels: int, roughness: float, *, rng: np.random.Generator) -> np.ndarray:
    """Draw factors of mean 1 from a gamma distribution.

    Parameters
    ----------
    n_pixels : int
        Number of factors.
    roughness : float
        Their relative standard deviation; 0 for ones. No citable form; configurable.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray
        Factors, float64 of shape (n_pixels,).
    """
    if roughness == 0:
        return np.ones(n_pixels)
    return rng.gamma(roughness**-2, roughness**2, n_pixels)


def _fill(
    charge: np.ndarray, across: np.ndarray, along: slice, roughness: float, rng: np.random.Generator
) -> None:
    """Put a line with the profile `across` (e⁻) into the rows `along` of an empty frame."""
    rows = charge[max(along.start, 0) : max(along.stop, 0)]
    factors = uneven(len(rows), roughness, rng=rng).astype(np.float32)
    touched = np.flatnonzero(across)
    if touched.size:
        columns = slice(touched[0], touched[-1] + 1)
        np.multiply.outer(factors, across[columns], out=rows[:, columns])
