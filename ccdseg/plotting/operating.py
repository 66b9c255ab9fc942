"""ROC and precision-recall curves."""

from __future__ import annotations

from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ccdseg.evaluation import ImageScores, OperatingCurve
from ccdseg.plotting.figure import METHOD_COLOURS

_LEAST_RATE = 1e-6


def show_operating_curves(
    curves: dict[str, OperatingCurve],
    points: dict[str, ImageScores] | None = None,
    *,
    title: str = "",
) -> Figure:
    """Plot ROC curve and precision-recall curve side by side.

    Parameters
    ----------
    curves : dict of str to OperatingCurve
        Curves by their name.
    points : dict of str to ImageScores, optional
        Where masks lie, by the name of what made them: that of a curve marks, in its colour, where
        its threshold is set; others are of methods without probabilities.
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
    if title:
        figure.suptitle(title)
    return figure


def _mark(axes: Axes, x: float, y: float, *, color: str, label: str) -> None:
    axes.plot(x, y, "*", markersize=13, markeredgecolor="black", color=color, label=label)
