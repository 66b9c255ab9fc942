"""Straight tracks that cross each other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from ccdseg.events.separation.canvas import ClusterCharges
from ccdseg.events.separation.division import Division, shares_of

_ANGLES = np.deg2rad(np.arange(0, 180, 4.0))
_NORMALS = np.stack([np.cos(_ANGLES), -np.sin(_ANGLES)])
"""Normals of the lines that are tried, as (row, column), (2, angles)."""

_BAND = 2.0
"""Half the width of the band of a line (px)."""

_SHORTEST, _FEWEST = 20.0, 60
"""Least extent (px) and number of core pixels of a cluster that may hold two tracks."""

_CORE = 0.25
"""Charge of the pixels in the core of tracks, over that of their bright pixels."""

_LEAST_WIDTH = 1.5
"""RMS width (px) of the core across the major axis below which a cluster is one straight track."""

_LEAST_ANGLE = np.deg2rad(25)
"""Least angle between two tracks: at smaller ones a bend looks like a crossing."""

_LONGEST_GAP, _LEAST_ARM = 3.0, 8.0
"""Longest gap in a track, and shortest part on each side of a crossing (px): electrons bend, and no
bend has four arms."""

_COVERED = 0.7
"""Share of the core pixels beside one track that the other explains."""

_ENDING_ARM, _PASSED_ARM = 25.0, 15.0
"""Length (px) of a straight track that ends at another one, longer than what electrons do that the
other set free, and the least length of the other on both sides."""

_NEAR, _FEWEST_NEAR = 12.0, 12
"""Distance (px) from the crossing within which the width of a track is measured, and the number of
pixels that it takes: muons widen along their tracks."""

_WHOLE = 0.8
"""Share of the usual number of pixels across a track from which its charge per length is told."""

_SHARING = 0.2
"""Relative error of the charge per length where tracks overlap: dE/dx fluctuates as much."""


class _Line(NamedTuple):
    """A line ``normal · (row, column) = offset``, and the pixels in its band."""

    normal: np.ndarray
    offset: float
    inside: np.ndarray

    def across(self, places: np.ndarray) -> np.ndarray:
        return places @ self.normal - self.offset

    def along(self, places: np.ndarray) -> np.ndarray:
        return places @ np.array([-self.normal[1], self.normal[0]])


def divide_crossing_tracks(clusters: ClusterCharges, members: np.ndarray) -> list[Division]:
    """Divide clusters of two straight tracks, one of which continues on both sides of the other.

    Short ones that end at another one stay with it: so do the electrons that a muon sets free.

    Parameters
    ----------
    clusters : ClusterCharges
        All clusters.
    members : ndarray
        Indices of the clusters to look at.

    Returns
    -------
    list of Division
    """
    divisions = []
    for member in members:
        index = clusters.aperture_of(member)
        rows, columns = clusters.apertures.rows[index], clusters.apertures.columns[index]
        places = np.column_stack([rows - rows.min(), columns - columns.min()]).astype(float)
        charge = clusters.charge[index]
        lines = _touching_lines(places, charge)
        if lines is not None:
            divisions.append(_division(int(member), lines, places, charge))
    return divisions


def _touching_lines(places: np.ndarray, charge: np.ndarray) -> tuple[_Line, _Line] | None:
    """Two lines through the pixels of a cluster, (pixels, 2), that are tracks; None without."""
    core = places[charge > _CORE * np.quantile(charge, 0.75)]
    if len(core) < _FEWEST or np.ptp(core, axis=0).max() < _SHORTEST:
        return None
    if np.linalg.eigvalsh(np.cov(core.T))[0] < _LEAST_WIDTH**2:
        return None
    first = _best_line(core, core)
    rest = ~first.inside
    if rest.sum() < 2 * _LEAST_ARM:
        return None
    second = _best_line(core[rest], core)
    if abs(first.normal @ second.normal) > np.cos(_LEAST_ANGLE):
        return None
    crossing = _crossing(first, second)
    of_first, of_second = (
        _arms(line.along(core[line.inside & ~other.inside]) - line.along(crossing))
        for line, other in ((first, second), (second, first))
    )
    crosses = min(*of_first, *of_second) >= _LEAST_ARM
    ends = min(of_first) >= _PASSED_ARM and max(of_second) >= _ENDING_ARM
    is_covered = np.mean(second.inside[rest]) >= _COVERED
    return (first, second) if is_covered and (crosses or ends) else None


def _crossing(first: _Line, second: _Line) -> np.ndarray:
    """Row and column where two lines cross."""
    normals = np.stack([first.normal, second.normal])
    return np.linalg.solve(normals, [first.offset, second.offset])


def _arms(away: np.ndarray) -> tuple[float, float]:
    """Length (px) of a track without a gap on both sides of 0, by the places of its pixels."""
    lengths = []
    for side in (1, -1):
        arm = np.sort(side * away[side * away > 0])
        if not len(arm) or arm[0] > 3 * _BAND + _LONGEST_GAP:
            lengths.append(0.0)
            continue
        gaps = np.flatnonzero(np.diff(arm) > _LONGEST_GAP)
        lengths.append(float(arm[gaps[0]] if len(gaps) else arm[-1]) - arm[0])
    return lengths[0], lengths[1]


def _best_line(places: np.ndarray, all_places: np.ndarray) -> _Line:
    """The line whose band holds most of some pixels, fitted to them."""
    offsets = places @ _NORMALS
    low = offsets.min(axis=0)
    bins = np.rint(offsets - low).astype(int)
    length = bins.max() + 1
    counts = np.bincount(
        (bins + np.arange(len(_ANGLES)) * length).ravel(), minlength=length * len(_ANGLES)
    ).reshape(-1, length)
    sums = ndimage.convolve1d(counts, np.ones(2 * int(_BAND) + 1, dtype=int), mode="constant")
    angle, place = np.unravel_index(sums.argmax(), sums.shape)
    normal, offset = _NORMALS[:, angle], place + low[angle]
    for _ in range(3):
        chosen = places[np.abs(places @ normal - offset) <= _BAND]
        centre = chosen.mean(axis=0)
        normal = np.linalg.eigh(np.cov(chosen.T))[1][:, 0]
        normal = normal * np.copysign(1.0, normal[np.abs(normal).argmax()])
        offset = centre @ normal
    return _Line(normal, offset, np.abs(all_places @ normal - offset) <= _BAND)


def _division(
    member: int, lines: tuple[_Line, _Line], places: np.ndarray, charge: np.ndarray
) -> Division:
    """Share the charge by the profiles of both tracks across, and their charge per length."""
    across = np.stack([line.across(places) for line in lines], axis=1)
    alone = np.abs(across[:, ::-1]) > 2 * _BAND
    expected, crossing = np.zeros(across.shape), _crossing(*lines)
    for number, line in enumerate(lines):
        own = alone[:, number] & (np.abs(across[:, number]) <= 2 * _BAND)
        along = line.along(places)
        near = own & (np.abs(along - line.along(crossing)) <= _NEAR)
        near = near if near.sum() >= _FEWEST_NEAR else own
        weights = np.maximum(charge[near], 1e-6)
        width = np.sqrt(np.average(across[near, number] ** 2, weights=weights))
        density = _density_along(along, np.where(own, charge, 0.0), own)
        scaled = across[:, number] / width
        profile = np.exp(-0.5 * scaled**2) + 1e-3 / (1 + scaled**2)
        expected[:, number] = np.maximum(density, 1e-6) * profile / width
    shares = shares_of(expected)
    mixed = shares.prod(axis=1) * np.maximum(charge, 0)
    error = np.hypot(_SHARING * 2 * mixed.sum(), np.sqrt(mixed.sum()))
    return Division(member, shares, np.full(2, error))


def _density_along(along: np.ndarray, charge: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Charge per length (e⁻/px) at the place of each pixel, from pixels of this track alone."""
    step = np.rint(along).astype(int)
    low = step.min()
    total, counts = np.bincount(step - low, charge), np.bincount(step - low, own)
    if not counts.any():
        return np.full(len(along), charge.sum() / len(total))
    places = np.flatnonzero(counts >= _WHOLE * np.median(counts[counts > 0]))
    smooth = ndimage.median_filter(total[places], 5, mode="nearest")
    density = np.interp(step - low, places, smooth)
    beyond = (step - low < places[0] - _LONGEST_GAP) | (step - low > places[-1] + _LONGEST_GAP)
    return np.where(beyond, 0.0, density)
