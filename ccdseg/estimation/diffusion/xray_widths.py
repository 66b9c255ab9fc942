"""Widths of the X-rays of an iron source, which enter at a face and end close to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from astropy import units as u
from astropy.table import QTable

from ccdseg.detector import Detector
from ccdseg.detector.silicon import diffusion_width, point_growth
from ccdseg.simulation.particles.points import attenuation_length

LINES = (5.90, 6.49)
"""Energies of Mn Kα and Kβ (keV)."""

FEWEST_XRAYS = 20
"""Fewest X-rays at the back face that tell the diffusion."""

_NEAR = 0.04
"""Relative distance from the energy of a line."""

_MISFIT = 2.0
"""Reduced χ² of a round deposit, at most."""

_OUTLIERS = 0.05
"""Share of the widths that are of something else: of two X-rays, or of an electron."""

_DEPTHS = (np.arange(60) + 0.5) / 60
"""Quantiles of the depth of absorption."""

_RANGE = (0.5, 1.3)
"""Widths at the back face over their upper quartile, that count."""


@dataclass(frozen=True, eq=False)
class XrayWidths:
    """Widths of the X-rays of a source.

    Attributes
    ----------
    energy, width, error : ndarray
        Energy (keV), RMS width and its standard deviation (px), each (X-rays,).
    """

    energy: np.ndarray
    width: np.ndarray
    error: np.ndarray

    @classmethod
    def of_events(cls, events: QTable) -> XrayWidths:
        """X-rays of the lines among isolated round events, with energies."""
        energy = events["energy"].to_value(u.keV)
        chosen = np.any([np.abs(energy / line - 1) < _NEAR for line in LINES], axis=0)
        chosen &= events["point_misfit"] < _MISFIT
        for flag in ("touches_edge", "touches_other", "saturated", "touches_bad"):
            chosen &= ~events[flag]
        width, error = (
            events[name].to_value(u.pix)[chosen] for name in ("point_width", "point_width_error")
        )
        known = np.isfinite(width) & np.isfinite(error)
        return cls(energy[chosen][known], width[known], error[known])

    def __len__(self) -> int:
        return len(self.width)

    def joined(self, other: XrayWidths) -> XrayWidths:
        """Both together."""
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return XrayWidths(*(np.concatenate(pair) for pair in pairs))

    @property
    def is_back(self) -> np.ndarray:
        """Whether each is as wide as those at the back face are, bool (X-rays,)."""
        if not len(self):
            return np.zeros(0, dtype=bool)
        low, high = np.array(_RANGE) * self._typical
        return (self.width > low) & (self.width < high)

    @property
    def is_front(self) -> np.ndarray:
        """Whether each is narrower than half of those at the back face, bool (X-rays,)."""
        return self.width < _RANGE[0] * self._typical if len(self) else np.zeros(0, dtype=bool)

    @property
    def _typical(self) -> float:
        wide = self.width[self.width > 0.5 * np.percentile(self.width, 95)]
        return float(np.percentile(wide, 75))

    def log_likelihood(self, detector: Detector) -> float:
        """Logarithm of the likelihood of the widths at the back face for a detector's diffusion."""
        back = self.is_back
        energy, width, error = self.energy[back], self.width[back], self.error[back]
        away = -attenuation_length(energy)[:, np.newaxis] * np.log1p(-_DEPTHS)
        depth = np.maximum(detector.thickness - away, 0.0)
        growth = point_growth(energy, detector)[:, np.newaxis]
        expected = diffusion_width(depth, detector) / detector.pixel_size * growth
        pull = (width[:, np.newaxis] - expected) / error[:, np.newaxis]
        density = np.exp(-0.5 * pull**2).mean(axis=1) / (error * (2 * np.pi) ** 0.5)
        span = (_RANGE[1] - _RANGE[0]) * self._typical
        return float(np.sum(np.log((1 - _OUTLIERS) * density + _OUTLIERS / span)))
