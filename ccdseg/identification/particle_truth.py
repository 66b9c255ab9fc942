"""Classes of particles, and the true one of each event."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ccdseg.simulation import EventList

PARTICLES = ("point-like", "electron", "muon", "alpha", "unknown")
"""Kinds of events: *point-like* are X-rays, low-energy electrons and nuclear recoils; *unknown* is
what is not one complete particle: several that overlap, parts of one, or none."""

POINT_EXTENT = 5.0
"""An electron whose path spreads its energy by less than this (µm, a third of a pixel) is
point-like: an image cannot tell it from an X-ray."""

_PURE, _COMPLETE, _WHOLE = 0.95, 0.97, 0.8
"""Least share of an event's charge from one particle, of a particle's energy in the frame, and of
its charge among all events in this one."""


def true_particles(
    events: EventList, labels: np.ndarray, *, pair_energy: float
) -> tuple[np.ndarray, np.ndarray]:
    """True particle of each found event.

    Parameters
    ----------
    events : EventList
        The simulated particles of the frame.
    labels : ndarray of int
        Number of the found event of each pixel, from 1, of shape (H, W); 0 where there is none.
    pair_energy : float
        Energy per electron-hole pair of the frame's detector (eV/e⁻).

    Returns
    -------
    kinds : ndarray of str
        One of `PARTICLES` per found event, in the order of their numbers.
    owners : ndarray of int
        The particle that left most of its charge, a row of `events.table`; -1 where there is none.
    """
    n_found = int(labels.max(initial=0))
    charge = events.charge_by_label(labels, n_found)
    found = charge[1:]
    kinds = np.full(n_found, "unknown", dtype=f"<U{max(map(len, PARTICLES))}")
    owners = np.full(n_found, -1)
    if not found.nnz:
        return kinds, owners
    filled = np.flatnonzero(found.sum(axis=1) > 0)
    owners[filled] = found[filled].argmax(axis=1)
    largest = found.max(axis=1).toarray()[filled]
    energy = events.table["energy"].astype(float)
    pure = largest >= _PURE * found.sum(axis=1)[filled]
    in_frame = charge.sum(axis=0) * pair_energy / 1000
    complete = (in_frame >= _COMPLETE * energy)[owners[filled]]
    whole = largest >= _WHOLE * found.sum(axis=0)[owners[filled]]
    known = filled[pure & complete & whole]
    kinds[known] = _kinds(events)[owners[known]]
    return kinds, owners


def _kinds(events: EventList) -> np.ndarray:
    """One of `PARTICLES` per event; what is none of them, as clusters of a library, is unknown."""
    kinds = np.where(events.table["kind"] == "point", "point-like", events.table["kind"])
    short = (kinds == "electron") & (events.table["extent"] < POINT_EXTENT)
    kinds = np.where(short, "point-like", kinds)
    return np.where(np.isin(kinds, PARTICLES), kinds, "unknown")
