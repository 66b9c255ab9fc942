"""Simulated images with all that is known of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from astropy import units as u
from astropy.table import QTable, vstack

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.detector import Detector
from ccdseg.errors import InputError
from ccdseg.simulation.element_list import ELEMENT
from ccdseg.simulation.event_list import EventList

AMBIGUOUS = (0.5, 3.0)
"""A deposit between these many standard deviations of the noise decides nothing: what is drowned
by the noise below, what no method can miss above."""

_MISSING = {"event": 0, "n_pixels": 0, "cut": ""}
"""Values of columns that only particles have; NaN in the others."""


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
        Mean signal of the clusters alone (ADU), float32 of shape (H, W).
    noise : ndarray
        Local standard deviation (ADU), float32 of shape (H, W).
    detector : Detector
        Detector of the image.
    elements : ndarray
        Glow and hot pixels: structured array of `ELEMENT`, one row per element.
    events : EventList
        Particles and pasted clusters, with the charge that each left in each pixel.
    conditions : dict
        Conditions of the image: ``noise`` (e⁻), ``gradient`` (change of the background in
        standard deviations), ``crowding`` (share of cluster pixels) and ``glow`` (its shape).
    """

    image: np.ndarray
    mask: np.ndarray
    cluster_signal: np.ndarray
    noise: np.ndarray
    detector: Detector
    elements: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=ELEMENT))
    events: EventList = field(default_factory=EventList.empty)
    conditions: dict = field(default_factory=dict)

    @property
    def ambiguous(self) -> np.ndarray:
        """Ignore mask: true where clusters deposit between 0.5 and 3 standard deviations."""
        low, high = (limit * self.noise for limit in AMBIGUOUS)
        return (self.cluster_signal > low) & (self.cluster_signal < high)

    @property
    def event_labels(self) -> np.ndarray:
        """Truth by instance: who left most charge in each pixel of the class cluster.

        Row of `events.table` plus 1, int32 of shape (H, W); 0 in pixels of other classes.
        """
        is_cluster = self.mask == CLASSES["cluster"].index
        return np.where(is_cluster, self.events.event_map(self.mask.shape) + 1, 0).astype(np.int32)

    def mask_in(self, classes: ClassCatalogue) -> np.ndarray:
        """The mask in the classes of another catalogue, as `ClassCatalogue.translated`."""
        return CLASSES.translated(self.mask, to=classes)

    def table(self) -> QTable:
        """All elements of the image.

        Returns
        -------
        astropy.table.QTable
            ``class``, ``kind``, ``event`` (number of the particle in `event_labels`), the bounding
            box ``first_row``, ``first_column``, ``height`` and ``width`` (px; it may reach beyond
            the image), ``level`` (ADU) of glow and hot pixels, and what `EventList.to_table` tells
            of particles; NaN, 0 or nothing where it does not apply.
        """
        particles = self.events.to_table()
        particles.add_column(np.full(len(particles), "cluster"), index=0, name="class")
        level = np.full(len(particles), np.nan, np.float32) * u.adu
        particles.add_column(level, index=particles.colnames.index("energy"), name="level")
        particles.add_column(np.arange(1, len(particles) + 1), index=2, name="event")
        elements = QTable({"class": np.array(CLASSES.names)[self.elements["class_index"]]})
        elements["kind"] = self.elements["kind"]
        for name in particles.colnames[2:]:
            known = name in self.elements.dtype.names
            missing = _MISSING.get(name, np.float32(np.nan))
            values = self.elements[name] if known else np.full(len(self.elements), missing)
            unit = particles[name].unit if hasattr(particles[name], "unit") else None
            elements[name] = values if unit is None else values * unit
        return vstack([elements, particles])


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
        Signal of each class of elements (ADU), of shape (H, W), by class name.
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
