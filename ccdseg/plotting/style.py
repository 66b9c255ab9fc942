"""Style of all figures: sizes, colours, the axes to draw into, and saving as PNG."""

from __future__ import annotations

from math import ceil
from pathlib import Path
from textwrap import fill

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ccdseg.files import atomic_path, refuse_existing

DPI = 150

_FAST = 1
"""Level of compression; the usual 6 takes three times as long for files a tenth smaller."""

_FONT, _LEAST_FONT = 12.0, 6.0
"""Size of a title, and the least of one that would not fit otherwise (points)."""

_CHARACTER = 0.65 / 72
"""Width of a character (inch) over the size of the font (points)."""

METHOD_COLOURS = ("tab:red", "tab:orange", "tab:blue", "tab:cyan", "tab:green", "tab:olive")
"""Colours of compared methods, in the order in which they are given."""


def save_figure(figure: Figure, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write a figure as PNG.

    Raises
    ------
    InputError
        If the file exists and `overwrite` was not asked for.
    """
    refuse_existing(path, overwrite=overwrite)
    with atomic_path(path) as temporary:
        figure.savefig(temporary, dpi=DPI, format="png", pil_kwargs={"compress_level": _FAST})
    return Path(path)


def one_panel(ax: Axes | None, size: tuple[float, float]) -> tuple[Figure, Axes]:
    """Axes to draw into and their figure: those given, or new ones of a size (inch)."""
    if ax is not None:
        return ax.figure, ax
    figure = Figure(figsize=size, layout="constrained")
    return figure, figure.subplots()


def panel_grid(
    n_panels: int, size: tuple[float, float], *, most_columns: int = 3
) -> tuple[Figure, np.ndarray]:
    """Figure with so many panels of a width and height (inch), at most three in a row."""
    n_columns = min(n_panels, most_columns)
    n_rows = ceil(n_panels / n_columns)
    figure = Figure(figsize=(size[0] * n_columns, size[1] * n_rows), layout="constrained")
    panels = figure.subplots(n_rows, n_columns, squeeze=False).ravel()
    for axes in panels[n_panels:]:
        axes.remove()
    return figure, panels[:n_panels]


def put_title(
    where: Figure | Axes, text: str, *, size: float = _FONT, **place: float | str
) -> None:
    """Write a title without formulas; a long one in a smaller font, a longer one in more lines.

    Parameters
    ----------
    where : Figure or Axes
        What it is the title of.
    text : str
        The title, of one or more lines; none where it is empty.
    size : float
        Size of the font (points).
    **place
        Further arguments of `Figure.suptitle` or `Axes.set_title`.
    """
    if not text:
        return
    longest = max(map(len, text.splitlines()))
    if isinstance(where, Figure):
        width, write = 0.95 * where.get_figwidth(), where.suptitle
    else:
        width = 1.1 * where.get_position().width * where.figure.get_figwidth()
        write = where.set_title
    size = max(min(size, width / (longest * _CHARACTER)), _LEAST_FONT)
    n_characters = int(width / (size * _CHARACTER)) + 1
    fitting = lines(*(fill(line, n_characters) for line in text.splitlines()))
    write(fitting, fontsize=size, parse_math=False, **place)


def is_strip(shape: tuple[int, int]) -> bool:
    """Whether a frame is so long that its pixels are not drawn as squares."""
    return max(shape) > 6 * min(shape)


def lines(*texts: str) -> str:
    """The texts that are not empty, one per line."""
    return "\n".join(filter(None, texts))


def as_percent(share: float) -> str:
    """A share as text, as ``1.23 %``."""
    if 0 < share < 5e-5:
        return "< 0.01 %"
    return f"{share:.2%}".replace("%", " %")
