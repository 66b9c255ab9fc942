"""Where a model is good, and where it is not."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from ccdseg.evaluation import CONDITION_SCORES, ConditionTable


def show_conditions(
    table: ConditionTable, *, score: str = "unambiguous_f1", title: str = ""
) -> Figure:
    """Plot a score of each class by the condition of the frames, with the true pixels below it.

    Parameters
    ----------
    table : ConditionTable
        As from `ccdseg.evaluation.score_by_condition`.
    score : {"unambiguous_f1", "f1", "precision", "recall"}
        Score to plot.
    title : str
        Title of the figure.

    Returns
    -------
    matplotlib.figure.Figure
    """
    rows = table.rows
    values = np.array([row.score(score) for row in rows])
    pixels = np.array([row.report(score).support for row in rows])
    figure = Figure(
        figsize=(3.6 + 1.3 * len(table.classes), 1.6 + 0.42 * len(rows)), layout="constrained"
    )
    axes = figure.subplots()
    axes.set_facecolor("0.85")
    drawn = axes.imshow(values, cmap="viridis", vmin=0, vmax=1, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        number = "–" if np.isnan(value) else f"{value:.3f}"
        axes.text(
            column,
            row,
            f"{number}\n{pixels[row, column]:,} px",
            ha="center",
            va="center",
            fontsize=8,
            color="white" if value < 0.6 else "black",
        )
    for i in range(1, len(rows)):
        if rows[i].condition != rows[i - 1].condition:
            axes.axhline(i - 0.5, color="white", linewidth=3)
    axes.set_xticks(range(len(table.classes)), table.classes.names)
    axes.set_yticks(
        range(len(rows)),
        [f"{row.condition} {row.label} ({row.n_frames:,})" for row in rows],
    )
    axes.set_xlabel("class")
    axes.set_ylabel("condition (frames)")
    figure.colorbar(drawn, ax=axes, label=CONDITION_SCORES[score])
    if title:
        figure.suptitle(title)
    return figure
