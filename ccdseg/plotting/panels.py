"""Images beside their masks."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.plotting.figure import add_legend, draw_image, draw_mask


def show_pair(
    image: np.ndarray, mask: np.ndarray, *, classes: ClassCatalogue = CLASSES, title: str = ""
) -> Figure:
    """Show an image and its mask side by side; arguments as `show_panels`."""
    figure = show_panels(image[np.newaxis], {"label": mask[np.newaxis]}, classes=classes)
    if title:
        figure.suptitle(title)
    return figure


def show_panels(
    images: np.ndarray,
    masks: dict[str, np.ndarray],
    *,
    classes: ClassCatalogue = CLASSES,
) -> Figure:
    """Show images, one row each, beside their masks.

    Parameters
    ----------
    images : ndarray
        Signal (ADU) of shape (N, H, W).
    masks : dict of str to ndarray
        Class indices of the same shape, by the title of their column, as
        ``{"label": true, "prediction": predicted}``.
    classes : ClassCatalogue
        Names and colours.

    Returns
    -------
    matplotlib.figure.Figure
    """
    n_rows, n_columns = len(images), 1 + len(masks)
    figure = Figure(figsize=(4.4 * n_columns, 4 * n_rows + 0.5), layout="constrained")
    grid = figure.subplots(n_rows, n_columns, squeeze=False, sharex=True, sharey=True)
    for row, image in zip(range(n_rows), images, strict=True):
        draw_image(grid[row, 0], image)
        for axes, mask in zip(grid[row, 1:], masks.values(), strict=True):
            draw_mask(axes, mask[row], classes)
    for axes, title in zip(grid[0], ["image", *masks], strict=True):
        axes.set_title(title)
    for axes in grid.flat:
        axes.label_outer()
    add_legend(figure, classes)
    return figure


def show_augmentation(
    image: np.ndarray,
    mask: np.ndarray,
    augmented_images: np.ndarray,
    augmented_masks: np.ndarray,
    *,
    classes: ClassCatalogue = CLASSES,
) -> Figure:
    """Show an image with its mask above augmented versions of both.

    Parameters
    ----------
    image, mask : ndarray
        Signal (ADU) and class indices of shape (H, W).
    augmented_images, augmented_masks : ndarray
        Of shape (N, H, W).
    classes : ClassCatalogue
        Names and colours.

    Returns
    -------
    matplotlib.figure.Figure
    """
    images = np.concatenate([image[np.newaxis], augmented_images])
    masks = np.concatenate([mask[np.newaxis], augmented_masks])
    figure = Figure(figsize=(3.6 * len(images), 7), layout="constrained")
    grid = figure.subplots(2, len(images), sharex=True, sharey=True)
    for column, (upper, lower) in enumerate(grid.T):
        draw_image(upper, images[column])
        draw_mask(lower, masks[column], classes)
        upper.set_title(f"augmented {column}" if column else "original")
    for axes in grid.flat:
        axes.label_outer()
    add_legend(figure, classes)
    return figure
