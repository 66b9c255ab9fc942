"""Outlines of events."""

from __future__ import annotations

import numpy as np
from astropy.table import QTable
from skimage.measure import find_contours

from ccdseg.plotting.pages.event_view.cutouts import boxes

Outline = tuple[list[float], list[float]]
"""Columns and rows of a closed line, NaN between its parts."""


def find_outlines(
    labels: np.ndarray, *, events: QTable, origin: tuple[int, int] = (0, 0)
) -> list[Outline]:
    """Outlines of the pixels of events; the box of an event that owns no pixel.

    Parameters
    ----------
    labels : ndarray of int
        `id` of the event of each pixel, 0 without one, (H, W).
    events : astropy.table.QTable
        As from `ccdseg.events.find_events`.
    origin : tuple of int
        Row and column of the first pixel in the HDU (px).

    Returns
    -------
    list of tuple
        Columns and rows (px) of each event.
    """
    return [
        _outline(labels, number, box, origin)
        for number, box in zip(events["id"], boxes(events, origin), strict=True)
    ]


def _outline(labels: np.ndarray, number: int, box: np.ndarray, origin: tuple[int, int]) -> Outline:
    (top, bottom), (left, right) = box
    own = labels[top:bottom, left:right] == number
    if not own.any():  # photons, which the mask does not show
        own = np.ones(own.shape, bool)
    lines = [
        _corners(line)
        for line in find_contours(np.pad(own, 1).astype(np.float32), 0.5, fully_connected="high")
    ]
    columns, rows = [], []
    for line in lines:
        if columns:
            columns.append(np.nan)
            rows.append(np.nan)
        rows += np.round(line[:, 0] + (top + origin[0] - 1), 1).tolist()
        columns += np.round(line[:, 1] + (left + origin[1] - 1), 1).tolist()
    return columns, rows


def _corners(line: np.ndarray) -> np.ndarray:
    """Points of a closed line at which its direction changes, (points, 2)."""
    steps = np.diff(line, axis=0)
    turns = np.any(steps != np.roll(steps, 1, axis=0), axis=1)
    turns[0] = True
    return np.vstack([line[:-1][turns], line[:1]])
