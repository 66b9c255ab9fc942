"""Whether probabilities can be taken at their word."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from ccdseg.classes import ClassCatalogue
from ccdseg.evaluation import RELIABILITY_EDGES, Reliability


def show_reliability(
    reliability: Reliability, *, classes: ClassCatalogue | None = None, title: str = ""
) -> Figure:
    """Plot the observed frequency of each class against its probability, above the pixels per bin.

    A line below the diagonal belongs to a class of which the network is too sure. The legend gives
    the expected calibration errors: of all pixels, and of those in doubt, whose probability lies
    between 0.001 and 0.999.

    Parameters
    ----------
    reliability : Reliability
        As from `ccdseg.evaluation.measure_reliability`.
    classes : ClassCatalogue, optional
        Names and colours; those of `reliability` by default.
    title : str
        Title of the figure.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = Figure(figsize=(9.5, 7.5), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    upper.plot([0, 1], [0, 1], color="0.3", linestyle=":", label="as predicted: 0")
    errors = zip(reliability.calibration_error, reliability.calibration_error_in_doubt, strict=True)
    for row, (error, in_doubt) in zip(classes or reliability.classes, errors, strict=True):
        colour = "0.5" if row.index == 0 else row.colour
        held = reliability.n_pixels[row.index] > 0
        upper.plot(
            reliability.predicted[row.index, held],
            reliability.observed[row.index, held],
            color=colour,
            marker=".",
            label=f"{row.name}: {_number(error)}, in doubt {_number(in_doubt)}",
        )
        lower.stairs(
            reliability.n_pixels[row.index], RELIABILITY_EDGES, color=colour, linewidth=1.4
        )
    upper.set_ylabel("observed frequency")
    upper.set_ylim(-0.02, 1.02)
    figure.legend(
        loc="outside right upper", title="expected calibration error", alignment="left", fontsize=9
    )
    lower.set_xlabel("predicted probability")
    lower.set_ylabel("pixels per bin")
    lower.set_xlim(-0.02, 1.02)
    lower.set_yscale("log")
    lower.set_ylim(bottom=0.5)
    for axes in (upper, lower):
        axes.grid(alpha=0.3)
    if title:
        figure.suptitle(title)
    return figure


def _number(error: float) -> str:
    return "–" if np.isnan(error) else f"{error:.2g}"
