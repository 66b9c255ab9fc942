"""What all figures share: how a frame, a mask and a legend are drawn, and how a figure is saved."""

from __future__ import annotations

from math import ceil
from pathlib import Path

import numpy as np
from astropy.visualization import AsinhStretch, ImageNormalize
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from skimage.measure import block_reduce

from ccdseg.classes import ClassCatalogue
from ccdseg.files import atomic_path, refuse_existing
from ccdseg.mask import class_frequencies, to_label

DPI = 150

METHOD_COLOURS = ("tab:red", "tab:orange", "tab:blue", "tab:cyan", "tab:green", "tab:olive")
"""Colours of methods that are compared, in the order in which they are given."""

_TINT = 0.45
"""Opacity of a class that is drawn over its image."""

_MOST_PIXELS = 800
"""Longest side of an array that is drawn, no more than a panel's pixels; a larger one is reduced
first, or lines one pixel wide would fall between the pixels of the picture."""


def save_figure(figure: Figure, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write a figure as PNG.

    Raises
    ------
    InputError
        Where the file exists and `overwrite` was not asked for.
    """
    refuse_existing(path, overwrite=overwrite)
    with atomic_path(path) as temporary:
        figure.savefig(temporary, dpi=DPI, format="png")
    return Path(path)


def draw_image(
    axes: Axes, image: np.ndarray, *, origin: tuple[int, int] = (0, 0), aspect: str = "equal"
) -> None:
    """Draw a frame (ADU) in grey, stretched so that noise and bright pixels can both be seen.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    image : ndarray
        Signal (ADU) of shape (H, W).
    origin : tuple of int
        Row and column of the first pixel in the full frame (px).
    aspect : {"equal", "auto"}
        Whether pixels are square.
    """
    finite = image[np.isfinite(image)]
    median = np.median(finite)
    low, high = np.percentile(finite, [0.5, 99.9])
    noise = max(median - np.percentile(finite, 16), (high - low) * 1e-3, 1e-6)
    span = max(high - low, 10 * noise)
    stretch = AsinhStretch(min(max(4 * noise / span, 1e-3), 1.0))
    norm = ImageNormalize(vmin=low, vmax=low + span, stretch=stretch)
    drawn = axes.imshow(
        _reduce(np.where(np.isfinite(image), image, median)),
        cmap="gray",
        norm=norm,
        origin="lower",
        extent=_extent(image.shape, origin),
        interpolation="antialiased",
        aspect=aspect,
    )
    bar = axes.figure.colorbar(drawn, cax=axes.inset_axes([1.02, 0.0, 0.03, 1.0]))
    bar.set_label("signal (ADU)")
    _label_axes(axes)


def draw_mask(
    axes: Axes,
    mask: np.ndarray,
    classes: ClassCatalogue,
    *,
    origin: tuple[int, int] = (0, 0),
    only: str | None = None,
    aspect: str = "equal",
) -> None:
    """Draw a mask in the colours of its classes; arguments as `draw_image` and `to_label`."""
    axes.imshow(
        to_label(_reduce(mask), classes, only=only),
        origin="lower",
        extent=_extent(mask.shape, origin),
        interpolation="antialiased",
        aspect=aspect,
    )
    _label_axes(axes)


def draw_class(
    axes: Axes,
    chosen: np.ndarray,
    *,
    colour: tuple[float, float, float],
    origin: tuple[int, int] = (0, 0),
    aspect: str = "equal",
) -> None:
    """Tint the pixels where `chosen`, bool of shape (H, W), is true; the image shines through."""
    opacity = _TINT * _reduce(chosen.astype(np.uint8))
    tint = np.dstack([np.full(opacity.shape, part) for part in colour] + [opacity])
    axes.imshow(
        tint,
        origin="lower",
        extent=_extent(chosen.shape, origin),
        interpolation="nearest",
        aspect=aspect,
    )


def put_first_row_on_top(figure: Figure) -> None:
    """Turn all panels of a figure so that rows count downwards, as in a picture."""
    for axes in figure.axes:
        low, high = sorted(axes.get_ylim())
        axes.set_ylim(high, low)


def draw_outlines(
    axes: Axes,
    chosen: np.ndarray,
    *,
    colour: str | tuple[float, float, float],
    origin: tuple[int, int] = (0, 0),
) -> None:
    """Draw a line around the pixels where `chosen`, bool of shape (H, W), is true."""
    if not chosen.any():
        return
    reduced = np.pad(_reduce(chosen.astype(np.uint8)), 1)
    blocks = _blocks(chosen.shape)
    rows, columns = (
        first + block * (np.arange(length) - 0.5) - 0.5
        for first, block, length in zip(origin, blocks, reduced.shape, strict=True)
    )
    limits = axes.axis()
    axes.contour(columns, rows, reduced, levels=[0.5], colors=[colour], linewidths=0.8)
    axes.axis(limits)


def is_strip(shape: tuple[int, int]) -> bool:
    """Whether a frame is so long that its pixels are not drawn as squares."""
    return max(shape) > 6 * min(shape)


def panel_size(shape: tuple[int, int]) -> tuple[tuple[float, float], str]:
    """Width and height (inch) of a figure with one frame, and the aspect of its pixels."""
    height, width = shape
    if is_strip(shape):
        return ((14, 5) if width > height else (6, 13)), "auto"
    scale = 11 / max(height, width)
    return (width * scale + 3.0, height * scale + 1.5), "equal"


def panel_grid(n_panels: int, size: tuple[float, float]) -> tuple[Figure, np.ndarray]:
    """Figure with so many panels of a width and height (inch), at most three in a row."""
    n_columns = min(n_panels, 3)
    n_rows = ceil(n_panels / n_columns)
    figure = Figure(figsize=(size[0] * n_columns, size[1] * n_rows), layout="constrained")
    panels = figure.subplots(n_rows, n_columns, squeeze=False).ravel()
    for axes in panels[n_panels:]:
        axes.remove()
    return figure, panels[:n_panels]


def add_legend(figure: Figure, classes: ClassCatalogue, mask: np.ndarray | None = None) -> None:
    """Put the classes below the figure, with the percentage of each where a mask is given."""
    shares = None if mask is None else class_frequencies(mask, len(classes))
    patches = [
        Patch(
            facecolor=row.colour,
            edgecolor="0.4",
            label=row.name if shares is None else f"{row.name} {as_percent(shares[row.index])}",
        )
        for row in classes
    ]
    figure.legend(handles=patches, loc="outside lower center", ncols=len(classes), frameon=False)


def as_percent(share: float) -> str:
    """A share as text, as ``1.23 %``."""
    if 0 < share < 5e-5:
        return "< 0.01 %"
    return f"{share:.2%}".replace("%", " %")


def _reduce(array: np.ndarray) -> np.ndarray:
    """Smaller copy of a large array: the maximum of each block, so that no track disappears."""
    return block_reduce(array, _blocks(array.shape), np.max, cval=array.min())


def _blocks(shape: tuple[int, int]) -> tuple[int, ...]:
    return tuple(ceil(length / _MOST_PIXELS) for length in shape)


def _extent(shape: tuple[int, int], origin: tuple[int, int]) -> tuple[float, float, float, float]:
    top, left = origin
    return (left - 0.5, left + shape[1] - 0.5, top - 0.5, top + shape[0] - 0.5)


def _label_axes(axes: Axes) -> None:
    axes.set_xlabel("column (px)")
    axes.set_ylabel("row (px)")
