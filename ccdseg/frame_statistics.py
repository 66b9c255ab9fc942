"""Statistics of a whole frame: its noise, its background, and the pixels they are taken from."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, gcd

import numpy as np
from scipy.ndimage import median_filter
from scipy.special import ndtri

_SAMPLE_SIZE = 2**18
_SAMPLES_PER_BOX = 15  # along each axis; odd, so that even and odd columns count alike

Area = tuple[slice, slice]
"""Rows and columns of a part of a frame."""


def noise_of(frame: np.ndarray) -> float:
    """Noise of a frame from the differences of neighbours in a row, which no slope or glow widens.

    Where all of these are alike, as in a frame of one column, neighbours in a column are taken, and
    where these are alike too, 1 ADU.

    Parameters
    ----------
    frame : ndarray
        Signal (ADU) of shape (H, W), finite.

    Returns
    -------
    float
        Standard deviation (ADU), above 0.
    """
    step = ceil(frame.size / _SAMPLE_SIZE) | 1  # odd, or it would meet even rows alone
    rows = frame[::step].astype(np.float64)
    for axis in (1, 0):
        noise = _width(np.diff(rows, axis=axis)) / 2**0.5
        if noise:
            return noise
    return 1.0


def _width(values: np.ndarray) -> float:
    """Standard deviation of the normal distribution that has the same middle half.

    Whole numbers stand for all values half a step around them, so that noise of less than a step,
    of which the median deviation may be zero, shows in how many are not zero.
    """
    deviations = np.abs(values - np.median(values)) if values.size else values
    if not deviations.any():
        return 0.0
    step = min(deviations[deviations > 0].min(), 1.0)
    median = np.median(deviations)
    share = min(np.mean(deviations <= median), 1 - 0.5 / deviations.size)
    return float((median + step / 2) / ndtri((1 + share) / 2))


def sample_of(frame: np.ndarray) -> np.ndarray:
    """Evenly spread pixels of a large frame, all of a small one: enough for its statistics."""
    step = ceil(frame.size / _SAMPLE_SIZE)
    while gcd(step, frame.shape[-1]) > 1:  # or it would meet the same columns in every row
        step += 1
    return frame.ravel()[::step]


def frame_background(frame: np.ndarray) -> Callable[[Area], np.float32]:
    """Median (ADU) of a frame of shape (H, W), as a function that gives it for any area."""
    median = np.float32(np.median(sample_of(frame)))
    return lambda _: median


def local_background(frame: np.ndarray, box: int) -> Callable[[Area], np.ndarray]:
    """Smooth surface through the medians of boxes of a frame.

    Parameters
    ----------
    frame : ndarray
        Signal (ADU) of shape (H, W), finite.
    box : int
        Side of the boxes (px), about.

    Returns
    -------
    callable
        Gives the values (ADU) of the surface in an area, float32 of the area's shape.
    """
    n_boxes = [max(round(length / box), 1) for length in frame.shape]
    rows, columns = (_spread(*both) for both in zip(frame.shape, n_boxes, strict=True))
    sample = frame[rows.ravel()][:, columns.ravel()]
    sample = sample.reshape(*rows.shape, *columns.shape).swapaxes(1, 2)
    medians = np.median(sample.reshape(*n_boxes, -1), axis=2)
    padded = np.pad(medians, 1, mode="reflect", reflect_type="odd")  # so that slopes go on
    surface = median_filter(padded, 3)[1:-1, 1:-1].astype(np.float32)

    def background(area: Area) -> np.ndarray:
        (top, down), (left, right) = map(_between, area, frame.shape, n_boxes)
        lines = surface[:, left]
        lines += right * (surface[:, np.minimum(left + 1, n_boxes[1] - 1)] - lines)
        values = lines[np.minimum(top + 1, n_boxes[0] - 1)]
        above = lines[top]
        values -= above
        values *= down[:, np.newaxis]
        values += above
        return values

    return background


def _spread(length: int, n_boxes: int) -> np.ndarray:
    """Evenly spread pixels along an axis, (n_boxes, as many in each)."""
    n_samples = n_boxes * min(_SAMPLES_PER_BOX, length // n_boxes)
    return ((np.arange(n_samples) + 0.5) * length / n_samples).astype(int).reshape(n_boxes, -1)


def _between(part: slice, length: int, n_boxes: int) -> tuple[np.ndarray, np.ndarray]:
    """For each pixel, the first of the two boxes next to it, and the way from there to the second.

    It goes beyond at the frame's ends, where a slope is continued: glow is steepest there.
    """
    pixels = np.arange(*part.indices(length))
    position = (pixels + 0.5) * n_boxes / length - 0.5
    first = np.clip(position.astype(int), 0, max(n_boxes - 2, 0))
    return first, (position - first).astype(np.float32)
