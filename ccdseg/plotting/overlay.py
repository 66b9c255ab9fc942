"""The particles of an image, drawn over it."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.plotting.figure import as_percent, draw_class, draw_image, draw_outlines, panel_size


def show_overlay(
    image: np.ndarray,
    mask: np.ndarray,
    *,
    classes: ClassCatalogue = CLASSES,
    origin: tuple[int, int] = (0, 0),
    title: str = "",
) -> Figure:
    """Show an image with its particles over it: outlined, and tinted so that they shine through.

    Parameters
    ----------
    image : ndarray
        Signal (ADU) of shape (H, W).
    mask : ndarray
        Class indices of the same shape.
    classes : ClassCatalogue
        Names and colours.
    origin : tuple of int
        Row and column of the first pixel, where the image is a section of a larger one (px).
    title : str
        Title of the figure.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        Where no class is one of particles.
    """
    particles = classes.need_particles()
    chosen = mask == particles.index
    size, aspect = panel_size(image.shape)
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots()
    draw_image(axes, image, origin=origin, aspect=aspect)
    draw_class(axes, chosen, colour=particles.colour, origin=origin, aspect=aspect)
    draw_outlines(axes, chosen, colour=particles.colour, origin=origin)
    axes.set_title(
        f"{particles.name}: {np.count_nonzero(chosen):,} px, {as_percent(chosen.mean())}"
    )
    if title:
        figure.suptitle(title)
    return figure
