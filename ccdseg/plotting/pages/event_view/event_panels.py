"""Panels of the chosen event on a page: its pixels, their classes, probabilities of its verdict."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from bokeh.models import ColorBar, ColumnDataSource, CustomJSTickFormatter, LinearColorMapper
from bokeh.palettes import Greys256
from bokeh.plotting import figure
from matplotlib.colors import to_rgb

from ccdseg.events.columns import unit_text
from ccdseg.plotting.pages.colours import BAD_COLOUR, hexadecimal
from ccdseg.plotting.pages.event_view.cutouts import OWN
from ccdseg.plotting.pages.shown_frame import ShownFrame

_FADED = 0.45
"""Brightness of pixels that are not of the chosen event."""


@dataclass(frozen=True)
class EventPanels:
    """Models of the chosen event; the page fills them.

    Attributes
    ----------
    image, mask : bokeh.plotting.figure
        Cut-out of the frame and of its classes, with the same axes.
    pixels : ColumnDataSource
        ``signal`` and ``classes`` of the cut-out and its place.
    grey, colours : LinearColorMapper
        Of these two.
    """

    image: figure
    mask: figure
    pixels: ColumnDataSource
    grey: LinearColorMapper
    colours: LinearColorMapper


def mask_palette(colours: dict[str, str]) -> list[str]:
    """Colours of the classes of other pixels, faded, and from `OWN` those of the event's own."""
    faded = [
        hexadecimal(tuple(_FADED * part for part in to_rgb(colour))) for colour in colours.values()
    ]
    palette = ["#000000"] * (2 * OWN)
    palette[: len(faded)] = faded
    palette[OWN : OWN + len(faded)] = colours.values()
    return palette


def draw_panels(frame: ShownFrame, *, signal: CustomJSTickFormatter) -> EventPanels:
    """Empty panels of a frame; `signal` is the text of the signal of a level of its picture."""
    empty = {
        "signal": [np.zeros((1, 1), np.float32)],
        "classes": [np.zeros((1, 1), np.uint8)],
        **{key: [0.0] for key in ("x", "y", "dw", "dh")},
    }
    pixels = ColumnDataSource(empty)
    grey = LinearColorMapper(Greys256, low=0, high=1, nan_color=BAD_COLOUR)
    palette = mask_palette({row.name: hexadecimal(row.colour) for row in frame.classes})
    colours = LinearColorMapper(palette, low=-0.5, high=2 * OWN - 0.5)
    image = _panel("cutout", "signal", top_first=frame.top_first)
    mask = _panel("cutout_mask", "class", top_first=frame.top_first, like=image)
    place = {"x": "x", "y": "y", "dw": "dw", "dh": "dh", "source": pixels}
    drawn = image.image("signal", color_mapper=grey, **place)
    mask.image("classes", color_mapper=colours, **place)
    image.x_range.renderers = image.y_range.renderers = [drawn]
    bar = ColorBar(
        color_mapper=grey, formatter=signal, width=8, padding=4, title=unit_text(frame.unit)
    )
    image.add_layout(bar, "right")
    return EventPanels(image, mask, pixels, grey, colours)


def _panel(name: str, title: str, *, top_first: bool, like: figure | None = None) -> figure:
    shared = {} if like is None else {"x_range": like.x_range, "y_range": like.y_range}
    panel = figure(
        name=name,
        title=title,
        tools="pan,wheel_zoom,reset",
        toolbar_location=None,
        active_scroll=None,
        match_aspect=True,
        sizing_mode="stretch_both",
        background_fill_color="#e8e8e8",
        **shared,
    )
    panel.grid.visible = False
    panel.xaxis.ticker.desired_num_ticks = panel.yaxis.ticker.desired_num_ticks = 4
    if like is None:
        panel.x_range.range_padding = panel.y_range.range_padding = 0
        panel.y_range.flipped = top_first
    return panel


def draw_probabilities(particles: list[str]) -> tuple[figure, ColumnDataSource]:
    """Bars of the probability of each particle, for the page to fill, and their values."""
    values = ColumnDataSource({"particle": particles, "probability": [0.0] * len(particles)})
    bars = figure(
        name="probabilities",
        title="probability",
        y_range=particles[::-1],
        x_range=(0, 1),
        tools="",
        toolbar_location=None,
        sizing_mode="stretch_both",
    )
    bars.hbar(y="particle", right="probability", height=0.7, source=values, color="#5b7fa6")
    bars.ygrid.visible = False
    return bars, values
