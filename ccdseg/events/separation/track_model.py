"""Model of straight tracks: charge per length along a line, and a width that changes along it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr

from ccdseg.events.separation.one_particle import OF_A_PIXEL
from ccdseg.events.separation.straight_lines import Line

N_SHAPE = 5
"""Parameters of the shape of a track: offset, angle, and three of the width."""

_OF_A_NODE = 1 / 6
"""Variance (px²) of the triangle between three nodes."""

_REACH = 3.0
"""Widths up to which a node has charge."""

_NARROWEST, _LEAST_SIDE = 0.1, 0.02
"""Least width of the charge, and of the shadow of a pixel's edge (px)."""


@dataclass(frozen=True, eq=False)
class Track:
    """A straight track.

    Attributes
    ----------
    line : Line
        Its axis.
    start : float
        Position of the first node along the line (px); the others follow every pixel.
    charges : ndarray
        Charge per length (e⁻/px) at the nodes, (nodes,).
    variances : ndarray
        Coefficients of the square of the width (px²), a parabola in the position along the track,
        −1 at the first and 1 at the last node, (3,).
    """

    line: Line
    start: float
    charges: np.ndarray
    variances: np.ndarray

    @property
    def scale(self) -> float:
        """Half the distance of the first node from the last one (px)."""
        return max(len(self.charges) - 1, 1) / 2

    def relative(self, places: np.ndarray) -> np.ndarray:
        """Position along the track, −1 at its first and 1 at its last node, of places, (n, 2)."""
        return (self.line.along(places) - self.start) / self.scale - 1

    def widths(self, places: np.ndarray) -> np.ndarray:
        """RMS width (px) of the charge at the places, (n, 2), along the track."""
        powers = np.vander(np.clip(self.relative(places), -1, 1), 3, increasing=True)
        return np.sqrt(np.maximum(powers @ self.variances, _NARROWEST**2))

    def across(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Share of the charge per length that falls into pixels.

        A Gaussian across the track, integrated over each pixel: its second integral, at the four
        places where the shadow of the pixel on the normal bends.

        Parameters
        ----------
        places : ndarray
            Rows and columns of the pixels (px), (n, 2).

        Returns
        -------
        share, by_distance, by_width : ndarray
            The share (1/px), its derivative by the distance from the axis and that by the width,
            (n,).
        """
        wide, narrow = np.maximum(np.sort(np.abs(self.line.normal))[::-1], _LEAST_SIDE)
        bends = np.array([wide + narrow, wide - narrow, narrow - wide, -wide - narrow]) / 2
        signs = np.array([1.0, -1.0, -1.0, 1.0]) / (wide * narrow)
        width = self.widths(places)[:, np.newaxis]
        scaled = (self.line.across(places)[:, np.newaxis] + bends) / width
        below, density = ndtr(scaled), np.exp(-0.5 * scaled**2) / np.sqrt(2 * np.pi)
        share = (width * (scaled * below + density)) @ signs
        return np.maximum(share, 0.0), below @ signs, density @ signs

    def along(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Nodes whose charge reaches pixels, and their weights, which sum to 1 but at the ends.

        Parameters
        ----------
        places : ndarray
            Rows and columns of the pixels (px), (n, 2).

        Returns
        -------
        nodes : ndarray of int
            Indices, below 0 or beyond the last where there is no node, (n, k).
        weights : ndarray
            (n, k).
        """
        position = self.line.along(places) - self.start
        spread = np.sqrt(self.widths(places) ** 2 + OF_A_PIXEL + _OF_A_NODE)
        reach = int(np.ceil(_REACH * spread.max(initial=0.5)))
        nodes = np.rint(position).astype(int)[:, np.newaxis] + np.arange(-reach, reach + 1)
        scaled = (position[:, np.newaxis] - nodes) / spread[:, np.newaxis]
        weights = np.exp(-0.5 * scaled**2)
        weights /= weights.sum(axis=1, keepdims=True)
        weights[(nodes < 0) | (nodes >= len(self.charges))] = 0.0
        return nodes, weights

    def basis(self, places: np.ndarray) -> np.ndarray:
        """Charge in pixels, (n, 2), by the charge per length at each node, (n, nodes)."""
        nodes, weights = self.along(places)
        matrix = np.zeros((len(places), len(self.charges)))
        rows = np.broadcast_to(np.arange(len(places))[:, np.newaxis], nodes.shape)
        inside = weights > 0
        matrix[rows[inside], nodes[inside]] = weights[inside]
        return matrix * self.across(places)[0][:, np.newaxis]

    def expected(self, places: np.ndarray) -> np.ndarray:
        """Expected charge (e⁻) in pixels, (n, 2)."""
        return self._density(places) * self.across(places)[0]

    def shape_derivatives(self, places: np.ndarray) -> np.ndarray:
        """Change of the charge in pixels, (n, 2), by the parameters of the shape, (n, 5)."""
        _, by_distance, by_width = self.across(places)
        density, position = self._density(places), self.relative(places)
        per_variance = density * by_width / (2 * self.widths(places))
        return np.column_stack(
            [
                -density * by_distance,
                -density * by_distance * position,
                *(per_variance * np.clip(position, -1, 1) ** power for power in range(3)),
            ]
        )

    def changed(self, charges: np.ndarray, shape: np.ndarray) -> Track:
        """The track with these charges, and its shape changed by steps, (5,)."""
        offset, turn, *variances = shape
        normal, direction = (
            self.line.normal,
            np.array([-self.line.normal[1], self.line.normal[0]]),
        )
        middle = self.start + self.scale
        centre = (self.line.offset + offset) * normal + middle * direction
        turned = normal - turn / self.scale * direction
        turned /= np.hypot(*turned)
        line = Line(turned, float(centre @ turned))
        start = self.start + float(line.along(centre[np.newaxis])[0]) - middle
        return replace(
            self, line=line, start=start, charges=charges, variances=self.variances + variances
        )

    def _density(self, places: np.ndarray) -> np.ndarray:
        nodes, weights = self.along(places)
        return (self.charges[np.clip(nodes, 0, len(self.charges) - 1)] * weights).sum(axis=1)
