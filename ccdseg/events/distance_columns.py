"""Columns of events that tell how far they lie from edges, hot lines and bright events."""

from __future__ import annotations

import numpy as np
from astropy import units as u
from astropy.table import QTable

from ccdseg.arrays import find_components
from ccdseg.classes import ClassCatalogue
from ccdseg.events.clusters import PixelList

HOT_LINE = 10
"""Length (px) from which a component of hot pixels is a line: a hot column or row, or an event of
the serial register."""

BRIGHT = 100.0
"""Charge of a pixel (e⁻) from which its event is bright: that of the halo mask of SENSEI,
arXiv:2004.11378."""


def add_distances(
    events: QTable,
    mask: np.ndarray,
    *,
    pixels: PixelList | None,
    classes: ClassCatalogue,
    origin: tuple[int, int] = (0, 0),
    gain: float | None = None,
    bright: float = BRIGHT,
    hot_columns: np.ndarray | tuple[int, ...] = (),
) -> QTable:
    """Add the distance of each event to the edge, to the nearest hot line and bright event.

    Distances are those of the nearest pixels (px): 1 of neighbours, 0 at the edge.

    Parameters
    ----------
    events : astropy.table.QTable
        As from `ccdseg.events.find_events`.
    mask : ndarray
        Class indices of the image, (H, W).
    pixels : PixelList or None
        Pixels of the events, ``cluster`` being the row in the table; None for their brightest
        pixels alone.
    classes : ClassCatalogue
        Meaning of the indices.
    origin : tuple of int
        Row and column (px) of the first pixel of the image, from which positions count.
    gain : float, optional
        Gain in the unit of the image per electron; without it there is no distance to bright ones.
    bright : float
        Charge of the brightest pixel (e⁻) from which an event is bright.
    hot_columns : ndarray of int
        Known hot columns of the image, from 0, beside the lines of the mask.

    Returns
    -------
    astropy.table.QTable
        With ``edge_distance``, ``hot_line_distance``, where the classes have hot pixels, and
        ``bright_distance``, where there is a gain (px, infinite where there is no such thing).
    """
    events = events.copy()
    if pixels is None:
        pixels = _brightest(events, origin)
    _add(events, "edge_distance", _to_edge(events, mask.shape, origin), "distance to the edge")
    if "hot pixel" in classes.names:
        lines = _hot_lines(mask, classes["hot pixel"].index, hot_columns)
        distance = _nearest(pixels, lines)
        _add(events, "hot_line_distance", distance, "distance to the nearest hot column or row")
    if gain is not None:
        is_bright = events["peak"].value >= bright * gain
        text = f"distance to the nearest other event with {bright:g} e⁻ or more in a pixel"
        _add(events, "bright_distance", _to_others(pixels, is_bright), text)
    return events


def _add(events: QTable, name: str, distance: np.ndarray, description: str) -> None:
    events[name] = u.Quantity(distance, u.pix)
    events[name].info.description = description


def _brightest(events: QTable, origin: tuple[int, int]) -> PixelList:
    rows, columns = (
        np.asarray(events[name].value) - first
        for name, first in zip(("peak_row", "peak_column"), origin, strict=True)
    )
    return PixelList(np.arange(len(events)), rows, columns, len(events))


def _to_edge(events: QTable, shape: tuple[int, int], origin: tuple[int, int]) -> np.ndarray:
    """Pixels between the bounding box of each event and the nearest edge, (events,)."""
    gaps = []
    for axis, length, first in zip(("row", "column"), shape, origin, strict=True):
        gaps.append(events[f"{axis}_min"].value - first)
        gaps.append(length - 1 - (events[f"{axis}_max"].value - first))
    return np.min(gaps, axis=0).astype(float)


def _hot_lines(mask: np.ndarray, hot: int, columns: np.ndarray | tuple[int, ...]) -> np.ndarray:
    """Rows and columns of the pixels of hot lines, (pixels, 2)."""
    found = find_components(mask, hot)
    lengths = (found.boxes[:, 2:] - found.boxes[:, :2]).max(axis=1, initial=0)
    of_mask = np.stack(found.places(lengths >= HOT_LINE)[:2], axis=1)
    known = np.stack(np.meshgrid(np.arange(len(mask)), columns, indexing="ij"), axis=-1)
    return np.concatenate([of_mask, known.reshape(-1, 2).astype(of_mask.dtype)])


def _nearest(pixels: PixelList, places: np.ndarray) -> np.ndarray:
    """Least distance between the pixels of each event and some places, (events,)."""
    from scipy.spatial import KDTree

    nearest = np.full(pixels.n_clusters, np.inf)
    if len(places) and len(pixels.cluster):
        distance, _ = KDTree(places).query(np.stack([pixels.rows, pixels.columns], axis=1))
        np.minimum.at(nearest, pixels.cluster, distance)
    return nearest


def _is_outline(pixels: PixelList) -> np.ndarray:
    """Whether one of the four neighbours of a pixel is not of its event, (pixels,)."""
    rows, columns, events = (
        part.astype(np.int64) for part in (pixels.rows, pixels.columns, pixels.cluster)
    )
    height, width = rows.max(initial=0) + 2, columns.max(initial=0) + 2
    keys = (events * height + rows) * width + columns
    known = np.sort(keys)
    inner = np.ones(len(keys), dtype=bool)
    for step in (1, -1, width, -width):
        at = np.minimum(np.searchsorted(known, keys + step), len(known) - 1)
        inner &= known[at] == keys + step
    return ~inner


def _to_others(pixels: PixelList, chosen: np.ndarray) -> np.ndarray:
    """Distance of each event to the nearest chosen one that is not itself, (events,).

    Any two chosen events differ in a binary digit of their numbers, so the nearest other one is
    found among those with another digit in one of the places.
    """
    of_chosen = pixels.where(chosen[pixels.cluster])
    of_chosen = of_chosen.where(_is_outline(of_chosen))
    places = np.stack([of_chosen.rows, of_chosen.columns], axis=1)
    nearest = np.where(chosen, np.inf, _nearest(pixels.where(~chosen[pixels.cluster]), places))
    number = np.cumsum(chosen) - 1
    for digit in range(int(np.count_nonzero(chosen)).bit_length()):
        one = (number[of_chosen.cluster] >> digit) % 2 == 1
        for half in (one, ~one):
            nearest = np.minimum(nearest, _nearest(of_chosen.where(half), places[~half]))
    return nearest
