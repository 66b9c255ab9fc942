"""Places of frames in their figures, worked out beforehand.

Layout engines draw everything twice to find room for it, which takes as long as the picture itself.
"""

from __future__ import annotations

from math import ceil

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ccdseg.plotting.style import DPI, is_strip

_MOST_PIXELS = 800
"""Greatest length of an array that is drawn, no more than a panel's pixels; a longer one is reduced
first, or lines one pixel wide would fall between the pixels of the picture."""

_LEFT, _RIGHT = 0.84, 0.96
"""Room for the numbers and the label of the rows, and for those of the colour bar (inch)."""

_BAR = 0.05
"""Part of a panel's width that the colour bar takes."""

_LEAST_WHOLE = 1.6
"""Pixels of a picture for one of a frame from which their number is made a whole one."""

_BOTTOM, _TOP = 0.6, 0.35
"""Room for the numbers and the label of the columns, and for a title of one line (inch)."""

_LEGEND, _TITLE = 0.4, 0.3
"""Room for a legend below all panels, and for a title above them or a second line (inch)."""


def frame_panel(ax: Axes | None, shape: tuple[int, int]) -> tuple[Figure, Axes]:
    """Axes for a frame of a shape and their figure: those given, or new ones."""
    if ax is not None:
        return ax.figure, ax
    figure, (axes,) = _panels(_panel_size(shape, longest=11.0), rows=1, columns=1, above=_TITLE)
    return figure, axes


def two_frame_panels(shape: tuple[int, int]) -> tuple[Figure, list[Axes]]:
    """Panels one above the other for a wide frame, side by side for another; room for a legend."""
    height, width = shape
    above = width > 1.5 * height
    size = _panel_size(shape, longest=9.0 if above else min(5.8 * max(height / width, 1), 11.0))
    rows, columns = (2, 1) if above else (1, 2)
    return _panels(size, rows=rows, columns=columns, above=_TITLE, below=_LEGEND)


def blocks(shape: tuple[int, int]) -> tuple[int, ...]:
    """Rows and columns of an array that are drawn as one, since a panel has no more pixels."""
    return tuple(ceil(length / _MOST_PIXELS) for length in shape)


def _panel_size(shape: tuple[int, int], *, longest: float) -> tuple[float, float]:
    """Width and height (inch) of a frame, its pixels squares where it is no strip."""
    height, width = shape
    if is_strip(shape):
        return (11.0, 2.6) if width > height else (2.6, 10.0)
    n_drawn = max(map(ceil, np.divide(shape, blocks(shape))))
    zoom = longest * DPI / n_drawn
    if zoom > _LEAST_WHOLE:  # a whole number, so that all pixels look alike
        zoom = round(zoom - 0.1)
    scale = zoom * n_drawn / DPI / max(shape)
    return width * scale, height * scale


def _panels(
    size: tuple[float, float], *, rows: int, columns: int, above: float = 0.0, below: float = 0.0
) -> tuple[Figure, list[Axes]]:
    """Figure with panels of a width and height (inch)."""
    width, height = size
    cell = _LEFT + width * (1 + _BAR) + _RIGHT, _BOTTOM + height + _TOP
    total = columns * cell[0], below + rows * cell[1] + above
    figure = Figure(figsize=total)
    places = [
        (column * cell[0] + _LEFT, below + row * cell[1] + _BOTTOM)
        for row in reversed(range(rows))
        for column in range(columns)
    ]
    return figure, [
        figure.add_axes((x / total[0], y / total[1], width / total[0], height / total[1]))
        for x, y in places
    ]
