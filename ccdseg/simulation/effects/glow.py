"""Light of the amplifier: blocks, edges, corners and lines of equal light."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from typing import NamedTuple

import numpy as np

from ccdseg.errors import InputError
from ccdseg.simulation.effects.geometry import chosen, from_corner, from_edge

_ROWS = 128
"""Rows that glow at a time, so that what is in use stays small."""


_NOTHING = np.float32(-20)
"""Logarithm of what adds nothing to 1 in single precision."""


class _Profile(NamedTuple):
    """Fall of light with the distance, in scales; less than 1e-6 of it lies beyond `reach`."""

    falling: Callable[[np.ndarray], np.ndarray]
    reach: float


_PROFILES = {
    "exponential": _Profile(lambda distance: np.exp(-distance), 14.0),
    "gaussian": _Profile(lambda distance: np.exp(distance * distance * np.float32(-0.5)), 5.4),
    "linear": _Profile(lambda distance: np.maximum(1 - distance, 0), 1.0),
}


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
        First column of the block (px).
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


def edge_glow(
    shape: tuple[int, int], level: float, scale: float, *, edge: str, profile: str
) -> np.ndarray:
    """Glow that falls smoothly from one edge of the frame inwards.

    Seen in real frames; no citable form: level, scale and profile are configurable.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    level : float
        Charge at the edge (e⁻).
    scale : float
        Length of the fall (px): to 1/e where exponential, one standard deviation where Gaussian,
        to zero where linear.
    edge : {"left", "right", "top", "bottom"}
        Edge that the light comes from; row 0 is the top.
    profile : {"exponential", "gaussian", "linear"}
        Profile of the fall with distance.

    Returns
    -------
    ndarray
        Charge (e⁻), float32 of `shape`; zero where less than 1e-6 of `level` is left.
    """
    _refuse_scale(scale)
    fall = chosen(_PROFILES, profile, "profile")
    glow = np.zeros(shape, dtype=np.float32)
    inwards = from_edge(glow, edge)
    lit = _lit(len(inwards), scale, fall)
    inwards[: lit.size] = level * fall.falling(lit / scale)[:, np.newaxis]
    return glow


def corner_glow(
    shape: tuple[int, int],
    level: float,
    scale: tuple[float, float],
    *,
    corner: str,
    profile: str,
    exponent: float = 2.0,
) -> np.ndarray:
    """Glow that falls smoothly from one corner of the frame, as near an amplifier.

    The distance of a pixel is ((row / scale)^p + (column / scale)^p)^(1/p), counted from the
    corner, so that lines of equal light are superellipses. Seen in real frames; no citable form:
    level, scale, profile and exponent are configurable.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    level : float
        Charge in the corner (e⁻).
    scale : tuple of float
        Length of the fall along the rows and along the columns (px); meaning as in `edge_glow`.
    corner : {"top left", "top right", "bottom left", "bottom right"}
        Corner that the light comes from; row 0 is the top.
    profile : {"exponential", "gaussian", "linear"}
        Profile of the fall with distance.
    exponent : float
        Shape p of the lines of equal light: 2 round, 1 straight, less hollow, more than 2 square.

    Returns
    -------
    ndarray
        Charge (e⁻), float32 of `shape`; zero where less than 1e-6 of `level` is left.
    """
    for length in scale:
        _refuse_scale(length)
    if not 0 < exponent < np.inf:
        raise InputError(f"The exponent of the glow is {exponent}; it must be above 0, as 2.")
    fall = chosen(_PROFILES, profile, "profile")
    glow = np.zeros(shape, dtype=np.float32)
    rows, columns = (
        (_lit(n, length, fall) / length).astype(np.float32)
        for n, length in zip(shape, scale, strict=True)
    )
    lit = from_corner(glow, corner)[: rows.size, : columns.size]
    for start in range(0, rows.size, _ROWS):
        block = slice(start, start + _ROWS)
        light = fall.falling(_distance(rows[block], columns, exponent))
        np.multiply(light, np.float32(level), out=lit[block])
    return glow


def terraced(glow: np.ndarray, n_levels: int) -> np.ndarray:
    """Turn a smooth glow into terraces, bounded by lines of equal light.

    Parameters
    ----------
    glow : ndarray
        Charge (e⁻), float of shape (H, W), not negative.
    n_levels : int
        Number of equal steps from zero to the maximum; each pixel takes the nearest.

    Returns
    -------
    ndarray
        Charge (e⁻), float32 of the same shape, of `n_levels` + 1 values at most.
    """
    if n_levels < 1:
        raise InputError(f"{n_levels} levels of glow asked for; at least one is needed.")
    highest = np.float32(glow.max(initial=0))
    if highest == 0:
        return np.zeros(glow.shape, dtype=np.float32)
    steps = np.multiply(glow, n_levels / highest, dtype=np.float32)
    np.rint(steps, out=steps)
    steps *= highest / np.float32(n_levels)
    return steps


def _refuse_scale(scale: float) -> None:
    if not 0 < scale < np.inf:
        raise InputError(f"The scale of the glow is {scale} px; it must be above 0.")


def _lit(n_pixels: int, scale: float, fall: _Profile) -> np.ndarray:
    """Pixels, counted from where the light comes from, that it reaches."""
    return np.arange(min(n_pixels, ceil(fall.reach * scale)))


def _distance(rows: np.ndarray, columns: np.ndarray, exponent: float) -> np.ndarray:
    """(row^p + column^p)^(1/p) of every pixel, in single precision without overflow for any p."""
    if exponent == 1:
        return np.add.outer(rows, columns)
    if exponent == 2:
        return np.sqrt(np.add.outer(rows * rows, columns * columns))
    tiny = np.finfo(np.float32).tiny
    rows, columns = np.log(np.maximum(rows, tiny)), np.log(np.maximum(columns, tiny))
    # log distance = log of the larger + log(1 + (smaller / larger)^p) / p
    ratio = np.subtract.outer(rows, columns)
    np.abs(ratio, out=ratio)
    ratio *= np.float32(-exponent)
    np.maximum(ratio, _NOTHING, out=ratio)
    np.exp(ratio, out=ratio)
    ratio += 1
    np.log(ratio, out=ratio)
    ratio *= np.float32(1 / exponent)
    ratio += np.maximum.outer(rows, columns)
    return np.exp(ratio, out=ratio)
