"""Tables of numbers on a colour scale: confusion of classes and particles, scores by condition."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from ccdseg.evaluation import CONDITION_SCORES, ConditionTable, ParticleReport, PixelReport
from ccdseg.identification import PARTICLES
from ccdseg.plotting.style import one_panel, panel_grid, put_title


def show_confusion(report: PixelReport, *, title: str = "", ax: Axes | None = None) -> Figure:
    """Show the confusion matrix of the classes: pixels, and their share of the true class.

    Parameters
    ----------
    report : PixelReport
        As from `ccdseg.evaluation.pixel_report`.
    title : str
        Title of the figure.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into, in place of a new figure.

    Returns
    -------
    matplotlib.figure.Figure
        A new one, or that of `ax`.
    """
    counts = report.confusion
    shares = _shares(counts)
    figure, axes = one_panel(ax, (6.5, 5.5))
    drawn = axes.imshow(np.maximum(shares, 1e-5), cmap="Blues", norm=LogNorm(1e-5, 1))
    _write_cells(
        axes,
        [
            [f"{count:,}\n{share:.2%}" for count, share in zip(*row, strict=True)]
            for row in zip(counts, shares, strict=True)
        ],
        white=shares > 0.05,
    )
    ticks = range(len(report.classes))
    axes.set_xticks(ticks, report.classes.names)
    axes.set_yticks(ticks, report.classes.names)
    axes.set_xlabel("predicted class")
    axes.set_ylabel("true class")
    put_title(axes, title)
    figure.colorbar(drawn, ax=axes, label="share of the true class")
    return figure


def show_identification(reports: dict[str, ParticleReport], *, title: str = "") -> Figure:
    """Show the confusion matrices of the particles, one panel per report.

    Parameters
    ----------
    reports : dict of str to ParticleReport
        Reports by the titles of their panels.
    title : str
        Title of the figure.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, panels = panel_grid(len(reports), (4.2, 3.9))
    for axes, (name, report) in zip(panels, reports.items(), strict=True):
        counts = report.confusion[:-1]  # truly unknown events are not in it
        shares = _shares(counts)
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
        _write_cells(axes, [[f"{count:,}" for count in row] for row in counts], white=shares > 0.6)
        axes.set_xticks(range(len(PARTICLES)), PARTICLES, rotation=30, ha="right", fontsize=8)
        axes.set_yticks(range(len(PARTICLES) - 1), PARTICLES[:-1], fontsize=8)
        axes.set_title(name, fontsize=10)
    figure.supxlabel("identified particle")
    figure.supylabel("true particle")
    put_title(figure, title)
    return figure


def show_conditions(
    table: ConditionTable, *, score: str = "unambiguous_f1", title: str = "", ax: Axes | None = None
) -> Figure:
    """Show a score of each class by the condition of the frames, with the true pixels below it.

    Parameters
    ----------
    table : ConditionTable
        As from `ccdseg.evaluation.score_by_condition`.
    score : {"unambiguous_f1", "f1", "precision", "recall"}
        Score to show.
    title : str
        Title of the figure.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into, in place of a new figure.

    Returns
    -------
    matplotlib.figure.Figure
        A new one, or that of `ax`.
    """
    rows = table.rows
    values = np.array([row.score(score) for row in rows])
    pixels = np.array([row.report(score).support for row in rows])
    figure, axes = one_panel(ax, (3.6 + 1.3 * len(table.classes), 1.6 + 0.42 * len(rows)))
    axes.set_facecolor("0.85")
    drawn = axes.imshow(values, cmap="viridis", vmin=0, vmax=1, aspect="auto")
    _write_cells(
        axes,
        [
            [
                f"{'–' if np.isnan(value) else f'{value:.3f}'}\n{n:,} px"
                for value, n in zip(*row, strict=True)
            ]
            for row in zip(values, pixels, strict=True)
        ],
        white=values < 0.6,
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
    put_title(axes, title)
    figure.colorbar(drawn, ax=axes, label=CONDITION_SCORES[score])
    return figure


def _shares(counts: np.ndarray) -> np.ndarray:
    """Counts as shares of their row; rows without any are 0."""
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


def _write_cells(axes: Axes, texts: list[list[str]], *, white: np.ndarray) -> None:
    """Write a text into each cell, in white where the cell is dark."""
    for (row, column), is_white in np.ndenumerate(white):
        axes.text(
            column,
            row,
            texts[row][column],
            ha="center",
            va="center",
            fontsize=8,
            color="white" if is_white else "black",
        )
