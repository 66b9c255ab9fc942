"""Particles that no good pixel shows."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.mask import EIGHT_CONNECTED


def remove_unseen(
    mask: np.ndarray, bad: np.ndarray, *, classes: ClassCatalogue = CLASSES
) -> np.ndarray:
    """Make background of the particles that lie on bad pixels alone, where the image is filled.

    Parameters
    ----------
    mask : ndarray
        Class indices, uint8 of shape (H, W).
    bad : ndarray of bool
        Pixels without a value, of the same shape.
    classes : ClassCatalogue
        Meaning of the indices.

    Returns
    -------
    ndarray
        The mask itself where nothing changes, otherwise a copy. Particles with at least one good
        pixel keep all their pixels.
    """
    if classes.particles is None:
        return mask
    particle = mask == classes.particles.index
    hidden = particle & bad
    if not hidden.any():
        return mask
    area = tuple(
        slice(max(places[0] - 1, 0), places[-1] + 2)
        for places in (np.flatnonzero(hidden.any(axis=axis)) for axis in (1, 0))
    )
    labels, n = ndimage.label(particle[area], EIGHT_CONNECTED)
    seen = np.zeros(n + 1, dtype=bool)
    seen[labels[particle[area] & ~bad[area]]] = True
    changed = mask.copy()
    changed[area][(labels > 0) & ~seen[labels]] = 0
    return changed
