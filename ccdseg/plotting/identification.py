"""Which particle is taken for which."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from ccdseg.evaluation import ParticleReport
from ccdseg.identification import PARTICLES
from ccdseg.plotting.figure import panel_grid


def show_identification(reports: dict[str, ParticleReport]) -> Figure:
    """Plot the confusion of particles, one panel per report, as shares of the true ones.

    Parameters
    ----------
    reports : dict of str to ParticleReport
        Reports by their titles.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, panels = panel_grid(len(reports), (4.2, 3.9))
    for axes, (title, report) in zip(panels, reports.items(), strict=True):
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
    figure.supxlabel("identified")
    figure.supylabel("true")
    return figure
