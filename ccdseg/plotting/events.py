"""The events of a frame: where they are, and their spectrum."""

from __future__ import annotations

import numpy as np
from astropy import units as u
from astropy.table import QTable
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.plotting.figure import draw_image, draw_outlines, panel_size

_MOST_NUMBERS = 150
"""Events that get their number in a picture; more could not be read."""

_COLOUR = "tab:red"
_LOWEST = 10.0
"""Energy (keV) up to which a spectrum is shown once more, in bins of equal width."""

_N_BINS = 60


def show_events(
    image: np.ndarray,
    mask: np.ndarray,
    events: QTable,
    *,
    classes: ClassCatalogue = CLASSES,
    origin: tuple[int, int] = (0, 0),
    title: str = "",
) -> Figure:
    """Show a frame with its events outlined and numbered.

    Parameters
    ----------
    image : ndarray
        Signal (ADU) of shape (H, W).
    mask : ndarray
        Class indices of the same shape.
    events : astropy.table.QTable
        As from `ccdseg.events.find_events`.
    classes : ClassCatalogue
        Names and colours; the events are of the class of particles.
    origin : tuple of int
        Row and column of the first pixel, where the frame is a section of a larger one (px).
    title : str
        Title of the figure.

    Returns
    -------
    matplotlib.figure.Figure
    """
    size, aspect = panel_size(image.shape)
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots()
    draw_image(axes, image, origin=origin, aspect=aspect)
    particles = classes.need_particles()
    draw_outlines(axes, mask == particles.index, origin=origin, colour=particles.colour)
    number_events(axes, events)
    numbered = f", the {_MOST_NUMBERS} brightest numbered" if len(events) > _MOST_NUMBERS else ""
    axes.set_title(f"{len(events):,} events{numbered}")
    if title:
        figure.suptitle(title)
    return figure


def number_events(axes: Axes, events: QTable) -> None:
    """Write the numbers of the brightest events to the upper right of them, inside the axes."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    rightmost, topmost = right - 0.03 * (right - left), top - 0.03 * (top - bottom)
    brightest = np.argsort(events["signal"].value)[::-1][:_MOST_NUMBERS]
    for event in events[brightest]:
        column, row = (event[name].to_value(u.pix) + 1 for name in ("column_max", "row_max"))
        place = min(column, rightmost), min(row, topmost)
        axes.annotate(str(event["id"]), place, color="gold", fontsize=7)


def show_spectrum(
    events: QTable, *, lines: dict[str, float] | None = None, title: str = ""
) -> Figure:
    """Plot the spectrum of events: all of them, and beside it those below 10 keV.

    Without energies, the signals are plotted, in one panel.

    Parameters
    ----------
    events : astropy.table.QTable
        As from `ccdseg.events.find_events`.
    lines : dict of str to float, optional
        Energies (keV) to mark, by their names.
    title : str
        Title of the figure.

    Returns
    -------
    matplotlib.figure.Figure
    """
    if "energy" in events.colnames:
        values, name = events["energy"].to_value(u.keV), "energy (keV)"
        figure = Figure(figsize=(12, 4.5), layout="constrained")
        whole, low = figure.subplots(1, 2)
        _draw_histogram(low, values, np.linspace(0, _LOWEST, 101), name)
        low.set_title(f"{np.count_nonzero(values < _LOWEST):,} events below {_LOWEST:g} keV")
        for label, energy in (lines or {}).items():
            low.axvline(energy, color="0.4", linestyle="--", linewidth=1)
            low.text(
                energy,
                0.98,
                f" {label}",
                rotation=90,
                va="top",
                ha="right",
                transform=low.get_xaxis_transform(),
            )
    else:
        values, name = events["signal"].to_value(u.adu), "signal (ADU)"
        figure = Figure(figsize=(7, 4.5), layout="constrained")
        whole = figure.subplots()
    positive = values[values > 0]
    low_end, high_end = (positive.min(), positive.max()) if positive.size else (0.1, 100.0)
    edges = np.geomspace(low_end / 1.1, high_end * 1.1, _N_BINS + 1)
    _draw_histogram(whole, values, edges, name)
    whole.set_xscale("log")
    whole.set_yscale("log")
    whole.set_ylim(bottom=0.5)
    whole.set_title(f"{len(values):,} events")
    if title:
        figure.suptitle(title)
    return figure


def _draw_histogram(axes: Axes, values: np.ndarray, edges: np.ndarray, name: str) -> None:
    counts, _ = np.histogram(values, edges)
    axes.stairs(counts, edges, color=_COLOUR, fill=True, alpha=0.6)
    equal = np.allclose(np.diff(edges), edges[1] - edges[0])
    axes.set_xlabel(name)
    axes.set_ylabel(f"events per {edges[1] - edges[0]:.3g} keV" if equal else "events per bin")
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(0, max(1.1 * counts.max(), 1))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.3)
