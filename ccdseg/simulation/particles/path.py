"""The path of a particle through the silicon."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True, eq=False)
class Path:
    """A chain of energy losses.

    Attributes
    ----------
    kind : str
        Kind of particle: ``electron``, ``muon``, ``alpha`` or ``point``.
    positions : ndarray
        (n, 3): along the columns, along the rows, depth below the gates (µm).
    losses : ndarray
        (n,): energy left at each position (keV).
    direction : ndarray
        (3,): unit vector of the first step; zeros where the particle does not move.
    width : float or None
        Lateral width of the charge (µm) where it does not follow from the depth alone.
    """

    kind: str
    positions: np.ndarray
    losses: np.ndarray
    direction: np.ndarray
    width: float | None = None

    @property
    def energy(self) -> float:
        """Energy left in the silicon (keV)."""
        return float(self.losses.sum())

    @property
    def zenith(self) -> float:
        """Angle of the first step from the normal of the CCD (rad), 0 to π/2; NaN for a point."""
        return float(np.arccos(min(abs(self.direction[2]), 1.0))) if self._moves else np.nan

    @property
    def azimuth(self) -> float:
        """Angle of the first step in the plane, from the columns' axis to the rows' (rad)."""
        return float(np.arctan2(self.direction[1], self.direction[0])) if self._moves else np.nan

    @property
    def extent(self) -> float:
        """Standard deviation of the energy along the longest direction in the plane (µm)."""
        if len(self.losses) < 2:
            return 0.0
        covariance = np.cov(self.positions[:, :2].T, aweights=self.losses, ddof=0)
        return float(max(np.linalg.eigvalsh(covariance)[-1], 0.0) ** 0.5)

    @property
    def _moves(self) -> bool:
        return bool(self.direction.any())

    def inside(self, thickness: float) -> Path:
        """The path up to where it leaves silicon of a `thickness` (µm)."""
        depth = self.positions[:, 2]
        outside = (depth < 0) | (depth > thickness)
        end = int(outside.argmax()) if outside.any() else len(depth)
        return replace(self, positions=self.positions[:end], losses=self.losses[:end])


def isotropic(rng: np.random.Generator) -> np.ndarray:
    """Unit vector (3,) that points anywhere."""
    direction = rng.standard_normal(3)
    return direction / np.sqrt(direction @ direction)


def across(axis: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Unit vector (3,) at a right angle to the unit vector `axis`, with a random roll."""
    sideways = isotropic(rng)
    sideways -= (sideways @ axis) * axis
    return sideways / np.sqrt(sideways @ sideways)


def turned(
    positions: np.ndarray, start: np.ndarray, end: np.ndarray, *, rng: np.random.Generator
) -> np.ndarray:
    """Rotate positions (n, 3) so that the unit vector `start` becomes `end`, with a random roll."""
    return positions @ (_frame(start, rng).T @ _frame(end, rng))


def _frame(axis: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Three orthonormal rows, right-handed, the first along `axis`, the others rolled at random."""
    x, y, z = axis
    u, v, w = normal = across(axis, rng)
    return np.array([axis, normal, [y * w - z * v, z * u - x * w, x * v - y * u]])
