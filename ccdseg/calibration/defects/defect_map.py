"""Map of the defects of a detector, of the pixels that have some alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag

import numpy as np


class Defect(IntFlag):
    """Bits of a pixel that differs from the others in most exposures.

    Attributes
    ----------
    HOT : int
        Brighter than its surroundings, alone or in a column or row.
    DARK : int
        Darker than its surroundings.
    GLOW : int
        In a smooth part of the image that is brighter than most of it.
    DEAD : int
        The same in all exposures: it shows neither charge nor noise.
    UNSTABLE : int
        Varies much more than others.
    SATURATED : int
        At the highest value in most exposures.
    """

    HOT = 1
    DARK = 2
    GLOW = 4
    DEAD = 8
    UNSTABLE = 16
    SATURATED = 32


WITHOUT_VALUE = Defect.DEAD | Defect.SATURATED
"""Defects of pixels that tell nothing of what fell on them."""

_LINE_SHARE = 0.5
"""Share of the pixels of a column from which it is a hot or dark one."""


@dataclass(frozen=True, eq=False)
class DefectMap:
    """Defects of an image of a detector.

    Attributes
    ----------
    shape : tuple of int
        Rows and columns of the image.
    places : ndarray
        Flat indices of the pixels with a defect, ascending, int64 of shape (n,).
    flags : ndarray
        Sums of `Defect`, uint8 (n,).
    level : ndarray
        Median signal above the smooth background (ADU), negative of dark pixels, float32 (n,).
    scatter : ndarray
        Standard deviation from exposure to exposure (ADU), from the median deviation, float32 (n,).
    noise : float
        That of pixels without a defect (ADU).
    n_exposures : int
        Number of exposures that they were found in.
    """

    shape: tuple[int, int]
    places: np.ndarray
    flags: np.ndarray
    level: np.ndarray
    scatter: np.ndarray
    noise: float
    n_exposures: int

    def has(self, kinds: Defect) -> np.ndarray:
        """Whether each pixel of `places` has one of some defects, bool (n,)."""
        return (self.flags & np.uint8(kinds)) != 0

    def image(self, name: str) -> np.ndarray:
        """Image of ``flags``, ``level`` or ``scatter``, (H, W): 0, or NaN, without a defect."""
        values = getattr(self, name)
        empty = np.nan if name == "scatter" else 0
        image = np.full(self.shape, empty, dtype=values.dtype)
        image.ravel()[self.places] = values
        return image

    @classmethod
    def of_images(
        cls,
        flags: np.ndarray,
        level: np.ndarray,
        scatter: np.ndarray,
        *,
        noise: float,
        n_exposures: int,
    ) -> DefectMap:
        """Map of the pixels that have a flag, from images (H, W)."""
        places = np.flatnonzero(flags)
        values = (
            np.asarray(image).ravel()[places].astype(kind)
            for image, kind in ((flags, np.uint8), (level, np.float32), (scatter, np.float32))
        )
        return cls(flags.shape, places, *values, noise=noise, n_exposures=n_exposures)

    @property
    def hot_columns(self) -> np.ndarray:
        """Columns of which most pixels are hot, from 0."""
        return self._columns(Defect.HOT)

    def cut(self, area: tuple[slice, slice]) -> DefectMap:
        """Map of a part of the image, rows and columns with starts and stops."""
        rows, columns = area
        row, column = np.divmod(self.places, self.shape[1])
        inside = (row >= rows.start) & (row < rows.stop)
        inside &= (column >= columns.start) & (column < columns.stop)
        shape = (rows.stop - rows.start, columns.stop - columns.start)
        places = (row[inside] - rows.start) * shape[1] + column[inside] - columns.start
        values = (values[inside] for values in (self.flags, self.level, self.scatter))
        return DefectMap(shape, places, *values, noise=self.noise, n_exposures=self.n_exposures)

    def summary(self) -> dict:
        """Pixels of each defect, and the hot and dark columns (from 0), ready for JSON."""
        counts = {kind.name.lower(): int(np.count_nonzero(self.has(kind))) for kind in Defect}
        return {
            "n_exposures": self.n_exposures,
            "noise": self.noise,
            "pixels": counts,
            "hot_columns": self.hot_columns.tolist(),
            "dark_columns": self._columns(Defect.DARK).tolist(),
        }

    def _columns(self, kind: Defect) -> np.ndarray:
        """Columns of which most pixels have a defect."""
        columns = self.places[self.has(kind)] % self.shape[1]
        counts = np.bincount(columns, minlength=self.shape[1])
        return np.flatnonzero(counts > _LINE_SHARE * self.shape[0])
