"""Classes of particles, and the true one of each event."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import ndimage

if TYPE_CHECKING:
    from ccdseg.simulation import EventList

PARTICLES = ("point-like", "electron", "muon", "alpha", "unknown")
"""Kinds of events: *point-like* are X-rays, low-energy electrons and nuclear recoils; *unknown* is
what no single particle left: several that overlap, a fragment of one, or none."""

POINT_EXTENT = 5.0
"""An electron whose path spreads its energy by less than this (µm, a third of a pixel) is
point-like: an image cannot tell it from an X-ray."""

_PURE, _WHOLE, _SEEN = 0.8, 0.5, 0.25
"""Least share of an event's charge from one particle, of what this one left in all events, and of
the energy of a track in the frame: of less, a kind is not seen."""

_ISOLATED, _UNBROKEN, _COMPLETE = 0.95, 0.8, 0.97
"""The same shares of an isolated event; the last one of any particle."""

_FEWEST_ELECTRONS = 3.0
"""Charge of a particle (e⁻) below which an event is none: dark charge beside it has more."""

_ROWS_OFF = 2
"""Rows (px) between the end of an event and a cut that it reaches: noise moves the end."""


class ParticleTruth(NamedTuple):
    """True particles of found events, each of shape (events,), in the order of their numbers.

    Attributes
    ----------
    kinds : ndarray of str
        One of `PARTICLES`. What a row or the edge of the frame cuts is of the kind of its particle,
        unless too little of a track is left.
    owners : ndarray of int
        The particle that left most of its charge, a row of `EventList.table`; -1 without one.
    isolated : ndarray of bool
        Whether it is one whole particle, which nothing touches and nothing cuts.
    cut : ndarray of str
        Part of its particle that was read, ``above`` or ``below`` the row of a cut that the event
        reaches; else empty.
    lost : ndarray
        Share of the particle's charge that was not read; NaN where there is no cut.
    """

    kinds: np.ndarray
    owners: np.ndarray
    isolated: np.ndarray
    cut: np.ndarray
    lost: np.ndarray


def true_particles(events: EventList, labels: np.ndarray, *, pair_energy: float) -> ParticleTruth:
    """True particle of each found event.

    Parameters
    ----------
    events : EventList
        The simulated particles of the frame.
    labels : ndarray of int
        Number of the found event of each pixel, from 1, of shape (H, W); 0 where there is none.
    pair_energy : float
        Energy per electron-hole pair of the frame's detector (eV/e⁻).
    """
    n_found = int(labels.max(initial=0))
    charge = events.charge_by_label(labels, n_found)
    found = charge[1:]
    kinds = np.full(n_found, "unknown", dtype=f"<U{max(map(len, PARTICLES))}")
    owners, cut = np.full(n_found, -1), np.full(n_found, "", dtype=events.table["cut"].dtype)
    isolated, lost = np.zeros(n_found, dtype=bool), np.full(n_found, np.nan)
    if not found.nnz:
        return ParticleTruth(kinds, owners, isolated, cut, lost)
    filled = np.flatnonzero(found.sum(axis=1) > 0)
    owner = owners[filled] = found[filled].argmax(axis=1)
    largest = found.max(axis=1).toarray()[filled]
    energy = events.table["energy"].astype(float)
    pure = largest / found.sum(axis=1)[filled]
    whole = largest / found.sum(axis=0)[owner]
    seen = (charge.sum(axis=0) * pair_energy / 1000 / np.maximum(energy, 1e-12))[owner]
    kind = _kinds(events)[owner]
    known = (pure >= _PURE) & (whole >= _WHOLE) & (largest >= _FEWEST_ELECTRONS)
    known &= (kind == "point-like") | (seen >= _SEEN)
    kinds[filled[known]] = kind[known]
    isolated[filled] = known & (pure >= _ISOLATED) & (whole >= _UNBROKEN) & (seen >= _COMPLETE)
    cut[filled] = np.where(_reaches_cut(events, labels, owners), events.table["cut"][owners], "")[
        filled
    ]
    read = events.table["charge"] * pair_energy / 1000 / np.maximum(energy, 1e-12)
    is_cut = cut != ""
    lost[is_cut] = np.clip(1 - read[owners[is_cut]], 0, 1)
    return ParticleTruth(kinds, owners, isolated, cut, lost)


def _reaches_cut(events: EventList, labels: np.ndarray, owners: np.ndarray) -> np.ndarray:
    """Whether each event reaches the row at which its owner may be cut, (events,)."""
    found = [box[0] if box else slice(0, 0) for box in ndimage.find_objects(labels, len(owners))]
    first, _, height, _ = events.boxes()[:, owners]
    at_start = np.abs(np.array([rows.start for rows in found]) - first) <= _ROWS_OFF
    at_end = np.abs(np.array([rows.stop for rows in found]) - first - height) <= _ROWS_OFF
    return np.where(events.table["cut"][owners] == "below", at_start, at_end)


def _kinds(events: EventList) -> np.ndarray:
    """One of `PARTICLES` per event; what is none of them, as clusters of a library, is unknown."""
    kinds = np.where(events.table["kind"] == "point", "point-like", events.table["kind"])
    short = (kinds == "electron") & (events.table["extent"] < POINT_EXTENT)
    kinds = np.where(short, "point-like", kinds)
    return np.where(np.isin(kinds, PARTICLES), kinds, "unknown")
