"""A frame as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from astropy import units as u
from astropy.table import QTable

from ccdseg.classes import CLASSES, ClassCatalogue

_MOST_EVENTS = 10_000
"""Events of a page."""


@dataclass(frozen=True, eq=False)
class ShownFrame:
    """A frame with its classes and events.

    Attributes
    ----------
    image : ndarray
        Signal in `unit`, of shape (H, W).
    mask : ndarray
        Class indices of the same shape.
    events : astropy.table.QTable or None
        Events as from `ccdseg.events.find_events`; None where the model has no class of particles.
    labels : ndarray of int or None
        `id` of the event of each pixel, 0 without one, (H, W); None without events.
    classes : ClassCatalogue
        Names and colours.
    unit : astropy.units.UnitBase
        Unit of the signal.
    origin : tuple of int
        Row and column of the first pixel, where the frame is a section of a larger one (px).
    top_first : bool
        Whether rows count downwards, as in a picture, and not upwards, as in a FITS image.
    """

    image: np.ndarray
    mask: np.ndarray
    events: QTable | None = None
    labels: np.ndarray | None = None
    classes: ClassCatalogue = field(default=CLASSES)
    unit: u.UnitBase = u.adu
    origin: tuple[int, int] = (0, 0)
    top_first: bool = False

    def with_brightest(self) -> tuple[ShownFrame, str | None]:
        """The frame with as many events as a page holds, and what it leaves out."""
        n_events = 0 if self.events is None else len(self.events)
        if n_events <= _MOST_EVENTS:
            return self, None
        order = np.argsort(-np.nan_to_num(self.events["signal"].value), kind="stable")
        kept = self.events[np.sort(order[:_MOST_EVENTS])]
        note = f"The {_MOST_EVENTS:,} brightest of {n_events:,} events are shown."
        return replace(self, events=kept), note
