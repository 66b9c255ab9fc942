"""Glow and hot pixels of a frame: what was put where."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ccdseg.classes import CLASSES

ELEMENT = np.dtype(
    [
        ("class_index", np.uint8),
        ("kind", "U16"),
        ("first_row", np.int32),
        ("first_column", np.int32),
        ("height", np.int32),
        ("width", np.int32),
        ("level", np.float32),
    ]
)
"""One element of an image that is no particle: index of its class, kind, bounding box (px) and mean
signal of its brightest pixel above the background (ADU)."""

_INDEX = {row.name: row.index for row in CLASSES}


@dataclass(eq=False)
class ElementList:
    """Elements of a frame while it is being made.

    Attributes
    ----------
    rows : list of tuple
        As `ELEMENT`, but levels in electrons.
    """

    rows: list[tuple] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows)

    def add_box(self, name: str, kind: str, box: tuple[int, ...], level: float) -> None:
        """Add an element of class `name` by its bounding box and its highest mean charge (e⁻).

        The box is its first row and column, height and width (px).
        """
        self.rows.append((_INDEX[name], kind, *box, level))

    def add(self, name: str, kind: str, charge: np.ndarray) -> None:
        """Add an element of class `name` by its charge (e⁻) in each pixel, unless there is none."""
        level = float(charge.max(initial=0))
        if level > 0:
            rows, columns = (np.flatnonzero(charge.any(axis=axis)) for axis in (1, 0))
            corner = int(rows[0]), int(columns[0])
            size = int(rows[-1]) + 1 - corner[0], int(columns[-1]) + 1 - corner[1]
            self.add_box(name, kind, (*corner, *size), level)

    def binned(self, n_columns: int) -> ElementList:
        """The elements of an image whose columns are sums of `n_columns` each."""
        n = n_columns
        return ElementList(
            [
                (*which, first // n, height, (first + width - 1) // n - first // n + 1, level)
                for *which, first, height, width, level in self.rows
            ]
        )

    def to_array(self, gain: float) -> np.ndarray:
        """Structured array of `ELEMENT`, levels by a `gain` (ADU/e⁻)."""
        elements = np.array(self.rows, dtype=ELEMENT)
        elements["level"] *= gain
        return elements
