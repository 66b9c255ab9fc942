"""Which particle is taken for which."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from ccdseg.evaluation import ParticleReport
from ccdseg.identification import PARTICLES


def plot_identification(reports: dict[str, ParticleReport]) -> Figure:
    """Plot the confusion of particles, one panel per report, as shares of the true ones.

    Parameters
    ----------
    reports : dict of str to ParticleReport
        Reports by their titles.

    Returns
    -------
    matplotlib.figure.Figure
    """
    n_columns = min(len(reports), 3)
    n_rows = -(-len(reports) // n_columns)
    figure = Figure(figsize=(4.2 * n_columns, 3.9 * n_rows), layout="constrained")
    panels = figure.subplots(n_rows, n_columns, squeeze=False).ravel()
    for axes, (title, report) in zip(panels, reports.items(), strict=False):
        counts = report.confusion[:-1]  # truly unknown events are not in it
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
        for (row, column), count in np.ndenumerate(counts):
            axes.text(
                column,
                row,
                f"{count:,}",
                ha="center",
                va="center",
                fontsize=8,
                color="white" if shares[row, column] > 0.6 else "black",
            )
        axes.set_xticks(range(len(PARTICLES)), PARTICLES, rotation=30, ha="right", fontsize=8)
        axes.set_yticks(range(len(PARTICLES) - 1), PARTICLES[:-1], fontsize=8)
        axes.set_title(title, fontsize=10)
    for axes in panels[len(reports) :]:
        axes.remove()
    figure.supxlabel("identified")
    figure.supylabel("true")
    return figure
