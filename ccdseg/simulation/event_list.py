"""True events of a frame, with the charge that each left in each pixel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from astropy import units as u
from astropy.table import QTable
from scipy.sparse import csr_array

from ccdseg.simulation.event_table import EVENT, event_columns
from ccdseg.simulation.particles import Deposit, Path


@dataclass(frozen=True, eq=False)
class EventList:
    """Particles and pasted clusters, and their charge pixel by pixel.

    Attributes
    ----------
    table : ndarray
        Structured array of `EVENT`, (events,).
    rows, columns : ndarray of int64
        Pixels (px), those outside the frame too.
    expected, drawn : ndarray of float64
        Mean and drawn charge (e⁻) of each pixel, from the deposit or, once read, in the image.
    offsets : ndarray of int64
        Event i holds the pixels ``offsets[i]:offsets[i + 1]``.
    """

    table: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    expected: np.ndarray
    drawn: np.ndarray
    offsets: np.ndarray

    @classmethod
    def empty(cls) -> EventList:
        """No particle."""
        return cls.from_deposits([], [])

    @classmethod
    def from_deposits(
        cls, placed: Sequence[tuple[Path, float, float]], deposits: Sequence[Deposit]
    ) -> EventList:
        """Collect deposits, each with its path and the row and column (px) of the path's origin.

        Those are counted from the corner of the frame: 0.5 is the middle of the first pixel.
        """
        table = np.zeros(len(deposits), dtype=EVENT)
        for entry, (path, row, column), deposit in zip(table, placed, deposits, strict=True):
            entry["kind"], entry["energy"] = path.kind, path.energy
            entry["charge"] = deposit.expected.sum()
            entry["row"], entry["column"] = row - 0.5, column - 0.5
            entry["depth"] = path.positions[0, 2]
            entry["zenith"], entry["azimuth"] = path.zenith, path.azimuth
            entry["extent"], entry["cut"] = path.extent, deposit.cut
        sizes = [len(deposit.rows) for deposit in deposits]
        columns = (
            _joined([getattr(deposit, name) for deposit in deposits], kind)
            for name, kind in (
                ("rows", np.int64),
                ("columns", np.int64),
                ("expected", np.float64),
                ("drawn", np.float64),
            )
        )
        return cls(table, *columns, np.cumsum([0, *sizes]))

    def __len__(self) -> int:
        return len(self.table)

    def joined(self, other: EventList) -> EventList:
        """Both lists, this one's events first."""
        parts = (
            np.concatenate([getattr(self, name), getattr(other, name)])
            for name in ("table", "rows", "columns", "expected", "drawn")
        )
        return EventList(
            *parts, np.concatenate([self.offsets, self.offsets[-1] + other.offsets[1:]])
        )

    @classmethod
    def from_pixels(
        cls,
        table: np.ndarray,
        owners: np.ndarray,
        rows: np.ndarray,
        columns: np.ndarray,
        *,
        expected: np.ndarray,
        drawn: np.ndarray,
    ) -> EventList:
        """Collect pixels, (n,), with the row of `table` that each belongs to, in any order."""
        order = np.argsort(owners, kind="stable")
        pixels = (values[order] for values in (rows, columns, expected, drawn))
        return cls(table, *pixels, np.searchsorted(owners[order], np.arange(len(table) + 1)))

    def where(self, kept: np.ndarray) -> EventList:
        """The same events with those of their pixels for which `kept`, (n,), is true."""
        arrays = (getattr(self, name)[kept] for name in ("rows", "columns", "expected", "drawn"))
        return EventList(self.table, *arrays, np.searchsorted(np.flatnonzero(kept), self.offsets))

    def with_pixels_of(self, other: EventList) -> EventList:
        """The events with the pixels of a list of the same events as well, sums where they meet."""
        owners = np.concatenate([self.owners, other.owners])
        rows, columns, expected, drawn = (
            np.concatenate([getattr(self, name), getattr(other, name)])
            for name in ("rows", "columns", "expected", "drawn")
        )
        return EventList.from_pixels(
            self.table, owners, rows, columns, expected=expected, drawn=drawn
        ).merged()

    def merged(self) -> EventList:
        """The events with one entry per pixel, which holds the sum of those that it had."""
        if not len(self.rows):
            return self
        top, left = self.rows.min(), self.columns.min()
        width, height = self.columns.max() - left + 1, self.rows.max() - top + 1
        key = (self.owners * height + self.rows - top) * width + self.columns - left
        key, place = np.unique(key, return_inverse=True)
        pixels, columns = np.divmod(key, width)
        owners, rows = np.divmod(pixels, height)
        charges = (np.bincount(place, charge) for charge in (self.expected, self.drawn))
        offsets = np.searchsorted(owners, np.arange(len(self) + 1))
        return EventList(self.table, rows + top, columns + left, *charges, offsets)

    def charge_map(self, shape: tuple[int, int], *, drawn: bool = False) -> np.ndarray:
        """Charge of all events (e⁻), mean or drawn, float32 of `shape`."""
        inside, flat = self.pixels_in(shape)
        charge = (self.drawn if drawn else self.expected)[inside]
        summed = np.bincount(flat, weights=charge, minlength=shape[0] * shape[1])
        return summed.reshape(shape).astype(np.float32)

    def event_map(self, shape: tuple[int, int]) -> np.ndarray:
        """Index of the event that left most charge in each pixel, int32 of `shape`; -1 for none."""
        inside, flat = self.pixels_in(shape)
        owner = self.owners[inside]
        order = np.argsort(self.expected[inside], kind="stable")
        owners = np.full(shape[0] * shape[1], -1, dtype=np.int32)
        owners[flat[order]] = owner[order]
        return owners.reshape(shape)

    def charge_by_label(self, labels: np.ndarray, n_labels: int) -> csr_array:
        """Mean charge (e⁻) of each event in each label of a frame.

        Parameters
        ----------
        labels : ndarray
            Label of each pixel, from 0 to `n_labels`, of the shape of the frame.
        n_labels : int
            The highest label.

        Returns
        -------
        scipy.sparse.csr_array
            float64 of shape (n_labels + 1, events); entries where an event left charge in a label.
        """
        inside, flat = self.pixels_in(labels.shape)
        places = labels.ravel()[flat], self.owners[inside]
        charge = csr_array((self.expected[inside], places), shape=(n_labels + 1, len(self)))
        charge.sum_duplicates()
        return charge

    @property
    def owners(self) -> np.ndarray:
        """Row of `table` to which each pixel belongs, (n,)."""
        return np.repeat(np.arange(len(self)), np.diff(self.offsets))

    def boxes(self) -> np.ndarray:
        """First row, first column, height and width of each event (px), int32 of shape (4, n)."""
        boxes = np.zeros((4, len(self)), dtype=np.int32)
        filled = np.flatnonzero(np.diff(self.offsets))
        starts = self.offsets[filled]
        for axis, pixels in enumerate((self.rows, self.columns) if len(filled) else ()):
            boxes[axis, filled] = np.minimum.reduceat(pixels, starts)
            boxes[axis + 2, filled] = np.maximum.reduceat(pixels, starts) + 1
            boxes[axis + 2] -= boxes[axis]
        return boxes

    def pixels_in(self, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        """Which pixels lie in a frame, bool (n,), and their flat index in it."""
        inside = (self.rows >= 0) & (self.rows < shape[0])
        inside &= (self.columns >= 0) & (self.columns < shape[1])
        return inside, self.rows[inside] * shape[1] + self.columns[inside]

    def to_table(self) -> QTable:
        """Events as a table with units.

        Returns
        -------
        astropy.table.QTable
            ``kind``, the bounding box of the charge (``first_row``, ``first_column``, ``height``
            and ``width``, px), the numbers of `EVENT`, and ``n_pixels`` that hold at least one
            electron in the mean.
        """
        table = event_columns(self.table)
        for place, (name, values) in enumerate(
            zip(("first_row", "first_column", "height", "width"), self.boxes(), strict=True), 1
        ):
            table.add_column(values * u.pix, index=place, name=name)
        filled = np.concatenate([[0], np.cumsum(self.expected >= 1)])
        table["n_pixels"] = np.diff(filled[self.offsets])
        return table

    def seen_in(self, shape: tuple[int, int], *, pair_energy: float) -> QTable:
        """Events as a frame shows them: what lies in it of their charge.

        Parameters
        ----------
        shape : tuple of int
            Rows and columns of the frame (px).
        pair_energy : float
            Energy per electron-hole pair (eV/e⁻).

        Returns
        -------
        astropy.table.QTable
            ``event`` (row of `table`), ``kind``, ``depth`` and ``extent`` (µm) as in `table`,
            ``energy`` of the charge in the frame (keV),
            ``row`` and ``column`` of its centroid (px, 0 in the middle of the first pixel);
            events of which nothing lies in the frame are left out.
        """
        inside, _ = self.pixels_in(shape)
        owner = self.owners[inside]
        rows, columns, charge = self.rows[inside], self.columns[inside], self.expected[inside]
        total, row, column = (
            np.bincount(owner, weights=charge * values, minlength=len(self))
            for values in (np.ones(len(rows)), rows, columns)
        )
        seen = np.flatnonzero(total > 0)
        table = QTable({"event": seen, "kind": self.table["kind"][seen]})
        table["depth"] = self.table["depth"][seen] * u.um
        table["extent"] = self.table["extent"][seen] * u.um
        table["energy"] = total[seen] * pair_energy / 1000 * u.keV
        table["row"] = row[seen] / total[seen] * u.pix
        table["column"] = column[seen] / total[seen] * u.pix
        return table


def _joined(parts: list[np.ndarray], kind: type) -> np.ndarray:
    return np.concatenate([np.zeros(0, kind), *parts])
