"""Sections of amplifiers found in a frame itself."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from ccdseg.normalization.amplifiers.level_steps import REACH
from ccdseg.normalization.amplifiers.overscan import (
    LARGEST,
    Range,
    image_area,
    image_areas,
    without_strips,
)
from ccdseg.normalization.amplifiers.profiles import band_edges, profiles, typical_noise
from ccdseg.normalization.amplifiers.seams import Axis
from ccdseg.normalization.amplifiers.section import Sections, grid
from ccdseg.normalization.amplifiers.statistics import measured

_LEAST_LENGTH = 2 * REACH  # px of an axis along which seams are looked for
_LEAST_WIDTH = 8  # px of a frame across that axis
_CLEAR = 8.0  # significance of what is looked for anywhere
_MIDDLE = 0.01  # of the length, by which a middle seam may be away from the middle
_BESIDE = 0.9  # weight of a position that is not the middle itself
_MOST_PARTS = 16
_FEW_PARTS = 4
_MOST_EDGES = 40


def find_sections(frame: np.ndarray) -> Sections:
    """Find the sections of a frame that were read by amplifiers of other level or noise.

    Level and noise of an amplifier step along a straight line over the whole length of the frame
    (or of the sections beside it), from one pixel to the next, by the same amount all along: in the
    middle, in equal parts, or, where the noise steps and not as that of light does, anywhere. What
    is smooth, narrow, or changes along the line, as glow, hot columns, tracks, stars, and the
    traces of spectra, is no seam. A block that is brighter than the rest, at an edge, is glow.
    Darker strips at the edges are prescan and overscan: they belong to the section beside them.

    Parameters
    ----------
    frame : ndarray
        Signal (ADU) of shape (H, W), of any real type; what is not finite is left out.

    Returns
    -------
    tuple of Section
        One for a frame of one amplifier, with level and noise (ADU).
    """
    with np.errstate(over="ignore", invalid="ignore"):  # of values that float32 cannot hold
        edges, areas = _layout(frame)
        sections = [without_strips(frame, section, areas) for section in grid(*edges)]
        return measured(frame, sections)


def _layout(frame: np.ndarray) -> tuple[list[list[int]], list[list[Range]]]:
    """Edges of the sections along rows and columns, and the image areas between them."""
    edges = [[0, length] for length in frame.shape]
    areas = [[(0, length)] for length in frame.shape]
    searched = [
        axis
        for axis, length in enumerate(frame.shape)
        if length >= _LEAST_LENGTH and frame.shape[1 - axis] >= _LEAST_WIDTH
    ]
    found = {axis: profiles(frame, axis) for axis in searched}
    for axis in (*searched, *searched[:1]):  # the first again, with the groups of the second
        level, noise = found[axis]
        if typical_noise(noise) == 0:
            return edges, areas
        groups = _groups(edges[1 - axis], frame.shape[1 - axis])
        edges[axis], areas[axis] = _along(Axis.of(level, noise, groups))
    return edges, areas


def _groups(edges: list[int], n_lines: int) -> list[slice]:
    """Bands within each section of the other axis; of each half where there is only one."""
    bands = band_edges(n_lines)
    if len(edges) == 2:
        middle = (len(bands) - 1) // 2
        return [slice(0, middle), slice(middle, None)] if middle else [slice(None)]
    groups = []
    for first, end in pairwise(edges):
        inside = np.flatnonzero((bands[:-1] >= first - 2) & (bands[1:] <= end + 2))
        if inside.size:
            groups.append(slice(int(inside[0]), int(inside[-1]) + 1))
    return groups or [slice(None)]


def _along(axis: Axis) -> tuple[list[int], list[Range]]:
    """Edges of the sections along an axis, and their image areas."""
    area = image_area(axis)
    seams = _equal_parts(axis, area) or _middle(axis, area) or _elsewhere(axis)
    edges = [0, *seams, axis.length]
    return edges, image_areas(axis, edges, area)


def _middle(axis: Axis, area: Range) -> list[int]:
    """Seam in the middle of the frame or of the image area, if there is one."""
    seam = _nearest_seam(axis, area, [axis.length / 2, sum(area) / 2])
    return [] if seam is None else [seam]


def _equal_parts(axis: Axis, area: Range) -> list[int]:
    """Seams between three or more equal parts, nearly all of which must be there."""
    edges = axis.edges(axis.levels + axis.noises)
    for first, end in {(0, axis.length): None, area: None}:
        for n_parts in range(3, _MOST_PARTS + 1):
            length = (end - first) / n_parts
            if length < REACH:
                break
            middles = first + length * np.arange(1, n_parts)
            tolerance = max(2.0, _MIDDLE * length)
            near = [edges[np.abs(edges - middle) <= tolerance] for middle in middles]
            if n_parts > _FEW_PARTS and sum(map(len, near)) < n_parts // 2:
                continue  # for speed; faint seams show no sharp edge
            ends = [area[0], *middles, area[1]]
            seams = [_nearest_seam(axis, ends, [middle], tolerance) for middle in middles]
            found = [seam for seam in seams if seam is not None]
            if len(found) >= max(2, 0.6 * (n_parts - 1)):
                return [
                    round(middle) if seam is None else seam
                    for seam, middle in zip(seams, middles, strict=True)
                ]
    return []


def _elsewhere(axis: Axis) -> list[int]:
    """The strongest seam anywhere else.

    There the smaller part is darker, or only the noise steps: a brighter part would be glow.
    """
    edges = axis.edges(axis.levels + axis.noises)[:_MOST_EDGES].tolist()
    for edge in edges:
        share = edge / axis.length
        if LARGEST < share < 0.5 and axis.rises(edge, significance=_CLEAR):
            return [edge]
        if 0.5 < share < 1 - LARGEST and axis.falls(edge, significance=_CLEAR):
            return [edge]
        inside = REACH <= edge <= axis.length - REACH
        if inside and axis.changes_noise_alone(edge):
            return [edge]
    return []


def _nearest_seam(
    axis: Axis,
    ends: Sequence[float],
    middles: list[float],
    tolerance: float | None = None,
) -> int | None:
    """The seam that stands out most near one of the positions."""
    if tolerance is None:
        tolerance = max(2.0, _MIDDLE * axis.length)
    positions = {round(middle) for middle in middles}
    for middle in middles:
        first, end = np.ceil(middle - tolerance), np.floor(middle + tolerance) + 1
        positions |= axis.outstanding(max(int(first), 2), min(int(end), axis.length - 1))
    best = max(
        positions,
        key=lambda position: (
            axis.significance(position)
            * (1 if min(abs(position - middle) for middle in middles) < 1 else _BESIDE)
        ),
    )
    if not axis.is_seam(best, ends):
        return None
    if axis.is_sharp_edge(best):
        return best
    return round(min(middles, key=lambda middle: abs(best - middle)))
