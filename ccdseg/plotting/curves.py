"""Curves: the course of a training, ROC and precision-recall, reliability of probabilities."""

from __future__ import annotations

from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ccdseg.classes import ClassCatalogue
from ccdseg.evaluation import RELIABILITY_EDGES, ImageScores, OperatingCurve, Reliability
from ccdseg.plotting.style import METHOD_COLOURS, put_title

_LEAST_RATE = 1e-6
"""Lowest false-positive rate that is drawn."""


def show_history(history: dict[str, list[float]], *, title: str = "") -> Figure:
    """Show loss and accuracy of each epoch, the best epoch marked.

    Parameters
    ----------
    history : dict of str to list of float
        Values of each epoch by their name, as from `ccdseg.train`.
    title : str
        Title of the figure.

    Returns
    -------
    matplotlib.figure.Figure
    """
    best = int(np.argmin(history["val_loss"])) + 1
    epochs = np.arange(1, len(history["loss"]) + 1)
    figure = Figure(figsize=(11, 4.2), layout="constrained")
    for axes, name in zip(figure.subplots(1, 2), ("loss", "accuracy"), strict=True):
        axes.plot(epochs, history[name], marker=".", label="training")
        axes.plot(epochs, history[f"val_{name}"], marker=".", label="validation")
        value = history[f"val_{name}"][best - 1]
        axes.axvline(best, color="0.6", linestyle=":")
        axes.plot(best, value, "r*", markersize=12, label=f"best epoch {best}: {value:.4g}")
        axes.set_xlabel("epoch")
        axes.set_ylabel(name)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.3)
        axes.legend()
    figure.axes[0].set_yscale("log")
    put_title(figure, title)
    return figure


def show_operating_curves(
    curves: dict[str, OperatingCurve],
    points: dict[str, ImageScores] | None = None,
    *,
    title: str = "",
) -> Figure:
    """Show ROC curve and precision-recall curve side by side.

    Parameters
    ----------
    curves : dict of str to OperatingCurve
        Curves by their name.
    points : dict of str to ImageScores, optional
        Scores of masks by the name of the method: that of a curve marks, in its colour, its
        operating point; others are of methods without probabilities.
    title : str
        Title of the figure.

    Returns
    -------
    matplotlib.figure.Figure
        The false-positive rate is logarithmic: a frame is nearly all background.
    """
    figure = Figure(figsize=(12.5, 5.6), layout="constrained")
    roc, precision = figure.subplots(1, 2)
    points = points or {}
    colours = dict(zip(dict.fromkeys([*curves, *points]), cycle(METHOD_COLOURS), strict=False))
    for name, curve in curves.items():
        roc.plot(
            np.maximum(curve.false_positive_rate, _LEAST_RATE),
            curve.recall,
            color=colours[name],
            drawstyle="steps-post",
            label=f"{name}: area {curve.roc_area:.5f}",
        )
        precision.plot(
            curve.recall,
            curve.precision,
            color=colours[name],
            label=f"{name}: area {curve.average_precision:.4f}",
        )
    for name, scores in points.items():
        style = {"color": colours[name], "label": f"{name}: mask" if name in curves else name}
        _mark(roc, max(1 - scores.specificity, _LEAST_RATE), scores.recall, **style)
        _mark(precision, scores.recall, scores.precision, **style)
    roc.set_xscale("log")
    roc.set_xlim(_LEAST_RATE, 1)
    roc.set_xlabel("false-positive rate")
    roc.set_ylabel("recall (true-positive rate)")
    precision.set_xlim(-0.02, 1.02)
    precision.set_xlabel("recall")
    precision.set_ylabel("precision")
    for axes, place in ((roc, "lower right"), (precision, "lower left")):
        axes.set_ylim(-0.02, 1.02)
        axes.grid(alpha=0.3)
        axes.legend(loc=place)
    put_title(figure, title)
    return figure


def show_reliability(
    reliability: Reliability,
    *,
    classes: ClassCatalogue | None = None,
    counted: str = "pixels",
    title: str = "",
) -> Figure:
    """Show the observed frequency of each class against its probability, above the pixels per bin.

    Below the diagonal the network is overconfident. The legend gives the expected calibration
    errors: of all pixels, and of those in doubt, whose probability lies between 0.001 and 0.999.

    Parameters
    ----------
    reliability : Reliability
        As from `ccdseg.evaluation.measure_reliability`.
    classes : ClassCatalogue, optional
        Names and colours; those of `reliability` by default.
    counted : str
        What the probabilities are of.
    title : str
        Title of the figure.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = Figure(figsize=(9.5, 7.5), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    upper.plot([0, 1], [0, 1], color="0.3", linestyle=":", label="perfect calibration")
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
    lower.set_ylabel(f"{counted} per bin")
    lower.set_xlim(-0.02, 1.02)
    lower.set_yscale("log")
    lower.set_ylim(bottom=0.5)
    for axes in (upper, lower):
        axes.grid(alpha=0.3)
    put_title(figure, title)
    return figure


def _mark(axes: Axes, x: float, y: float, *, color: str, label: str) -> None:
    axes.plot(x, y, "*", markersize=13, markeredgecolor="black", color=color, label=label)


def _number(error: float) -> str:
    return "–" if np.isnan(error) else f"{error:.2g}"
