"""Simulated images with all that is known of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from astropy import units as u
from astropy.table import QTable

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.detector import Detector
from ccdseg.errors import InputError
from ccdseg.simulation.events import EventList

AMBIGUOUS = (0.5, 3.0)
"""A deposit between these many standard deviations of the noise decides nothing: what is drowned
by the noise below, what no method can miss above."""


@dataclass(frozen=True, eq=False)
class SimulatedImage:
    """An image and all that is known of it.

    Attributes
    ----------
    image : ndarray
        Signal (ADU), float32 of shape (H, W).
    mask : ndarray
        True class of each pixel, an index of `CLASSES`, uint8 of shape (H, W).
    cluster_signal : ndarray
        What the clusters alone add to the image (ADU), float32 of shape (H, W).
    noise : ndarray
        Local standard deviation (ADU), float32 of shape (H, W).
    detector : Detector
        What the image is taken with.
    elements : ndarray
        Of images in the original's style: structured array of
        `ccdseg.simulation.placement.ELEMENT`, one row per element; columns are counted before
        binning. Empty for others.
    events : EventList
        Of frames: the particles, with the pixels of each. Empty for images in the original's style,
        whose clusters come from a library.
    conditions : dict
        Of frames: ``noise`` (e⁻), ``gradient`` (change of the background in standard deviations),
        ``crowding`` (share of cluster pixels) and ``glow`` (its shape).
    """

    image: np.ndarray
    mask: np.ndarray
    cluster_signal: np.ndarray
    noise: np.ndarray
    detector: Detector
    elements: np.ndarray
    events: EventList = field(default_factory=EventList.empty)
    conditions: dict = field(default_factory=dict)

    @property
    def ambiguous(self) -> np.ndarray:
        """True where the clusters' deposit lies between 0.5 and 3 standard deviations."""
        low, high = (limit * self.noise for limit in AMBIGUOUS)
        return (self.cluster_signal > low) & (self.cluster_signal < high)

    def mask_in(self, classes: ClassCatalogue) -> np.ndarray:
        """The mask in the classes of another catalogue, as `ClassCatalogue.translated`."""
        return CLASSES.translated(self.mask, to=classes)

    def table(self) -> QTable:
        """Return the particles of a frame, or the elements of an image, as a table with units."""
        if not self.elements.dtype.names:
            return self.events.to_table()
        table = QTable()
        table["class"] = np.array(CLASSES.names)[self.elements["class_index"]]
        for name in ("row", "column", "height", "width"):
            table[name] = self.elements[name] * u.pix
        table["level"] = self.elements["level"] * u.adu
        table["energy"] = self.elements["energy"] * u.keV
        return table


def truth_mask(
    signals: dict[str, np.ndarray],
    noise: np.ndarray,
    *,
    threshold: float,
    priority: Sequence[str],
) -> np.ndarray:
    """Class of each pixel by what was deposited there.

    Parameters
    ----------
    signals : dict of str to ndarray
        What each class of elements adds to the image (ADU), of shape (H, W), by class name.
    noise : ndarray
        Local standard deviation (ADU), of shape (H, W).
    threshold : float
        Least signal of an element's pixel (standard deviations).
    priority : sequence of str
        Class names from the lowest to the highest; where elements overlap, the highest counts.

    Returns
    -------
    ndarray
        Class indices, uint8 of shape (H, W).
    """
    lowest, *upward = priority
    mask = np.full(noise.shape, CLASSES[lowest].index, dtype=np.uint8)
    least = np.maximum(threshold * noise, np.finfo(np.float32).tiny)
    for name in upward:
        np.putmask(mask, signals[name] >= least, CLASSES[name].index)
    return mask


def check_priority(priority: Sequence[str]) -> None:
    """Refuse what is no order of all classes from the background upward.

    Raises
    ------
    InputError
    """
    if priority[:1] != ("background",) or sorted(priority) != sorted(CLASSES.names):
        raise InputError(
            f"priority is {priority}; it must begin with 'background' and name each of "
            f"{', '.join(CLASSES.names)}."
        )
