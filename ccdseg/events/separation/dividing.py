"""Clusters divided into particles: the three ways in which particles touch, one after the other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ccdseg.events.separation.canvas import ClusterCharges
from ccdseg.events.separation.crossing_tracks import divide_crossing_tracks
from ccdseg.events.separation.division import Division
from ccdseg.events.separation.point_groups import divide_point_groups
from ccdseg.events.separation.track_points import divide_track_points

LEAST_CHARGE = 30.0
"""Charge (e⁻) of the faintest particles that are told apart, far above that of single electrons."""

MISFIT = 4.0
"""Reduced χ² of a round Gaussian up to which a cluster is one point-like particle."""


def divide_clusters(clusters: ClusterCharges, misfit: np.ndarray) -> list[Division]:
    """Divide the clusters that more than one particle left.

    Compact clusters are divided where a few round Gaussians explain them which no single electron
    can have left; point-like particles are taken from the tracks that they touch; two straight
    tracks that cross are told apart. Everything else stays whole.

    Parameters
    ----------
    clusters : ClusterCharges
        All clusters.
    misfit : ndarray
        Reduced χ² of the fit of a round Gaussian, (clusters,); NaN where none was fitted.

    Returns
    -------
    list of Division
        One per divided cluster, by ascending index.
    """
    counted = clusters.apertures.sums(clusters.charge) >= 2 * LEAST_CHARGE
    members = np.flatnonzero(~(misfit <= MISFIT) & (clusters.noise > 0) & counted)
    groups, explained = divide_point_groups(clusters, members)
    tracks = np.setdiff1d(members, explained)
    points = divide_track_points(clusters, tracks)
    rest = clusters.charge.copy()
    for division in points:
        rest[clusters.aperture_of(division.cluster)] *= division.shares[:, 0]
    crossing = divide_crossing_tracks(replace(clusters, charge=rest), tracks)
    return sorted([*groups, *_joined(points, crossing)], key=lambda division: division.cluster)


def _joined(points: list[Division], crossing: list[Division]) -> list[Division]:
    """Points beside tracks, and tracks that cross, of the same clusters."""
    joined = {division.cluster: division for division in points}
    for tracks in crossing:
        beside = joined.get(tracks.cluster)
        joined[tracks.cluster] = tracks if beside is None else _both(tracks, beside)
    return list(joined.values())


def _both(tracks: Division, points: Division) -> Division:
    """Tracks into which the rest of a cluster is divided, and the points beside them."""
    shares = np.column_stack([tracks.shares * points.shares[:, :1], points.shares[:, 1:]])
    errors = np.concatenate([np.hypot(tracks.errors, points.errors[0]), points.errors[1:]])
    return Division(tracks.cluster, shares, errors)
