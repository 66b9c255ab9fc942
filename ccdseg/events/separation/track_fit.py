"""Fits of straight tracks to the charge of a cluster, with what lies beside them left out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ccdseg.events.separation.canvas import ClusterPixels
from ccdseg.events.separation.straight_lines import BAND, Line
from ccdseg.events.separation.track_model import N_SHAPE, Track

_BEYOND = 3.0
"""Length that a track has beyond its last bright pixel (px)."""

_UNEVEN = 0.5
"""Relative difference of the charge per length between two nodes: what single collisions do to the
energy loss of a minimum ionising particle within a pixel."""

_OF_MODEL = 0.1
"""Relative error of the model of a track in a pixel."""

_OUTLIER = 4.0
"""Residual (σ) above which charge beside a track counts less."""

_STEPS = np.array([0.5, 0.5, 0.3, 0.3, 0.3])
"""Greatest changes of the shape of a track in one round (px, px²)."""

_FIRST_VARIANCE, _MOST_VARIANCE = 0.4, 4.0
"""First and greatest square of the width (px²)."""

_FOLLOWED, _FARTHEST = 3.0, 6.0
"""Distance up to which pixels are fitted: widths from the axis, and px from the first axis."""


def fit_tracks(tracks: Sequence[Track], pixels: ClusterPixels, *, rounds: int = 4) -> list[Track]:
    """Fit straight tracks to the pixels near them, all together.

    Each round solves the linear equations of all charges per length and of small changes of the
    shapes, with the variance that the model of the last round expects. Pixels that have far more
    charge than expected count less.

    Parameters
    ----------
    tracks : sequence of Track
        Where they begin.
    pixels : ClusterPixels
        Charge of the cluster.
    rounds : int
        Number of steps.

    Returns
    -------
    list of Track
    """
    tracks = list(tracks)
    distances = np.stack([np.abs(track.line.across(pixels.places)) for track in tracks])
    places, charge, _, noise = pixels = pixels.where(distances.min(axis=0) <= _FARTHEST)
    variance = noise**2 + np.maximum(charge, 0) + (_OF_MODEL * charge) ** 2
    counted = np.ones(len(charge))
    for _ in range(rounds):
        distances = np.stack([np.abs(track.line.across(places)) for track in tracks])
        widths = np.stack([np.hypot(track.widths(places), 0.3) for track in tracks])
        known = np.array([track.charges.any() for track in tracks])[:, np.newaxis]
        near = (distances <= np.where(known, _FOLLOWED * widths, BAND + 0.5)).any(axis=0)
        weights = np.where(near, counted / variance, 0.0)[near]
        tracks = _improved(tracks, pixels.where(near), weights)
        expected = sum(track.expected(places) for track in tracks)
        variance = noise**2 + expected + (_OF_MODEL * expected) ** 2
        excess = (charge - expected) / np.sqrt(variance)
        counted = np.minimum(1.0, _OUTLIER / np.maximum(excess, _OUTLIER)) ** 2
    return tracks


def first_track(line: Line, bright: np.ndarray) -> Track:
    """Track over the bright pixels, (n, 2), in the band of a line, without charge."""
    along = line.along(bright[line.holds(bright)])
    start = along.min() - _BEYOND
    n_nodes = int(np.ceil(along.max() + _BEYOND - start)) + 1
    return Track(line, float(start), np.zeros(n_nodes), np.array([_FIRST_VARIANCE, 0.0, 0.0]))


def _improved(tracks: list[Track], pixels: ClusterPixels, weights: np.ndarray) -> list[Track]:
    """Tracks after one step; the first one, without charge, finds the charges alone."""
    places, charge = pixels.places, pixels.charge
    blocks, known = [], []
    for track in tracks:
        blocks.append(track.basis(places))
        known.append(track.charges)
    has_charge = any(track.charges.any() for track in tracks)
    if has_charge:
        for track in tracks:
            blocks.append(track.shape_derivatives(places))
            known.append(np.zeros(N_SHAPE))
    matrix = np.concatenate(blocks, axis=1)
    weighted = matrix * weights[:, np.newaxis]
    normal = weighted.T @ matrix + _evenness(tracks, pixels, matrix.shape[1])
    normal[np.diag_indices(len(normal))] *= 1 + 1e-6
    normal[np.diag_indices(len(normal))] += 1e-9
    solution = np.linalg.solve(normal, weighted.T @ charge)
    sizes = np.cumsum([len(values) for values in known])
    parts = np.split(solution, sizes[:-1])
    n = len(tracks)
    shapes = parts[n:] if has_charge else [np.zeros(N_SHAPE)] * n
    return [
        _limited(track, charges, shape)
        for track, charges, shape in zip(tracks, parts[:n], shapes, strict=True)
    ]


def _limited(track: Track, charges: np.ndarray, shape: np.ndarray) -> Track:
    """The track after a step, no longer than allowed, with charges and widths that may be."""
    changed = track.changed(np.maximum(charges, 0.0), np.clip(shape, -_STEPS, _STEPS))
    ends = changed.variances @ np.array([[1, 1, 1], [-1, 0, 1], [1, 0, 1]])
    if ends.max() > _MOST_VARIANCE:
        changed.variances[:] *= _MOST_VARIANCE / ends.max()
    return changed


def _evenness(tracks: list[Track], pixels: ClusterPixels, size: int) -> np.ndarray:
    """What is added to the normal equations so that the charge per length changes little."""
    matrix, first = np.zeros((size, size)), 0
    for track in tracks:
        n = len(track.charges)
        usual = np.maximum(pixels.charge[track.line.holds(pixels.places)], 0).sum() / n
        strength = 1 / (_UNEVEN * max(usual, 1.0)) ** 2
        index = np.arange(first, first + n)
        matrix[index[:-1], index[:-1]] += strength
        matrix[index[1:], index[1:]] += strength
        matrix[index[:-1], index[1:]] -= strength
        matrix[index[1:], index[:-1]] -= strength
        first += n
    return matrix
