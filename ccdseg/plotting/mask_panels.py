"""Images beside their masks: sets, augmented versions, sections of a frame."""

from __future__ import annotations

import numpy as np
from astropy import units as u
from matplotlib.figure import Figure

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.plotting.drawing import add_legend, draw_image, draw_mask
from ccdseg.plotting.style import put_title
from ccdseg.tiling import Tile


def show_pair(
    image: np.ndarray,
    mask: np.ndarray,
    *,
    classes: ClassCatalogue = CLASSES,
    unit: u.UnitBase = u.adu,
    title: str = "",
) -> Figure:
    """Show an image and its mask side by side; arguments as `show_panels`."""
    masks = {"mask": mask[np.newaxis]}
    return show_panels(image[np.newaxis], masks, classes=classes, unit=unit, title=title)


def show_panels(
    images: np.ndarray,
    masks: dict[str, np.ndarray],
    *,
    classes: ClassCatalogue = CLASSES,
    unit: u.UnitBase = u.adu,
    title: str = "",
) -> Figure:
    """Show images, one row each, beside their masks.

    Parameters
    ----------
    images : ndarray
        Signal in `unit`, of shape (N, H, W).
    masks : dict of str to ndarray
        Class indices of the same shape, by the title of their column, as
        ``{"truth": true, "prediction": predicted}``.
    classes : ClassCatalogue
        Names and colours.
    unit : astropy.units.UnitBase
        Unit of the signal.
    title : str
        Title of the figure.

    Returns
    -------
    matplotlib.figure.Figure
    """
    n_rows, n_columns = len(images), 1 + len(masks)
    figure = _figure((4.4 * n_columns, _row_height(images[0].shape, 3.4) * n_rows + 0.5))
    grid = figure.subplots(n_rows, n_columns, squeeze=False, sharex=True, sharey=True)
    for row, image in zip(range(n_rows), images, strict=True):
        draw_image(grid[row, 0], image, unit=unit)
        for axes, mask in zip(grid[row, 1:], masks.values(), strict=True):
            draw_mask(axes, mask[row], classes)
    for axes, name in zip(grid[0], ["image", *masks], strict=True):
        axes.set_title(name)
    _finish(figure, grid, classes, title)
    return figure


def show_augmentation(
    image: np.ndarray,
    mask: np.ndarray,
    *,
    augmented_images: np.ndarray,
    augmented_masks: np.ndarray,
    classes: ClassCatalogue = CLASSES,
    unit: u.UnitBase = u.adu,
    title: str = "",
) -> Figure:
    """Show an image with its mask below it, beside augmented versions of both.

    Parameters
    ----------
    image, mask : ndarray
        Signal in `unit`, and class indices, of shape (H, W).
    augmented_images, augmented_masks : ndarray
        Of shape (N, H, W).
    classes : ClassCatalogue
        Names and colours.
    unit : astropy.units.UnitBase
        Unit of the signal.
    title : str
        Title of the figure.

    Returns
    -------
    matplotlib.figure.Figure
    """
    images = np.concatenate([image[np.newaxis], augmented_images])
    masks = np.concatenate([mask[np.newaxis], augmented_masks])
    figure = _figure((3.6 * len(images), 2 * _row_height(image.shape, 2.6) + 0.6))
    grid = figure.subplots(2, len(images), sharex=True, sharey=True)
    for column, (upper, lower) in enumerate(grid.T):
        draw_image(upper, images[column], unit=unit)
        draw_mask(lower, masks[column], classes)
        upper.set_title(f"augmented {column}" if column else "original")
    _finish(figure, grid, classes, title)
    return figure


def show_section(
    image: np.ndarray,
    mask: np.ndarray,
    *,
    tile: Tile,
    name: str,
    classes: ClassCatalogue = CLASSES,
    unit: u.UnitBase = u.adu,
    origin: tuple[int, int] = (0, 0),
    top_first: bool = False,
    title: str = "",
) -> Figure:
    """Show a section: image, all classes, and the chosen class alone, in full-frame coordinates.

    Parameters
    ----------
    image, mask : ndarray
        Signal in `unit`, and class indices, of the full frame, (H, W).
    tile : Tile
        The section, as from `ccdseg.tiling.tiles_with`.
    name : str
        Name of the class.
    classes : ClassCatalogue
        Names and colours.
    unit : astropy.units.UnitBase
        Unit of the signal.
    origin : tuple of int
        Row and column of the frame's first pixel, where it is a section of a larger one (px).
    top_first : bool
        Whether rows count downwards, as in a picture, and not upwards, as in a FITS image.
    title : str
        Title of the figure.

    Returns
    -------
    matplotlib.figure.Figure
    """
    rows, columns = tile.read
    placed = {"origin": (origin[0] + rows.start, origin[1] + columns.start)}
    part = mask[tile.read]
    figure = _figure((15, 6))
    panels = figure.subplots(1, 3, sharex=True, sharey=True)
    draw_image(panels[0], image[tile.read], unit=unit, **placed)
    draw_mask(panels[1], part, classes, **placed)
    draw_mask(panels[2], part, classes, only=name, **placed)
    titles = ("image", "all classes", f"{classes[name].name} alone")
    for axes, text in zip(panels, titles, strict=True):
        axes.set_title(text)
        axes.label_outer()
    if top_first:
        panels[0].invert_yaxis()  # and, shared, those of the others
    put_title(figure, title)
    add_legend(figure, classes, part)
    return figure


def _figure(size: tuple[float, float]) -> Figure:
    """Figure of a size (inch) that leaves room between a colour bar and the panel beside it."""
    figure = Figure(figsize=size, layout="constrained")
    figure.get_layout_engine().set(w_pad=0.12)
    return figure


def _row_height(shape: tuple[int, int], width: float) -> float:
    """Height (inch) of a row of panels so wide (inch), with the room for their labels."""
    height, length = shape
    return min(max(width * height / length, 1.0), 9.0) + 0.6


def _finish(figure: Figure, grid: np.ndarray, classes: ClassCatalogue, title: str) -> None:
    for axes in grid.flat:
        axes.label_outer()
    put_title(figure, title)
    add_legend(figure, classes)
