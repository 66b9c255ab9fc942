"""Straight tracks: those that cross each other, and the point-like particles beside them."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from ccdseg.events.separation.canvas import ClusterCharges, ClusterPixels
from ccdseg.events.separation.division import Division, shares_of
from ccdseg.events.separation.points_beside import LEAST, Points, find_points
from ccdseg.events.separation.straight_lines import Line, arms, best_line, is_one_sided
from ccdseg.events.separation.track_fit import first_track, fit_tracks
from ccdseg.events.separation.track_model import Track
from ccdseg.mask import EIGHT_CONNECTED

_FEWEST, _SHORTEST, _ALONE = 20, 15.0, 25.0
"""Least number and extent (px) of the core pixels of tracks, and least length (px) of one alone."""

_CORE = 0.25
"""Charge of the pixels in the core of tracks, over that of their bright pixels."""

_STRAIGHT, _FILLED = 0.65, 0.7
"""Share of the core pixels in the band of a straight track, and of its length on which there are
any."""

_LEAST_WIDTH = 1.5
"""RMS width (px) of the core across the major axis below which a cluster is no pair of tracks."""

_LEAST_ANGLE = np.deg2rad(25)
"""Least angle between two tracks: at smaller ones a bend looks like a crossing."""

_LEAST_ARM, _CLEAR_ARM = 8.0, 15.0
"""Shortest part (px) of a track on each side of a crossing: electrons bend, and no bend has four
arms; and that from which delta rays may have most of the rest."""

_COVERED, _LEAST_COVERED = 0.7, 0.3
"""Share of the core pixels beside one track that the other explains, and that of clear
crossings."""

_ENDING_ARM, _PASSED_ARM = 25.0, 15.0
"""Length (px) of a straight track that ends at another one, longer than what electrons do that the
other set free, and the least length of the other on both sides."""

_SHARING = 0.2
"""Relative error of the charge per length where tracks overlap: dE/dx fluctuates as much."""

_ONE_SIDED = 0.8
"""Share of the charge of the faintest point that lies beyond what is a track's for sure."""

_AGAIN = 2
"""Steps of the fit of the tracks once the points beside them are known."""

_LEFT_OVER = 5.0
"""Significance (σ) from which charge that no model expects belongs to the track that it touches."""


def divide_straight_tracks(
    clusters: ClusterCharges, members: np.ndarray
) -> tuple[list[Division], np.ndarray]:
    """Divide clusters of straight tracks that cross, and of points beside straight tracks.

    Parameters
    ----------
    clusters : ClusterCharges
        All clusters.
    members : ndarray
        Indices of the clusters to look at.

    Returns
    -------
    divisions : list of Division
        The tracks come first in each.
    straight : ndarray of int
        Clusters with a straight track, of one particle or of several.
    """
    divisions, straight = [], []
    for member in members:
        if np.ptp(clusters.boxes[member].reshape(2, 2), axis=0).max() < _SHORTEST:
            continue
        pixels = clusters.one(member)
        bright = pixels.places[pixels.charge > _CORE * np.quantile(pixels.charge, 0.75)]
        lines = _lines(bright)
        if not lines:
            continue
        straight.append(int(member))
        least = _ONE_SIDED * LEAST * 1000 / clusters.detector.pair_energy
        if len(lines) == 1 and not is_one_sided(lines[0], *pixels[:2], least=least):
            continue
        tracks = fit_tracks([first_track(line, bright) for line in lines], pixels)
        points = find_points(tracks, pixels, detector=clusters.detector)
        if points.is_particle.any():
            rest = pixels.charge - points.expected(pixels.places).sum(axis=1)
            tracks = fit_tracks(tracks, pixels._replace(charge=rest), rounds=_AGAIN)
            points = find_points(tracks, pixels, detector=clusters.detector)
        if len(tracks) > 1 or points.is_particle.any():
            divisions.append(_division(int(member), tracks, points, pixels))
    return divisions, np.array(straight, dtype=int)


def _lines(core: np.ndarray) -> list[Line]:
    """Axes of one straight track or of two that cross, of core pixels (n, 2); none of others."""
    if len(core) < _FEWEST or np.ptp(core, axis=0).max() < _SHORTEST:
        return []
    first = best_line(core)
    inside = first.holds(core)
    rest = core[~inside]
    if len(rest) >= 2 * _LEAST_ARM and np.linalg.eigvalsh(np.cov(core.T))[0] >= _LEAST_WIDTH**2:
        second = best_line(rest)
        if _are_tracks(first, second, core, rest):
            return [first, second]
    along = np.sort(first.along(core[inside]))
    steps = np.rint(along - along[0]).astype(int)
    filled = len(np.unique(steps)) / (steps[-1] + 1)
    is_long = along[-1] - along[0] >= _ALONE
    return [first] if is_long and filled >= _FILLED and inside.mean() >= _STRAIGHT else []


def _are_tracks(first: Line, second: Line, core: np.ndarray, rest: np.ndarray) -> bool:
    """Whether core pixels are of two tracks, one of which continues on both sides of the other.

    Short ones that end at another one stay with it: so do the electrons that a muon sets free.
    """
    if first.angle_to(second) < _LEAST_ANGLE:
        return False
    of_first, of_second = arms(first, second, core), arms(second, first, core)
    shortest, covered = min(*of_first, *of_second), second.holds(rest).mean()
    ends = min(of_first) >= _PASSED_ARM and max(of_second) >= _ENDING_ARM
    if covered < _COVERED:
        return shortest >= _CLEAR_ARM and covered >= _LEAST_COVERED
    return shortest >= _LEAST_ARM or ends


def _division(
    member: int,
    tracks: list[Track],
    points: Points,
    pixels: ClusterPixels,
) -> Division:
    """Share the charge of each pixel by what is expected of each particle."""
    places, charge, own_pixels, noise = pixels
    of_tracks = np.column_stack([track.expected(places) for track in tracks])
    of_points = points.expected(places)
    total = of_tracks.sum(axis=1) + of_points.sum(axis=1)
    unexpected = charge - total > _LEFT_OVER * np.sqrt(total + noise**2)
    whole = np.maximum(np.where(unexpected, charge, total), 1e-6)
    own = points.is_particle & _have_pixels(of_points, whole, own_pixels)
    shares = np.where(of_points[:, own] > 0.1, of_points[:, own], 0.0) / whole[:, np.newaxis]
    rest = 1 - shares.sum(axis=1, keepdims=True)
    errors = np.sqrt(np.maximum(points.errors[own] ** 2 - of_points[:, own].sum(axis=0), 0))
    of_rest = np.array([np.sqrt((errors**2).sum())])
    if len(tracks) > 1:
        left_over = np.maximum(charge - of_tracks.sum(axis=1) - of_points[:, own].sum(axis=1), 0)
        of_tracks = of_tracks + _left_over(of_tracks, left_over, pixels)
        between = shares_of(of_tracks)
        mixed = between.prod(axis=1) * np.maximum(charge, 0)
        error = np.hypot(_SHARING * 2 * mixed.sum(), np.sqrt(mixed.sum()))
        rest, of_rest = rest * between, np.hypot(error, of_rest).repeat(len(tracks))
    return Division(member, np.column_stack([rest, shares]), np.concatenate([of_rest, errors]))


def _have_pixels(expected: np.ndarray, whole: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Whether each point, (pixels, points), has most of the charge of a pixel of the cluster."""
    most = expected > whole[:, np.newaxis] / 2
    return most[own].any(axis=0)


def _left_over(of_tracks: np.ndarray, left_over: np.ndarray, pixels: ClusterPixels) -> np.ndarray:
    """Charge that no track expects, with the track that most of it touches, (pixels, tracks)."""
    high = left_over > np.maximum(_LEFT_OVER * pixels.noise, of_tracks.sum(axis=1))
    labels = ndimage.label(pixels.image(high), EIGHT_CONNECTED)[0]
    touched = ndimage.maximum_filter(labels, 3)[pixels.on_image]
    contact = np.stack([np.bincount(touched, of_track) for of_track in of_tracks.T], axis=1)
    own = labels[pixels.on_image][:, np.newaxis]
    owner = contact.argmax(axis=1)[own]
    is_owned = (own > 0) & (owner == np.arange(of_tracks.shape[1]))
    return np.where(is_owned, left_over[:, np.newaxis], 0.0)
