"""Connected pixels: when they hang together, and the piece of an image around them."""

from __future__ import annotations

from math import ceil

import numpy as np

TOUCHING = np.ones((3, 3), dtype=bool)
"""Pixels hang together across corners too."""


def widened(box: tuple[slice, slice], margin: float, shape: tuple[int, int]) -> tuple[slice, slice]:
    """Rows and columns of a box and at least `margin` (px) more to each side, inside `shape`."""
    width = ceil(margin)
    rows, columns = (
        slice(max(part.start - width, 0), min(part.stop + width, length))
        for part, length in zip(box, shape, strict=True)
    )
    return rows, columns
