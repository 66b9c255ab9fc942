"""Prescan and overscan brought to the level and the noise of the image beside them."""

from __future__ import annotations

import numpy as np

from ccdseg.normalization import noise_of
from ccdseg.normalization.amplifiers.level_steps import REACH
from ccdseg.normalization.amplifiers.section import Section

_LINES_PER_BAND = 32  # whose median tells the level along a strip


def raise_overscan(levelled: np.ndarray, section: Section, *, equal_noise: bool) -> None:
    """Bring the strips of a section to its image area, line by line, in place.

    A strip follows what the level of the image does along it, as that of dark charge which rises
    from row to row, in bands of 32 lines.

    Parameters
    ----------
    levelled : ndarray
        Signal (ADU), float32 of shape (H, W), in which image areas are levelled.
    section : Section
        A section of it.
    equal_noise : bool
        Whether a strip is scaled to the noise of the image, too.
    """
    for strip in section.overscans:
        axis = 1 if strip.columns != section.image_columns else 0
        pixels, beside = levelled[strip.area], levelled[_beside(section, strip, axis)]
        if not (np.isfinite(pixels).any() and np.isfinite(beside).any()):
            continue
        factor = noise_of(beside) / noise_of(pixels) if equal_noise else 1.0
        pixels -= _level_along(pixels, axis)
        pixels *= np.float32(factor)
        pixels += _level_along(beside, axis)


def _beside(section: Section, strip: Section, axis: int) -> tuple[slice, slice]:
    """The part of the image area next to a strip."""
    image, outside = section.image_area[axis], strip.area[axis]
    if outside.start < image.start:
        near = slice(image.start, min(image.start + REACH, image.stop))
    else:
        near = slice(max(image.stop - REACH, image.start), image.stop)
    return (near, strip.columns) if axis == 0 else (strip.rows, near)


def _level_along(pixels: np.ndarray, axis: int) -> np.ndarray:
    """Level (ADU) of each line across an axis, from medians of bands, to be broadcast."""
    lines = pixels if axis == 1 else pixels.T
    edges = np.linspace(0, len(lines), max(len(lines) // _LINES_PER_BAND, 1) + 1).astype(int)
    bands = [line[np.isfinite(line)] for line in np.split(lines, edges[1:-1])]
    centres = (edges[:-1] + edges[1:] - 1) / 2
    known = [index for index, band in enumerate(bands) if band.size]
    level = np.interp(
        np.arange(len(lines)), centres[known], [np.median(bands[index]) for index in known]
    ).astype(np.float32)
    return level[:, np.newaxis] if axis == 1 else level
