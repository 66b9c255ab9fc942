"""Noise against the number of averaged samples."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatter

from ccdseg.calibration import NoiseCurve
from ccdseg.plotting.style import METHOD_COLOURS, one_panel, put_title


def show_noise_curves(
    curves: Mapping[str, NoiseCurve], *, title: str = "", ax: Axes | None = None
) -> Figure:
    """Show how the noise falls with the number of samples, beside the law 1/√N.

    Parameters
    ----------
    curves : mapping of str to NoiseCurve
        Curves by the name of the amplifier. Where one no longer falls as the law, a circle marks
        the last point that does.
    title : str
        Title of the figure.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into, in place of a new figure.

    Returns
    -------
    matplotlib.figure.Figure
        A new one, or that of `ax`.
    """
    figure, axes = one_panel(ax, (7.5, 5))
    for (name, curve), colour in zip(curves.items(), cycle(METHOD_COLOURS), strict=False):
        label = f"{name}: {curve.noise[-1]:.3g} ADU at {curve.n_samples[-1]} samples"
        axes.plot(curve.n_samples, curve.law, color=colour, linestyle=":", linewidth=1)
        axes.plot(curve.n_samples, curve.noise, color=colour, marker=".", label=label)
        if not curve.follows:
            last = curve.n_samples == curve.last_following
            style = {"markersize": 11, "markerfacecolor": "none", "linestyle": "none"}
            end = f"{name}: leaves the law after {curve.last_following} samples"
            axes.plot(
                curve.last_following, curve.noise[last], "o", color=colour, **style, label=end
            )
    axes.plot([], [], color="0.3", linestyle=":", linewidth=1, label="1/√N")
    axes.set_xscale("log")
    axes.set_yscale("log")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter(LogFormatter(labelOnlyBase=False, minor_thresholds=(2, 0.7)))
    axes.set_xlabel("samples averaged")
    axes.set_ylabel("noise of a pixel (ADU)")
    put_title(axes, title)
    axes.grid(alpha=0.3, which="both")
    axes.legend()
    return figure
