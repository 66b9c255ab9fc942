"""Scores of the separation of touching particles."""

from __future__ import annotations

import numpy as np
from astropy.table import QTable
from matplotlib.figure import Figure

from ccdseg.plotting.style import panel_grid

_STYLES = {
    "connected clusters": {"color": "0.5", "marker": "s", "linestyle": ":"},
    "photutils deblending": {"color": "tab:orange", "marker": "^", "linestyle": "--"},
    "ccdseg": {"color": "tab:blue", "marker": "o", "linestyle": "-"},
}


def show_separation(pairs: QTable, crowded: QTable) -> Figure:
    """Show pairs told apart by their distance, and scores of crowded frames.

    Parameters
    ----------
    pairs : astropy.table.QTable
        ``kind``, ``noise`` (e⁻), ``distance`` (widths), and a column with the share of the pairs
        told apart for each method.
    crowded : astropy.table.QTable
        ``noise`` (e⁻), ``method``, ``particles`` per frame, and the scores ``panoptic_quality``,
        ``f1`` and ``measured``.

    Returns
    -------
    matplotlib.figure.Figure
        One row of panels per noise.
    """
    noises = np.unique(pairs["noise"].value)
    kinds = [kind for kind in dict.fromkeys(pairs["kind"]) if kind != "crossing tracks"]
    figure, panels = panel_grid(4 * len(noises), (4.0, 3.4), most_columns=4)
    for number, noise in enumerate(noises):
        row = panels[4 * number : 4 * number + 4]
        for axes, kind in zip(row, kinds, strict=False):
            chosen = pairs[(pairs["kind"] == kind) & (pairs["noise"].value == noise)]
            for method, style in _STYLES.items():
                axes.plot(chosen["distance"], chosen[method], label=method, **style)
            axes.axhline(0.9, color="0.8", linewidth=0.8)
            axes.set_xlabel("distance (RMS widths)")
            axes.set_ylabel("pairs told apart")
            axes.set_title(f"{kind}, noise {noise:g} e⁻", fontsize=10)
        of_noise = crowded[crowded["noise"].value == noise]
        names = {"panoptic_quality": "panoptic quality", "measured": "energies within 5 %"}
        for axes, (name, text) in zip(row[2:], names.items(), strict=True):
            for method, style in _STYLES.items():
                chosen = of_noise[of_noise["method"] == method]
                axes.plot(chosen["particles"], chosen[name], label=method, **style)
            axes.set_xscale("log")
            axes.set_xticks(np.unique(of_noise["particles"]))
            axes.set_xticklabels([f"{value:g}" for value in np.unique(of_noise["particles"])])
            axes.minorticks_off()
            axes.set_xlabel("particles in 320×640 px")
            axes.set_ylabel(text)
            axes.set_title(f"iron source, noise {noise:g} e⁻", fontsize=10)
        for axes in row:
            axes.set_ylim(-0.03, 1.03)
            axes.grid(alpha=0.3)
    panels[1].legend(loc="upper left", fontsize=8)
    return figure
