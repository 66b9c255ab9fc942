"""Noise against the number of averaged samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ccdseg.calibration.overscan import noise_within_rows

_MOST_VALUES = 200_000
"""Pixels that tell the noise of one amplifier, at most."""

_LEAST_VALUES = 100
_PER_DECADE = 8
_EXCESS = 1.1
"""Noise over that of the square root law from which it no longer follows it."""


@dataclass(frozen=True, eq=False)
class NoiseCurve:
    """Noise of the mean of the first samples.

    Attributes
    ----------
    n_samples : ndarray of int
        Numbers of samples, rising.
    noise : ndarray
        Standard deviation of a pixel (ADU), of the same shape.
    """

    n_samples: np.ndarray
    noise: np.ndarray

    @property
    def single(self) -> float:
        """Noise of one sample (ADU), by the square root law through the first three points."""
        first = slice(0, 3)
        return float(np.mean(self.noise[first] * np.sqrt(self.n_samples[first])))

    @property
    def law(self) -> np.ndarray:
        """Noise (ADU) by the law σ₁/√N."""
        return self.single / np.sqrt(self.n_samples)

    @property
    def last_following(self) -> int:
        """Largest number of samples up to which the noise is within 10 % of the law."""
        above = np.flatnonzero(self.noise > _EXCESS * self.law)
        return int(self.n_samples[above[0] - 1 if above.size else -1])

    @property
    def follows(self) -> bool:
        """Whether the noise falls as the law up to all samples."""
        return self.last_following == self.n_samples[-1]


class NoiseWatch:
    """Collects the noise of part of an image while its samples are combined.

    Parameters
    ----------
    rows, columns : slice
        Pixels that see no light, or else those of the image (px).
    n_samples : int
        Samples of each pixel.
    """

    def __init__(self, rows: slice, columns: slice, n_samples: int) -> None:
        decades = np.log10(n_samples)
        counts = np.geomspace(1, n_samples, int(decades * _PER_DECADE) + 1)
        self._counts = np.unique(np.rint(counts).astype(int))
        self._rows, self._columns = rows, columns
        width = columns.stop - columns.start
        self._every = max((rows.stop - rows.start) * width // _MOST_VALUES, 1)
        self._lines: list[np.ndarray] = []

    def __call__(self, rows: slice, samples: np.ndarray) -> None:
        """Take in the samples of a strip, (rows, columns, samples)."""
        first, end = max(rows.start, self._rows.start), min(rows.stop, self._rows.stop)
        for row in range(first, end):
            if row % self._every == 0:
                pixels = samples[row - rows.start, self._columns]
                sums = np.cumsum(pixels, axis=-1)[:, self._counts - 1]
                self._lines.append(sums / self._counts)

    def curve(self) -> NoiseCurve | None:
        """The curve; None of too few pixels."""
        if sum(map(len, self._lines)) < _LEAST_VALUES:
            return None
        means = np.moveaxis(np.stack(self._lines), -1, 0)
        return NoiseCurve(self._counts, np.array([noise_within_rows(mean) for mean in means]))
