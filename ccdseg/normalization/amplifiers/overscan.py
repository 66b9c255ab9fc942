"""Prescan and overscan: darker strips at the edges of a frame and beside seams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ccdseg.normalization.amplifiers.level_steps import (
    REACH,
    Profile,
    error_factor,
    step_size,
)
from ccdseg.normalization.amplifiers.profiles import deviation, without_lines
from ccdseg.normalization.amplifiers.seams import Axis
from ccdseg.normalization.amplifiers.section import Section
from ccdseg.normalization.frame_statistics import median_of, noise_of

LARGEST = 0.3
"""Share of a frame, or of a section, that a strip takes at most."""

_LEAST = 6  # px; less are bad edges
_CLEAR = 8.0  # significance of what is looked for anywhere
_MOST_EDGES = 40
_DARK_SHARE = 0.9  # of the bands
_FEW = 5
_NEAR = 4  # px on each side by which edges are looked for
_BRIGHT = 8.0  # standard deviations
_MOST_BRIGHT = 5e-3  # share of the pixels; charge that arrives late is in the first columns

Range = tuple[int, int]
"""First position of a range, and its end."""


def image_area(axis: Axis) -> Range:
    """Image area between darker strips at both ends of an axis."""
    edges = axis.edges(axis.levels)[:_MOST_EDGES].tolist()
    most = LARGEST * axis.length
    firsts = (
        edge for edge in edges if _LEAST <= edge <= most and axis.rises(edge, significance=_CLEAR)
    )
    lasts = (
        edge
        for edge in edges
        if _LEAST <= axis.length - edge <= most and axis.falls(edge, significance=_CLEAR)
    )
    return next(firsts, 0), next(lasts, axis.length)


def image_areas(axis: Axis, edges: Sequence[int], area: Range) -> list[Range]:
    """Image areas of sections: without the strips at both ends of the axis and beside the seams.

    Parameters
    ----------
    axis : Axis
        Level and noise along the axis.
    edges : sequence of int
        First position of each section, and the end of the last.
    area : tuple of int
        Image area of the frame, as from `image_area`.

    Returns
    -------
    list of tuple of int
        First position and end of the image area of each section.
    """
    before, after = (_width(axis, edges, towards) for towards in (-1, 1))
    seams = edges[1:-1]
    first = area[0] if area[0] + REACH <= edges[1] - before else edges[0]
    end = area[1] if area[1] - REACH >= edges[-2] + after else edges[-1]
    firsts = [first, *(seam + after for seam in seams)]
    ends = [*(seam - before for seam in seams), end]
    return list(zip(firsts, ends, strict=True))


def _width(axis: Axis, edges: Sequence[int], towards: int) -> int:
    """Width (px) of the strips on one side of the seams, which is the same at all; 0 of none."""
    seams = edges[1:-1]
    most = int(LARGEST * np.diff(edges).min())
    length = most + REACH
    if not len(seams) or most < _LEAST or length > np.diff(edges).min():
        return 0
    bands = np.concatenate([profile.bands for profile in axis.levels])
    outwards = [
        bands[:, seam : seam + length] if towards > 0 else bands[:, seam - length : seam][:, ::-1]
        for seam in seams
    ]
    profile = Profile.of(np.concatenate(outwards), axis.levels[0].least_step)
    total = np.concatenate([[0], np.cumsum(profile.line)])
    at = np.arange(_LEAST, most + 1)
    rise = total[at + _NEAR] - 2 * total[at] + total[at - _NEAR]
    steps = {int(width): profile.step(int(width)) for width in at[np.argsort(rise)[-_FEW:]]}
    width, step = max(steps.items(), key=lambda one: one[1].significance)
    return width if step.significance >= _CLEAR and _is_dark(profile, width) else 0


def _is_dark(profile: Profile, width: int) -> bool:
    """Whether hardly any band is darker beyond a strip than in it: dark charge may vary."""
    start, end = profile.sides(width)
    factor = error_factor(width - start, end - width)
    darker = []
    for band in profile.bands:
        line = without_lines(band)
        error = factor * deviation(np.diff(line)) / 2**0.5
        darker.append(step_size(line, width, start, end) > -2 * error)
    return bool(np.mean(darker) >= _DARK_SHARE)


def without_strips(
    frame: np.ndarray, section: Section, ranges: tuple[Sequence[Range], Sequence[Range]]
) -> Section:
    """The section with its image area: what is too small, or lies beside strips with charge, stays.

    Parameters
    ----------
    frame : ndarray
        Signal (ADU) of shape (H, W).
    section : Section
        A section of it.
    ranges : tuple of sequence of tuple of int
        Image areas along the rows and along the columns.
    """
    image = []
    for axis, part in enumerate(section.area):
        first, end = next(
            (one for one in ranges[axis] if part.start <= one[0] and one[1] <= part.stop),
            (part.start, part.stop),
        )
        lines = frame[section.rows, section.columns]
        if end - first < REACH:
            first, end = part.start, part.stop
        offset = part.start
        sides = (slice(0, first - offset), slice(end - offset, part.stop - offset))
        strips = [lines[side] if axis == 0 else lines[:, side] for side in sides]
        image.append(
            slice(
                part.start if _holds_charge(strips[0]) else first,
                part.stop if _holds_charge(strips[1]) else end,
            )
        )
    return replace(section, image_rows=image[0], image_columns=image[1])


def _holds_charge(pixels: np.ndarray) -> bool:
    """Whether particles or light left their charge in pixels (ADU), of shape (h, w)."""
    if not pixels.size or not np.isfinite(pixels).any():
        return False
    bright = pixels > median_of(pixels) + _BRIGHT * noise_of(pixels)
    return bool(bright.mean() > _MOST_BRIGHT)
