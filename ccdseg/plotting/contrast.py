"""Contrast of a frame: grey levels between which both noise and bright pixels can be seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ccdseg.normalization import sample_of

_KNEE = 4.0
"""Standard deviations of the noise above black at which the grey scale turns from linear to
logarithmic."""


@dataclass(frozen=True)
class Contrast:
    """Signals of the grey scale of a frame, in its unit.

    Attributes
    ----------
    middle : float
        Median signal.
    black, white : float
        Signals of the darkest and the brightest grey.
    knee : float
        Signal above black at which the scale, an inverse hyperbolic sine, turns logarithmic.
    """

    middle: float
    black: float
    white: float
    knee: float

    @classmethod
    def of(cls, image: np.ndarray) -> Contrast:
        """Contrast of a frame, signal of shape (H, W), by a sample of its finite pixels."""
        sample = sample_of(image)
        middle = float(np.median(sample))
        black, below, bright = map(float, np.percentile(sample, [0.5, 16, 99.9]))
        noise = max(middle - below, (bright - black) * 1e-3, 1e-6)
        span = max(bright - black, 10 * noise)
        return cls(middle, black, black + span, span * min(max(_KNEE * noise / span, 1e-3), 1.0))

    def stretched(self, signal: np.ndarray) -> np.ndarray:
        """Place of signals on the grey scale: 0 for black, 0.88 at the knee."""
        return np.arcsinh((signal - self.black) / self.knee)
