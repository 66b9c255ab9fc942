"""Point-like particles beside straight tracks: round deposits that the model of the track lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from ccdseg.detector import Detector
from ccdseg.events.separation.beside_fit import fit_points_beside, point_shares
from ccdseg.events.separation.canvas import ClusterPixels
from ccdseg.events.separation.one_particle import FRONT, OF_A_PIXEL, width_limits
from ccdseg.events.separation.track_model import Track

LEAST, MOST = 1.0, 10.0
"""Energies (keV) of point-like particles that can be told from pieces of a track."""

_SMOOTH, _FAINTEST, _OF_TRACK, _MOST_CANDIDATES = 0.7, 10.0, 0.3, 6
"""Width (px) of the filter that finds residual charge, least response (σ of the noise, e⁻) and that
as a share of the track's, and number of the brightest maxima that are fitted."""

_USUAL_WIDTH = 0.6
"""First width of a point (px)."""

_WINDOW = 5.0
"""Distance (px) from a candidate up to which pixels are fitted."""

_ON_AXIS, _APART, _LEAST_DISTANCE, _AT_FRONT = 1.2, 2.3, 1.3, 1.4
"""Distance to the axis of a track in widths of both up to which residual charge is the track's, and
from which it may be a particle; the least one in px, and in px at the front face."""

_LEFT_OVER = 0.15
"""Most charge that the fit leaves over, as a share of that of the point."""

_AROUND, _NEIGHBOUR = 3.0, 0.15
"""Distance (widths of both) of another deposit, and its charge as a share of the point's, from
which the point is no particle of its own."""


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
        return point_shares(self.parameters, places)[0] * self.parameters[:, 3]


def find_points(tracks: Sequence[Track], pixels: ClusterPixels, *, detector: Detector) -> Points:
    """Find the round deposits beside straight tracks.

    The brightest maxima of the residual are fitted by round Gaussians, together with the charge per
    length of the tracks around them. A particle of its own is one of 1 to 10 keV, far from the
    axes, that explains its surroundings.

    Parameters
    ----------
    tracks : sequence of Track
        Tracks, as `fit_tracks` finds them.
    pixels : ClusterPixels
        Charge of the cluster.
    detector : Detector
        Pair energy, pixel size and diffusion.

    Returns
    -------
    Points
    """
    guess = _candidates(tracks, pixels)
    if not len(guess):
        return Points(guess, np.zeros(0), np.zeros(0, dtype=bool))
    away = np.hypot(*(pixels.places[:, np.newaxis] - guess[:, :2]).transpose(2, 0, 1))
    near = pixels.where((away <= _WINDOW).any(axis=1))
    fit = fit_points_beside(tracks, near, guess, widths=width_limits(detector))
    is_particle = _are_particles(fit.parameters, fit.left_over, tracks, detector)
    return Points(fit.parameters, fit.errors, is_particle)


def _candidates(tracks: Sequence[Track], pixels: ClusterPixels) -> np.ndarray:
    """First parameters at the brightest maxima of the residual beside tracks, (points, 4)."""
    places = pixels.places
    expected = sum(track.expected(places) for track in tracks)
    smooth, of_tracks = (
        ndimage.gaussian_filter(pixels.image(values), _SMOOTH)[pixels.on_image]
        for values in (pixels.charge - expected, expected)
    )
    beside = (_distances(_guesses(places, expected), tracks) >= _ON_AXIS).all(axis=1)
    response = np.where(beside, smooth, -np.inf)
    around = ndimage.maximum_filter(pixels.image(response, -np.inf), 3)[pixels.on_image]
    bright = smooth > np.maximum(_FAINTEST * max(pixels.noise, 1.0), _OF_TRACK * of_tracks)
    chosen = np.flatnonzero(beside & bright & (response == around))
    chosen = chosen[np.argsort(-smooth[chosen], kind="stable")[:_MOST_CANDIDATES]]
    return _guesses(places[chosen], 6 * smooth[chosen])


def _guesses(places: np.ndarray, charge: np.ndarray) -> np.ndarray:
    """Gaussians of a usual width at some places, (n, 4)."""
    return np.column_stack([places, np.full(len(places), np.log(_USUAL_WIDTH)), charge])


def _are_particles(
    points: np.ndarray, left_over: np.ndarray, tracks: Sequence[Track], detector: Detector
) -> np.ndarray:
    """Whether each round deposit, (points, 4), is a particle of its own."""
    centres, width, charge = points[:, :2], np.exp(points[:, 2]), points[:, 3]
    energy = charge * detector.pair_energy / 1000
    accepted = (energy >= LEAST) & (energy <= MOST)
    accepted &= points[:, 2] < np.log(0.99 * width_limits(detector)[1])
    accepted &= (_distances(points, tracks) >= _APART).all(axis=1)
    least = np.where(width < FRONT, _AT_FRONT, _LEAST_DISTANCE)
    for track in tracks:
        accepted &= np.abs(track.line.across(centres)) >= least
    accepted &= left_over <= _LEFT_OVER
    apart = np.hypot(*(centres[:, np.newaxis] - centres).transpose(2, 0, 1))
    np.fill_diagonal(apart, np.inf)
    neighbours = (apart < _AROUND * np.hypot(width[:, np.newaxis], width) / np.sqrt(2)) & (
        charge > _NEIGHBOUR * charge[:, np.newaxis]
    )
    return accepted & ~neighbours.any(axis=1)


def _distances(points: np.ndarray, tracks: Sequence[Track]) -> np.ndarray:
    """Distance of round deposits, (n, 4), from the axes, in widths of both, (n, tracks)."""
    own = np.exp(2 * points[:, 2])
    return np.stack(
        [
            np.abs(track.line.across(points[:, :2]))
            / np.sqrt((own + track.widths(points[:, :2]) ** 2) / 2 + OF_A_PIXEL)
            for track in tracks
        ],
        axis=1,
    )
