"""Surroundings of the first and the last row of events, where the readout may have cut them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ccdseg.events.clusters import PixelList

INSIDE, OUTSIDE, HALF_WIDTH = 7, 4, 5
"""Rows of a patch on the side of the event and beyond it, and columns at each side of the middle
(px): a square of 11 px, which holds what diffusion makes of a point."""

_SHIFTS = (-1, 0, 1)
"""Rows (px) by which the edge may differ from the last row of the mask, which noise moves."""


class EdgePatches(NamedTuple):
    """Both row sides of some events: twice as many sides as events, the first rows before.

    Attributes
    ----------
    rows : ndarray of int
        Last row of each side that belongs to the event, where its signal falls most (px), (sides,).
    columns : ndarray of int
        Column of the brightest pixel in that row, the middle of the patch (px), (sides,).
    signal : ndarray
        Signal above the background, (sides, 11, 11); the rows run out of the event, the first
        `INSIDE` of them in it. 0 where a pixel does not count.
    used : ndarray of bool
        Whether a pixel counts, that is, belongs to the aperture of the event.
    """

    rows: np.ndarray
    columns: np.ndarray
    signal: np.ndarray
    used: np.ndarray

    def chosen(self, index: np.ndarray) -> EdgePatches:
        """Some of the sides, by their indices or by a flag of each."""
        return EdgePatches(*(array[index] for array in self))


def edge_patches(signal: np.ndarray, apertures: PixelList, boxes: np.ndarray) -> EdgePatches:
    """Patches around the first and the last row of events.

    Parameters
    ----------
    signal : ndarray
        Signal above the background of each pixel, in any unit, (pixels,).
    apertures : PixelList
        Pixels of the apertures of the events.
    boxes : ndarray of int
        First row, first column, end row, end column of the mask's pixels (px), (events, 4).
    """
    sides = [
        _one_side(signal, apertures, boxes[:, 0], outward=-1),
        _one_side(signal, apertures, boxes[:, 2] - 1, outward=1),
    ]
    return EdgePatches(*map(np.concatenate, zip(*sides, strict=True)))


def _one_side(
    signal: np.ndarray, apertures: PixelList, last: np.ndarray, *, outward: int
) -> EdgePatches:
    event, n = apertures.cluster, apertures.n_clusters
    beyond = outward * (apertures.rows - last[event])
    sums = np.zeros((n, len(_SHIFTS) + 1))
    near = (beyond >= _SHIFTS[0]) & (beyond <= _SHIFTS[-1] + 1)
    np.add.at(sums, (event[near], beyond[near] - _SHIFTS[0]), signal[near])
    shift = _SHIFTS[0] + (sums[:, :-1] - sums[:, 1:]).argmax(axis=1)
    beyond = beyond - shift[event]
    at_edge = np.flatnonzero(beyond == 0)
    ranked = at_edge[np.lexsort((signal[at_edge], event[at_edge]))]
    columns = np.zeros(n, dtype=int)
    columns[event[ranked]] = apertures.columns[ranked]  # the last one, the brightest, stays
    away = apertures.columns - columns[event]
    inside = (np.abs(away) <= HALF_WIDTH) & (beyond > -INSIDE) & (beyond <= OUTSIDE)
    place = event[inside], beyond[inside] + INSIDE - 1, away[inside] + HALF_WIDTH
    shape = (n, INSIDE + OUTSIDE, 2 * HALF_WIDTH + 1)
    patch, used = np.zeros(shape), np.zeros(shape, dtype=bool)
    patch[place], used[place] = signal[inside], True
    return EdgePatches(last + outward * shift, columns, patch, used)
