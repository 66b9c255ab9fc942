"""Point-like particles beside tracks: round deposits that no part of the track explains."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from ccdseg.detector import Detector
from ccdseg.events.separation.canvas import Canvas, ClusterCharges
from ccdseg.events.separation.division import Division
from ccdseg.events.separation.mixture_fit import (
    N_PARAMETERS,
    expected_signals,
    fit_mixtures,
)
from ccdseg.events.separation.one_particle import FAINT, Deposits, width_limits

_SCALE, _SIGNIFICANT = 0.8, 8.0
"""Width (px) of the filter that finds bright points, and their least response (σ of the noise)."""

_REACH = 5
"""Half the edge of the window around a point in which it is fitted with its neighbours (px)."""

_MOST_NEIGHBOURS, _SPACING, _FROM_POINT = 8, 1.4, 1.7
"""Most Gaussians for the rest of the cluster in the window; their least distance from each other,
and from the point (px)."""

_NEAR, _MOST_NEAR = 2.2, 16.0
"""Distance (px) within which a point-like particle has most of its charge, and the most (keV)."""

_LEAST, _MOST = 1.0, 10.0
"""Energies (keV) of point-like particles that can be told from pieces of a track."""

_CORE, _GOODNESS, _LEFT_OVER = 2.5, 12.0, 0.25
"""Distance (px) within which the fit must hold; its highest reduced χ²; its residuals, at most, as
a share of the particle's charge."""

_CLOSE, _OPPOSITE = 5.0, -0.8
"""Distance (px) of the deposits of a track around a point, and cosine of the angle between two of
them below which the point lies between them, on the track."""

_APART, _LEAST_DISTANCE = 2.6, 2.05
"""Least distance to the rest of the cluster, in widths of both and in px: the charge of a track at
the front face lies in single pixels."""


class _Window(NamedTuple):
    """A point and its neighbours in one cluster."""

    cluster: int
    corner: tuple[int, int]
    charge: np.ndarray
    used: np.ndarray
    points: np.ndarray


def divide_track_points(clusters: ClusterCharges, members: np.ndarray) -> list[Division]:
    """Take point-like particles from the clusters of tracks that they touch.

    Parameters
    ----------
    clusters : ClusterCharges
        All clusters.
    members : ndarray
        Indices of the clusters to look at.

    Returns
    -------
    list of Division
        The track, or whatever the rest is, comes first in each.
    """
    windows = [window for member in members for window in _windows(clusters, int(member))]
    found = {}
    for n_points in {len(window.points) for window in windows}:
        batch = [window for window in windows if len(window.points) == n_points]
        for window, parameters, error in _fitted(batch, clusters):
            found.setdefault(window.cluster, []).append((window.corner, parameters, error))
    return [_division(clusters, member, points) for member, points in sorted(found.items())]


def _windows(clusters: ClusterCharges, member: int) -> list[_Window]:
    """Windows around the points of a cluster that are neither inside a track nor too bright."""
    canvas = Canvas.of(clusters, np.array([member]), margin=_REACH + 1)
    image = canvas.charge[0]
    own = np.zeros(image.shape, dtype=bool)
    own[canvas.places(0, clusters.pixels, member)] = True
    response = -(_SCALE**2) * ndimage.gaussian_laplace(image, _SCALE)
    highest = response == ndimage.maximum_filter(response, 3)
    points = np.argwhere(highest & own & (response > _SIGNIFICANT * clusters.noise[member]))
    ridge = np.argwhere(_on_ridge(response) & own & (response > 0))
    ridge = ridge[np.argsort(-response[tuple(ridge.T)], kind="stable")]
    windows = []
    down, right = np.mgrid[-_REACH : _REACH + 1, -_REACH : _REACH + 1]
    near = np.hypot(down, right) <= _NEAR
    for point in points:
        row, column = point - _REACH
        part = slice(row, row + 2 * _REACH + 1), slice(column, column + 2 * _REACH + 1)
        energy = image[part][near].sum() * clusters.detector.pair_energy / 1000
        if not _LEAST <= energy <= _MOST_NEAR:
            continue
        beside = _spaced(ridge, point)
        if beside and not _between(np.array(beside) - point):
            corner = tuple(canvas.corners[0] + (row, column))
            inside = np.array([point, *beside]) - (row, column)
            windows.append(_Window(member, corner, image[part], canvas.used[0][part], inside))
    return windows


def _on_ridge(response: np.ndarray) -> np.ndarray:
    """Whether each pixel is the highest of three in a row, in any of four directions, (h, w)."""
    padded = np.pad(response, 1)
    height, width = response.shape
    ridge = np.zeros(response.shape, dtype=bool)
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        one, other = (
            padded[1 + side * down :, 1 + side * right :][:height, :width] for side in (-1, 1)
        )
        ridge |= (response >= one) & (response >= other)
    return ridge


def _spaced(ridge: np.ndarray, point: np.ndarray) -> list[np.ndarray]:
    """Pixels of a ridge, (pixels, 2), the highest first, around a point, apart from each other."""
    away = np.abs(ridge - point).max(axis=1)
    chosen = [point]
    for place in ridge[away <= _REACH + 1]:
        distances = np.hypot(*(place - np.array(chosen)).T)
        if distances[0] >= _FROM_POINT and distances.min() >= _SPACING:
            chosen.append(place)
        if len(chosen) > _MOST_NEIGHBOURS:
            break
    return chosen[1:]


def _fitted(
    windows: list[_Window], clusters: ClusterCharges
) -> list[tuple[_Window, np.ndarray, float]]:
    """Of windows with as many points each, those whose first point is a particle of its own.

    Each comes with the parameters of its Gaussians, the first that of the particle, (points, 4),
    and the error of its charge (e⁻).
    """
    charge, used = (
        np.stack(parts) for parts in ([w.charge for w in windows], [w.used for w in windows])
    )
    points = np.stack([window.points for window in windows])
    sigma = clusters.noise[[window.cluster for window in windows]][:, np.newaxis, np.newaxis]
    guess = np.zeros((*points.shape[:2], N_PARAMETERS))
    guess[..., :2] = points
    guess[..., 2] = np.log(0.7)
    inside = np.clip(points, 0, 2 * _REACH)
    peaks = charge[np.arange(len(points))[:, np.newaxis], inside[..., 0], inside[..., 1]]
    guess[..., 3] = np.maximum(3 * peaks, 10.0)
    variance = sigma**2 + ndimage.gaussian_filter(np.maximum(charge, 0), (0, 0.5, 0.5))
    widths = width_limits(clusters.detector)
    mixture = fit_mixtures(charge, used / variance, guess, widths=widths)
    models = expected_signals(mixture.parameters, charge.shape[1:])
    model = models.sum(axis=1)
    residual = (charge - model) * used
    places = np.indices(charge.shape[1:])
    away = np.hypot(
        *(places[axis] - mixture.parameters[:, 0, axis, np.newaxis, np.newaxis] for axis in (0, 1))
    )
    core = (away < _CORE) & (used > 0) & (models[:, 0] > model / 2)
    freedom = np.maximum(core.sum(axis=(1, 2)) - N_PARAMETERS, 1)
    square = (np.where(core, residual, 0) ** 2 / (sigma**2 + np.maximum(model, 0))).sum(axis=(1, 2))
    left_over = np.abs(np.where(core, residual, 0)).sum(axis=(1, 2)) / mixture.parameters[:, 0, 3]
    accepted = (square <= _GOODNESS * freedom) & (left_over <= _LEFT_OVER)
    accepted &= np.hypot(*(mixture.parameters[:, 0, :2] - points[:, 0]).T) < 1.2
    accepted &= mixture.parameters[:, 0, 2] < np.log(0.99 * widths[1])
    found = []
    for number in np.flatnonzero(accepted):
        parameters = mixture.parameters[number]
        if _is_apart(parameters, clusters.detector):
            error = mixture.covariance[number, N_PARAMETERS - 1, N_PARAMETERS - 1] ** 0.5
            found.append((windows[number], parameters, float(error)))
    return found


def _is_apart(parameters: np.ndarray, detector: Detector) -> bool:
    """Whether the first Gaussian, of the energy of a point, is far from all others."""
    deposits = Deposits.of(parameters, detector)
    energy = deposits.energies[0]
    others = deposits.energies > FAINT * energy
    others[0] = False
    distance = deposits.distances[0] / deposits.spread[0]
    is_apart = (distance >= _APART) & (deposits.distances[0] >= _LEAST_DISTANCE)
    if not (_LEAST <= energy <= _MOST and is_apart[others].all()):
        return False
    steps = np.column_stack([deposits.rows, deposits.columns])
    return not _between((steps - steps[0])[others])


def _between(steps: np.ndarray) -> bool:
    """Whether a point lies between two of the places around it, by the steps to them, (n, 2)."""
    distances = np.hypot(*steps.T)
    near = (distances > 0) & (distances < _CLOSE)
    directions = steps[near] / distances[near, np.newaxis]
    return bool(near.any() and (directions @ directions.T).min() < _OPPOSITE)


def _division(clusters: ClusterCharges, member: int, points: list) -> Division:
    """The rest of a cluster, and its points: each has the charge of its Gaussian."""
    index = clusters.aperture_of(member)
    rows, columns = clusters.apertures.rows[index], clusters.apertures.columns[index]
    window = 2 * _REACH + 1
    expected = np.zeros((len(index), len(points)))
    shares = np.zeros((len(index), 1 + len(points)))
    for number, ((top, left), parameters, _) in enumerate(points):
        models = expected_signals(parameters[np.newaxis], (window, window))[0]
        row, column = rows - top, columns - left
        inside = (row >= 0) & (row < window) & (column >= 0) & (column < window)
        of_all = models[:, row[inside], column[inside]]
        expected[inside, number] = of_all[0]
        total = np.maximum(of_all.sum(axis=0), 1e-6)
        shares[inside, number + 1] = np.where(of_all[0] > 0.1, of_all[0] / total, 0.0)
    shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1.0)
    shares[:, 0] = 1 - shares.sum(axis=1)
    errors = np.array([error for _, _, error in points])
    own = np.sqrt(np.maximum(errors**2 - expected.sum(axis=0), 0))
    return Division(member, shares, np.array([np.sqrt((own**2).sum()), *own]))
