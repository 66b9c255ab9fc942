"""Particles that no good pixel shows."""

from __future__ import annotations

import numpy as np

from ccdseg.arrays import copy_of, find_components, strips
from ccdseg.classes import CLASSES, ClassCatalogue


def remove_unseen(
    mask: np.ndarray, image: np.ndarray, *, classes: ClassCatalogue = CLASSES
) -> np.ndarray:
    """Make background of the particles that lie on bad pixels alone, where the image is filled.

    Parameters
    ----------
    mask : ndarray
        Class indices, uint8 of shape (H, W).
    image : ndarray
        Signal of the same shape; pixels that are not finite are bad.
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
    found = find_components(mask, classes.particles.index)
    members = np.arange(found.n)
    seen = np.zeros(found.n + 1, dtype=bool)
    for rows in strips(mask, image):
        labels = found.labels((rows, slice(0, mask.shape[1])), members)
        seen[labels[np.isfinite(image[rows])]] = True
    changed = mask
    for number in np.flatnonzero(~seen[1:]).tolist():
        changed = copy_of(mask) if changed is mask else changed
        top, left, bottom, right = found.boxes[number].tolist()
        area = slice(top, bottom), slice(left, right)
        changed[area][found.pixels(number, area)] = 0
    return changed
