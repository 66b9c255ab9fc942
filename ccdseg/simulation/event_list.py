"""True events of a frame, with the charge that each left in each pixel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from astropy import units as u
from astropy.table import QTable

from ccdseg.simulation.particles import Deposit, Path

EVENT = np.dtype(
    [
        ("kind", "U8"),
        ("energy", np.float32),
        ("charge", np.float32),
        ("row", np.float32),
        ("column", np.float32),
        ("depth", np.float32),
        ("zenith", np.float32),
        ("azimuth", np.float32),
        ("extent", np.float32),
    ]
)
"""One particle: kind, energy left in the silicon (keV), electrons freed (e⁻), entry point (row and
column in px, 0 in the middle of the first pixel; depth in µm below the gates), direction of the
first step (rad; NaN for what does not move) and extent: standard deviation of the energy along the
longest direction in the plane (µm), diffusion not in it. Of pasted clusters, whose paths are not
known, row and column are the middle of the bounding box, and all that follows is NaN."""


@dataclass(frozen=True, eq=False)
class EventList:
    """Particles and pasted clusters, and their charge pixel by pixel.

    Attributes
    ----------
    table : ndarray
        Structured array of `EVENT`.
    rows, columns : ndarray of int64
        Pixels (px), those outside the frame too.
    expected, drawn : ndarray of float64
        Mean and drawn charge (e⁻) of each pixel.
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
            entry["extent"] = path.extent
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

    def binned(self, n_columns: int) -> EventList:
        """The events of an image whose columns are sums of `n_columns` each."""
        table = self.table.copy()
        table["column"] = (table["column"] + 0.5) / n_columns - 0.5
        pixels = np.stack([self._owners, self.rows, self.columns // n_columns])
        (owners, rows, columns), place = np.unique(pixels, axis=1, return_inverse=True)
        expected, drawn = (
            np.bincount(place, weights=charge, minlength=len(rows))
            for charge in (self.expected, self.drawn)
        )
        offsets = np.searchsorted(owners, np.arange(len(self) + 1))
        return EventList(table, rows, columns, expected, drawn, offsets)

    def charge_map(self, shape: tuple[int, int], *, drawn: bool = False) -> np.ndarray:
        """Charge of all events (e⁻), mean or drawn, float32 of `shape`."""
        inside, flat = self._pixels(shape)
        charge = (self.drawn if drawn else self.expected)[inside]
        summed = np.bincount(flat, weights=charge, minlength=shape[0] * shape[1])
        return summed.reshape(shape).astype(np.float32)

    def event_map(self, shape: tuple[int, int]) -> np.ndarray:
        """Index of the event that left most charge in each pixel, int32 of `shape`; -1 for none."""
        inside, flat = self._pixels(shape)
        owner = self._owners[inside]
        order = np.argsort(self.expected[inside], kind="stable")
        owners = np.full(shape[0] * shape[1], -1, dtype=np.int32)
        owners[flat[order]] = owner[order]
        return owners.reshape(shape)

    def charge_by_label(self, labels: np.ndarray, n_labels: int) -> np.ndarray:
        """Mean charge (e⁻) of each event in each label of a frame.

        Parameters
        ----------
        labels : ndarray
            Label of each pixel, from 0 to `n_labels`, of the shape of the frame.
        n_labels : int
            The highest label.

        Returns
        -------
        ndarray
            float64 of shape (n_labels + 1, events); one column where there is no event.
        """
        inside, flat = self._pixels(labels.shape)
        n_events = max(len(self), 1)
        summed = np.bincount(
            labels.ravel()[flat] * n_events + self._owners[inside],
            weights=self.expected[inside],
            minlength=(n_labels + 1) * n_events,
        )
        return summed.reshape(n_labels + 1, n_events)

    @property
    def _owners(self) -> np.ndarray:
        """Index of the event of each deposit."""
        return np.repeat(np.arange(len(self)), np.diff(self.offsets))

    def _boxes(self) -> np.ndarray:
        """First row, first column, height and width of each event (px), int32 of shape (4, n)."""
        boxes = np.zeros((4, len(self)), dtype=np.int32)
        filled = np.flatnonzero(np.diff(self.offsets))
        starts = self.offsets[filled]
        for axis, pixels in enumerate((self.rows, self.columns) if len(filled) else ()):
            boxes[axis, filled] = np.minimum.reduceat(pixels, starts)
            boxes[axis + 2, filled] = np.maximum.reduceat(pixels, starts) + 1
            boxes[axis + 2] -= boxes[axis]
        return boxes

    def _pixels(self, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        """Mask of the deposits inside the frame, and their flat index in it."""
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
        units = {
            "energy": u.keV,
            "charge": u.electron,
            "row": u.pix,
            "column": u.pix,
            "depth": u.um,
            "zenith": u.rad,
            "azimuth": u.rad,
            "extent": u.um,
        }
        table = QTable({"kind": self.table["kind"]})
        for name, values in zip(
            ("first_row", "first_column", "height", "width"), self._boxes(), strict=True
        ):
            table[name] = values * u.pix
        for name, unit in units.items():
            table[name] = self.table[name] * unit
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
        inside, _ = self._pixels(shape)
        owner = self._owners[inside]
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
