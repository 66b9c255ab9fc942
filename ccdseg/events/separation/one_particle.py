"""Which deposits one particle may have left: the limits of electrons in silicon."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse.csgraph import connected_components

from ccdseg.detector import Detector
from ccdseg.detector.silicon import diffusion_width, electron_range

OF_A_PIXEL = 1 / 12
"""Variance (px²) of charge that is spread evenly over one pixel."""

_RANGES = 1.2
_BEYOND = 0.25
"""Distance of two deposits of one electron: ranges at its energy, and px beyond for the fit."""

FRONT, _BACK = 0.32, 0.8
"""Width (px) below which, and share of that of the full thickness from which, deposits lie at a
face: an electron of any energy may have left the silicon there."""

_FRONT_DISTANCE, _BACK_DISTANCE = 1.9, 2.5
"""Distance up to which two deposits at the front face (px) and at the back face (widths) may be of
one such electron."""

_LEAST_AT_BACK = 14.0
"""Energy (keV) of two deposits at the back face from which one electron may have left both: less
than it loses over their distance is none."""

FAINT = 0.03
"""Share of the energy below which a Gaussian is no deposit, but corrects its neighbour."""


@dataclass(frozen=True, eq=False)
class Deposits:
    """Gaussians of one cluster.

    Attributes
    ----------
    rows, columns, widths : ndarray
        Centre and RMS width (px), (n,).
    energies : ndarray
        Energy (keV), (n,).
    """

    rows: np.ndarray
    columns: np.ndarray
    widths: np.ndarray
    energies: np.ndarray

    @classmethod
    def of(cls, parameters: np.ndarray, detector: Detector) -> Deposits:
        """Deposits by the parameters of a mixture in electrons, (n, 4)."""
        row, column, width, charge = parameters.T
        return cls(row, column, np.exp(width), charge * detector.pair_energy / 1000)

    @property
    def faint(self) -> np.ndarray:
        """Whether each is only a correction, (n,)."""
        return self.energies < FAINT * self.energies.sum()

    @property
    def distances(self) -> np.ndarray:
        """Distance of each two (px), (n, n)."""
        return np.hypot(*(axis[:, np.newaxis] - axis for axis in (self.rows, self.columns)))

    @property
    def spread(self) -> np.ndarray:
        """RMS width of each two together (px), that of a pixel in it, (n, n)."""
        variance = self.widths**2 + OF_A_PIXEL
        return np.sqrt((variance[:, np.newaxis] + variance) / 2)

    def particles(self, detector: Detector) -> np.ndarray:
        """Number of the particle of each deposit, from 0, (n,).

        Two deposits are of one particle where an electron of their energy reaches from one to the
        other, or where one that crosses a face of the silicon may have left both.
        """
        distance = self.distances
        energy = self.energies[:, np.newaxis] + self.energies
        joined = distance <= electron_reach(energy, detector)
        at_front = self.widths < FRONT
        joined |= at_front[:, np.newaxis] & at_front & (distance < _FRONT_DISTANCE)
        at_back = self.widths > _BACK * widest(detector)
        near = (distance < _BACK_DISTANCE * self.spread) & (energy > _LEAST_AT_BACK)
        joined |= at_back[:, np.newaxis] & at_back & near
        faint = self.faint
        joined[faint], joined[:, faint] = False, False
        nearest = np.where(faint, np.inf, distance).argmin(axis=1)
        joined[np.flatnonzero(faint), nearest[faint]] = True
        return connected_components(joined, directed=False)[1]


def electron_reach(energy: np.ndarray, detector: Detector) -> np.ndarray:
    """Greatest distance (px) of two deposits of one electron of an energy (keV)."""
    return _RANGES * electron_range(energy) / detector.pixel_size + _BEYOND


def width_limits(detector: Detector) -> tuple[float, float]:
    """Least and greatest width (px) of a deposit: in real CCDs more than its file says."""
    return 0.1, 2.5 * max(widest(detector), 1.0)


def widest(detector: Detector) -> float:
    """RMS width (px) of charge from the back face; 1 px where the diffusion is not known."""
    width = float(diffusion_width(np.array(detector.thickness), detector)) / detector.pixel_size
    return width or 1.0
