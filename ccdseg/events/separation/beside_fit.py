"""Fits of round deposits beside straight tracks, together with the charge of the tracks there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ccdseg.events.gaussian_profile import N_PARAMETERS, normalised, pixel_shares
from ccdseg.events.separation.canvas import ClusterPixels
from ccdseg.events.separation.track_model import Track

_ROUNDS, _LONGEST = 12, 0.4
"""Number of steps, and greatest change of position (px) and logarithm of the width in one."""

_FREE = 0.5
"""Relative change of the charge per length of the track that a fit may well find."""

_OF_MODEL = 0.1
"""Relative error of the model of a track in a pixel."""

_DAMPING, _CONVERGED = 1e-3, 3e-3
"""Share of the diagonal added to it; greatest change (px, relative charge) in the last step."""

_LEAST_CHARGE = 0.02
"""Charge of a point over that at first below which it does not fall, so that none vanishes."""

_DOMINATED = 0.5
"""Share of a point in the charge of the pixels in which the fit must hold."""


class BesideFit(NamedTuple):
    """Round deposits beside tracks.

    Attributes
    ----------
    parameters : ndarray
        Row, column (px), logarithm of the width (px) and charge (e⁻), (points, 4).
    errors : ndarray
        Standard deviation of the charge (e⁻), (points,).
    left_over : ndarray
        Absolute residuals in the pixels where the point has most charge, over its charge,
        (points,).
    """

    parameters: np.ndarray
    errors: np.ndarray
    left_over: np.ndarray


def fit_points_beside(
    tracks: Sequence[Track],
    pixels: ClusterPixels,
    guess: np.ndarray,
    *,
    widths: tuple[float, float],
) -> BesideFit:
    """Fit points and the charge per length of the tracks near them by Gauss-Newton steps.

    The shapes of the tracks stay; their charges per length are free within `_FREE`.

    Parameters
    ----------
    tracks : sequence of Track
        Tracks, as `fit_tracks` finds them.
    pixels : ClusterPixels
        Pixels near the points.
    guess : ndarray
        First parameters of the points, (points, 4).
    widths : tuple of float
        Least and greatest width of a point (px).

    Returns
    -------
    BesideFit
    """
    places, charge, _, noise = pixels
    basis, known, prior = _near_charges(tracks, places)
    points, charges, size = guess.copy(), known.copy(), guess.size
    least = _LEAST_CHARGE * guess[:, 3]
    for _ in range(_ROUNDS):
        share, slopes = point_shares(points, places)
        of_track = basis @ charges
        expected = of_track + share @ points[:, 3]
        variance = noise**2 + expected + (_OF_MODEL * of_track) ** 2
        slopes = slopes * points[:, 3, np.newaxis]
        of_points = np.concatenate([slopes, share[..., np.newaxis]], axis=2)
        matrix = np.concatenate([of_points.reshape(len(share), size), basis], axis=1)
        weighted = matrix / np.maximum(variance, 1e-6)[:, np.newaxis]
        normal, gradient = weighted.T @ matrix, weighted.T @ (charge - expected)
        index = np.arange(size, len(normal))
        normal[index, index] += prior
        gradient[index] += prior * (known - charges)
        (normal,), (scale,) = normalised(normal[np.newaxis], least=1e-6)
        inverse = np.linalg.inv(normal + _DAMPING * np.eye(len(scale)))
        step = inverse @ (gradient / scale) / scale
        move = step[:size].reshape(-1, N_PARAMETERS)
        move[:, :3] = np.clip(move[:, :3], -_LONGEST, _LONGEST)
        points += move
        points[:, 2] = np.clip(points[:, 2], *np.log(widths))
        points[:, 3] = np.maximum(points[:, 3], least)
        charges = np.maximum(charges + step[size:], 0.0)
        move[:, 3] /= np.maximum(points[:, 3], least)
        if np.abs(move).max() < _CONVERGED:
            break
    of_points = point_shares(points, places)[0] * points[:, 3]
    total = basis @ charges + of_points.sum(axis=1)
    own = of_points > _DOMINATED * total[:, np.newaxis]
    left_over = (np.abs(charge - total)[:, np.newaxis] * own).sum(axis=0) / points[:, 3]
    place = np.arange(3, size, N_PARAMETERS)
    return BesideFit(points, np.sqrt(np.diag(inverse)[place]) / scale[place], left_over)


def _near_charges(
    tracks: Sequence[Track], places: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Charge in pixels by the nodes that reach them, their charges, and the weights of these.

    They are (n, nodes), charge per length (nodes,) and inverse variance (nodes,).
    """
    basis = np.concatenate([track.basis(places) for track in tracks], axis=1)
    known = np.concatenate([track.charges for track in tracks])
    usual = np.concatenate([np.full(len(t.charges), t.charges.mean()) for t in tracks])
    seen = basis.sum(axis=0) > 1e-3
    free = _FREE * np.maximum((known + usual)[seen] / 2, 1.0)
    return basis[:, seen], known[seen], 1 / free**2


def point_shares(points: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Share of the charge of each point in pixels, (n, points), and its slopes, (n, points, 3)."""
    low = places.min(axis=0)
    index = (places - low).astype(int)
    rows, columns = (
        pixel_shares(points[:, axis] - low[axis], points[:, 2], index[:, axis].max() + 1)[
            :, :, index[:, axis]
        ].transpose(1, 2, 0)
        for axis in (0, 1)
    )
    share = rows[0] * columns[0]
    by_width = rows[2] * columns[0] + rows[0] * columns[2]
    return share, np.stack([rows[1] * columns[0], rows[0] * columns[1], by_width], axis=2)
