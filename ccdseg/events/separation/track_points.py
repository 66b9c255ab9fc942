"""Point-like particles beside tracks: round deposits that no part of the track explains."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from ccdseg.detector import Detector
from ccdseg.events.gaussian_profile import N_PARAMETERS
from ccdseg.events.separation.canvas import Canvas, ClusterCharges
from ccdseg.events.separation.division import Division
from ccdseg.events.separation.mixture_fit import (
    expected_signals,
    fit_mixtures,
)
from ccdseg.events.separation.one_particle import FAINT, FRONT, Deposits, width_limits

_SCALE, _SIGNIFICANT = 0.8, 8.0
"""Width (px) of the filter that finds bright points, and their least response (σ of the noise)."""

_REACH = 5
"""Half the edge of the window around a point in which it is fitted with its neighbours (px)."""

_MOST_NEIGHBOURS, _SPACING, _FROM_POINT = 8, 1.4, (1.7, 3.2)
"""Most Gaussians for the rest of the cluster in the window; their least distance from each other,
and from a narrow and from a wide point (px)."""

_NEAR, _MOST_NEAR = 2.2, 16.0
"""Distance (px) within which a point-like particle has most of its charge, and the most (keV)."""

_LEAST, _MOST = 1.0, 10.0
"""Energies (keV) of point-like particles that can be told from pieces of a track."""

_CORE, _GOODNESS, _LEFT_OVER = 2.5, (12.0, 2.5), (0.25, 0.1)
"""Distance (px) within which the fit must hold; its highest reduced χ²; its residuals, at most, as
a share of the particle's charge: of a narrow and of a wide point, as which the end of a track may
pass."""

_CLOSE, _OPPOSITE = 5.0, -0.8
"""Distance (px) of the deposits of a track around a point, and cosine of the angle between two of
them below which the point lies between them, on the track."""

_BESIDE, _THROUGH = 2.5, -0.95
"""Distance (px) from which the ridge of a track is looked at before anything is fitted, and the
cosine of the angle below which it passes through the point."""

_MOVED = 1.2
"""Distance (px) up to which the fit of a point may move it."""

_APART, _LEAST_DISTANCE, _AT_FRONT = 2.6, 2.05, 2.6
"""Least distance to the rest of the cluster, in widths of both, in px, and in px at the front face,
where the charge of a track lies in single pixels."""


class _Window(NamedTuple):
    """A point and its neighbours in one cluster.

    Attributes
    ----------
    cluster : int
        Index of the cluster.
    corner : tuple of int
        Row and column of the first pixel of the window (px).
    charge, used : ndarray
        Charge above the background (e⁻), and 1 in the aperture, else 0, (h, w).
    points : ndarray
        First places of the Gaussians in the window (px), (points, 2), that of the point first.
    least : float
        Distance (px) from the point at which the others begin.
    """

    cluster: int
    corner: tuple[int, int]
    charge: np.ndarray
    used: np.ndarray
    points: np.ndarray
    least: float


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
    found, told = {}, set()
    for window, parameters, error in _fitted(windows, clusters) if windows else ():
        if (window.cluster, window.corner) not in told:
            told.add((window.cluster, window.corner))
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
        around = ridge - point
        around = around[np.abs(around).max(axis=1) <= _REACH]
        if _between(around[np.hypot(*around.T) >= _BESIDE], _THROUGH):
            continue
        corner = tuple((canvas.corners[0] + (row, column)).tolist())
        for least in _FROM_POINT:
            beside = _spaced(ridge, point, least)
            if beside and not _between(np.array(beside) - point):
                inside = np.array([point, *beside]) - (row, column)
                pixels = image[part], canvas.used[0][part]
                windows.append(_Window(member, corner, *pixels, inside, least))
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


def _spaced(ridge: np.ndarray, point: np.ndarray, least: float) -> list[np.ndarray]:
    """Pixels of a ridge, (pixels, 2), the highest first, at least so far (px) from a point."""
    away = np.abs(ridge - point).max(axis=1)
    chosen = [point]
    for place in ridge[away <= _REACH + 1]:
        distances = np.hypot(*(place - np.array(chosen)).T)
        if distances[0] >= least and distances.min() >= _SPACING:
            chosen.append(place)
        if len(chosen) > _MOST_NEIGHBOURS:
            break
    return chosen[1:]


def _fitted(
    windows: list[_Window], clusters: ClusterCharges
) -> list[tuple[_Window, np.ndarray, float]]:
    """Of some windows those whose first point is a particle of its own, the best fits first.

    Each comes with the parameters of its Gaussians, the first that of the particle, (points, 4),
    and the error of its charge (e⁻).
    """
    charge, used = (
        np.stack(parts) for parts in ([w.charge for w in windows], [w.used for w in windows])
    )
    numbers = [np.full(len(window.points), number) for number, window in enumerate(windows)]
    slots = np.concatenate([np.arange(len(window.points)) for window in windows])
    numbers = np.concatenate(numbers)
    points = np.concatenate([window.points for window in windows])
    sigma = clusters.noise[[window.cluster for window in windows]][:, np.newaxis, np.newaxis]
    inside = np.clip(points, 0, 2 * _REACH)
    peaks = charge[numbers, inside[:, 0], inside[:, 1]]
    guess = np.zeros((len(windows), slots.max() + 1, N_PARAMETERS))
    guess[..., 2] = np.log(0.7)
    guess[numbers, slots, :2] = points
    guess[numbers, slots, 3] = np.maximum(3 * peaks, 10.0)
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
    is_wide = np.array([window.least == _FROM_POINT[1] for window in windows], dtype=int)
    accepted = square <= np.array(_GOODNESS)[is_wide] * freedom
    accepted &= left_over <= np.array(_LEFT_OVER)[is_wide]
    accepted &= np.hypot(*(mixture.parameters[:, 0, :2] - guess[:, 0, :2]).T) < _MOVED
    accepted &= mixture.parameters[:, 0, 2] < np.log(0.99 * widths[1])
    found = []
    for number in np.flatnonzero(accepted)[np.argsort(left_over[accepted], kind="stable")]:
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
    least = _AT_FRONT if deposits.widths[0] < FRONT else _LEAST_DISTANCE
    is_apart = (distance >= _APART) & (deposits.distances[0] >= least)
    if not (_LEAST <= energy <= _MOST and is_apart[others].all()):
        return False
    steps = np.column_stack([deposits.rows, deposits.columns])
    return not _between((steps - steps[0])[others])


def _between(steps: np.ndarray, opposite: float = _OPPOSITE) -> bool:
    """Whether a point lies between two of the places around it, by the steps to them, (n, 2).

    The steps then have an angle between them whose cosine is below `opposite`.
    """
    distances = np.hypot(*steps.T)
    near = (distances > 0) & (distances < _CLOSE)
    directions = steps[near] / distances[near, np.newaxis]
    return bool(near.any() and (directions @ directions.T).min() < opposite)


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
