"""Spectrum of the events of a page, in which a range can be selected."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from bokeh.models import BoxAnnotation, BoxSelectTool, Span
from bokeh.plotting import figure

_N_BINS = 60


@dataclass(frozen=True)
class SpectrumFigure:
    """Models of a spectrum.

    Attributes
    ----------
    plot : bokeh.plotting.figure
        The figure.
    chosen : Span
        Line at the chosen event.
    selected : BoxAnnotation
        Selected range.
    """

    plot: figure
    chosen: Span
    selected: BoxAnnotation


def draw_spectrum(values: np.ndarray, *, name: str) -> SpectrumFigure:
    """Draw a histogram with logarithmic axes.

    Parameters
    ----------
    values : ndarray
        Energy or signal of each event, (events,).
    name : str
        Name of these with their unit.
    """
    positive = values[np.isfinite(values) & (values > 0)]
    low, high = (positive.min(), positive.max()) if positive.size else (0.1, 100.0)
    edges = np.geomspace(low / 1.1, high * 1.1, _N_BINS + 1)
    counts, _ = np.histogram(positive, edges)
    plot = figure(
        name="spectrum",
        x_axis_type="log",
        y_axis_type="log",
        x_range=(edges[0], edges[-1]),
        y_range=(0.5, 2 * max(counts.max(), 1)),
        x_axis_label=name,
        y_axis_label="events per bin",
        tools="pan,xwheel_zoom,reset,save",
        sizing_mode="stretch_both",
        min_height=220,
    )
    plot.toolbar.logo = None
    plot.quad(
        left=edges[:-1],
        right=edges[1:],
        bottom=0.5,
        top=np.maximum(counts, 0.5),
        color="#d62728",
        alpha=0.6,
    )
    select = BoxSelectTool(dimensions="width", description="Select a range")
    plot.add_tools(select)
    plot.toolbar.active_drag = select
    selected = BoxAnnotation(visible=False, fill_color="#ffd400", fill_alpha=0.25)
    chosen = Span(
        dimension="height",
        location=1.0,
        visible=False,
        line_color="black",
        line_width=2,
        line_dash="dashed",
    )
    plot.add_layout(selected)
    plot.add_layout(chosen)
    return SpectrumFigure(plot, chosen, selected)
