"""How a training went."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure


def show_history(history: dict[str, list[float]]) -> Figure:
    """Plot loss and accuracy of each epoch, the best epoch marked.

    Parameters
    ----------
    history : dict of str to list of float
        As returned by `ccdseg.training.training.train`.

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
    return figure
