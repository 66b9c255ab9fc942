"""A full frame beside its segmentation."""

from __future__ import annotations

import numpy as np
from astropy.table import QTable
from matplotlib.figure import Figure

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.plotting.events import number_events
from ccdseg.plotting.figure import add_legend, draw_image, draw_mask, is_strip


def show_frame(
    image: np.ndarray,
    mask: np.ndarray,
    *,
    classes: ClassCatalogue = CLASSES,
    events: QTable | None = None,
    origin: tuple[int, int] = (0, 0),
    title: str = "",
) -> Figure:
    """Show a frame and its segmentation, with the percentage of each class in the legend.

    Parameters
    ----------
    image : ndarray
        Signal (ADU) of shape (H, W).
    mask : ndarray
        Class indices of the same shape.
    classes : ClassCatalogue
        Names and colours.
    events : astropy.table.QTable, optional
        Events to number, as from `ccdseg.events.find_events`.
    origin : tuple of int
        Row and column of the first pixel, where the frame is a section of a larger one (px).
    title : str
        Title of the figure.

    Returns
    -------
    matplotlib.figure.Figure
    """
    height, width = image.shape
    figure, (first, second) = _two_panels(height, width)
    aspect = "auto" if is_strip(image.shape) else "equal"
    draw_image(first, image, origin=origin, aspect=aspect)
    draw_mask(second, mask, classes, origin=origin, aspect=aspect)
    if events is not None:
        number_events(first, events)
    first.set_title("frame")
    second.set_title("segmentation")
    if title:
        figure.suptitle(title)
    add_legend(figure, classes, mask)
    return figure


def _two_panels(height: int, width: int) -> tuple[Figure, np.ndarray]:
    """Panels one above the other for a wide frame, side by side for another."""
    if is_strip((height, width)):
        size = (13, 7) if width > height else (8, 13)
    elif width > 1.5 * height:
        size = (11, 2 + 18 * height / width)
    else:
        size = (14, 1.6 + 6 * height / width)
    figure = Figure(figsize=(size[0], min(size[1], 15)), layout="constrained")
    rows, columns = (2, 1) if width > 1.5 * height else (1, 2)
    return figure, figure.subplots(rows, columns)
