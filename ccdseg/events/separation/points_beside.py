"""Point-like particles beside straight tracks: round deposits that the model of the track lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from ccdseg.detector import Detector
from ccdseg.events.gaussian_profile import N_PARAMETERS, pixel_shares
from ccdseg.events.separation.one_particle import FRONT, OF_A_PIXEL, width_limits
from ccdseg.events.separation.track_model import Track

LEAST, MOST = 1.0, 10.0
"""Energies (keV) of point-like particles that can be told from pieces of a track."""

_SMOOTH, _FAINTEST, _OF_TRACK, _MOST_CANDIDATES = 0.7, 10.0, 0.3, 8
"""Width (px) of the filter that finds residual charge, least response (σ of the noise, e⁻) and that
as a share of the track's, and number of the brightest maxima that are fitted."""

_WINDOW, _ROUNDS, _LONGEST = 6.0, 12, 0.4
"""Distance (px) from a candidate up to which pixels are fitted, number of steps, and greatest change
of position (px) and logarithm of the width in one step."""

_FREE = 0.5
"""Relative change of the charge per length of the track that a fit may well find."""

_OF_MODEL = 0.1
"""Relative error of the model of a track in a pixel."""

_APART, _LEAST_DISTANCE, _AT_FRONT = 2.4, 1.4, 1.8
"""Least distance to the axis of a track in widths of both, and in px; in px too at the front face."""

_CORE, _AROUND, _LEFT_OVER = 1.5, 3.0, 0.25
"""Distances (px, and widths beyond) within which the fit must hold, and from which other charge must
be absent; residuals there, at most, as a share of the charge of the particle."""

_NEIGHBOUR = 0.15
"""Charge of another deposit within that distance, as a share, from which a point is none."""


@dataclass(frozen=True, eq=False)
class Points:
    """Round deposits beside tracks.

    Attributes
    ----------
    parameters : ndarray
        Row, column (px), logarithm of the width (px) and charge (e⁻), (points, 4).
    errors : ndarray
        Standard deviation of the charge (e⁻), (points,).
    is_particle : ndarray of bool
        Whether each is a particle of its own, else a part of the track, (points,).
    """

    parameters: np.ndarray
    errors: np.ndarray
    is_particle: np.ndarray

    def expected(self, places: np.ndarray) -> np.ndarray:
        """Charge (e⁻) of each in pixels, (n, 2), as (n, points)."""
        return _profiles(self.parameters, places)[0] * self.parameters[:, 3]


def find_points(
    tracks: Sequence[Track],
    places: np.ndarray,
    charge: np.ndarray,
    *,
    noise: float,
    detector: Detector,
) -> Points:
    """Find the round deposits beside straight tracks.

    The brightest maxima of the residual are fitted by round Gaussians, together with the charge per
    length of the tracks around them. A particle of its own is one of 1 to 10 keV, far from the
    axes, that explains its surroundings.

    Parameters
    ----------
    tracks : sequence of Track
        Tracks, as `fit_tracks` finds them.
    places : ndarray
        Rows and columns of the pixels of the cluster (px), whole numbers from 0, (n, 2).
    charge : ndarray
        Charge above the background (e⁻), (n,).
    noise : float
        Standard deviation of a pixel (e⁻).
    detector : Detector
        Pair energy, pixel size and diffusion.

    Returns
    -------
    Points
    """
    expected = sum(track.expected(places) for track in tracks)
    guess = _candidates(places, charge, expected, noise)
    if not len(guess):
        return Points(guess, np.zeros(0), np.zeros(0, dtype=bool))
    away = np.hypot(*(places[:, np.newaxis] - guess[:, :2]).transpose(2, 0, 1))
    near = (away <= _WINDOW).any(axis=1)
    fit = _Fit(tracks, places[near], charge[near], noise, width_limits(detector))
    parameters, errors, residual = fit.run(guess)
    is_particle = _are_particles(parameters, residual, tracks, places[near], detector)
    return Points(parameters, errors, is_particle)


def _candidates(
    places: np.ndarray, charge: np.ndarray, expected: np.ndarray, noise: float
) -> np.ndarray:
    """First parameters at the brightest maxima of the residual, (points, 4)."""
    index = tuple(places.astype(int).T + 1)
    shape = tuple(places.max(axis=0).astype(int) + 3)
    residual, track = np.zeros(shape), np.zeros(shape)
    residual[index], track[index] = charge - expected, expected
    smooth, track = (ndimage.gaussian_filter(image, _SMOOTH) for image in (residual, track))
    highest = smooth == ndimage.maximum_filter(smooth, 3)
    bright = smooth > np.maximum(_FAINTEST * max(noise, 1.0), _OF_TRACK * track)
    rows, columns = np.nonzero(highest & bright)
    order = np.argsort(-smooth[rows, columns], kind="stable")[:_MOST_CANDIDATES]
    rows, columns = rows[order], columns[order]
    widths = np.full(len(rows), np.log(0.6))
    return np.column_stack([rows - 1.0, columns - 1.0, widths, 6 * smooth[rows, columns]])


class _Fit:
    """Least squares of some points and the charge per length of the tracks near them."""

    def __init__(
        self,
        tracks: Sequence[Track],
        places: np.ndarray,
        charge: np.ndarray,
        noise: float,
        widths: tuple[float, float],
    ) -> None:
        self.places, self.charge, self.noise = places, charge, noise
        self.limits = np.log(widths)
        basis = np.concatenate([track.basis(places) for track in tracks], axis=1)
        known = np.concatenate([track.charges for track in tracks])
        usual = np.concatenate([np.full(len(t.charges), t.charges.mean()) for t in tracks])
        seen = basis.sum(axis=0) > 1e-3
        self.basis, self.known = basis[:, seen], known[seen]
        self.prior = 1 / (_FREE * np.maximum((known + usual)[seen] / 2, 1.0)) ** 2

    def run(self, guess: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Parameters (points, 4), errors of the charges (e⁻), and residuals (e⁻) of the pixels."""
        points, charges = guess.copy(), self.known.copy()
        n_points = len(points)
        first_charge = guess[:, 3].copy()
        for _ in range(_ROUNDS):
            share, slopes = _profiles(points, self.places)
            of_track, of_points = self.basis @ charges, share @ points[:, 3]
            residual = self.charge - of_track - of_points
            variance = self.noise**2 + of_track + of_points + (_OF_MODEL * of_track) ** 2
            slopes = slopes * points[:, 3, np.newaxis]
            matrix = np.concatenate(
                [
                    np.concatenate([slopes, share[..., np.newaxis]], axis=2).reshape(
                        len(residual), -1
                    ),
                    self.basis,
                ],
                axis=1,
            )
            weighted = matrix / np.maximum(variance, 1e-6)[:, np.newaxis]
            normal, gradient = weighted.T @ matrix, weighted.T @ residual
            of_prior = np.arange(N_PARAMETERS * n_points, len(normal))
            normal[of_prior, of_prior] += self.prior
            gradient[of_prior] += self.prior * (self.known - charges)
            scale = np.sqrt(np.maximum(np.diag(normal), 1e-12))
            inverse = np.linalg.inv(
                normal / scale / scale[:, np.newaxis] + 1e-3 * np.eye(len(scale))
            )
            step = inverse @ (gradient / scale) / scale
            of_points, of_track = np.split(step, [N_PARAMETERS * n_points])
            of_points = of_points.reshape(-1, N_PARAMETERS)
            of_points[:, :3] = np.clip(of_points[:, :3], -_LONGEST, _LONGEST)
            points += of_points
            points[:, 2] = np.clip(points[:, 2], *self.limits)
            points[:, 3] = np.maximum(points[:, 3], 0.02 * first_charge)
            charges = np.maximum(charges + of_track, 0.0)
        share, _ = _profiles(points, self.places)
        residual = self.charge - self.basis @ charges - share @ points[:, 3]
        place = np.arange(3, N_PARAMETERS * n_points, N_PARAMETERS)
        return points, np.sqrt(np.diag(inverse)[place]) / scale[place], residual


def _profiles(points: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
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


def _are_particles(
    points: np.ndarray,
    residual: np.ndarray,
    tracks: Sequence[Track],
    places: np.ndarray,
    detector: Detector,
) -> np.ndarray:
    """Whether each round deposit, (points, 4), is a particle of its own."""
    centres, width, charge = points[:, :2], np.exp(points[:, 2]), points[:, 3]
    energy = charge * detector.pair_energy / 1000
    accepted = (energy >= LEAST) & (energy <= MOST)
    accepted &= points[:, 2] < np.log(0.99 * width_limits(detector)[1])
    for track in tracks:
        distance = np.abs(track.line.across(centres))
        spread = np.sqrt((width**2 + track.widths(centres) ** 2) / 2 + OF_A_PIXEL)
        least = np.where(width < FRONT, _AT_FRONT, _LEAST_DISTANCE)
        accepted &= (distance >= _APART * spread) & (distance >= least)
    away = np.hypot(*(places[:, np.newaxis] - centres).transpose(2, 0, 1))
    core = away <= _CORE + width
    left_over = (np.abs(residual)[:, np.newaxis] * core).sum(axis=0) / charge
    accepted &= left_over <= _LEFT_OVER
    apart = np.hypot(*(centres[:, np.newaxis] - centres).transpose(2, 0, 1))
    np.fill_diagonal(apart, np.inf)
    neighbours = (apart < _AROUND * np.hypot(width[:, np.newaxis], width) / np.sqrt(2)) & (
        charge > _NEIGHBOUR * charge[:, np.newaxis]
    )
    return accepted & ~neighbours.any(axis=1)
