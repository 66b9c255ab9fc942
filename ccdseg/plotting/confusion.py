"""Which class is taken for which."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from ccdseg.evaluation import PixelReport


def show_confusion(report: PixelReport) -> Figure:
    """Plot the confusion matrix: pixels, and their share of the true class.

    Parameters
    ----------
    report : PixelReport
        As from `ccdseg.evaluation.pixel_report`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    counts = report.confusion
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure = Figure(figsize=(6.5, 5.5), layout="constrained")
    axes = figure.subplots()
    drawn = axes.imshow(np.maximum(shares, 1e-5), cmap="Blues", norm=LogNorm(1e-5, 1))
    for (true, predicted), share in np.ndenumerate(shares):
        axes.text(
            predicted,
            true,
            f"{counts[true, predicted]:,}\n{share:.2%}",
            ha="center",
            va="center",
            color="white" if share > 0.05 else "black",
        )
    ticks = range(len(report.classes))
    axes.set_xticks(ticks, report.classes.names)
    axes.set_yticks(ticks, report.classes.names)
    axes.set_xlabel("predicted class")
    axes.set_ylabel("true class")
    figure.colorbar(drawn, ax=axes, label="share of the true class")
    return figure
