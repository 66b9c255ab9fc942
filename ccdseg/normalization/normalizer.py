"""Normalizer: statistics of the whole frame, applied to any part of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import ClassVar

import numpy as np

from ccdseg.normalization.bad_pixels import filled_area
from ccdseg.normalization.frame_statistics import median_of

Area = tuple[slice, slice]
"""Rows and columns of a part of a frame."""

_PIXELS_AT_ONCE = 2**18  # what the processor's cache holds


@dataclass(frozen=True)
class Normalizer:
    """Base of all normalisations, and itself the one that leaves the ADU as they are."""

    name: ClassVar[str] = "none"

    def __call__(self, frame: np.ndarray) -> np.ndarray:
        """Normalise one frame.

        Parameters
        ----------
        frame : ndarray
            Signal (ADU) of shape (H, W).

        Returns
        -------
        ndarray
            float32 of the same shape, without unit.
        """
        return self.fitted(frame)(np.s_[:, :])

    def fitted(self, frame: np.ndarray) -> Callable[[Area], np.ndarray]:
        """Take the statistics of a frame once, to normalise it part by part.

        Pixels that are not finite are left out of them, and filled from their neighbours as
        `ccdseg.normalization.filled` does.

        Parameters
        ----------
        frame : ndarray
            Signal (ADU) of shape (H, W).

        Returns
        -------
        callable
            Gives the normalised pixels of an area of the frame, float32, for the area's slices of
            rows and columns: to the last bit those of the frame normalised as a whole.
        """
        frame = np.asarray(frame)
        normalize, level = self._fit(frame), median_of(frame)
        height = max(_PIXELS_AT_ONCE // frame.shape[1], 1)

        def normalized(area: Area) -> np.ndarray:
            pixels = filled_area(frame, area, level)
            for row in range(0, len(pixels), height):
                normalize(pixels[row : row + height])
            return pixels

        return normalized

    def _fit(
        self,
        frame: np.ndarray,  # noqa: ARG002 - for those that take statistics
    ) -> Callable[[np.ndarray], object]:
        """Function that replaces pixels by normalised ones, in place."""
        return lambda pixels: None  # noqa: ARG005

    def to_dict(self) -> dict:
        """Name and parameters, ready for JSON."""
        return {"name": self.name, **asdict(self)}
