"""Frames, masks, outlines, numbers of events and legends, drawn into given axes."""

from __future__ import annotations

import numpy as np
import textalloc
from astropy import units as u
from astropy.table import QTable
from astropy.visualization import AsinhStretch, ImageNormalize
from matplotlib.axes import Axes
from matplotlib.colorbar import Colorbar
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from skimage.measure import block_reduce

from ccdseg.classes import ClassCatalogue
from ccdseg.events.columns import unit_text
from ccdseg.mask import class_frequencies, to_label
from ccdseg.plotting.contrast import Contrast
from ccdseg.plotting.placing import blocks
from ccdseg.plotting.style import as_percent, is_strip

MOST_NUMBERS = 150
"""Events that get their number in a picture; more could not be read."""

_TICK = 0.2
"""Least distance of the numbers beside a colour bar (inch)."""

_TINT = 0.45
"""Opacity of a class that is drawn over its image."""


def draw_image(
    axes: Axes,
    image: np.ndarray,
    *,
    unit: u.UnitBase = u.adu,
    origin: tuple[int, int] = (0, 0),
    top_first: bool = False,
) -> None:
    """Draw a frame in grey, stretched so that noise and bright pixels can both be seen.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Axes to draw into.
    image : ndarray
        Signal in `unit` of shape (H, W); values that are not finite are drawn as the median.
    unit : astropy.units.UnitBase
        Unit of the signal.
    origin : tuple of int
        Row and column of the first pixel in the full frame (px).
    top_first : bool
        Whether rows count downwards, as in a picture, and not upwards, as in a FITS image.
    """
    contrast = Contrast.of(image)
    span = contrast.white - contrast.black
    drawn = axes.imshow(
        _reduce(np.where(np.isfinite(image), image, contrast.middle)),
        cmap="gray",
        norm=ImageNormalize(
            vmin=contrast.black,
            vmax=contrast.white,
            stretch=AsinhStretch(contrast.knee / span),
        ),
        **_placed(image.shape, origin),
    )
    bar = axes.figure.colorbar(drawn, cax=axes.inset_axes([1.02, 0.0, 0.03, 1.0]))
    bar.set_label(f"signal ({unit_text(unit)})")
    _thin_out_ticks(bar, axes)
    _finish(axes, top_first=top_first)


def draw_mask(
    axes: Axes,
    mask: np.ndarray,
    classes: ClassCatalogue,
    *,
    only: str | None = None,
    origin: tuple[int, int] = (0, 0),
    top_first: bool = False,
) -> None:
    """Draw a mask in the colours of its classes; arguments as `draw_image` and `to_label`."""
    axes.imshow(to_label(_reduce(mask), classes, only=only), **_placed(mask.shape, origin))
    _finish(axes, top_first=top_first)


def draw_tint(
    axes: Axes,
    chosen: np.ndarray,
    *,
    colour: tuple[float, float, float],
    origin: tuple[int, int] = (0, 0),
) -> None:
    """Tint the pixels where `chosen`, bool of shape (H, W), is true; the image shines through."""
    opacity = _TINT * _reduce(chosen.astype(np.uint8))
    tint = np.dstack([np.full(opacity.shape, part) for part in colour] + [opacity])
    placed = _placed(chosen.shape, origin) | {"interpolation": "nearest"}
    limits = axes.axis()
    axes.imshow(tint, **placed)
    axes.axis(limits)


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
    size = blocks(chosen.shape)
    rows, columns = (
        first + block * (np.arange(length) - 0.5) - 0.5
        for first, block, length in zip(origin, size, reduced.shape, strict=True)
    )
    limits = axes.axis()
    axes.contour(columns, rows, reduced, levels=[0.5], colors=[colour], linewidths=0.8)
    axes.axis(limits)


def draw_numbers(axes: Axes, events: QTable) -> None:
    """Write the numbers of the brightest events beside them, none over another.

    To be called last: places are found for the figure as it is.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Axes with the frame.
    events : astropy.table.QTable
        Events with ``id``, ``signal`` and their box, as from `ccdseg.events.find_events`.
    """
    if not len(events):
        return
    brightest = np.argsort(events["signal"].value)[::-1][:MOST_NUMBERS]
    box = {
        name: events[brightest][name].to_value(u.pix)
        for name in ("column_min", "column_max", "row_min", "row_max")
    }
    limits = axes.axis()
    textalloc.allocate(
        axes,
        box["column_max"] + 0.5,
        box["row_max"] + 0.5,
        [str(number) for number in events["id"][brightest]],
        x_scatter=(box["column_min"] + box["column_max"]) / 2,
        y_scatter=(box["row_min"] + box["row_max"]) / 2,
        textsize=7,
        textcolor="gold",
        linecolor="gold",
        linewidth=0.5,
        margin=0.002,
        min_distance=0.004,
        max_distance=0.12,
        path_effects=[withStroke(linewidth=1.5, foreground="black")],
    )
    axes.axis(limits)


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


def _reduce(array: np.ndarray) -> np.ndarray:
    """Smaller copy of a large array: the maximum of each block, so that no track disappears."""
    return block_reduce(array, blocks(array.shape), np.max, cval=array.min())


def _placed(shape: tuple[int, int], origin: tuple[int, int]) -> dict:
    """Arguments of `imshow` that put pixels where they lie in the full frame."""
    row, column = origin
    return {
        "origin": "lower",
        "extent": (column - 0.5, column + shape[1] - 0.5, row - 0.5, row + shape[0] - 0.5),
        "interpolation": "antialiased",
        "aspect": "auto" if is_strip(shape) else "equal",
    }


def _thin_out_ticks(bar: Colorbar, axes: Axes) -> None:
    """Leave out ticks of a colour bar beside some axes whose numbers would overlap."""
    height = axes.get_position().height * axes.figure.get_figheight()
    kept, above = [], 0.0
    for tick in np.sort(bar.get_ticks()):
        place = float(bar.norm(tick))
        if above <= place <= 1:
            kept.append(tick)
            above = place + _TICK / height
    bar.set_ticks(kept)


def _finish(axes: Axes, *, top_first: bool) -> None:
    axes.set_xlabel("column (px)")
    axes.set_ylabel("row (px)")
    if top_first:
        axes.invert_yaxis()
