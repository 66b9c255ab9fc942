"""Histograms: the signal of the pixels of a frame, and the spectrum of its events."""

from __future__ import annotations

import numpy as np
from astropy import units as u
from astropy.table import QTable
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.events.columns import unit_text
from ccdseg.plotting.style import one_panel, put_title

_COLOUR = "tab:red"
_LOWEST = 10.0
"""Energy (keV) up to which a spectrum is shown once more, in bins of equal width."""

_N_BINS = 60

_MARGINS = {"left": 0.07, "right": 0.98, "bottom": 0.13, "top": 0.84}
"""Place of the panels of a spectrum, told, since finding it takes as long as drawing."""


def show_charge_distribution(
    image: np.ndarray,
    mask: np.ndarray | None = None,
    *,
    classes: ClassCatalogue = CLASSES,
    unit: u.UnitBase = u.adu,
    n_bins: int = 300,
    title: str = "",
    ax: Axes | None = None,
) -> Figure:
    """Show the histogram of the pixels, one line for all and, with a mask, one per class.

    Parameters
    ----------
    image : ndarray
        Signal in `unit`, of any shape.
    mask : ndarray, optional
        Class indices of the same shape.
    classes : ClassCatalogue
        Names and colours.
    unit : astropy.units.UnitBase
        Unit of the signal.
    n_bins : int
        Number of bins.
    title : str
        Title of the figure.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into, in place of a new figure.

    Returns
    -------
    matplotlib.figure.Figure
        A new one, or that of `ax`.
    """
    finite = np.isfinite(image)
    edges = np.linspace(image[finite].min(), image[finite].max() + 1e-3, n_bins + 1)
    figure, axes = one_panel(ax, (9, 4.5))
    counts, _ = np.histogram(image[finite], edges)
    axes.stairs(counts, edges, color="0.85", fill=True, label="all pixels")
    for row in classes if mask is not None else ():
        chosen = image[finite & (mask == row.index)]
        axes.stairs(*np.histogram(chosen, edges), color=row.colour, label=row.name, alpha=0.9)
    axes.set_yscale("log")
    axes.set_ylim(bottom=0.5)
    axes.set_xlabel(f"signal ({unit_text(unit)})")
    axes.set_ylabel(f"pixels per {edges[1] - edges[0]:.3g} {unit_text(unit)}")
    put_title(axes, title)
    axes.grid(alpha=0.3)
    axes.legend()
    return figure


def show_spectrum(
    events: QTable, *, lines: dict[str, float] | None = None, title: str = ""
) -> Figure:
    """Show the spectrum of events: all of them, and beside it those below 10 keV.

    Without energies, the signals are shown, in one panel.

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
        figure = Figure(figsize=(12, 4.5))
        whole, low = figure.subplots(1, 2, gridspec_kw={**_MARGINS, "wspace": 0.17})
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
        signal = events["signal"]
        values, name = signal.value, f"signal ({unit_text(signal.unit)})"
        figure = Figure(figsize=(7, 4.5))
        whole = figure.subplots(gridspec_kw=_MARGINS | {"left": 0.12})
    positive = values[values > 0]
    low_end, high_end = (positive.min(), positive.max()) if positive.size else (0.1, 100.0)
    edges = np.geomspace(low_end / 1.1, high_end * 1.1, _N_BINS + 1)
    _draw_histogram(whole, values, edges, name)
    whole.set_xscale("log")
    whole.set_yscale("log")
    whole.set_ylim(bottom=0.5)
    whole.set_title(f"{len(values):,} events")
    put_title(figure, title)
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
