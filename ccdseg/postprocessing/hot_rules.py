"""Restrictions of hot pixels: what their shape and neighbours say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import ndimage

from ccdseg.classes import ClassCatalogue
from ccdseg.postprocessing.components import Component, components_of, most_frequent
from ccdseg.postprocessing.rule import Rule, at_least, replace

_ELONGATED = 3
"""Length of a line in units of its width."""

_ENCLOSED = 0.6
"""Share of hot pixels around what is no line for itself, where it is the crossing of two."""


@dataclass(frozen=True)
class HotPixelsAreLines(Rule):
    """Hot pixels are rows, columns or parts of them, alone or crossing.

    A part of a component that is no line becomes glow where it is large and lies in glow, and
    otherwise a cluster.

    Parameters
    ----------
    widest : int
        Greatest width (px) of a line of any length. A wider one, as bright columns that bloom and
        have tails are, must be three times as long.
    glow_size : int
        Number of pixels from which a part that is no line may be glow.
    """

    name: ClassVar[str] = "hot pixels are lines"
    widest: int = 6
    glow_size: int = 400

    def __post_init__(self) -> None:
        at_least(self, "widest", 1)
        at_least(self, "glow_size", 1)

    def _change(self, mask: np.ndarray, classes: ClassCatalogue) -> int:
        hot, cluster, glow = (classes[name].index for name in ("hot pixel", "cluster", "glowing"))
        before, n_changed = mask.copy(), 0
        for component in components_of(before == hot):
            if min(component.extent) <= self.widest:
                continue
            changes = False
            for part in components_of(self._no_lines(component.pixels)):
                around = part.surroundings(before[component.area])
                if np.mean(around == hot) < _ENCLOSED:
                    in_glow = most_frequent(around[around != hot]) == glow
                    is_glow = in_glow and part.size >= self.glow_size
                    mask[component.area][part.area][part.pixels] = glow if is_glow else cluster
                    changes = True
            n_changed += changes
        return n_changed

    def _no_lines(self, pixels: np.ndarray) -> np.ndarray:
        """Pixels of what is wider than a line along both axes, and not much longer than wide."""
        block = np.ones((self.widest + 1, self.widest + 1), dtype=bool)
        wide = ndimage.binary_opening(pixels, block)
        runs = np.stack([_run_lengths(wide, axis) for axis in (0, 1)])
        return wide & (runs.max(axis=0) < _ELONGATED * runs.min(axis=0))


@dataclass(frozen=True)
class TracksAreWhole(Rule):
    """A hot piece of a row or column between two clusters, one at each end, is part of their track.

    Parameters
    ----------
    longest : int
        Length up to which it may be (px); longer ones are as often parts of hot lines.
    """

    name: ClassVar[str] = "tracks are whole"
    longest: int = 10

    def __post_init__(self) -> None:
        at_least(self, "longest", 1)

    def _change(self, mask: np.ndarray, classes: ClassCatalogue) -> int:
        hot, cluster = (classes[name].index for name in ("hot pixel", "cluster"))

        def whole(component: Component) -> int:
            between = max(component.extent) <= self.longest and component.ends_touch(
                mask[component.area] == cluster
            )
            return cluster if between else hot

        return replace(mask, hot, whole)


def _run_lengths(pixels: np.ndarray, axis: int) -> np.ndarray:
    """Number of pixels in the unbroken run along an axis that each pixel is part of."""
    along = np.zeros((3, 3), dtype=bool)
    along[(slice(None), 1) if axis == 0 else (1, slice(None))] = True
    labels, _ = ndimage.label(pixels, along)
    return np.where(pixels, np.bincount(labels.ravel())[labels], 0)
