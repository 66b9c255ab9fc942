"""Cut-outs of events in full resolution, packed one behind the other."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from astropy import units as u
from astropy.table import QTable

from ccdseg.plotting.pages.scaled_picture import brightest

_MARGIN = 6
"""Pixels of the surroundings on each side of an event."""

_LEAST_LENGTH, _MOST_LENGTH = 32, 256
"""Rows and columns of a cut-out (px); of a longer event, blocks of pixels are one pixel of it."""

_MOST_BYTES = 5_000_000
"""Size of all cut-outs, packed; a third more in the page."""

BAD = 2**16 - 1
"""Level of a pixel that is not finite."""

OWN = 128
"""What is added to the class of the pixels of the event itself."""

_LEVEL = 2
"""Level of compression, that of Bokeh."""

_STEPS = 32
"""Levels per standard deviation of the noise."""


@dataclass(frozen=True, eq=False)
class Cutouts:
    """Pixels around events.

    Attributes
    ----------
    levels : ndarray
        Signals of all cut-outs, row by row, one behind the other: ``zero + step * level`` of each
        cut-out, uint16 (pixels,).
    classes : ndarray
        Class of each of these pixels, `OWN` more for those of the event itself, uint8 (pixels,).
    places : dict of ndarray
        Of each event ``start``, index of its first pixel, -1 without a cut-out; ``row``,
        ``column`` (first ones in the HDU), ``height``, ``width`` (pixels of the cut-out), ``block``
        (rows and columns of the frame in one of them), ``zero`` and ``step``; (events,).
    """

    levels: np.ndarray
    classes: np.ndarray
    places: dict[str, np.ndarray]

    @property
    def n_events(self) -> int:
        """Number of events that have a cut-out."""
        return int(np.count_nonzero(self.places["start"] >= 0))

    @classmethod
    def of(
        cls,
        image: np.ndarray,
        mask: np.ndarray,
        *,
        events: QTable,
        labels: np.ndarray,
        origin: tuple[int, int] = (0, 0),
        most_bytes: int = _MOST_BYTES,
    ) -> Cutouts:
        """Cut out events, the brightest first, until the page is full.

        Parameters
        ----------
        image : ndarray
            Signal of shape (H, W).
        mask : ndarray
            Class indices of the same shape.
        events : astropy.table.QTable
            As from `ccdseg.events.find_events`.
        labels : ndarray of int
            `id` of the event of each pixel, 0 without one, (H, W).
        origin : tuple of int
            Row and column of the first pixel in the HDU (px).
        most_bytes : int
            Size of all cut-outs, packed.
        """
        n_events = len(events)
        places = {name: np.zeros(n_events) for name in ("zero", "step")}
        names = ("row", "column", "height", "width", "block")
        places |= {name: np.zeros(n_events, np.int32) for name in names}
        places["start"] = np.full(n_events, -1, np.int32)
        areas = _areas(events, origin, image.shape)
        levels, classes, n_pixels, n_bytes = [], [], 0, 0
        for number in np.argsort(-np.nan_to_num(events["signal"].value), kind="stable"):
            rows, columns = (slice(*edges) for edges in areas[number])
            block = -(-max(rows.stop - rows.start, columns.stop - columns.start) // _MOST_LENGTH)
            signal = brightest(image[rows, columns], block)
            own = labels[rows, columns] == events["id"][number]
            marked = brightest(mask[rows, columns] + OWN * own.astype(np.uint8), block)
            level, zero, step = _levels(signal, float(events["noise"][number].value))
            n_bytes += len(zlib.compress(level, _LEVEL)) + len(zlib.compress(marked, _LEVEL))
            if n_bytes > most_bytes:
                break
            levels.append(level.ravel())
            classes.append(marked.ravel())
            found = (*_first(rows, columns, origin), *signal.shape, block, zero, step, n_pixels)
            for name, value in zip((*names, "zero", "step", "start"), found, strict=True):
                places[name][number] = value
            n_pixels += signal.size
        return cls(
            np.concatenate([np.zeros(0, np.uint16), *levels]),
            np.concatenate([np.zeros(0, np.uint8), *classes]),
            places,
        )


def boxes(events: QTable, origin: tuple[int, int]) -> np.ndarray:
    """First and end row, first and end column of each event in the frame (px), (events, 2, 2)."""
    sides = [
        [
            events[f"{axis}_min"].to_value(u.pix) - first,
            events[f"{axis}_max"].to_value(u.pix) + 1 - first,
        ]
        for axis, first in zip(("row", "column"), origin, strict=True)
    ]
    return np.moveaxis(np.array(sides, dtype=np.int64), -1, 0)


def _areas(events: QTable, origin: tuple[int, int], shape: tuple[int, int]) -> np.ndarray:
    """Boxes with their surroundings, within the frame."""
    areas = boxes(events, origin)
    margin = np.maximum((_LEAST_LENGTH - np.diff(areas)[..., 0] + 1) // 2, _MARGIN)
    areas[..., 0] = np.maximum(areas[..., 0] - margin, 0)
    areas[..., 1] = np.minimum(areas[..., 1] + margin, shape)
    return areas


def _first(rows: slice, columns: slice, origin: tuple[int, int]) -> tuple[int, int]:
    return rows.start + origin[0], columns.start + origin[1]


def _levels(signal: np.ndarray, noise: float) -> tuple[np.ndarray, float, float]:
    """Signals as levels, the signal of level 0, and that of a step."""
    finite = np.isfinite(signal)
    if not finite.any():
        return np.full(signal.shape, BAD, np.uint16), 0.0, 1.0
    low, high = float(signal[finite].min()), float(signal[finite].max())
    step = max(noise / _STEPS if noise > 0 else 0.0, (high - low) / (BAD - 1), 1e-12)
    levels = np.full(signal.shape, BAD, np.uint16)
    levels[finite] = np.rint((signal[finite] - low) / step)
    return levels, low, step
