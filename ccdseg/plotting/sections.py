"""A section of a frame in which a chosen class was found."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.plotting.figure import add_legend, draw_image, draw_mask
from ccdseg.tiling import Tile


def show_section(
    image: np.ndarray,
    mask: np.ndarray,
    tile: Tile,
    name: str,
    *,
    classes: ClassCatalogue = CLASSES,
    origin: tuple[int, int] = (0, 0),
    title: str = "",
) -> Figure:
    """Show a section: image, all classes, and the chosen class alone, in full-frame coordinates.

    Parameters
    ----------
    image, mask : ndarray
        Signal (ADU) and class indices of the full frame, (H, W).
    tile : Tile
        The section, as from `ccdseg.tiling.tiles_with`.
    name : str
        Name of the class.
    classes : ClassCatalogue
        Names and colours.
    origin : tuple of int
        Row and column of the frame's first pixel, where it is a section of a larger one (px).
    title : str
        Title of the figure.

    Returns
    -------
    matplotlib.figure.Figure
    """
    rows, columns = tile.read
    origin = (origin[0] + rows.start, origin[1] + columns.start)
    part = mask[tile.read]
    figure = Figure(figsize=(15, 6), layout="constrained")
    left, middle, right = figure.subplots(1, 3, sharex=True, sharey=True)
    draw_image(left, image[tile.read], origin=origin)
    draw_mask(middle, part, classes, origin=origin)
    draw_mask(right, part, classes, origin=origin, only=name)
    left.set_title("image")
    middle.set_title("all classes")
    right.set_title(f"{classes[name].name} alone")
    if title:
        figure.suptitle(title)
    add_legend(figure, classes, part)
    return figure
