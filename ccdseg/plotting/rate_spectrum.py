"""Rate of selected events by energy, with its errors and the efficiency."""

from __future__ import annotations

import numpy as np
from astropy import units as u
from astropy.table import QTable
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ccdseg.events.rates.spectrum import RATE
from ccdseg.plotting.style import put_title

_COLOUR, _CORRECTED, _EFFICIENCY = "tab:red", "black", "tab:blue"
_LOG_RATIO = 100.0
"""Ratio of the greatest to the least rate above 0 from which the rate is shown in logarithms."""


def show_rate(spectrum: QTable, *, title: str = "") -> Figure:
    """Show a rate with its errors and, where it is known, the efficiency below.

    Parameters
    ----------
    spectrum : astropy.table.QTable
        As from `ccdseg.events.rates.rate_spectrum`.
    title : str
        Title of the figure.

    Returns
    -------
    matplotlib.figure.Figure
    """
    known = "efficiency" in spectrum.colnames
    figure = Figure(figsize=(8, 6.5 if known else 5), layout="constrained")
    ratios = [3.2, 1] if known else [1]
    panels = figure.subplots(len(ratios), 1, sharex=True, squeeze=False, height_ratios=ratios)[:, 0]
    edges = np.append(spectrum["energy_low"], spectrum["energy_high"][-1:]).to_value(u.keV)
    _draw_rates(panels[0], spectrum, edges, corrected=known)
    if known:
        panels[1].stairs(spectrum["efficiency"], edges, color=_EFFICIENCY, baseline=None)
        panels[1].set_ylim(0, 1.05)
        panels[1].set_ylabel("efficiency")
        panels[1].grid(alpha=0.3)
    panels[-1].set_xlabel("energy (keV)")
    panels[0].set_xlim(edges[0], edges[-1])
    if not _are_equal(edges):
        panels[0].set_xscale("log")
    put_title(panels[0], title)
    return figure


def _draw_rates(axes: Axes, spectrum: QTable, edges: np.ndarray, *, corrected: bool) -> None:
    """Rate as steps, and points with errors: those of the rate over the efficiency if known."""
    rate = spectrum["rate"].to_value(RATE)
    total = f"{int(spectrum['n_events'].sum()):,} events"
    axes.stairs(rate, edges, color=_COLOUR, fill=True, alpha=0.35, label=total)
    name = "corrected" if corrected else "rate"
    points, low, high = (
        spectrum[f"{name}{suffix}"].to_value(RATE) for suffix in ("", "_low", "_high")
    )
    axes.errorbar(
        _middles(edges),
        points,
        yerr=[points - low, high - points],
        fmt=".",
        color=_CORRECTED if corrected else _COLOUR,
        markersize=3,
        linewidth=1,
        label="over efficiency, 68 % interval" if corrected else "68 % interval",
    )
    axes.set_ylabel("events per kg, day and keV")
    finite = high[np.isfinite(high)]
    top = finite.max() if finite.size else 1.0
    positive = rate[rate > 0]
    if positive.size and positive.max() > _LOG_RATIO * positive.min():
        axes.set_yscale("log")
        axes.set_ylim(positive.min() / 3, top * 2)
    else:
        axes.set_ylim(0, top * 1.1)
    axes.grid(alpha=0.3)
    axes.legend(loc="upper right")


def _are_equal(edges: np.ndarray) -> bool:
    """Whether all bins are equally wide, or begin at 0, so that their axis is linear."""
    return edges[0] <= 0 or np.allclose(np.diff(edges), edges[1] - edges[0])


def _middles(edges: np.ndarray) -> np.ndarray:
    """Middle of each bin on its axis."""
    low, high = edges[:-1], edges[1:]
    return (low + high) / 2 if _are_equal(edges) else np.sqrt(low * high)
