"""The rules: what the shape and the surroundings of a component say about its class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import ndimage

from ccdseg.arrays import copy_of, find_components
from ccdseg.classes import ClassCatalogue
from ccdseg.postprocessing.connected_components import (
    ConnectedComponent,
    connected_components,
    most_frequent,
)
from ccdseg.postprocessing.rule import Rule, check_at_least, relabel

_ELONGATED = 3
"""Least ratio of length to width of a line that is wider than `RelabelHotBlobs.max_width`."""

_ENCLOSED = 0.6
"""Share of hot pixels around a wide part from which it is the crossing of two lines."""


@dataclass(frozen=True)
class RelabelHotBlobs(Rule):
    """Hot pixels form rows, columns or parts of them, alone or crossing; the rest is relabelled.

    A part of a hot component that is no line becomes glow where it is large and lies in glow, and
    cluster otherwise.

    Parameters
    ----------
    max_width : int
        Greatest width (px) of a line of any length. A wider one, as bright columns that bloom and
        have tails are, must be three times as long.
    min_glow_size : int
        Number of pixels from which a part that is no line may be glow.
    """

    name: ClassVar[str] = "relabel hot blobs"
    max_width: int = 6
    min_glow_size: int = 400

    def __post_init__(self) -> None:
        check_at_least(self, "max_width", 1)
        check_at_least(self, "min_glow_size", 1)

    def _change(self, mask: np.ndarray, classes: ClassCatalogue) -> int:
        hot, cluster, glow = (classes[name].index for name in ("hot pixel", "cluster", "glowing"))
        before, n_changed = copy_of(mask), 0
        for component in connected_components(before, hot):
            if min(component.extent) <= self.max_width:
                continue
            changes = False
            for part in connected_components(self._blobs(component.pixels), index=1):
                around = part.surroundings(before[component.area])
                if np.mean(around == hot) < _ENCLOSED:
                    in_glow = most_frequent(around[around != hot]) == glow
                    is_glow = in_glow and part.size >= self.min_glow_size
                    mask[component.area][part.area][part.pixels] = glow if is_glow else cluster
                    changes = True
            n_changed += changes
        return n_changed

    def _blobs(self, pixels: np.ndarray) -> np.ndarray:
        """Pixels of parts that are wider than a line along both axes, and not much longer."""
        block = np.ones((self.max_width + 1, self.max_width + 1), dtype=bool)
        wide = ndimage.binary_opening(pixels, block)
        runs = np.stack([_run_lengths(wide, axis) for axis in (0, 1)])
        return wide & (runs.max(axis=0) < _ELONGATED * runs.min(axis=0))


@dataclass(frozen=True)
class BridgeTracks(Rule):
    """A hot piece of a row or column with a cluster at each end becomes part of their track.

    Parameters
    ----------
    max_length : int
        Greatest length of the piece (px); longer ones are as often parts of hot lines.
    """

    name: ClassVar[str] = "bridge tracks"
    max_length: int = 10

    def __post_init__(self) -> None:
        check_at_least(self, "max_length", 1)

    def _change(self, mask: np.ndarray, classes: ClassCatalogue) -> int:
        hot, cluster = (classes[name].index for name in ("hot pixel", "cluster"))

        def bridged(component: ConnectedComponent) -> int:
            between = max(component.extent) <= self.max_length and component.ends_touch(
                mask[component.area] == cluster
            )
            return cluster if between else hot

        return relabel(mask, hot, bridged)


@dataclass(frozen=True)
class RelabelClusterLines(Rule):
    """A cluster that is a line of one pixel's width along a row or column becomes hot pixels.

    Parameters
    ----------
    min_length : int
        Length from which a line counts (px); diffusion makes no particle so thin.
    """

    name: ClassVar[str] = "relabel cluster lines"
    min_length: int = 6

    def __post_init__(self) -> None:
        check_at_least(self, "min_length", 2)

    def _change(self, mask: np.ndarray, classes: ClassCatalogue) -> int:
        hot, cluster = (classes[name].index for name in ("hot pixel", "cluster"))

        def chosen(component: ConnectedComponent) -> int:
            narrow, length = sorted(component.extent)
            return hot if narrow == 1 and length >= self.min_length else cluster

        return relabel(mask, cluster, chosen)


@dataclass(frozen=True)
class LimitClusterSizes(Rule):
    """Clusters below or above a size (numbers of pixels) become the class that surrounds them."""

    name: ClassVar[str] = "limit cluster sizes"
    min_size: int = 2
    max_size: int = 20_000

    def __post_init__(self) -> None:
        check_at_least(self, "min_size", 1)
        check_at_least(self, "max_size", self.min_size)

    def _change(self, mask: np.ndarray, classes: ClassCatalogue) -> int:
        return _limit_sizes(mask, classes["cluster"].index, self.min_size, self.max_size)


@dataclass(frozen=True)
class RemoveSmallGlow(Rule):
    """Glow in pieces of fewer than `min_size` pixels becomes the class that surrounds it."""

    name: ClassVar[str] = "remove small glow"
    min_size: int = 20

    def __post_init__(self) -> None:
        check_at_least(self, "min_size", 1)

    def _change(self, mask: np.ndarray, classes: ClassCatalogue) -> int:
        return _limit_sizes(mask, classes["glowing"].index, self.min_size, mask.size)


@dataclass(frozen=True)
class FillClusterHoles(Rule):
    """Background and glow enclosed in a cluster, up to `max_size` pixels, become part of it."""

    name: ClassVar[str] = "fill cluster holes"
    max_size: int = 4

    def __post_init__(self) -> None:
        check_at_least(self, "max_size", 1)

    def _change(self, mask: np.ndarray, classes: ClassCatalogue) -> int:
        cluster = classes["cluster"].index
        others = [classes[name].index for name in ("background", "glowing")]
        # pieces that touch at a corner alone are two holes
        found, n_changed = find_components(mask, others, corners=False), 0
        boxes = found.boxes + np.array([-1, -1, 1, 1])
        inside = ((boxes[:, :2] >= 0) & (boxes[:, 2:] <= mask.shape)).all(axis=1)
        for number in np.flatnonzero(inside & (found.sizes <= self.max_size)).tolist():
            top, left, bottom, right = boxes[number].tolist()
            area = slice(top, bottom), slice(left, right)
            hole = found.pixels(number, area)
            ring = ndimage.binary_dilation(hole) & ~hole
            if np.all(mask[area][ring] == cluster):
                mask[area][hole] = cluster
                n_changed += 1
        return n_changed


RULES = {
    rule.name: rule
    for rule in (
        RelabelHotBlobs,
        BridgeTracks,
        RelabelClusterLines,
        LimitClusterSizes,
        RemoveSmallGlow,
        FillClusterHoles,
    )
}
"""Rules by name."""


def default_rules(classes: ClassCatalogue) -> list[Rule]:
    """Rules that gain, or lose nothing, on all frames of `ccdseg physics --only restrictions`."""
    fits = {"hot pixel", "cluster"} <= set(classes.names)
    return [BridgeTracks()] if fits else []


def _limit_sizes(mask: np.ndarray, index: int, min_size: int, max_size: int) -> int:
    """Let components of a class that are smaller or larger become the class around them."""

    def chosen(component: ConnectedComponent) -> int:
        if min_size <= component.size <= max_size:
            return index
        return most_frequent(component.surroundings(mask))

    return relabel(mask, index, chosen)


def _run_lengths(pixels: np.ndarray, axis: int) -> np.ndarray:
    """Number of pixels in the unbroken run along an axis that each pixel is part of."""
    along = np.zeros((3, 3), dtype=bool)
    along[(slice(None), 1) if axis == 0 else (1, slice(None))] = True
    labels, _ = ndimage.label(pixels, along)
    return np.where(pixels, np.bincount(labels.ravel())[labels], 0)
