"""Found events beside true ones, particle by particle: by their pixels, and by their charge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from ccdseg.simulation import EventList

_OVERLAP = 0.5
"""Intersection over union above which two instances are the same: of all others, each can have at
most one such partner."""

_MAJORITY = 0.5
"""Share of a particle's charge in an event, and of the event's charge that is its, above which the
particle is found there."""


@dataclass(frozen=True, eq=False)
class InstanceMatch:
    """Instances of two label maps that overlap by more than half of their union.

    Attributes
    ----------
    true, found : ndarray of int
        Labels of the pairs, (n,).
    overlap : ndarray
        Intersection over union of each pair, (n,).
    n_true, n_found : int
        Number of instances of either map.
    """

    true: np.ndarray
    found: np.ndarray
    overlap: np.ndarray
    n_true: int
    n_found: int

    @property
    def f1(self) -> float:
        """TP / (TP + FP / 2 + FN / 2), also called recognition quality; NaN without any."""
        total = self.n_true + self.n_found
        return 2 * len(self.true) / total if total else np.nan

    @property
    def panoptic_quality(self) -> float:
        """Sum of the overlaps over TP + FP / 2 + FN / 2 (Kirillov et al., arXiv:1801.00868)."""
        total = self.n_true + self.n_found
        return 2 * float(self.overlap.sum()) / total if total else np.nan


def match_instances(true_labels: np.ndarray, labels: np.ndarray) -> InstanceMatch:
    """Match the instances of two label maps of one shape, int (H, W); 0 is no instance."""
    true_sizes, sizes = np.bincount(true_labels.ravel()), np.bincount(labels.ravel())
    both = (true_labels > 0) & (labels > 0)
    shared = csr_array(
        (np.ones(both.sum()), (true_labels[both], labels[both])),
        shape=(len(true_sizes), len(sizes)),
    ).tocoo()
    shared.sum_duplicates()
    union = true_sizes[shared.row] + sizes[shared.col] - shared.data
    overlap = shared.data / union
    same = overlap > _OVERLAP
    return InstanceMatch(
        shared.row[same],
        shared.col[same],
        overlap[same],
        int(np.count_nonzero(true_sizes[1:])),
        int(np.count_nonzero(sizes[1:])),
    )


@dataclass(frozen=True, eq=False)
class ChargeMatch:
    """The found event of each particle.

    Attributes
    ----------
    found : ndarray of int
        Label of the event that has most of the particle's charge, and whose charge is mostly the
        particle's, (particles,); 0 where there is none.
    energies : ndarray
        Energy of the particle's charge in the frame (keV), (particles,).
    deviations : ndarray
        Energy of the found event over that of the particle less 1, (particles,); NaN without one.
    """

    found: np.ndarray
    energies: np.ndarray
    deviations: np.ndarray

    def measured(self, tolerance: float) -> np.ndarray:
        """Whether each particle is found with its energy within a relative `tolerance`."""
        return (self.found > 0) & (np.abs(self.deviations) <= tolerance)


def match_charges(
    events: EventList, labels: np.ndarray, energies: np.ndarray, *, pair_energy: float
) -> ChargeMatch:
    """Find each true particle among found events by the charge that it left in them.

    Parameters
    ----------
    events : EventList
        True particles.
    labels : ndarray of int
        Number of the found event of each pixel, from 1, (H, W); 0 where there is none.
    energies : ndarray
        Energy of each found event (keV), (found events,).
    pair_energy : float
        Energy per electron-hole pair (eV/e⁻).

    Returns
    -------
    ChargeMatch
    """
    n_found = len(energies)
    charge = events.charge_by_label(labels, n_found)
    total = charge.sum(axis=0)
    true = total * pair_energy / 1000
    found = np.zeros(len(events), dtype=int)
    of_events = charge[1:]
    if n_found and of_events.nnz:
        best = of_events.argmax(axis=0)
        most = of_events.max(axis=0).toarray()
        whole = most > _MAJORITY * total
        pure = most > _MAJORITY * of_events.sum(axis=1)[best]
        found = np.where(whole & pure, best + 1, 0)
    measured = np.append(energies, np.nan)[found - 1]
    with np.errstate(invalid="ignore", divide="ignore"):
        deviations = np.where(found > 0, measured / true - 1, np.nan)
    return ChargeMatch(found, true, deviations)
