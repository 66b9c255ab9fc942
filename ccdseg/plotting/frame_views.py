"""A whole frame: beside its segmentation, with its particles tinted, with its events numbered."""

from __future__ import annotations

import numpy as np
from astropy import units as u
from astropy.table import QTable
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.plotting.drawing import (
    MOST_NUMBERS,
    add_legend,
    draw_image,
    draw_mask,
    draw_numbers,
    draw_outlines,
    draw_tint,
)
from ccdseg.plotting.placing import frame_panel, two_frame_panels
from ccdseg.plotting.style import as_percent, lines, put_title


def show_frame(
    image: np.ndarray,
    mask: np.ndarray,
    *,
    events: QTable | None = None,
    classes: ClassCatalogue = CLASSES,
    unit: u.UnitBase = u.adu,
    origin: tuple[int, int] = (0, 0),
    top_first: bool = False,
    title: str = "",
) -> Figure:
    """Show a frame and its segmentation, with the percentage of each class in the legend.

    Parameters
    ----------
    image : ndarray
        Signal in `unit`, of shape (H, W).
    mask : ndarray
        Class indices of the same shape.
    events : astropy.table.QTable, optional
        Events to number, as from `ccdseg.events.find_events`.
    classes : ClassCatalogue
        Names and colours.
    unit : astropy.units.UnitBase
        Unit of the signal.
    origin : tuple of int
        Row and column of the first pixel, where the frame is a section of a larger one (px).
    top_first : bool
        Whether rows count downwards, as in a picture, and not upwards, as in a FITS image.
    title : str
        Title of the figure.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, (first, second) = two_frame_panels(image.shape)
    placed = {"origin": origin, "top_first": top_first}
    draw_image(first, image, unit=unit, **placed)
    draw_mask(second, mask, classes, **placed)
    first.set_title("frame", y=1.0)
    second.set_title("segmentation", y=1.0)
    put_title(figure, title, y=0.99, va="top")
    add_legend(figure, classes, mask)
    if events is not None:
        draw_numbers(first, events)
    return figure


def show_overlay(
    image: np.ndarray,
    mask: np.ndarray,
    *,
    classes: ClassCatalogue = CLASSES,
    unit: u.UnitBase = u.adu,
    origin: tuple[int, int] = (0, 0),
    top_first: bool = False,
    title: str = "",
    ax: Axes | None = None,
) -> Figure:
    """Show a frame with its particles outlined and tinted.

    Parameters are those of `show_frame`, and `ax`, the axes to draw into.

    Returns
    -------
    matplotlib.figure.Figure
        A new one, or that of `ax`.

    Raises
    ------
    InputError
        If no class is one of particles.
    """
    particles = classes.need_particles()
    chosen = mask == particles.index
    figure, axes = frame_panel(ax, image.shape)
    draw_image(axes, image, unit=unit, origin=origin, top_first=top_first)
    draw_tint(axes, chosen, colour=particles.colour, origin=origin)
    draw_outlines(axes, chosen, colour=particles.colour, origin=origin)
    pixels = f"{particles.name}: {np.count_nonzero(chosen):,} px, {as_percent(chosen.mean())}"
    put_title(axes, lines(title, pixels), y=1.0)
    return figure


def show_events(
    image: np.ndarray,
    mask: np.ndarray,
    *,
    events: QTable,
    classes: ClassCatalogue = CLASSES,
    unit: u.UnitBase = u.adu,
    origin: tuple[int, int] = (0, 0),
    top_first: bool = False,
    title: str = "",
    ax: Axes | None = None,
) -> Figure:
    """Show a frame with its events outlined and numbered.

    Parameters are those of `show_frame`, and `ax`, the axes to draw into. The outlined pixels are
    those of the class of particles.

    Returns
    -------
    matplotlib.figure.Figure
        A new one, or that of `ax`.

    Raises
    ------
    InputError
        If no class is one of particles.
    """
    particles = classes.need_particles()
    figure, axes = frame_panel(ax, image.shape)
    draw_image(axes, image, unit=unit, origin=origin, top_first=top_first)
    draw_outlines(axes, mask == particles.index, colour=particles.colour, origin=origin)
    numbered = f", the {MOST_NUMBERS} brightest numbered" if len(events) > MOST_NUMBERS else ""
    put_title(axes, lines(title, f"{len(events):,} events{numbered}"), y=1.0)
    draw_numbers(axes, events)
    return figure
