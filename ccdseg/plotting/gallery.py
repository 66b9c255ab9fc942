"""Gallery: small pictures in a grid, each with a title and its parameters."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from textwrap import fill
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from ccdseg.plotting.drawing import draw_image
from ccdseg.plotting.style import put_title

_SMALL = 6.5
"""Size of captions and of the numbers along the axes (points)."""

_CAPTION_WIDTH = 44
"""Characters of a caption that fit over a panel."""


class Panel(NamedTuple):
    """A picture of a gallery.

    Attributes
    ----------
    title : str
        Name above the picture.
    caption : str
        Parameters with their units.
    image : ndarray
        Signal (ADU) of shape (H, W).
    """

    title: str
    caption: str
    image: np.ndarray


def show_gallery(panels: Sequence[Panel], *, title: str = "", n_columns: int = 6) -> Figure:
    """Show pictures in a grid, with row 0 on top.

    Parameters
    ----------
    panels : sequence of Panel
        Pictures in reading order.
    title : str
        Title of the figure.
    n_columns : int
        Pictures side by side.

    Returns
    -------
    matplotlib.figure.Figure
    """
    n_columns = min(n_columns, len(panels))
    n_rows = ceil(len(panels) / n_columns)
    figure = Figure(figsize=(2.7 * n_columns + 0.4, 2.9 * n_rows + 0.4), layout="constrained")
    for i, panel in enumerate(panels):
        axes = figure.add_subplot(n_rows, n_columns, i + 1)
        _draw_panel(axes, panel)
        if i % n_columns:
            axes.set_ylabel("")
        if i + n_columns < len(panels):
            axes.set_xlabel("")
        if (i + 1) % n_columns and i + 1 < len(panels):
            axes.images[0].colorbar.set_label("")
    put_title(figure, title)
    return figure


def _draw_panel(axes: Axes, panel: Panel) -> None:
    height, width = panel.image.shape
    draw_image(axes, panel.image, top_first=True)
    axes.set_aspect("equal" if height == width else "auto")
    axes.set_box_aspect(1)
    axes.tick_params(labelsize=_SMALL)
    _use_whole_range(axes.images[0], panel.image)
    caption = fill(panel.caption, _CAPTION_WIDTH)
    n_lines = caption.count("\n") + 1
    axes.set_title(panel.title, fontsize=10, fontweight="bold", pad=5 + 1.4 * _SMALL * n_lines)
    axes.annotate(
        caption,
        (0.5, 1.0),
        xytext=(0, 3),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=_SMALL,
    )


def _use_whole_range(drawn: AxesImage, image: np.ndarray) -> None:
    """Stretch the greys over the range of the image; label the lowest, middle and highest."""
    drawn.set_clim(*np.percentile(image, [0.5, 99.9]))
    ticks = np.asarray(drawn.norm.inverse(np.array([0.0, 0.5, 1.0])))
    labels = [f"{tick:.0f}" if abs(tick) >= 10 else f"{tick:.1f}" for tick in ticks]
    labels = [label.replace("-", "−") for label in labels]
    drawn.colorbar.set_ticks(ticks, labels=labels, fontsize=_SMALL)
