"""Scores of events: efficiency, purity and residuals by energy, efficiency for faint hits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from astropy import units as u
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatter, LogLocator, NullFormatter

from ccdseg.evaluation import DetectionCurve, EventMatch
from ccdseg.plotting.style import panel_grid, put_title


def show_match(match: EventMatch, edges: Sequence[float], *, title: str = "") -> Figure:
    """Show efficiency, purity, energy bias, resolution and position residuals by energy.

    Parameters
    ----------
    match : EventMatch
        As from `ccdseg.evaluation.match_events`.
    edges : sequence of float
        Ascending limits of the bins (keV).
    title : str
        Title of the figure.

    Returns
    -------
    matplotlib.figure.Figure
    """
    table = match.by_energy(edges)
    limits = np.asarray(edges)
    figure = Figure(figsize=(12, 8), layout="constrained")
    (found, bias), (resolution, residual) = figure.subplots(2, 2)
    _steps(found, table["efficiency"], limits, "efficiency")
    _steps(found, table["purity"], limits, "purity")
    found.set_ylim(0, 1.05)
    found.set_ylabel("share of events")
    found.legend(loc="lower right")
    _steps(bias, 100 * table["bias"], limits)
    bias.axhline(0, color="0.5", linewidth=0.8)
    bias.set_ylabel("median of found / true energy − 1 (%)")
    _steps(resolution, 100 * table["resolution"], limits)
    resolution.set_ylim(bottom=0)
    resolution.set_ylabel("half width of the middle 68 % (%)")
    _steps(residual, table["residual"].to_value(u.pix), limits)
    residual.set_ylim(bottom=0)
    residual.set_ylabel("median distance of the centroids (px)")
    put_title(figure, title)
    return figure


def show_detection(curves: Sequence[DetectionCurve], *, title: str = "") -> Figure:
    """Show the efficiency for point-like hits beside that of the matched filter, one panel each.

    Parameters
    ----------
    curves : sequence of DetectionCurve
        As from `ccdseg.evaluation.detection_curve`.
    title : str
        Title of the figure.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, panels = panel_grid(len(curves), (4.4, 3.6))
    for axes, curve in zip(panels, curves, strict=True):
        axes.plot(1000 * curve.energy, curve.network, "o-", color="tab:red", label="ccdseg")
        axes.plot(
            1000 * curve.energy,
            curve.matched_filter,
            "s--",
            color="0.3",
            ms=4,
            label="matched filter",
        )
        axes.axhline(0.5, color="0.7", linewidth=0.8)
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter(LogFormatter(minor_thresholds=(np.inf, np.inf)))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_ylim(0, 1.05)
        axes.set_xlabel("energy (eV)")
        axes.set_ylabel("efficiency")
        dark = f", dark charge {curve.dark_charge:g} e⁻" if curve.dark_charge else ""
        axes.set_title(f"σ = {curve.width:g} px, noise {curve.noise:.2g} e⁻{dark}", fontsize=10)
        axes.grid(alpha=0.3)
    panels[0].legend(loc="lower right")
    put_title(figure, title)
    return figure


def _steps(axes: Axes, values: np.ndarray, limits: np.ndarray, label: str | None = None) -> None:
    axes.stairs(np.asarray(values), limits, baseline=None, label=label, linewidth=1.5)
    axes.set_xscale("log")
    axes.set_xlabel("energy (keV)")
    axes.grid(alpha=0.3)
