"""How the signal of a frame is distributed."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from ccdseg.classes import CLASSES, ClassCatalogue


def show_charge_distribution(
    image: np.ndarray,
    mask: np.ndarray | None = None,
    *,
    classes: ClassCatalogue = CLASSES,
    n_bins: int = 300,
) -> Figure:
    """Plot the histogram of the pixels, one line for all and, with a mask, one per class.

    Parameters
    ----------
    image : ndarray
        Signal (ADU) of any shape.
    mask : ndarray, optional
        Class indices of the same shape.
    classes : ClassCatalogue
        Names and colours.
    n_bins : int
        Number of bins.

    Returns
    -------
    matplotlib.figure.Figure
    """
    finite = np.isfinite(image)
    edges = np.linspace(image[finite].min(), image[finite].max() + 1e-3, n_bins + 1)
    figure = Figure(figsize=(9, 4.5), layout="constrained")
    axes = figure.subplots()
    counts, _ = np.histogram(image[finite], edges)
    axes.stairs(counts, edges, color="0.85", fill=True, label="all pixels")
    for row in classes if mask is not None else ():
        chosen = image[finite & (mask == row.index)]
        axes.stairs(*np.histogram(chosen, edges), color=row.colour, label=row.name, alpha=0.9)
    axes.set_yscale("log")
    axes.set_ylim(bottom=0.5)
    axes.set_xlabel("signal (ADU)")
    axes.set_ylabel(f"pixels per {edges[1] - edges[0]:.3g} ADU")
    axes.grid(alpha=0.3)
    axes.legend()
    return figure
