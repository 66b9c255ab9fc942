"""Inpainting: chosen pixels filled from their surroundings."""

from __future__ import annotations

from math import prod

import numpy as np
from scipy import ndimage
from scipy.ndimage import gaussian_filter

from ccdseg.arrays import copy_of, strips, with_halo
from ccdseg.errors import InputError
from ccdseg.mask import EIGHT_CONNECTED, expand_box

Area = tuple[slice, slice]

_NARROWEST, _WIDEST = 1.0, 16.0
"""Standard deviations of the first and the last Gaussian (px)."""

_TRUNCATED_AT = 3.0  # standard deviations
_LEAST_WEIGHT = 1e-3
_HALO = 93
"""Farthest pixel that may reach another by Gaussians of 1, 2, 4, 8 and 16 px in turn (px)."""

_SAMPLE_SIZE = 2**22  # pixels of which the median is taken, about


def inpaint(
    image: np.ndarray, masked: np.ndarray, *, excluded: np.ndarray | None = None
) -> np.ndarray:
    """Fill masked pixels from their surroundings.

    A pixel becomes the mean of the unmasked pixels around it, weighted by a Gaussian of 1 px; where
    none lies within its reach, by one twice as wide, and so on; beyond the reach of the widest, the
    median of the frame. Pixels that are not finite are filled only where masked, and never used to
    fill others.

    Parameters
    ----------
    image : ndarray
        Signal of shape (H, W), of any type of numbers.
    masked : ndarray of bool
        Pixels to fill, of the same shape.
    excluded : ndarray of bool, optional
        Pixels that are neither filled nor used to fill others.

    Returns
    -------
    ndarray
        A copy of the same type, every other pixel the same to the last bit; whole numbers are
        rounded.

    Raises
    ------
    InputError
        If the shapes differ, or no pixel is left to fill from.
    """
    image, masked = np.asarray(image), np.asarray(masked)
    if image.ndim != 2 or image.shape != masked.shape or masked.dtype != bool:
        raise InputError(
            f"The image has shape {image.shape} and the mask {masked.shape}, type {masked.dtype}; "
            "give both of one shape (rows, columns), the mask bool."
        )
    excluded = np.broadcast_to(np.False_, image.shape) if excluded is None else excluded
    level = _level(image, masked, excluded)
    result = copy_of(image)
    for rows in strips(image, masked, excluded, result):
        if not masked[rows].any():
            continue
        around, inner = with_halo(rows, _HALO, len(image))
        known = np.isfinite(image[around]) & ~masked[around] & ~excluded[around]
        filled = _filled(image[around], masked[around], known, level)[inner]
        result[rows][masked[rows]] = filled[masked[rows]].astype(image.dtype)
    return result


def _level(image: np.ndarray, masked: np.ndarray, excluded: np.ndarray) -> float:
    """Median of the known pixels, from evenly spread ones of a large image."""
    values, step, start = [], -(-image.size // _SAMPLE_SIZE), 0
    for rows in strips(image, masked, excluded):
        known = image[rows][np.isfinite(image[rows]) & ~masked[rows] & ~excluded[rows]]
        values.append(known[-start % step :: step].copy())
        start += known.size
    if not start:
        raise InputError("Every pixel is masked or not finite: nothing is left to fill from.")
    return float(np.median(np.concatenate(values)))


def _filled(image: np.ndarray, masked: np.ndarray, known: np.ndarray, level: float) -> np.ndarray:
    """Image, float64, whose masked pixels are filled from the known ones, rounded for integers."""
    filled, known = np.where(known, image - level, 0.0), known.astype(np.float64)
    left, width = masked.copy(), _NARROWEST
    while left.any() and width <= _WIDEST:
        found = [_means(filled, known, left, area, width) for area in _areas(left, width)]
        for area, values, reached in found:
            filled[area][reached] = values[reached]
            known[area][reached] = 1.0
            left[area][reached] = False
        width *= 2
    filled += level
    if image.dtype.kind in "iu":
        limits = np.iinfo(image.dtype)
        filled = np.clip(np.rint(filled), limits.min, limits.max)
    return filled


def _areas(left: np.ndarray, width: float) -> list[Area]:
    """Boxes around the pixels that are left, or one around all where they would overlap much."""
    reach = _TRUNCATED_AT * width
    boxes = ndimage.find_objects(ndimage.label(left, EIGHT_CONNECTED)[0])
    n_pixels = sum(
        prod(part.stop - part.start for part in expand_box(box, reach, left.shape)) for box in boxes
    )
    return boxes if n_pixels < left.size else [tuple(slice(0, length) for length in left.shape)]


def _means(
    filled: np.ndarray, known: np.ndarray, left: np.ndarray, area: Area, width: float
) -> tuple[Area, np.ndarray, np.ndarray]:
    """Means of the known pixels around those of an area, and which of these they reach."""
    around = expand_box(area, _TRUNCATED_AT * width, left.shape)
    inner = tuple(
        slice(part.start - wide.start, part.stop - wide.start)
        for part, wide in zip(area, around, strict=True)
    )
    sums, weights = (
        gaussian_filter(values[around], width, mode="constant", truncate=_TRUNCATED_AT)[inner]
        for values in (filled, known)
    )
    reached = left[area] & (weights > _LEAST_WEIGHT)
    return area, np.divide(sums, weights, out=sums, where=reached), reached
