"""Scores of images: box plots, and numbers of predicted objects against true ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from astropy.table import QTable
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ccdseg.evaluation import IMAGE_SCORES, ImageScores
from ccdseg.plotting.style import METHOD_COLOURS, lines, one_panel, put_title

_SHARES = tuple(name for name in IMAGE_SCORES if name != "count_ratio")
_POINTS = {"linestyle": "", "marker": "o", "markersize": 3, "alpha": 0.4, "markeredgewidth": 0}


def show_score_boxes(scores: dict[str, Sequence[ImageScores]], *, title: str = "") -> Figure:
    """Show all scores together: a box of the images for each score and method.

    Parameters
    ----------
    scores : dict of str to sequence of ImageScores
        Scores of the images by the name of the method.
    title : str
        Title of the figure.

    Returns
    -------
    matplotlib.figure.Figure
        The shares of pixels on the left, the ratio of the counts, which may exceed 1, on the right.
    """
    figure = Figure(figsize=(12.5, 5), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(len(_SHARES), 1.4))
    width = 0.8 / len(scores)
    for axes, names in ((left, _SHARES), (right, ("count_ratio",))):
        for number, (label, images) in enumerate(scores.items()):
            offset = (number - (len(scores) - 1) / 2) * width
            _boxes(
                axes,
                [_values(images, name) for name in names],
                places=np.arange(len(names)) + offset,
                width=0.9 * width,
                colour=METHOD_COLOURS[number % len(METHOD_COLOURS)],
                label=label,
            )
        axes.set_xticks(range(len(names)), [IMAGE_SCORES[name] for name in names])
        axes.set_xlim(-0.5, len(names) - 0.5)
        axes.grid(axis="y", alpha=0.3)
    left.set_ylim(-0.03, 1.03)
    left.set_ylabel("score of an image")
    _mark_equal(right)
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=len(scores))
    put_title(figure, title)
    return figure


def show_sets(table: QTable, *, title: str = "") -> Figure:
    """Show objects found, false objects and F1 of sets of images, a bar per method.

    Parameters
    ----------
    table : astropy.table.QTable
        As from `ccdseg.evaluation.ImageTable.by_set`.
    title : str
        Title of the figure.

    Returns
    -------
    matplotlib.figure.Figure
        The number of false objects is on a scale that is linear up to 1 per million pixels and
        logarithmic above.
    """
    sets, methods = (list(dict.fromkeys(table[name])) for name in ("set", "method"))
    figure = Figure(figsize=(11, 2.6 + 0.22 * len(table)), layout="constrained")
    panels = figure.subplots(1, 3, sharey=True)
    width = 0.8 / len(methods)
    for number, method in enumerate(methods):
        rows = table[table["method"] == method]
        places = [
            sets.index(name) + (number - (len(methods) - 1) / 2) * width for name in rows["set"]
        ]
        f1 = np.where(np.isnan(rows["unambiguous_f1"]), rows["f1"], rows["unambiguous_f1"])
        bars = (rows["object_recall"], rows["false_per_megapixel"].value, f1)
        for axes, values in zip(panels, bars, strict=True):
            colour = METHOD_COLOURS[number % len(METHOD_COLOURS)]
            axes.barh(places, values, 0.9 * width, color=colour, label=method)
    recall, false, f1 = panels
    recall.set_yticks(range(len(sets)), sets)
    recall.invert_yaxis()
    recall.set_xlabel("share of true objects found")
    false.set_xscale("symlog", linthresh=1)
    false.set_xlim(left=0)
    false.set_xlabel("false objects per Mpixel")
    f1.set_xlabel("F1, ambiguous pixels left out")
    for axes in (recall, f1):
        axes.set_xlim(0, 1)
    for axes in panels:
        axes.grid(axis="x", alpha=0.3)
    figure.legend(
        *recall.get_legend_handles_labels(), loc="outside lower center", ncols=len(methods)
    )
    put_title(figure, title)
    return figure


def show_score_box(
    scores: dict[str, Sequence[ImageScores]],
    name: str,
    *,
    title: str = "",
    ax: Axes | None = None,
) -> Figure:
    """Show one score: a box per method with the images as points, mean and deviation above it.

    Parameters
    ----------
    scores : dict of str to sequence of ImageScores
        Scores of the images by the name of the method.
    name : str
        Score to plot, a key of `ccdseg.evaluation.IMAGE_SCORES`.
    title : str
        Title of the figure, above the means and standard deviations.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into, in place of a new figure.

    Returns
    -------
    matplotlib.figure.Figure
        A new one, or that of `ax`.
    """
    figure, axes = one_panel(ax, (3.2 + 1.9 * len(scores), 5.4))
    rng = np.random.default_rng(0)
    means = []
    for number, (label, images) in enumerate(scores.items()):
        values, colour = _values(images, name), METHOD_COLOURS[number % len(METHOD_COLOURS)]
        _boxes(axes, [values], places=[number], width=0.5, colour=colour, label=label, fliers=False)
        aside = number + rng.uniform(-0.17, 0.17, len(values))
        axes.plot(aside, values, color=colour, **_POINTS)
        means.append(f"{label}: {_mean(values)}, {len(values)} of {len(images)} images")
    axes.set_xticks(range(len(scores)), scores)
    axes.set_xlim(-0.6, len(scores) - 0.4)
    axes.set_ylabel(IMAGE_SCORES[name])
    axes.grid(axis="y", alpha=0.3)
    if name == "count_ratio":
        _mark_equal(axes)
    put_title(axes, lines(title, *means), size=10)
    return figure


def show_counts(
    scores: dict[str, Sequence[ImageScores]], *, title: str = "", ax: Axes | None = None
) -> Figure:
    """Show the number of predicted objects of each image against the true one.

    Parameters
    ----------
    scores : dict of str to sequence of ImageScores
        Scores of the images by the name of the method.
    title : str
        Title of the figure.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into, in place of a new figure.

    Returns
    -------
    matplotlib.figure.Figure
        A new one, or that of `ax`.
    """
    figure, axes = one_panel(ax, (6.6, 6.4))
    most = 1
    for (label, images), colour in zip(scores.items(), METHOD_COLOURS * len(scores), strict=False):
        true, predicted = (
            np.array([getattr(one, count) for one in images]) for count in ("n_true", "n_predicted")
        )
        named = f"{label}: {predicted.sum():,} of {true.sum():,}"
        axes.plot(true, predicted, color=colour, label=named, **(_POINTS | {"markersize": 6}))
        most = max(most, true.max(), predicted.max())
    axes.plot([0, most], [0, most], color="0.5", linestyle=":", label="equal numbers")
    for scale in (axes.set_xscale, axes.set_yscale):
        scale("symlog", linthresh=10) if most > 100 else scale("linear")
    axes.set_xlabel("true number in an image")
    axes.set_ylabel("predicted number")
    axes.grid(alpha=0.3)
    axes.legend()
    put_title(axes, title)
    return figure


def _values(images: Sequence[ImageScores], name: str) -> np.ndarray:
    """Finite values of a score, one per image."""
    values = np.array([getattr(one, name) for one in images], dtype=float)
    return values[np.isfinite(values)]


def _mean(values: np.ndarray) -> str:
    return f"{values.mean():.4f} ± {values.std():.4f}" if len(values) else "–"


def _boxes(
    axes: Axes,
    values: list[np.ndarray],
    *,
    places: Sequence[float],
    width: float,
    colour: str,
    label: str,
    fliers: bool = True,
) -> None:
    """Boxes from the first to the third quartile, whiskers from the 5th to the 95th percentile."""
    drawn = axes.boxplot(
        values,
        positions=places,
        widths=width,
        whis=(5, 95),
        showmeans=True,
        meanline=False,
        manage_ticks=False,
        patch_artist=True,
        showfliers=fliers,
        flierprops={"marker": ".", "markersize": 3, "markeredgecolor": colour},
        medianprops={"color": "black"},
        meanprops={"marker": "D", "markersize": 4, "markerfacecolor": "white", "zorder": 4}
        | {"markeredgecolor": "black"},
    )
    for box in drawn["boxes"]:
        box.set(facecolor=colour, alpha=0.35, edgecolor=colour)
    drawn["boxes"][0].set_label(label)


def _mark_equal(axes: Axes) -> None:
    """Line at a ratio of 1; a logarithmic scale above 2 where some ratios exceed 10."""
    axes.axhline(1, color="0.5", linestyle=":", zorder=0)
    if axes.get_ylim()[1] > 10:
        axes.set_yscale("symlog", linthresh=2)
    axes.set_ylim(bottom=-0.1)
