"""Connected components of a mask of any size, as runs of pixels along its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ccdseg.arrays.row_strips import strips


@dataclass(frozen=True, eq=False)
class Components:
    """Connected components, numbered from 0 in the order of their first pixels.

    Attributes
    ----------
    rows, starts, ends : ndarray
        Row, first column and end column of each run of pixels, (runs,), in raster order.
    numbers : ndarray
        Component of each run, (runs,).
    n : int
        Number of components.
    shape : tuple of int
        Rows and columns of the mask.
    """

    rows: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    numbers: np.ndarray
    n: int
    shape: tuple[int, int]

    @cached_property
    def sizes(self) -> np.ndarray:
        """Number of pixels of each component, (components,)."""
        return np.bincount(self.numbers, self.ends - self.starts, self.n).astype(np.int64)

    @property
    def n_pixels(self) -> int:
        """Number of pixels of all components."""
        return int((self.ends - self.starts).sum(dtype=np.int64))

    @cached_property
    def boxes(self) -> np.ndarray:
        """First row, first column, end row, end column of each (px), (components, 4)."""
        low = np.full((self.n, 2), np.iinfo(np.int64).max)
        high = np.zeros((self.n, 2), dtype=np.int64)
        for axis, (first, end) in enumerate(((self.rows, self.rows + 1), (self.starts, self.ends))):
            np.minimum.at(low[:, axis], self.numbers, first)
            np.maximum.at(high[:, axis], self.numbers, end)
        return np.concatenate([low, high], axis=1)

    @cached_property
    def _by_number(self) -> tuple[np.ndarray, np.ndarray]:
        """Runs sorted by component, and where those of each begin, (components + 1,)."""
        order = np.argsort(self.numbers, kind="stable")
        return order, np.searchsorted(self.numbers[order], np.arange(self.n + 1))

    def at(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Number of the component at each of some pixels, −1 without one, (pixels,)."""
        if not self.n:
            return np.full(len(rows), -1)
        width = self.shape[1]
        firsts = self.rows.astype(np.int64) * width + self.starts
        places = np.asarray(rows, np.int64) * width + columns
        run = np.maximum(np.searchsorted(firsts, places, side="right") - 1, 0)
        inside = (self.rows[run] == rows) & (self.starts[run] <= columns)
        return np.where(inside & (columns < self.ends[run]), self.numbers[run], -1)

    def places(self, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Row, column and component of each pixel of the chosen ones, bool (components,)."""
        runs = np.flatnonzero(chosen[self.numbers])
        lengths = self.ends[runs] - self.starts[runs]
        columns = np.arange(lengths.sum()) + np.repeat(
            self.starts[runs] - (np.cumsum(lengths) - lengths), lengths
        )
        return np.repeat(self.rows[runs], lengths), columns, np.repeat(self.numbers[runs], lengths)

    def pixels(self, number: int, area: tuple[slice, slice]) -> np.ndarray:
        """Pixels of one component in an area that holds all of it, bool of the area's shape."""
        order, bounds = self._by_number
        runs = order[bounds[number] : bounds[number + 1]]
        rows, columns = area
        edges = np.zeros((rows.stop - rows.start, columns.stop - columns.start + 1), dtype=bool)
        for places in (self.starts, self.ends):
            edges[self.rows[runs] - rows.start, places[runs] - columns.start] = True
        return np.logical_xor.accumulate(edges, axis=1)[:, :-1]

    def labels(self, area: tuple[slice, slice], members: np.ndarray) -> np.ndarray:
        """Label image of an area.

        Parameters
        ----------
        area : tuple of slice
            Rows and columns.
        members : ndarray
            Numbers of components, (members,).

        Returns
        -------
        ndarray
            int32 of the shape of the area: 0 where there is no component, 1 for the first of the
            members, and so on; one more than there are members for all other components.
        """
        label = np.full(self.n, len(members) + 1, dtype=np.int32)
        label[members] = np.arange(1, len(members) + 1)
        return self.painted(area, label)

    def painted(self, area: tuple[slice, slice], labels: np.ndarray) -> np.ndarray:
        """Image of an area with the label of each component at its pixels, 0 elsewhere.

        Parameters
        ----------
        area : tuple of slice
            Rows and columns.
        labels : ndarray
            Label of each component, (components,).

        Returns
        -------
        ndarray
            int32 of the shape of the area.
        """
        rows, columns = area
        inside = slice(*np.searchsorted(self.rows, (rows.start, rows.stop)))
        starts = np.clip(self.starts[inside], columns.start, columns.stop) - columns.start
        ends = np.clip(self.ends[inside], columns.start, columns.stop) - columns.start
        image = np.zeros((rows.stop - rows.start, columns.stop - columns.start), dtype=np.int32)
        lengths = ends - starts
        places = (self.rows[inside] - rows.start).astype(np.int64) * image.shape[1] + starts
        places = np.repeat(places - (np.cumsum(lengths) - lengths), lengths)
        places += np.arange(len(places))
        image.ravel()[places] = np.repeat(labels[self.numbers[inside]], lengths)
        return image


def find_components(
    mask: np.ndarray, index: int | Sequence[int], *, corners: bool = True
) -> Components:
    """Find the connected components of a class, or of several together.

    Parameters
    ----------
    mask : ndarray
        Class indices, or bool, of shape (H, W).
    index : int or sequence of int
        Class or classes.
    corners : bool
        Whether pixels that share a corner alone are connected.

    Returns
    -------
    Components
        The memory that they take depends on the number of runs, not on the size of the mask.
    """
    rows, starts, ends = (np.concatenate(part) for part in zip(*_runs(mask, index), strict=True))
    first, second = _touching(rows, starts, ends, mask.shape[1], corners=corners)
    graph = coo_array((np.ones(len(first), np.bool_), (first, second)), shape=(len(rows),) * 2)
    n, numbers = connected_components(graph, directed=False) if len(rows) else (0, rows)
    return Components(rows, starts, ends, numbers, n, mask.shape)


def _runs(
    mask: np.ndarray, index: int | Sequence[int]
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Row, first and end column of all runs, strip by strip."""
    width = mask.shape[1]
    for strip in strips(mask):
        member = np.zeros((strip.stop - strip.start, width + 2), dtype=bool)
        part = mask[strip]
        member[:, 1:-1] = part == index if np.ndim(index) == 0 else np.isin(part, index)
        changes = np.flatnonzero(member[:, 1:] != member[:, :-1])
        rows, columns = (part.astype(np.int32) for part in np.divmod(changes, width + 1))
        yield rows[::2] + np.int32(strip.start), columns[::2], columns[1::2]


def _touching(
    rows: np.ndarray, starts: np.ndarray, ends: np.ndarray, width: int, *, corners: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of runs in neighbouring rows that touch each other, each (pairs,)."""
    pitch = width + 2
    line = rows.astype(np.int64) * pitch
    reach = 0 if corners else 1  # of the columns that a run must share with the other
    first = np.searchsorted(line + ends, line + pitch + starts + reach, side="left")
    after = np.searchsorted(line + starts, line + pitch + ends - reach, side="right")
    counts = np.maximum(after - first, 0)
    upper = np.repeat(np.arange(len(rows)), counts)
    lower = np.arange(len(upper)) + np.repeat(first - (np.cumsum(counts) - counts), counts)
    return upper, lower
