"""Charge of a straight track through the whole silicon, pixel by pixel."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit

from ccdseg.events.gaussian_profile import pixel_shares

_NODES = 3.0
"""Points of the axis per pixel at which the charge is free: losses vary within a pixel."""

_NARROWEST = 0.03
"""Least RMS width of charge (px): that of a front face to which nothing diffuses."""


@dataclass(frozen=True, eq=False)
class TrackPixels:
    """Pixels of a track and around it.

    Attributes
    ----------
    rows, columns : ndarray of int
        Positions (px), (pixels,).
    charge : ndarray
        Charge above the local background (e⁻), (pixels,).
    noise : float
        Standard deviation of a pixel without charge (e⁻).
    ends : ndarray
        First guess of the ends at the front and at the back face, (2, 2): rows and columns (px).
    event : int
        Number of the event in its image.
    total : float or None
        Charge of the whole event (e⁻), its delta rays included.
    """

    rows: np.ndarray
    columns: np.ndarray
    charge: np.ndarray
    noise: float
    ends: np.ndarray
    event: int = 0
    total: float | None = None

    @property
    def n_nodes(self) -> int:
        """Points of the axis at which the charge is free."""
        return max(int(_NODES * np.hypot(*(self.ends[1] - self.ends[0]))), 2)

    def turned(self) -> TrackPixels:
        """The same track with its ends exchanged."""
        return replace(self, ends=self.ends[::-1])

    def where(self, kept: np.ndarray) -> TrackPixels:
        """The track with those of its pixels for which `kept`, bool (pixels,), is true."""
        names = ("rows", "columns", "charge")
        return replace(self, **{name: getattr(self, name)[kept] for name in names})


class TrackModel:
    """Charge of a track in its pixels: free charges at nodes on its axis, widened by diffusion.

    Parameters
    ----------
    track : TrackPixels
        The pixels.
    ends : ndarray
        Row and column of the end at the front face, then of that at the back face (px), (4,).
    diffusion : ndarray
        Logarithms of A (px²) and of β / (1 − β), where β is B × thickness, (2,).
    """

    def __init__(self, track: TrackPixels, ends: np.ndarray, diffusion: np.ndarray) -> None:
        self._place = (np.arange(track.n_nodes) + 0.5) / track.n_nodes
        share, beta = np.exp(diffusion[0]), expit(diffusion[1])
        variance = -share * np.log1p(-beta * self._place)
        by_odds = share * beta * (1 - beta) * self._place / (1 - beta * self._place)
        total = variance + _NARROWEST**2
        self._log_width_by = np.stack([variance, by_odds]) / (2 * total)
        log_width = 0.5 * np.log(total)
        self._rows, self._columns = (
            _shares(end + self._place * (other - end), log_width, pixels)
            for end, other, pixels in (
                (ends[0], ends[2], track.rows),
                (ends[1], ends[3], track.columns),
            )
        )
        self.shares = (self._rows[0] * self._columns[0]).T
        """Share of each pixel in the charge of each node, (pixels, nodes)."""

    def derivatives(self, charge: np.ndarray) -> np.ndarray:
        """Derivatives of the charge of each pixel by `ends` and `diffusion`, (pixels, 6).

        `charge` is that of the nodes (e⁻), (nodes,).
        """
        by_row = self._rows[1] * self._columns[0]
        by_column = self._rows[0] * self._columns[1]
        by_width = self._rows[2] * self._columns[0] + self._rows[0] * self._columns[2]
        front, back = (1 - self._place) * charge, self._place * charge
        columns = [front @ by_row, front @ by_column, back @ by_row, back @ by_column]
        columns += list((self._log_width_by * charge) @ by_width)
        return np.stack(columns, axis=1)

    def evidence(self, projector: np.ndarray) -> np.ndarray:
        """Derivatives by `diffusion` of half the logarithm of the determinant of the charges, (2,).

        `projector` gives the charges of the nodes from those of the pixels, (nodes, pixels).
        """
        by_width = self._rows[2] * self._columns[0] + self._rows[0] * self._columns[2]
        return self._log_width_by @ np.sum(projector * by_width, axis=1)


def _shares(centre: np.ndarray, log_width: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    """Share of Gaussians in pixels along one axis, and its derivatives, (3, points, pixels)."""
    first = pixels.min()
    shares = pixel_shares(centre - first, log_width, int(pixels.max() - first) + 1)
    return np.moveaxis(shares[..., pixels - first], 1, 0)
