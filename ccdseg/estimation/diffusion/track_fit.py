"""Diffusion from the widths of many straight tracks, all fitted together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ccdseg.estimation.diffusion.track_model import TrackModel, TrackPixels

_MODEL_ERROR = 0.01
"""Error of the charge of a pixel, relative to it."""

_VARIATION = 1.5
"""Standard deviation of the charge of a node, relative to their mean: it keeps those apart that
diffusion blurs. A muon loses 1.9 ± 1.5 keV in a third of a pixel, with a tail to high energies."""

_OUTLIER = 3.0
"""Residual in standard deviations from which a pixel counts less."""

_REWEIGHTINGS = 3
_LEAST_CURVATURE = 1e-6
"""Added to the diagonal of a matrix, relative to its mean."""

_STEPS, _CONVERGED, _AT_REST = 10, 3e-3, 0.03
"""Most steps of a fit; changes of the logarithms of the diffusion, and of the ends (px, in the
median), at which it has come to rest."""

_LONGEST_STEP = 0.7
"""Most that a step moves an end of a track (px), or changes a logarithm of the diffusion."""


@dataclass(frozen=True, eq=False)
class FittedTrack:
    """A track as a fit describes it.

    Attributes
    ----------
    track : TrackPixels
        Its pixels.
    ends : ndarray
        Row and column of the end at the front face, then of that at the back face (px), (4,).
    charge : float
        Its charge (e⁻).
    residuals : ndarray
        Charge less what is expected, in standard deviations, (pixels,).
    misfit : float
        Reduced χ², outliers weighted down.
    gradient, curvature : ndarray
        What it says of the logarithms of the diffusion, the track's own parameters being free: its
        pull, (2,), and the inverse of its covariance, (2, 2).
    end_step : tuple of ndarray
        Step of the ends, (4,), and how much less it is for a step of the diffusion, (4, 2).
    """

    track: TrackPixels
    ends: np.ndarray
    charge: float
    residuals: np.ndarray
    misfit: float
    gradient: np.ndarray
    curvature: np.ndarray
    end_step: tuple[np.ndarray, np.ndarray]

    @property
    def length(self) -> float:
        """Distance of the ends on the plane of the pixels (px)."""
        return float(np.hypot(*(self.ends[2:] - self.ends[:2])))


@dataclass(frozen=True, eq=False)
class TrackFit:
    """Diffusion that the widths of tracks show.

    Attributes
    ----------
    diffusion : ndarray
        Logarithms of A (px²) and of β / (1 − β), where β is B × thickness, (2,).
    covariance : ndarray
        Theirs, (2, 2), by the larger of the errors of the pixels and the scatter of the tracks.
    tracks : tuple of FittedTrack
        The tracks.
    """

    diffusion: np.ndarray
    covariance: np.ndarray
    tracks: tuple[FittedTrack, ...]


def fit_tracks(
    tracks: Sequence[TrackPixels], diffusion: np.ndarray, *, fixed: bool = False
) -> TrackFit:
    """Fit straight tracks, each with ends and charges of its own, and their common diffusion.

    Gauss-Newton, by variable projection: the charges are those that fit best.

    Parameters
    ----------
    tracks : sequence of TrackPixels
        Tracks through the whole silicon, at least one.
    diffusion : ndarray
        First guess, as `TrackFit.diffusion`.
    fixed : bool
        Whether the diffusion stays.

    Returns
    -------
    TrackFit
    """
    diffusion = np.array(diffusion, dtype=np.float64)
    ends = [track.ends.ravel().astype(np.float64) for track in tracks]
    for _ in range(_STEPS):
        fitted = [_linearised(*one, diffusion) for one in zip(tracks, ends, strict=True)]
        step = np.zeros(2)
        if not fixed:
            step = _solved(_sum(fitted, "curvature"), _sum(fitted, "gradient"))
            step = np.clip(step, -_LONGEST_STEP, _LONGEST_STEP)
        diffusion = diffusion + step
        moves = [one.end_step[0] - one.end_step[1] @ step for one in fitted]
        moves = [np.clip(move, -_LONGEST_STEP, _LONGEST_STEP) for move in moves]
        ends = [end + move for end, move in zip(ends, moves, strict=True)]
        if np.abs(step).max() < _CONVERGED and np.median(np.abs(moves)) < _AT_REST:
            break
    fitted = [_linearised(*one, diffusion) for one in zip(tracks, ends, strict=True)]
    curvature = _sum(fitted, "curvature")
    scatter = sum((np.outer(one.gradient, one.gradient) for one in fitted), np.zeros((2, 2)))
    inverse = _solved(curvature, np.eye(2))
    excess = max(np.trace(inverse @ scatter) / 2, 1.0)
    return TrackFit(diffusion, excess * inverse, tuple(fitted))


def _linearised(track: TrackPixels, ends: np.ndarray, diffusion: np.ndarray) -> FittedTrack:
    """The best charges of a track, and the squares of its residuals about these parameters."""
    model = TrackModel(track, ends, diffusion)
    design = np.column_stack([model.shares, np.ones(len(track.charge))])  # and a level
    n_pixels, n_nodes = model.shares.shape
    spread = _VARIATION * max(track.charge.sum(), 1.0) / n_nodes
    prior = np.eye(n_nodes, n_nodes + 1) / spread
    expected, weights = track.charge, 1.0
    for _ in range(_REWEIGHTINGS):
        above = np.maximum(expected, 0)
        variance = track.noise**2 + above + (_MODEL_ERROR * above) ** 2
        root = np.sqrt(weights / variance)
        inner = np.vstack([design * root[:, np.newaxis], prior])
        target = np.concatenate([root * track.charge, np.full(n_nodes, 1 / _VARIATION)])
        charges = np.linalg.solve(inner.T @ inner, inner.T @ target)
        expected = design @ charges
        residuals = (track.charge - expected) / np.sqrt(variance)
        weights = 1 / np.maximum(np.abs(residuals) / _OUTLIER, 1)
    outer = np.zeros((n_pixels + n_nodes, 6))
    outer[:n_pixels] = model.derivatives(charges[:-1]) * root[:, np.newaxis]
    normal = inner.T @ inner
    solved = np.linalg.solve(
        normal, np.column_stack([inner.T @ outer, (inner[:n_pixels] * root[:, np.newaxis]).T])
    )
    outer -= inner @ solved[:, :6]
    evidence = model.evidence(solved[:-1, 6:])
    left = target - inner @ charges
    gradient, curvature = outer.T @ left, outer.T @ outer
    gradient[4:] -= evidence  # all charges count by their probability, not the best ones alone
    step = _solved(curvature[:4, :4], np.column_stack([gradient[:4], curvature[:4, 4:]]))
    return FittedTrack(
        track,
        ends,
        float(charges[:-1].sum()),
        residuals,
        float(left @ left) / max(n_pixels - 5, 1),
        gradient[4:] - curvature[4:, :4] @ step[:, 0],
        curvature[4:, 4:] - curvature[4:, :4] @ step[:, 1:],
        (step[:, 0], step[:, 1:]),
    )


def _solved(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Solution of a linear system with a little added to its diagonal."""
    added = _LEAST_CURVATURE * np.trace(matrix) / len(matrix)
    return np.linalg.solve(matrix + added * np.eye(len(matrix)), right)


def _sum(fitted: Sequence[FittedTrack], name: str) -> np.ndarray:
    return sum(getattr(one, name) for one in fitted)
