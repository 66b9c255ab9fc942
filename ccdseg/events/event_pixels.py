"""Pixels of events: whole clusters, or the particles that a cluster was divided into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ccdseg.events.clusters import PixelList
from ccdseg.events.separation import Division

_LEAST_SHARE = 1e-3
"""Share of a pixel below which an event has no part in it."""


@dataclass(frozen=True, eq=False)
class EventPixels:
    """Events of some clusters.

    Attributes
    ----------
    clusters : ndarray of int
        Index of the cluster of each event, (events,).
    pixels : PixelList
        Pixels of the mask, each of the event that has most of its charge.
    shares : ndarray
        Share of that event in each of them, (pixels,).
    apertures : PixelList
        Pixels over which the charge is summed; a shared pixel is listed for every event.
    aperture_shares : ndarray
        Share of the event in each of them, (aperture pixels,).
    sharing_errors : ndarray
        Standard deviation that sharing adds to the charge (e⁻), (events,); 0 of whole clusters.
    """

    clusters: np.ndarray
    pixels: PixelList
    shares: np.ndarray
    apertures: PixelList
    aperture_shares: np.ndarray
    sharing_errors: np.ndarray

    @classmethod
    def whole(cls, pixels: PixelList, apertures: PixelList) -> EventPixels:
        """Clusters that are one event each."""
        return cls(
            np.arange(pixels.n_clusters),
            pixels,
            np.ones(len(pixels.cluster)),
            apertures,
            np.ones(len(apertures.cluster)),
            np.zeros(pixels.n_clusters),
        )

    @classmethod
    def divided(
        cls, pixels: PixelList, apertures: PixelList, divisions: Sequence[Division]
    ) -> EventPixels:
        """Clusters of which some are divided; a division that leaves an event no pixel is none."""
        kept = []
        for division in divisions:
            owners, share = _owners(pixels, apertures, division)
            if len(np.unique(owners)) == division.shares.shape[1]:
                kept.append((division, owners, share))
        if not kept:
            return cls.whole(pixels, apertures)
        counts = np.ones(pixels.n_clusters, dtype=int)
        for division, _, _ in kept:
            counts[division.cluster] = division.shares.shape[1]
        first = np.cumsum(counts) - counts
        event, shares = first[pixels.cluster], np.ones(len(pixels.cluster))
        errors = np.zeros(counts.sum())
        whole = np.ones(len(apertures.cluster), dtype=bool)
        listed, listed_events, listed_shares = [], [], []
        for division, owners, share in kept:
            number = first[division.cluster]
            own, _ = pixels.indices_of(np.array([division.cluster]))
            event[own], shares[own] = number + owners, share
            errors[number : number + counts[division.cluster]] = division.errors
            index, _ = apertures.indices_of(np.array([division.cluster]))
            whole[index] = False
            portions = np.where(division.shares > _LEAST_SHARE, division.shares, 0.0)
            portions /= portions.sum(axis=1, keepdims=True)
            place, particle = np.nonzero(portions)
            listed.append(index[place])
            listed_events.append(number + particle)
            listed_shares.append(portions[place, particle])
        alone = np.flatnonzero(whole)
        places = np.concatenate([alone, *listed])
        events = np.concatenate([first[apertures.cluster[alone]], *listed_events])
        portions = np.concatenate([np.ones(len(alone)), *listed_shares])
        order, by_event = np.argsort(events, kind="stable"), np.argsort(event, kind="stable")
        places = places[order]
        return cls(
            np.repeat(np.arange(pixels.n_clusters), counts),
            _listed(pixels, by_event, event[by_event], len(errors)),
            shares[by_event],
            _listed(apertures, places, events[order], len(errors)),
            portions[order],
            errors,
        )

    @property
    def is_divided(self) -> np.ndarray:
        """Whether each event shares its cluster with others, bool (events,)."""
        return np.bincount(self.clusters, minlength=1)[self.clusters] > 1


def _listed(pixels: PixelList, places: np.ndarray, events: np.ndarray, n: int) -> PixelList:
    return PixelList(events, pixels.rows[places], pixels.columns[places], n)


def _owners(
    pixels: PixelList, apertures: PixelList, division: Division
) -> tuple[np.ndarray, np.ndarray]:
    """Particle with most of the charge of each pixel of a cluster, and its share.

    A pixel that cannot be measured has that of the nearest one.
    """
    own, _ = pixels.indices_of(np.array([division.cluster]))
    index, _ = apertures.indices_of(np.array([division.cluster]))
    measured = apertures.rows[index].astype(np.int64) << 32 | apertures.columns[index]
    wanted = pixels.rows[own].astype(np.int64) << 32 | pixels.columns[own]
    order = np.argsort(measured)
    place = order[np.minimum(np.searchsorted(measured[order], wanted), len(order) - 1)]
    for pixel in np.flatnonzero(measured[place] != wanted):
        away = np.hypot(
            apertures.rows[index] - pixels.rows[own[pixel]],
            apertures.columns[index] - pixels.columns[own[pixel]],
        )
        place[pixel] = away.argmin()
    owners = division.shares[place].argmax(axis=1)
    return owners, division.shares[place, owners]
