"""Level and noise of each section."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import numpy as np

from ccdseg.normalization import noise_of
from ccdseg.normalization.amplifiers.profiles import SIGMA
from ccdseg.normalization.amplifiers.section import Section, Sections

_SAMPLE_SIZE = 2**16  # pixels of a section that tell its statistics, at most
_LINES_PER_RUN = 4


def measured(frame: np.ndarray, sections: Sequence[Section]) -> Sections:
    """Sections with the level and the noise of their image areas.

    Parameters
    ----------
    frame : ndarray
        Signal (ADU) of shape (H, W); what is not finite is left out.
    sections : sequence of Section
        Sections of it.

    Returns
    -------
    tuple of Section
        NaN where a section has no finite pixel.
    """
    return tuple(section.with_statistics(*_of(frame[section.image_area])) for section in sections)


def _of(pixels: np.ndarray) -> tuple[float, float]:
    """Level and noise (ADU) of a part of a frame, from runs of its rows."""
    n_runs = max(_SAMPLE_SIZE // (_LINES_PER_RUN * pixels.shape[1]), 1)
    pitch = max(ceil(len(pixels) / n_runs), _LINES_PER_RUN)
    rows = np.arange(len(pixels))
    sample = pixels[rows % pitch < _LINES_PER_RUN].astype(np.float64)
    good = np.isfinite(sample)
    if not good.any():
        return np.nan, np.nan
    return _clipped_median(sample[good]), noise_of(sample)


def _clipped_median(values: np.ndarray) -> float:
    """Median of what lies within three standard deviations, clipped until nothing more falls."""
    for _ in range(5):
        median = np.median(values)
        deviation = SIGMA * np.median(np.abs(values - median))
        kept = values[np.abs(values - median) <= 3 * deviation] if deviation else values
        if kept.size == values.size:
            break
        values = kept
    return float(np.median(values))
