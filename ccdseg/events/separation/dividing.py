"""Clusters divided into particles: the three ways in which particles touch, one after the other."""

from __future__ import annotations

import numpy as np

from ccdseg.events.separation.canvas import ClusterCharges
from ccdseg.events.separation.division import Division
from ccdseg.events.separation.point_groups import divide_point_groups
from ccdseg.events.separation.straight_tracks import divide_straight_tracks
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
    members = np.setdiff1d(members, explained)
    tracks, straight = divide_straight_tracks(clusters, members)
    points = divide_track_points(clusters, np.setdiff1d(members, straight))
    return sorted([*groups, *tracks, *points], key=lambda division: division.cluster)
