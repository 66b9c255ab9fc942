"""Clusters divided into particles: the three ways in which particles touch, one after the other."""

from __future__ import annotations

import numpy as np

from ccdseg.detector import Detector
from ccdseg.events.clusters import PixelList
from ccdseg.events.separation.crossing_tracks import divide_crossing_tracks
from ccdseg.events.separation.division import Division
from ccdseg.events.separation.point_groups import divide_point_groups
from ccdseg.events.separation.track_points import divide_track_points

MISFIT = 2.5
"""Reduced χ² of a round Gaussian up to which a cluster is one point-like particle."""


def divide_clusters(
    charge: np.ndarray,
    apertures: PixelList,
    pixels: PixelList,
    *,
    noise: np.ndarray,
    misfit: np.ndarray,
    detector: Detector,
) -> list[Division]:
    """Divide the clusters that more than one particle left.

    Compact clusters are divided where a few round Gaussians explain them which no single electron
    can have left; point-like particles are taken from the tracks that they touch; two straight
    tracks that cross are told apart. Everything else stays whole.

    Parameters
    ----------
    charge : ndarray
        Charge above the background (e⁻) of each pixel of the apertures, (pixels,).
    apertures, pixels : PixelList
        Apertures and pixels of all clusters.
    noise : ndarray
        Standard deviation of a pixel (e⁻), (clusters,).
    misfit : ndarray
        Reduced χ² of the fit of a round Gaussian, (clusters,); NaN where none was fitted.
    detector : Detector
        Pair energy, pixel size and diffusion.

    Returns
    -------
    list of Division
        One per divided cluster, by ascending index.
    """
    counted = apertures.any(np.ones(len(apertures.cluster), dtype=bool))
    members = np.flatnonzero(~(misfit <= MISFIT) & (noise > 0) & counted)
    settings = {"noise": noise, "detector": detector}
    groups, explained = divide_point_groups(charge, apertures, pixels, members, **settings)
    tracks = np.setdiff1d(members, explained)
    points = divide_track_points(charge, apertures, pixels, tracks, **settings)
    rest = charge.copy()
    for division in points:
        index, _ = apertures.indices_of(np.array([division.cluster]))
        rest[index] *= division.shares[:, 0]
    crossing = divide_crossing_tracks(rest, apertures, tracks)
    return sorted([*groups, *_joined(points, crossing)], key=lambda division: division.cluster)


def _joined(points: list[Division], crossing: list[Division]) -> list[Division]:
    """Points beside tracks, and tracks that cross, of the same clusters."""
    found = {division.cluster: division for division in points}
    for tracks in crossing:
        beside = found.get(tracks.cluster)
        if beside is not None:
            shares = np.column_stack([tracks.shares * beside.shares[:, :1], beside.shares[:, 1:]])
            errors = np.concatenate([np.hypot(tracks.errors, beside.errors[0]), beside.errors[1:]])
            tracks = Division(tracks.cluster, shares, errors)
        found[tracks.cluster] = tracks
    return list(found.values())
