"""The frame on its page: picture, classes as layers, outlines of events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from bokeh.models import (
    BoxZoomTool,
    CDSView,
    ColorBar,
    ColumnDataSource,
    GlyphRenderer,
    HoverTool,
    LinearColorMapper,
    Patches,
    RangeSlider,
    Scatter,
)
from bokeh.palettes import Greys256
from bokeh.plotting import figure

from ccdseg.classes import ClassCatalogue
from ccdseg.events.columns import unit_text
from ccdseg.plotting.pages.colours import (
    BAD_COLOUR,
    BAD_PIXELS,
    CHOSEN,
    LEVELS,
    hexadecimal,
    signal_text,
)
from ccdseg.plotting.pages.scaled_picture import ScaledPicture
from ccdseg.plotting.pages.shown_frame import ShownFrame
from ccdseg.plotting.style import is_strip

_TINT = 0.45
"""Opacity of a class that is drawn over the frame."""


@dataclass(frozen=True)
class FrameFigure:
    """Models of the frame.

    Attributes
    ----------
    plot : bokeh.plotting.figure
        The figure.
    slider : RangeSlider
        Contrast.
    layers : dict of GlyphRenderer
        Classes by their names, and ``bad pixels`` where there are some.
    events : list of GlyphRenderer
        Outlines and markers of events.
    picture : ColumnDataSource
        Levels of the picture.
    """

    plot: figure
    slider: RangeSlider
    layers: dict[str, GlyphRenderer]
    events: list[GlyphRenderer]
    picture: ColumnDataSource


def draw_frame(
    frame: ShownFrame,
    picture: ScaledPicture,
    *,
    events: ColumnDataSource | None,
    view: CDSView | None,
) -> FrameFigure:
    """Draw a frame.

    Parameters
    ----------
    frame : ShownFrame
        Frame.
    picture : ScaledPicture
        Its picture.
    events : ColumnDataSource or None
        Events, their outlines in ``outline_columns`` and ``outline_rows``.
    view : CDSView or None
        Events that are shown.
    """
    (row, column), (height, width) = frame.origin, frame.image.shape
    strip, classes, unit = is_strip(frame.image.shape), frame.classes, unit_text(frame.unit)
    plot = figure(
        name="frame",
        tools="pan,wheel_zoom,reset,save",
        active_scroll="wheel_zoom",
        match_aspect=not strip,
        sizing_mode="stretch_both",
        min_width=300,
        min_border_left=76,  # of any numbers: a margin that changes leaves traces of the label
        background_fill_color="#e8e8e8",
        x_axis_label="column (px)",
        y_axis_label="row (px)",
    )
    plot.grid.visible = False
    plot.toolbar.logo = None
    plot.add_tools(BoxZoomTool(match_aspect=not strip))
    for axes_range, first, length in ((plot.x_range, column, width), (plot.y_range, row, height)):
        axes_range.range_padding = 0.01
        axes_range.bounds = (first - length - 0.5, first + 2 * length - 0.5)
        axes_range.min_interval = 4
    plot.y_range.flipped = frame.top_first
    place = {
        "x": column - 0.5,
        "y": row - 0.5,
        "dw": picture.levels.shape[1] * picture.block,
        "dh": picture.levels.shape[0] * picture.block,
    }
    grey = LinearColorMapper(Greys256, low=0, high=LEVELS * _brightness(picture))
    source = _source(picture.levels, place)
    names = {key: key for key in ("image", *place)}
    drawn = plot.image(**names, color_mapper=grey, source=source)
    plot.x_range.renderers = plot.y_range.renderers = [drawn]
    formatter = signal_text(picture.contrast)
    plot.add_layout(
        ColorBar(
            color_mapper=grey, formatter=formatter, title=f"signal ({unit})", width=12, padding=4
        ),
        "right",
    )
    found = {**picture.layers, **({BAD_PIXELS: picture.bad} if picture.bad.any() else {})}
    layers = {}
    for name, layer in found.items():
        colour = hexadecimal(classes[name].colour) if name in picture.layers else BAD_COLOUR
        mapper = LinearColorMapper([colour], low=0.5, high=1.5, low_color="rgba(0, 0, 0, 0)")
        layers[name] = plot.image(
            **names, color_mapper=mapper, global_alpha=_TINT, source=_source(layer, place)
        )
    marks = [] if events is None else _draw_events(plot, events, view, classes)
    low, high = (LEVELS * end for end in picture.scale)
    slider = RangeSlider(
        name="contrast",
        title=f"black and white ({unit})",
        start=min(low, -LEVELS / 2),
        end=max(high, grey.high) * 1.02,
        value=(grey.low, grey.high),
        step=1,
        format=formatter,
        sizing_mode="stretch_width",
    )
    slider.js_link("value", grey, "low", attr_selector=0)
    slider.js_link("value", grey, "high", attr_selector=1)
    return FrameFigure(plot, slider, layers, marks, source)


def _source(pixels: np.ndarray, place: dict[str, float]) -> ColumnDataSource:
    """An image and its place in the frame."""
    return ColumnDataSource({"image": [pixels], **{key: [value] for key, value in place.items()}})


def _brightness(picture: ScaledPicture) -> float:
    return float(picture.contrast.stretched(picture.contrast.white))


def _draw_events(
    plot: figure, events: ColumnDataSource, view: CDSView, classes: ClassCatalogue
) -> list[GlyphRenderer]:
    """Outlines, and a ring around the chosen event, which may be too small to be seen."""
    outline = {"xs": "outline_columns", "ys": "outline_rows", "fill_alpha": 0}
    colour = hexadecimal(classes.need_particles().colour)
    outlines = plot.add_glyph(
        events,
        Patches(**outline, line_color=colour, line_width=1.2),
        selection_glyph=Patches(**outline, line_color=CHOSEN, line_width=2.5),
        nonselection_glyph=Patches(**outline, line_color=colour, line_width=1.2),
        view=view,
        name="outlines",
    )
    ring = {"x": "column", "y": "row", "size": 26, "fill_alpha": 0, "line_width": 1.5}
    hidden = Scatter(**ring, line_alpha=0)
    rings = plot.add_glyph(
        events,
        hidden,
        selection_glyph=Scatter(**ring, line_color=CHOSEN),
        nonselection_glyph=hidden,
        view=view,
    )
    tooltips = [("event", "@id")]
    if "particle" in events.data:
        sure = " @probability{0 %}" if "probability" in events.data else ""
        tooltips.append(("verdict", f"@particle{sure}"))
    if "energy" in events.data:
        tooltips.append(("energy", "@energy{0.000} keV"))
    plot.add_tools(HoverTool(renderers=[outlines], tooltips=tooltips))
    return [outlines, rings]
