"""Level and noise of a frame along an axis."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import median_filter

from ccdseg.arrays import strips

N_BANDS = 16
"""Bands of lines across which profiles are taken, at most."""

_LINES_PER_RUN = 4  # neighbours, of which differences tell the noise
_RUNS_PER_BAND = 8  # at most
_SAMPLE_SIZE = 2**21  # pixels, about; long frames need fewer lines
_LINES_PER_BAND = 8  # at least
_FEW_PIXELS = 2**14  # of which a typical value is taken
_NARROW = 21  # px; twice the width of what is taken for a hot column
SIGMA = 1.4826
"""Standard deviation of a normal distribution per median absolute deviation."""


def band_edges(n_lines: int) -> np.ndarray:
    """First line of each band, and the end of the last."""
    n_bands = int(np.clip(n_lines // _LINES_PER_BAND, 1, N_BANDS))
    return np.arange(n_bands + 1) * n_lines // n_bands


def profiles(frame: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Level and noise along an axis, in bands of lines across it.

    Parameters
    ----------
    frame : ndarray
        Signal (ADU) of shape (H, W); what is not finite is left out.
    axis : int
        Axis along which the profiles run: 1 for a value per column, 0 for one per row.

    Returns
    -------
    level, noise : ndarray
        Mean of the middle half of a band's pixels (ADU), and their noise (ADU) from clipped
        differences of neighbours across the axis; float64 of shape (bands, positions). NaN where a
        band has no finite pixel.
    """
    lines, n_runs = _lines(frame.shape[1 - axis], frame.shape[axis])
    if axis == 0:
        parts = [np.take(frame[rows], lines, axis=1) for rows in strips(frame)]
        sample = np.concatenate(parts).T
    else:
        sample = np.take(frame, lines, axis=0)
    sample = np.ascontiguousarray(sample, dtype=np.float32)
    sample[~np.isfinite(sample)] = np.nan
    sample = sample.reshape(len(lines) // (n_runs * _LINES_PER_RUN), n_runs, _LINES_PER_RUN, -1)
    differences = np.abs(np.diff(sample, axis=2))
    flat = sample.reshape(len(sample), -1, sample.shape[-1])
    return _middle(flat), _noise(differences.reshape(len(sample), -1, sample.shape[-1]))


def _lines(n_lines: int, n_positions: int) -> tuple[np.ndarray, int]:
    """Lines that stand for all of them, band by band in runs of neighbours, and runs per band."""
    edges = band_edges(n_lines)
    height = int(np.diff(edges).min())
    enough = max(_SAMPLE_SIZE // (N_BANDS * _LINES_PER_RUN * n_positions), _RUNS_PER_BAND // 2)
    n_runs = int(np.clip(height // _LINES_PER_RUN, 1, min(enough, _RUNS_PER_BAND)))
    starts = (np.arange(n_runs) * (height - _LINES_PER_RUN)) // max(n_runs - 1, 1)
    lines = edges[:-1, np.newaxis, np.newaxis] + starts[:, np.newaxis] + np.arange(_LINES_PER_RUN)
    return lines.ravel(), n_runs


def _middle(sample: np.ndarray) -> np.ndarray:
    """Mean of the middle half along axis 1, which outliers do not move and rounding does little."""
    n = sample.shape[1]
    ordered = np.sort(sample, axis=1)  # NaN comes last
    middle = ordered[:, n // 4 : n - n // 4].mean(axis=1, dtype=np.float64)
    bands, positions = np.nonzero(np.isnan(ordered[:, -1]))
    for band, position in zip(bands, positions, strict=True):
        finite = sample[band, :, position]
        finite = finite[np.isfinite(finite)]
        middle[band, position] = np.median(finite) if finite.size else np.nan
    return middle


def _noise(differences: np.ndarray) -> np.ndarray:
    """Noise from differences of neighbours along axis 1, each clipped so that none counts much."""
    known = differences[np.isfinite(differences)]
    known = known[:: known.size // _FEW_PIXELS + 1]
    typical = np.mean(np.minimum(known, 4 * np.median(known))) if known.size else 0.0
    typical = typical or (known.mean() if known.size else 0.0)
    clipped = np.minimum(differences, np.float32(4 * typical))  # NaN stays
    finite = np.isfinite(clipped)
    total = np.where(finite, clipped, 0).sum(axis=1, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        mean = total / finite.sum(axis=1)
    return mean * np.sqrt(np.pi) / 2  # of normal differences, whose deviation is √2 of the noise


def joined(bands: np.ndarray) -> np.ndarray:
    """Profile of a group of bands.

    Parameters
    ----------
    bands : ndarray
        Profiles of shape (bands, positions).

    Returns
    -------
    ndarray
        Median over the bands, each counted from its own median; NaN where none is known.
    """
    return known_median(bands - known_median(bands, axis=1), axis=0)[0]


def known_median(values: np.ndarray, *, axis: int) -> np.ndarray:
    """Median of what is not NaN along an axis, which stays as one of length 1; NaN of nothing."""
    ordered = np.sort(values, axis=axis)  # NaN comes last
    n_known = np.isfinite(ordered).sum(axis=axis, keepdims=True)
    middle = [
        np.take_along_axis(ordered, n, axis)
        for n in (np.maximum(n_known - 1, 0) // 2, n_known // 2)
    ]
    return np.where(n_known > 0, (middle[0] + middle[1]) / 2, np.nan)


def typical_noise(noise: np.ndarray) -> float:
    """Median (ADU) of what is known of a noise; 0 where nothing is."""
    known = noise[np.isfinite(noise)]
    return float(np.median(known)) if known.size else 0.0


def filled(profile: np.ndarray) -> np.ndarray:
    """Profile whose gaps (NaN) are bridged; 0 where nothing is known."""
    known = np.isfinite(profile)
    if not known.any():
        return np.zeros_like(profile)
    positions = np.arange(profile.size)
    return np.interp(positions, positions[known], profile[known])


def without_lines(profile: np.ndarray) -> np.ndarray:
    """Profile whose gaps and narrow outliers are replaced by what lies around them."""
    profile = filled(profile)
    smooth = median_filter(profile, _NARROW, mode="nearest")
    residual = profile - smooth
    return np.where(np.abs(residual) > 5 * deviation(residual), smooth, profile)


def deviation(values: np.ndarray) -> float:
    """Robust standard deviation around the median."""
    return SIGMA * median(np.abs(values - median(values)))


def median(values: np.ndarray) -> float:
    """Median of a short line of finite values, many times as fast as that of numpy."""
    ordered = np.sort(values)
    return float(ordered[(ordered.size - 1) // 2] + ordered[ordered.size // 2]) / 2
